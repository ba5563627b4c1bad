"""What a vendor's software answered: ``answers.json``, read strictly, and the documents that it wrote again.

::

    {"format": "termserver-answers/1", "corpus": "<SHA-256 of corpus.json>", "answers": {
        "0001": {"verdict": "accepted", "document": "answers/0001.xml"},
        "0002": {"verdict": "rejected", "rules": ["…"], "places": ["Person.NationalCode"]}}}

A file is named relative to the folder and stays in it. What is not there is a failure of that case; what
cannot be understood at all is a mistake of who asks (UsageError).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from termserver.conformance.corpus import Corpus
from termserver.model.errors import UsageError
from termserver.model.text import Text
from termserver.parsing import gate, json
from termserver.parsing.faults import Unreadable
from termserver.releases.digests import canonical_json, sha256

FORMAT = "termserver-answers/1"
FILE = "answers.json"
_MEMBERS = {"verdict", "document", "rules", "places"}
_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}", re.ASCII)
_DEVICES = {"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(10))}
_LISTED = 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said of one case. ``document`` is what was written again; None where there is none, ``problem`` why."""

    accepted: bool
    document: bytes | None = None
    problem: Text | None = None
    rules: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()

    def as_json(self) -> dict[str, Any]:
        """The answer as its digest sees it: the document by its own digest."""
        return {
            "verdict": "accepted" if self.accepted else "rejected",
            "document": sha256(self.document) if self.document is not None else None,
            "rules": sorted(self.rules),
            "places": sorted(self.places),
        }


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers by case. ``strays`` are files of the folder that no answer names: they are not read."""

    by_case: dict[str, Answer]
    corpus: str
    strays: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 over the corpus, the answers and the documents, whatever their files are called."""
        said = {"corpus": self.corpus, "answers": {id: one.as_json() for id, one in self.by_case.items()}}
        return sha256(canonical_json(said))


def read(folder: Path, corpus: Corpus) -> Answers:
    """The answers in a folder; raise UsageError if there are none, or they are of another corpus."""
    said = read_json(folder / FILE)
    found = of(said, corpus, lambda name: _document(folder, name))
    named = {FILE, *(one["document"] for one in said["answers"].values() if isinstance(one.get("document"), str))}
    kept = folder / "answers"
    there = sorted(path for path in kept.rglob("*") if path.is_file() or path.is_symlink()) if kept.is_dir() else []
    strays = [name for name in (path.relative_to(folder).as_posix() for path in there) if name not in named]
    return Answers(found.by_case, found.corpus, tuple(strays))


def read_json(path: Path) -> Any:
    """A JSON file, strictly and within bounds; raise UsageError, naming the place of the first fault."""
    try:
        with path.open("rb") as file:
            data = file.read(gate.BYTE_LIMIT + 1)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}.", f"{path} خوانده نمی‌شود: {error.strerror}."
        ) from None
    try:
        if gate.kind_of(data) != "json":
            raise _wrong(f"{path} is not JSON", f"{path} از نوع JSON نیست")
        return json.parse(data)
    except Unreadable as fault:
        raise UsageError(
            f"{path}:{fault.line}:{fault.column}: {fault.text.en}",
            f"{path}:{fault.line}:{fault.column}: {fault.text.fa}",
        ) from None


def of(said: Any, corpus: Corpus, document: Callable[[str], bytes | Text]) -> Answers:
    """The answers that the parsed JSON says; ``document`` brings what an answer names, or says why it cannot.

    Raise UsageError if it is no set of answers, is of another corpus, or names a case that the corpus does not have.
    """
    if not isinstance(said, dict) or said.get("format") != FORMAT or not isinstance(said.get("answers"), dict):
        raise _wrong(
            f'the answers must be JSON such as {{"format": "{FORMAT}", "corpus": "…", "answers": {{…}}}}',
            f"پاسخ‌ها باید JSON باشد با format برابر «{FORMAT}»، corpus و answers",
        )
    if unknown := sorted(set(said) - {"format", "corpus", "answers"}):
        raise _wrong(
            f"the member '{unknown[0][:40]}' of the answers is not known",
            f"عضو «{unknown[0][:40]}» در پاسخ‌ها شناخته نیست",
        )
    if said.get("corpus") != corpus.digest:
        raise _wrong(
            f"the answers are of the corpus {str(said.get('corpus'))[:12]}, this one is {corpus.digest[:12]} (edition "
            f"{corpus.edition['digest'][:12]}, termserver {corpus.engine}); draw it: termserver conformance corpus",
            f"پاسخ‌ها به مجموعهٔ {str(said.get('corpus'))[:12]} است و این مجموعه {corpus.digest[:12]} (ویراست "
            f"{corpus.edition['digest'][:12]}، termserver {corpus.engine})؛ بگیرید: termserver conformance corpus",
        )
    for id in said["answers"]:
        if corpus.case(id) is None:
            raise _wrong(f"the corpus has no case '{id[:40]}'", f"مجموعه موردی به نام «{id[:40]}» ندارد")
    return Answers({id: _answer(id, one, document) for id, one in said["answers"].items()}, corpus.digest)


def _answer(id: str, said: Any, document: Callable[[str], bytes | Text]) -> Answer:
    verdict = said.get("verdict") if isinstance(said, dict) else None
    if verdict not in ("accepted", "rejected"):
        raise _wrong(
            f"the answer to {id} must have a verdict, accepted or rejected",
            f"پاسخ {id} باید verdict داشته باشد: accepted یا rejected",
        )
    if unknown := sorted(set(said) - _MEMBERS):
        raise _wrong(
            f"the member '{unknown[0][:40]}' of the answer to {id} is not known; known: {', '.join(sorted(_MEMBERS))}",
            f"عضو «{unknown[0][:40]}» در پاسخ {id} شناخته نیست؛ شناخته‌ها: {'، '.join(sorted(_MEMBERS))}",
        )
    name = said.get("document")
    if name is not None and not isinstance(name, str):
        raise _wrong(f"the document of {id} must be text", f"document در پاسخ {id} باید متن باشد")
    brought = document(name) if isinstance(name, str) and verdict == "accepted" else None
    return Answer(
        verdict == "accepted",
        brought if isinstance(brought, bytes) else None,
        brought if isinstance(brought, Text) else None,
        _words(id, said, "rules"),
        _words(id, said, "places"),
    )


def _words(id: str, said: dict[str, Any], name: str) -> frozenset[str]:
    listed = said.get(name) or []
    if not isinstance(listed, list) or len(listed) > _LISTED or not all(isinstance(one, str) for one in listed):
        raise _wrong(
            f"'{name}' in the answer to {id} must be a list of texts",
            f"«{name}» در پاسخ {id} باید فهرستی از متن‌ها باشد",
        )
    return frozenset(one[:200] for one in listed)


def _document(folder: Path, name: str) -> bytes | Text:
    """The bytes of a file below the folder; why there are none otherwise."""
    parts = name.split("/")
    plain = all(_PART.fullmatch(part) and part.split(".")[0].lower() not in _DEVICES for part in parts)
    path = folder.joinpath(*parts) if plain else folder
    if not plain or not path.resolve().is_relative_to(folder.resolve()):
        return Text(
            "نام فایل باید نشانی ساده‌ای درون همین پوشه باشد، مانند answers/0001.xml.",
            "The name of the file must be a plain path inside the folder, as answers/0001.xml.",
        )
    if not path.is_file():
        return Text(f"فایل {name} نیست.", f"There is no file {name}.")
    try:
        with path.open("rb") as file:
            data = file.read(gate.BYTE_LIMIT + 1)
    except OSError as error:
        return Text(f"فایل {name} خوانده نمی‌شود: {error.strerror}.", f"{name} cannot be read: {error.strerror}.")
    if len(data) > gate.BYTE_LIMIT:
        limit = f"{gate.BYTE_LIMIT:,}"
        return Text(f"فایل {name} بیش از {limit} بایت دارد.", f"{name} has more than {limit} bytes.")
    return data


def _wrong(en: str, fa: str) -> UsageError:
    return UsageError(f"{en[:1].upper()}{en[1:]}.", f"{fa}.")

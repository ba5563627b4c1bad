"""The edition's published corpus: numbered documents, drawn from its own examples, that do not tell their answers.

The same edition and the same engine draw the same corpus, byte for byte, so nobody has to keep the answers:
whoever judges draws again. Right and wrong documents are written by one hand and numbered by their digests.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from termserver import __version__
from termserver.conformance import drawing
from termserver.model.documents import DocumentType
from termserver.model.errors import ReleaseError, UnknownDocumentType, UsageError
from termserver.model.findings import Report
from termserver.releases.digests import edition_of, sha256
from termserver.releases.editions import pin_of
from termserver.service import TermServer
from termserver.validation.shape import Shape

FORMAT = "termserver-corpus/1"
FILE = "corpus.json"
TASK = (
    "Judge every document as your software does: accepted or rejected. Write each one that it accepts again, as your "
    "software writes it. Answer in answers.json; see docs/conformance.md."
)


@dataclass(frozen=True, slots=True)
class Case:
    """One document of the corpus with its answer, which is never written down."""

    id: str
    type: str
    version: str
    drawn: drawing.Drawn

    @property
    def file(self) -> str:
        return f"cases/{self.id}.{self.drawn.form}"

    @property
    def data(self) -> bytes:
        return self.drawn.data


@dataclass(frozen=True)
class Corpus:
    """The documents of some types. ``edition`` and ``engine`` say who drew them."""

    edition: dict[str, Any]
    types: tuple[DocumentType, ...]
    cases: tuple[Case, ...]
    check: Callable[..., Report]
    """Judges a document by the edition that drew the corpus."""
    engine: str = __version__

    @cached_property
    def manifest(self) -> bytes:
        """``corpus.json``: which document is where, and not what to say of it."""
        said = {
            "format": FORMAT,
            "edition": self.edition,
            "engine": self.engine,
            "task": TASK,
            "types": [known.id for known in self.types],
            "cases": [
                {
                    "id": case.id,
                    "type": case.type,
                    "version": case.version,
                    "file": case.file,
                    "sha256": sha256(case.data),
                }
                for case in self.cases
            ],
        }
        return orjson.dumps(said, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the manifest, which names the digest of every document."""
        return sha256(self.manifest)

    def case(self, id: str) -> Case | None:
        return self._by_id.get(id)

    def shape(self, type: str) -> Shape:
        return self._shapes[type]

    @cached_property
    def _by_id(self) -> dict[str, Case]:
        return {case.id: case for case in self.cases}

    @cached_property
    def _shapes(self) -> dict[str, Shape]:
        return {known.id: Shape(known) for known in self.types}


class Examiner:
    """Draws the corpora of one edition; what was drawn of a type is kept. Safe to share between threads.

    Only the releases that carry example documents count: an ICD-10 or a registry that somebody has loaded beside
    them changes no answer. Raise ReleaseError if there are none.
    """

    def __init__(self, server: TermServer, check: Callable[..., Report] | None = None) -> None:
        self.server = server
        self.published = published(server)
        self.check = check or self.published.check_document
        self._drawn: dict[str, tuple[drawing.Drawn, ...]] = {}

    @property
    def edition(self) -> dict[str, Any]:
        """Digest and releases of what the corpus is drawn from."""
        return self.published.edition.as_json()

    def corpus(self, types: Sequence[str] = ()) -> Corpus:
        """The corpus of the types (all, if none is named), whatever their order; raise UnknownDocumentType."""
        known = {one.id: one for one in self.published.document_types()}  # of each the newest version
        wanted = sorted(set(types)) or sorted(known)
        for name in wanted:
            if name not in known:
                listed = ", ".join(sorted(known))
                raise UnknownDocumentType(
                    f"There is no document type '{name}'. Known: {listed}.",
                    f"نوع سند «{name}» نیست. موجود: {listed}.",
                )
        found = [(one, known[name]) for name in wanted for one in self._of(known[name])]
        found.sort(key=lambda one: sha256(self.published.edition.digest.encode() + one[0].data))
        cases = [Case(f"{n:04}", kind.id, kind.version, one) for n, (one, kind) in enumerate(found, 1)]
        return Corpus(self.edition, tuple(known[name] for name in wanted), tuple(cases), self.check)

    def _of(self, kind: DocumentType) -> tuple[drawing.Drawn, ...]:
        drawn = self._drawn.get(kind.id)
        if drawn is None:
            drawn = self._drawn[kind.id] = drawing.draw(
                kind,
                Shape(kind),
                self.published.terminology,
                _examples(self.published, kind),
                self.published.check_document,
                self.published.edition.digest,
            )
        return drawn


def published(server: TermServer) -> TermServer:
    """The part of the edition that carries example documents, over the same open files.

    Raise ReleaseError if no release does.
    """
    releases = [release for release in server.releases if release.artefact_paths("example")]
    if not releases:
        raise ReleaseError(
            "No release of this edition carries example documents, so there is no corpus. Install the standards: "
            "termserver release install FILE --use",
            "هیچ انتشاری از این ویراست نمونهٔ سند ندارد و مجموعه‌ای در کار نیست. استانداردها را نصب کنید: "
            "termserver release install FILE --use",
        )
    return TermServer(edition_of([pin_of(release.manifest) for release in releases]), releases)


def _examples(server: TermServer, kind: DocumentType) -> drawing.Examples:
    """The valid JSON examples by name, and what each invalid one changes."""
    folder = f"examples/{kind.id}/{kind.version}/valid/"
    valid: dict[str, Any] = {}
    mistakes: list[dict[str, Any]] = []
    for release in server.releases:
        for path in release.artefact_paths("example"):
            if path.startswith(folder) and path.endswith(".json"):
                valid[path.removeprefix(folder)] = orjson.loads(release.artefact(path) or b"{}")
        mistakes += orjson.loads(release.artefact(f"mistakes/{kind.id}/{kind.version}.json") or b"[]")
    return drawing.Examples(valid, mistakes)


def write(corpus: Corpus, folder: Path) -> None:
    """Write the corpus into a new or empty folder: ``corpus.json`` and ``cases/``; raise UsageError otherwise."""
    try:
        if folder.exists() and any(folder.iterdir()):
            raise UsageError(
                f"{folder} is not empty. Name a new folder.", f"{folder} خالی نیست. پوشهٔ تازه‌ای نام ببرید."
            )
        (folder / "cases").mkdir(parents=True, exist_ok=True)
        for case in corpus.cases:
            (folder / case.file).write_bytes(case.data)
        (folder / FILE).write_bytes(corpus.manifest)  # at the end: a corpus that has it is whole
    except OSError as error:
        raise UsageError(
            f"The corpus cannot be written to {folder}: {error.strerror}.",
            f"مجموعه در {folder} نوشته نمی‌شود: {error.strerror}.",
        ) from None

"""The signed, dated statement that a software passed the corpus of an edition; and whether one still holds.

The file is canonical JSON: what is signed are the bytes of ``statement``, and the file itself has one way to
be written, so that no byte of it can be another one. There is no personal data in it.
"""

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from termserver import __version__
from termserver.conformance import answers as answer_files
from termserver.conformance.corpus import FILE as CORPUS_FILE
from termserver.conformance.corpus import FORMAT as CORPUS_FORMAT
from termserver.conformance.corpus import Corpus, Examiner
from termserver.conformance.judgement import FORMAT as RESULT_FORMAT
from termserver.conformance.judgement import Result, Software, judge
from termserver.conformance.software import standing
from termserver.model.days import Day, jalali_text, parse_day
from termserver.model.errors import TermserverError, UsageError
from termserver.model.text import Text
from termserver.model.values import value
from termserver.parsing import gate, json
from termserver.parsing.faults import Unreadable
from termserver.releases.digests import canonical_json
from termserver.releases.signatures import PublicKey, Signature, SigningKey, verify

FORMAT = "termserver-certificate/1"
YEARS = 1
"""How long a statement holds where nobody says otherwise."""
_MOST = 1_000_000
_MEMBERS = {"format", "statement", "signature"}
_STATED = {
    *("says", "software", "edition", "engine", "corpus", "answers", "result", "types", "signed_on", "until"),
}


class Refused(TermserverError):
    """No statement is made: the answers are not what the result says, or not good enough (exit status 1)."""


@value
class Problem:
    """Why a statement does not hold; ``code`` is stable and for programs."""

    code: str
    says: Text

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.says.as_json()}


@value
class Checked:
    """What was found of a certificate: it holds if there is no problem. ``statement`` is None unless its signature
    is good; ``notes`` refuse nothing."""

    problems: tuple[Problem, ...] = ()
    statement: dict[str, Any] | None = None
    key: PublicKey | None = None
    notes: tuple[Text, ...] = ()

    @property
    def holds(self) -> bool:
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        return {
            "holds": self.holds,
            "problems": [one.as_json() for one in self.problems],
            "notes": [one.as_json() for one in self.notes],
            "statement": self.statement,
            "key": {"id": self.key.id, "name": self.key.name} if self.key else None,
        }


def corpus_of(folder: Path, examiner: Examiner) -> Corpus:
    """The corpus that lies in a folder, drawn again; raise UsageError if it is another edition's, or was changed."""
    said = answer_files.read_json(folder / CORPUS_FILE)
    listed = said.get("types") if isinstance(said, dict) and said.get("format") == CORPUS_FORMAT else None
    if not isinstance(listed, list) or not listed or not all(isinstance(one, str) for one in listed):
        raise UsageError(
            f"{folder / CORPUS_FILE} is no corpus. Draw one: termserver conformance corpus -o FOLDER",
            f"{folder / CORPUS_FILE} مجموعهٔ آزمون نیست. بگیرید: termserver conformance corpus -o FOLDER",
        )
    if said.get("edition") != examiner.edition or said.get("engine") != __version__:
        here, there = examiner.edition["digest"][:12], _digest(said.get("edition"))
        raise UsageError(
            f"The corpus is of edition {there} and termserver {said.get('engine')}; here are edition {here} and "
            f"termserver {__version__}. Name the other with --edition, or draw the corpus again.",
            f"مجموعه از ویراست {there} و termserver {said.get('engine')} است؛ اینجا ویراست {here} و termserver "
            f"{__version__} است. آن ویراست را با --edition نام ببرید یا مجموعه را دوباره بگیرید.",
        )
    corpus = examiner.corpus(listed)
    if canonical_json(said) != canonical_json(orjson.loads(corpus.manifest)):
        raise UsageError(
            f"{folder / CORPUS_FILE} is not the one that was published. Draw it again.",
            f"{folder / CORPUS_FILE} آن نیست که منتشر شده است. دوباره بگیرید.",
        )
    for case in corpus.cases:
        path = folder / case.file
        if path.is_file() and path.stat().st_size <= gate.BYTE_LIMIT and path.read_bytes() != case.data:
            raise UsageError(
                f"{path} is not the document that was published; an answer to it tells nothing. Draw the corpus again.",
                f"{path} سندی نیست که منتشر شده است و پاسخ به آن چیزی نمی‌گوید. مجموعه را دوباره بگیرید.",
            )
    return corpus


def examine(folder: Path, examiner: Examiner, software: Software, on: Day) -> Result:
    """The judgement on the answers in a folder; raise UsageError where there is nothing to judge."""
    held = standing(examiner.server, software.system_id, on)
    corpus = corpus_of(folder, examiner)
    return judge(corpus, answer_files.read(folder, corpus), software, held, on)


def sign(result: bytes, folder: Path, examiner: Examiner, key: SigningKey, on: Day, until: Day = "") -> bytes:
    """The certificate, after judging the answers in ``folder`` once more.

    ``on`` is the day of the statement, ``until`` its last one (a year later where none is named). Raise Refused if
    the answers do not give this very result, if the result is not conformant or the software is locked on ``on``;
    UsageError if ``result`` is no result.
    """
    software, day = _asked(result)
    until = until or _later(on)
    if not day <= on <= until:
        raise UsageError(
            f"The days are not in order: judged {day}, signed {on}, until {until}.",
            f"روزها به ترتیب نیست: داوری {day}، امضا {on}، پایان {until}.",
        )
    again = examine(folder, examiner, software, day)
    if again.as_bytes() != result:
        raise Refused(
            "The answers do not give this result. Judge them again: termserver conformance judge",
            "پاسخ‌ها این نتیجه را نمی‌دهند. دوباره داوری کنید: termserver conformance judge",
        )
    refusing = standing(examiner.server, software.system_id, on).refused
    if refusing is not None:
        raise Refused(refusing.says.en, refusing.says.fa)
    if not again.conformant:
        raise Refused(
            f"The software is not conformant ({len(again.failures)} failed); nothing is signed.",
            f"نرم‌افزار سازگار نیست ({len(again.failures)} مورد نادرست)؛ چیزی امضا نمی‌شود.",
        )
    statement = _statement(again, on, until)
    signature = key.sign(FORMAT, canonical_json(statement))
    return as_bytes({"format": FORMAT, "statement": statement, "signature": signature.as_json()})


def as_bytes(certificate: dict[str, Any]) -> bytes:
    """The one way to write a certificate."""
    return orjson.dumps(certificate, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def check(data: bytes, keys: Sequence[PublicKey], examiner: Examiner, on: Day) -> Checked:
    """Whether the certificate in a file holds on the day: whole, signed by one of ``keys``, in its time, for this
    edition, of a software that is not locked. Offline; nothing is raised for whatever the file holds."""
    try:
        said = json.parse(data) if len(data) <= _MOST and gate.kind_of(data) == "json" else None
    except Unreadable:
        said = None
    if not isinstance(said, dict) or not _is_certificate(said):
        return _none("unreadable", Text("این فایل گواهی نیست یا ناقص است.", "This is no certificate, or only a part."))
    if as_bytes(said) != data:
        words = Text("فایل گواهی دست خورده است.", "The file was changed: it is not written as it was signed.")
        return _none("changed", words)
    return check_parsed(said, keys, examiner, on)


def check_parsed(said: Any, keys: Sequence[PublicKey], examiner: Examiner, on: Day) -> Checked:
    """As ``check``, of a certificate whose JSON was read already."""
    if not _is_certificate(said):
        return _none("unreadable", Text("این گواهی نیست یا ناقص است.", "This is no certificate, or only a part."))
    signature = Signature.from_json(said["signature"])
    statement: dict[str, Any] = said["statement"]
    if signature is None or signature.key not in [one.id for one in keys]:
        given = ", ".join(one.id[:12] for one in keys) or "-"
        there = signature.key[:12] if signature else "-"
        return _none(
            "other-key",
            Text(
                f"گواهی با کلید {there} امضا شده است، نه با {given}.",
                f"The certificate is signed by the key {there}, not by {given}.",
            ),
        )
    try:
        key = verify(signature, FORMAT, canonical_json(statement), keys)
    except TypeError:  # a number that no canonical JSON has
        key = None
    if key is None:
        words = Text("امضا با متن نمی‌خواند: گواهی دست خورده است.", "The signature does not fit: it was changed.")
        return _none("bad-signature", words)
    problems, notes = _against_today(statement, examiner, on)
    return Checked(tuple(problems), statement, key, tuple(notes))


def _against_today(statement: dict[str, Any], examiner: Examiner, on: Day) -> tuple[list[Problem], list[Text]]:
    """What has become of a statement whose signature is good."""
    problems, notes = [], []
    first, last = statement["signed_on"], statement["until"]
    if on < first:
        words = Text(f"گواهی از {jalali_text(first)} اعتبار دارد.", f"The certificate holds from {first} on.")
        problems.append(Problem("not-yet", words))
    if on > last:
        words = Text(f"اعتبار گواهی در {jalali_text(last)} پایان یافته است.", f"The certificate expired on {last}.")
        problems.append(Problem("expired", words))
    if statement["edition"] != examiner.edition:
        here, there = examiner.edition["digest"][:12], _digest(statement["edition"])
        words = Text(
            f"گواهی برای ویراست {there} است؛ اینجا {here} است.",
            f"The certificate is for edition {there}; this is {here}.",
        )
        problems.append(Problem("other-edition", words))
    held = standing(examiner.server, statement["software"]["system_id"], on)
    for remark in held.remarks:
        if remark.refuses:
            problems.append(Problem(remark.code, remark.says))
        else:
            notes.append(remark.says)
    return problems, notes


def _statement(result: Result, on: Day, until: Day) -> dict[str, Any]:
    software = result.software
    return {
        "says": "This software passed every case of the conformance corpus of this edition.",
        "software": {"system_id": software.system_id.lower(), "name": software.name, "version": software.version},
        "edition": result.corpus.edition,
        "engine": result.corpus.engine,
        "corpus": result.corpus.digest,
        "answers": result.answers,
        "result": result.digest,
        "types": [{"type": one.type, "version": one.version, "cases": one.cases} for one in result.types],
        "signed_on": on,
        "until": until,
    }


def _asked(result: bytes) -> tuple[Software, Day]:
    """Which software a result is of, and on which day it was judged."""
    try:
        said = json.parse(result) if len(result) <= gate.BYTE_LIMIT else None
    except Unreadable:
        said = None
    software = said.get("software") if isinstance(said, dict) and said.get("format") == RESULT_FORMAT else None
    words = [software.get(name) for name in ("system_id", "name", "version")] if isinstance(software, dict) else []
    texts = [one for one in words if isinstance(one, str)]
    if not isinstance(said, dict) or len(texts) != 3 or not isinstance(said.get("on"), str):
        raise UsageError(
            "This is no result. Make one: termserver conformance judge FOLDER --software SYSTEMID",
            "این فایل نتیجه نیست. بسازید: termserver conformance judge FOLDER --software SYSTEMID",
        )
    return Software(*texts), parse_day(said["on"])


def _is_certificate(said: Any) -> bool:
    return (
        isinstance(said, dict)
        and set(said) == _MEMBERS
        and said["format"] == FORMAT
        and isinstance(said["statement"], dict)
        and set(said["statement"]) == _STATED
        and isinstance(said["signature"], dict)
    )


def _digest(edition: Any) -> str:
    return str(edition.get("digest"))[:12] if isinstance(edition, dict) else "-"


def _later(day: Day) -> Day:
    """The day before the same day ``YEARS`` later."""
    date = datetime.date.fromisoformat(day)
    year = date.year + YEARS
    same = date.replace(year=year) if (date.month, date.day) != (2, 29) else datetime.date(year, 3, 1)
    return (same - datetime.timedelta(days=1)).isoformat()


def _none(code: str, words: Text) -> Checked:
    return Checked((Problem(code, words),))

"""A vendor's answers judged, case by case: what was right, what was not and why, and the result as a file.

The result is deterministic: the same corpus, answers, software, day and engine give the same bytes. No clock
and no machine is in it, and nothing of a document but paths.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import orjson

from termserver.conformance.answers import Answer, Answers
from termserver.conformance.corpus import Case, Corpus
from termserver.conformance.software import Standing
from termserver.model.days import Day
from termserver.model.documents import DocumentType
from termserver.model.errors import UsageError
from termserver.model.findings import Severity, Verdict
from termserver.model.text import Text
from termserver.model.values import value
from termserver.parsing.faults import Unreadable
from termserver.releases.digests import sha256
from termserver.validation import same_message

FORMAT = "termserver-conformance/1"
FILE = "result.json"
_LONGEST = 100


@value
class Software:
    """Which software sat the examination; nothing of a person."""

    system_id: str
    name: str = ""
    version: str = ""

    def checked(self) -> "Software":
        """Itself; raise UsageError where a name or version is too long, or no single line."""
        for said in (self.name, self.version):
            if len(said) > _LONGEST or not said.isprintable():
                raise UsageError(
                    f"The name and the version of the software are one line of at most {_LONGEST} signs each.",
                    f"نام و نسخهٔ نرم‌افزار هر یک یک سطر و حداکثر {_LONGEST} نویسه است.",
                )
        return self


@value
class Failure:
    """One case that was not passed. ``code`` is stable and for programs, ``place`` a path in the document."""

    case: str
    type: str
    code: str
    says: Text
    place: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "case": self.case,
            "type": self.type,
            "code": self.code,
            "place": self.place or None,
            "message": self.says.as_json(),
        }


@value
class TypeResult:
    """What came of the cases of one document type; ``told`` of the ``refused`` named a right rule or place."""

    type: str
    version: str
    title: Text
    cases: int
    passed: int
    rewritten: int
    """Valid documents that were accepted and written again with the same message."""
    refused: int
    """Invalid documents that were refused."""
    told: int

    def as_json(self) -> dict[str, Any]:
        return {
            "type": self.type,
            "version": self.version,
            "cases": self.cases,
            "passed": self.passed,
            "rewritten": self.rewritten,
            "refused": self.refused,
            "told": self.told,
        }


@value
class Result:
    """The judgement on one software. ``on`` is the day on which its standing was looked up."""

    software: Software
    on: Day
    standing: Standing
    corpus: Corpus
    answers: str
    """The digest of the answers and of what was written again."""
    types: tuple[TypeResult, ...]
    failures: tuple[Failure, ...]

    @property
    def conformant(self) -> bool:
        """Whether every case was passed and nothing refuses the software."""
        return not self.failures and self.standing.refused is None and bool(self.types)

    def as_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "conformant": self.conformant,
            "on": self.on,
            "software": {
                "system_id": self.software.system_id.lower(),
                "name": self.software.name,
                "version": self.software.version,
                "registry_checked": self.standing.checked,
                "remarks": [
                    {
                        "code": one.code,
                        "refuses": one.refuses,
                        "sepas_category": one.sepas_category,
                        "message": one.says.as_json(),
                    }
                    for one in self.standing.remarks
                ],
            },
            "edition": self.corpus.edition,
            "engine": self.corpus.engine,
            "corpus": self.corpus.digest,
            "answers": self.answers,
            "types": [one.as_json() for one in self.types],
            "failures": [one.as_json() for one in self.failures],
        }

    def as_bytes(self) -> bytes:
        """``result.json``; the same judgement gives the same bytes."""
        return orjson.dumps(self.as_json(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

    @property
    def digest(self) -> str:
        return sha256(self.as_bytes())


def judge(corpus: Corpus, answers: Answers, software: Software, standing: Standing, on: Day) -> Result:
    """What the answers are worth; every case of the corpus counts, answered or not."""
    failures: list[Failure] = []
    counted: dict[str, Counter[str]] = {known.id: Counter() for known in corpus.types}
    for case in corpus.cases:
        count = counted[case.type]
        answer = answers.by_case.get(case.id)
        wrong = _failure(corpus, case, answer, software.system_id)
        count["cases"] += 1
        if wrong is not None:
            failures.append(Failure(case.id, case.type, *wrong))
            continue
        count["passed"] += 1
        count["rewritten" if case.drawn.accepted else "refused"] += 1
        if answer is not None and not case.drawn.accepted:
            count["told"] += bool(answer.rules & case.drawn.rules or answer.places & case.drawn.places)
    types = tuple(_of_type(known, counted[known.id]) for known in corpus.types)
    return Result(software.checked(), on, standing, corpus, answers.digest, types, tuple(failures))


def _of_type(known: DocumentType, count: "Counter[str]") -> TypeResult:
    counts = (count[name] for name in ("cases", "passed", "rewritten", "refused", "told"))
    return TypeResult(known.id, known.version, known.title, *counts)


def _failure(corpus: Corpus, case: Case, answer: Answer | None, own_id: str) -> tuple[str, Text, str] | None:
    """Why a case is not passed: code, words and path; None if it is."""
    if answer is None:
        return "unanswered", Text("پاسخی داده نشده است.", "There is no answer."), ""
    if not case.drawn.accepted:
        if not answer.accepted:
            return None
        rules = ", ".join(sorted(case.drawn.rules))
        said = Text(f"سند نادرست پذیرفته شده است: {rules}.", f"A wrong document was accepted: {rules}.")
        return "accepted-wrong", said, min(case.drawn.places, default="")
    if not answer.accepted:
        return "refused-right", Text("سند درست رد شده است.", "A right document was refused."), ""
    if answer.problem is not None:
        return "not-readable", answer.problem, ""
    if answer.document is None:
        said = Text("سند پذیرفته شده ولی دوباره نوشته نشده است.", "The document was accepted, but not written again.")
        return "not-rewritten", said, ""
    return _of_rewritten(corpus, case, answer.document, own_id)


def _of_rewritten(corpus: Corpus, case: Case, data: bytes, own_id: str) -> tuple[str, Text, str] | None:
    report = corpus.check(data, type=case.type)
    if report.verdict is not Verdict.ACCEPTED:
        error = next((one for one in report.findings if one.severity is Severity.ERROR), None)
        rule = f" [{error.rule}]" if error else ""
        why = error.message if error else Text("داوری نشد.", "It could not be decided.")
        said = Text(
            f"آنچه دوباره نوشته شده پذیرفته نیست: {why.fa}{rule}", f"What was written again is refused: {why.en}{rule}"
        )
        return "rewritten-refused", said, error.where.path if error else ""
    shape = corpus.shape(case.type)
    try:
        message = same_message.read(data, shape)
    except Unreadable as fault:
        return "rewritten-refused", fault.text, ""
    place = same_message.first_difference(same_message.read(case.data, shape), message, shape, own_id)
    if place is None:
        return None
    said = Text(
        f"آنچه دوباره نوشته شده در {place or 'ریشه'} چیز دیگری می‌گوید.",
        f"What was written again says something else at {place or 'the root'}.",
    )
    return "another-message", said, place


def lines(result: Result, language: str) -> Iterator[str]:
    """The result for people: the software, each type, each failure, the verdict."""
    software = result.software
    named = " ".join(part for part in (software.name, software.version) if part)
    yield f"{named} ({software.system_id})" if named else software.system_id
    for remark in result.standing.remarks:
        yield f"  {remark.says.in_language(language)}"
    for one in result.types:
        title = one.title.in_language(language)
        yield (
            f"{one.type} {one.version} ({title}): {one.passed} از {one.cases}؛ {one.rewritten} بازنویسی، "
            f"{one.refused} رد ({one.told} با جا یا قاعدهٔ درست)"
            if language == "fa"
            else f"{one.type} {one.version} ({title}): {one.passed} of {one.cases}; {one.rewritten} written again, "
            f"{one.refused} refused ({one.told} with the right rule or place)"
        )
    for failure in result.failures:
        yield f"  {failure.case} {failure.type}: {failure.says.in_language(language)} [{failure.code}]" + (
            f" {failure.place}" if failure.place else ""
        )
    wrong = len(result.failures)
    if result.conformant:
        yield "سازگار است." if language == "fa" else "Conformant."
    elif language == "fa":
        yield f"سازگار نیست: {wrong} مورد نادرست." if wrong else "پذیرفته نیست."
    else:
        yield f"Not conformant: {wrong} case{'' if wrong == 1 else 's'} failed." if wrong else "Refused."

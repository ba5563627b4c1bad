"""What ``termserver validate`` writes by itself: a text for people, or one JSON document, report by report."""

from collections.abc import Callable
from typing import Any

import orjson

from termserver.cli import concept_text, console
from termserver.model.findings import Report, Severity, Verdict
from termserver.model.releases import Edition
from termserver.model.text import Text
from termserver.model.values import replace
from termserver.validation import text_report


class JsonOutput:
    """``{"reports": […], "errors": […], "release": …}``, written as it comes and valid at its end.

    ``errors`` names the documents that could not be judged, and is absent where all could.
    """

    def __init__(self, edition: Edition) -> None:
        self._release = edition.digest
        self._errors: list[dict[str, Any]] = []
        self._between = b'{"reports":[\n'

    def report(self, report: Report) -> None:
        console.write_bytes(self._between + orjson.dumps(report.as_json()))
        self._between = b",\n"

    def unread(self, name: str, why: Text) -> None:
        self._errors.append({"document": name, "message": why.as_json()})

    def end(self, status: int) -> None:
        start = b"\n" if self._between == b",\n" else self._between
        errors = b',"errors":' + orjson.dumps(self._errors) if self._errors else b""
        console.write_bytes(start + b"]" + errors + b',"release":' + orjson.dumps(self._release) + b"}\n")


def _say(text: str) -> None:
    print(text, flush=True)


class TextOutput:
    """Each report in words, and at the end how many documents came to which verdict."""

    def __init__(self, edition: Edition, language: str, quiet: bool, say: Callable[[str], None] = _say) -> None:
        self._edition = edition
        self._language = language
        self._quiet = quiet
        self._say = say
        self._verdicts = dict.fromkeys(Verdict, 0)
        self._unread = 0
        self._codes = 0
        self._checked = 0

    def report(self, report: Report) -> None:
        self._verdicts[report.verdict] += 1
        self._codes += report.share.codes
        self._checked += report.share.checked
        if not self._quiet:
            self._say(text_report.render(report, self._language))
        elif report.verdict != Verdict.ACCEPTED:
            wrong = tuple(finding for finding in report.findings if finding.severity == Severity.ERROR)
            self._say(text_report.render(replace(report, findings=wrong), self._language))

    def unread(self, name: str, why: Text) -> None:
        self._unread += 1

    def end(self, status: int) -> None:
        if self._quiet:
            return
        if sum(self._verdicts.values()) + self._unread > 1:
            self._say(self._total())
        self._say(concept_text.labels(self._edition))

    def _total(self) -> str:
        counted = [(_VERDICTS[verdict], number) for verdict, number in self._verdicts.items()]
        counted.append((_UNREAD, self._unread))
        said = ("، " if self._language == "fa" else ", ").join(
            f"{number} {name.in_language(self._language)}" for name, number in counted if number
        )
        if self._language == "fa":
            return f"{said}؛ {self._checked} از {self._codes} کد بررسی شد"
        return f"{said}; checked {self._checked} of {self._codes} codes"


_VERDICTS = {
    Verdict.ACCEPTED: Text("پذیرفته", "accepted"),
    Verdict.REJECTED: Text("رد", "rejected"),
    Verdict.UNDECIDED: Text("نامعلوم", "undecided"),
}
_UNREAD = Text("داوری‌نشده", "not judged")

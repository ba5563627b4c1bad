"""The page where a document is pasted or dropped and the findings stand beside its lines.

It works without a script. The values shown are those of the reader's own document; nothing of it is
kept or logged.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from termserver.model.days import jalali_text
from termserver.model.errors import TermserverError
from termserver.model.findings import Finding, Report, Severity, Verdict
from termserver.model.text import Text
from termserver.validation.edition_documents import FORMATS
from termserver.web import objection
from termserver.web.document_rows import rows
from termserver.web.documents_words import COUNTED, SEVERITIES, VERDICTS, WORDS
from termserver.web.site import Site

LIMIT = 5_000_000
"""Bytes of a document that the page takes; larger ones are for the command line."""
SHOWN = 200
"""Findings shown beside the lines; the rest is counted."""
_EDITABLE = 300_000
_PERSIAN = str.maketrans("0123456789,", "۰۱۲۳۴۵۶۷۸۹٬")


@dataclass(frozen=True, slots=True)
class Judged:
    """A document with the report on it."""

    data: bytes
    name: str
    report: Report


class DocumentsPage:
    """Renders the page over one opened edition."""

    def __init__(self, site: Site) -> None:
        self._server = site.server
        self._site = site

    @cached_property
    def titles(self) -> dict[str, Text]:
        """The document types by id."""
        return {known.id: known.title for known in self._server.document_types()}

    def example(self, type: str, format: str) -> str:
        """A valid document to start from; empty if there is none."""
        try:
            return self._server.example(type, format if format in FORMATS else "xml").decode()
        except TermserverError:
            return ""

    def render(
        self, language: str, judged: Judged | None = None, failure: Text | None = None, text: str = "", type: str = ""
    ) -> str:
        """The page: empty, with a text to judge, with a judged document, or with why it was not judged."""
        language = language if language in WORDS else "fa"
        return self._site.render(
            "documents.html",
            language,
            "/documents",
            words=WORDS[language],
            titles={id: title.in_language(language) for id, title in self.titles.items()},
            type=type,
            text=text if judged is None else _editable(judged.data),
            failure=failure.in_language(language) if failure else "",
            result=self._result(judged, language) if judged else None,
            limit=LIMIT,
            limit_says=_number(LIMIT // 1_000_000, language),
        )

    def _result(self, judged: Judged, language: str) -> dict[str, Any]:
        report = judged.report
        shown = report.findings[:SHOWN]
        title = self.titles.get(report.document_type)
        counts = [
            (
                str(severity),
                _number(count, language),
                (COUNTED if count > 1 else SEVERITIES)[severity].in_language(language),
            )
            for severity in Severity
            if (count := sum(finding.severity is severity for finding in report.findings))
        ]
        text = judged.data.decode("utf-8", "replace").removeprefix("\ufeff")
        return {
            "verdict": str(report.verdict),
            "verdict_says": VERDICTS[report.verdict].in_language(language),
            "contested": report.verdict is not Verdict.ACCEPTED,
            "complete": report.complete,
            "name": judged.name,
            "type": f"{title.in_language(language) if title else report.document_type} {report.type_version}".strip(),
            "type_id": report.document_type,
            "day": _day(report.day, language),
            "share": _share(report, language),
            "counts": counts,
            "more": _number(len(report.findings) - SHOWN, language) if len(report.findings) > SHOWN else "",
            "sha256": report.sha256,
            "carried": objection.masked(report, self._server.edition.digest),
            "notes": [_note(n, finding, language) for n, finding in enumerate(shown)],
            "rows": [
                {
                    "line": row.line,
                    "column": row.column,
                    "gap": row.gap,
                    "pieces": [piece for piece in row.pieces(shown) if piece[0]],
                    "notes": row.findings,
                }
                for row in rows(text, shown)
            ],
        }


def _note(n: int, finding: Finding, language: str) -> dict[str, Any]:
    return {
        "number": n,
        "severity": str(finding.severity),
        "severity_says": SEVERITIES[finding.severity].in_language(language),
        "message": finding.message.in_language(language),
        "hint": finding.hint.in_language(language) if finding.hint else "",
        "rule": finding.rule,
        "path": finding.where.path,
        "line": finding.where.line,
        "column": finding.where.column,
    }


def _share(report: Report, language: str) -> str:
    share = report.share
    if not share.codes:
        return ""
    checked, codes = _number(share.checked, language), _number(share.codes, language)
    between = "، " if language == "fa" else ", "
    left = between.join(f"\u2068{system}\u2069 {_number(count, language)}" for system, count in share.not_present)
    if language == "fa":
        return f"{checked} از {codes} کد بررسی شد" + (f" (بررسی‌نشده: {left})" if left else "")
    return f"checked {checked} of {codes} codes" + (f" (not checked: {left})" if left else "")


def _day(day: str, language: str) -> str:
    if not day:
        return ""
    return jalali_text(day).translate(_PERSIAN) if language == "fa" else f"{day} = {jalali_text(day)}"


def _number(number: int, language: str) -> str:
    return f"{number:,}".translate(_PERSIAN) if language == "fa" else f"{number:,}"


def _editable(data: bytes) -> str:
    """The text to go on with in the box; empty where the box would change it."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    changed = len(text) > _EDITABLE or any(sign < " " and sign not in "\t\n\r" for sign in text)
    return "" if changed else text

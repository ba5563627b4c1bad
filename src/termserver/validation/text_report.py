"""A report in plain words, Persian or English: the place first, then what, then what to do.

bill.xml:14:5: error: There is no such code in thritaEHR.gender. [code.unknown] Person.Gender.Coded_string
    <VM:Gender Value="•••" Terminology_id="•••" Coded_string="•" />
                                                ^
    Did you mean 2 (زن)?
bill.xml: rejected; checked 57 of 60 codes (not checked: ICD10 2, ICPC2P 1)
"""

import re
from collections.abc import Iterator

from termserver.model.days import jalali_text
from termserver.model.findings import Finding, Report, Severity, Verdict
from termserver.model.text import Text

_SEVERITIES = {
    Severity.ERROR: Text("خطا", "error"),
    Severity.WARNING: Text("هشدار", "warning"),
    Severity.INFORMATION: Text("آگاهی", "note"),
}
_VERDICTS = {
    Verdict.ACCEPTED: Text("پذیرفته شد", "accepted"),
    Verdict.REJECTED: Text("رد شد", "rejected"),
    Verdict.UNDECIDED: Text("نامعلوم ماند", "undecided"),
}
_INDENT = "    "
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""What a terminal obeys instead of showing: control characters, and marks that turn the direction of what follows."""


def render(report: Report, language: str = "en") -> str:
    """The whole report, its verdict in the last line; no line feed at the end."""
    return "\n".join(lines(report, language))


def lines(report: Report, language: str = "en") -> Iterator[str]:
    """The lines of the report, findings in the order of the document."""
    name = report.document or "-"
    for finding in report.findings:
        yield from map(_shown, _finding(finding, name, language))
    yield summary(report, language)


def _shown(line: str) -> str:
    """The line with a mark for each character that a document or a file name could play a trick with."""
    return _UNSEEN.sub("\ufffd", line)


def summary(report: Report, language: str = "en") -> str:
    """The last line: the verdict, and how many codes could be checked."""
    fa = language.lower().startswith("fa")
    share = report.share
    said = f"{report.document or '-'}: {_VERDICTS[report.verdict].in_language(language)}"
    if report.document_type:
        said += f" ({report.document_type} {report.type_version}{_day(report.day, fa)})"
    if share.codes:
        said += (
            f"؛ {share.checked} از {share.codes} کد بررسی شد"
            if fa
            else f"; checked {share.checked} of {share.codes} codes"
        )
        if share.not_present:
            left = (", ").join(f"{system} {count}" for system, count in share.not_present)
            said += f" (بررسی‌نشده: {left})" if fa else f" (not checked: {left})"
    if not report.complete:
        said += "؛ گزارش کامل نیست" if fa else "; the report is not complete"
    return _shown(said)


def _day(day: str, fa: bool) -> str:
    if not day:
        return ""
    return f"، {jalali_text(day)}" if fa else f", {day} = {jalali_text(day)}"


def _finding(finding: Finding, name: str, language: str) -> Iterator[str]:
    where = finding.where
    said = finding.message.in_language(language)
    kind = _SEVERITIES[finding.severity].in_language(language)
    path = f" {where.path}" if where.path else ""
    yield f"{name}:{where.line}:{where.column}: {kind}: {said} [{finding.rule}]{path}"
    if finding.excerpt:
        yield f"{_INDENT}{finding.excerpt}"
        yield f"{_INDENT}{' ' * finding.caret}^"
    if finding.hint:
        yield f"{_INDENT}{finding.hint.in_language(language)}"

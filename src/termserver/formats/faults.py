"""The findings of a report as a CI system needs them: none missing, each with a fingerprint that stays.

A document that ended undecided without an error, or that could not be read, gets one finding that
says so: a form that only knows findings would otherwise show it as accepted.
"""

import hashlib
from collections.abc import Iterator

from termserver.formats.run import Unread
from termserver.formats.writing import one_line, place
from termserver.model.findings import Finding, Layer, Location, Report, Severity, Verdict
from termserver.model.text import Text

UNDECIDED = "document.undecided"
UNREAD = "document.unread"

_UNDECIDED = Text("این سند داوری نشد؛ پذیرفته نیست.", "This document could not be decided; it is not accepted.")


def faults(report: Report) -> tuple[Finding, ...]:
    """The findings, and one more where an undecided document has no error to show."""
    if report.verdict is not Verdict.UNDECIDED:
        return report.findings
    if any(finding.severity is Severity.ERROR for finding in report.findings):
        return report.findings
    said = Finding(UNDECIDED, Layer.STRUCTURE, Severity.ERROR, _UNDECIDED, Location(), sepas_category=17)
    return (said, *report.findings)


def unread_report(unread: Unread) -> Report:
    """A document that could not be read, as an undecided report with one finding."""
    said = Finding(UNREAD, Layer.SYNTAX, Severity.ERROR, unread.message, Location(), sepas_category=15)
    return Report(unread.document, Verdict.UNDECIDED, (said,), complete=False)


def with_fingerprints(report: Report) -> Iterator[tuple[Finding, str]]:
    """Every fault with its fingerprint: 32 hex digits from document, rule, path and how often they came before.

    Neither values, nor lines, nor words are in it, so that it outlives a moved line, a changed
    value and another language, and gives nothing away.
    """
    seen: dict[tuple[str, str], int] = {}
    document = place(report.document)
    for finding in faults(report):
        key = (finding.rule, finding.where.path)
        times = seen[key] = seen.get(key, 0) + 1
        named = "\0".join((document, *key, str(times)))
        yield finding, hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()[:32]


def sentence(finding: Finding, language: str) -> str:
    """The message and the hint, in one line."""
    said = one_line(finding.message.in_language(language))
    hint = one_line(finding.hint.in_language(language)) if finding.hint else ""
    return f"{said} {hint}" if hint else said


def line(finding: Finding, document: str, language: str) -> str:
    """The finding in one line: place, words, rule and path."""
    where = finding.where
    path = f" {one_line(where.path)}" if where.path else ""
    return f"{place(document)}:{where.line}:{where.column}: {sentence(finding, language)} [{finding.rule}]{path}"

"""FHIR R4 OperationOutcome: one per document, in a Bundle or a line each.

Severity as it is found; what could not be decided is ``fatal``. ``expression`` is the logical path,
line and column are the extensions that HL7 defines for them, and ``details.text`` carries its other
language as HL7's translation extension.
"""

import hashlib
import uuid
from typing import Any

from termserver.formats.faults import UNDECIDED, UNREAD, faults, unread_report
from termserver.formats.run import RunInfo, Summary
from termserver.formats.writing import json_bytes, place, plain
from termserver.model.findings import Finding, Layer, Report
from termserver.model.text import Text

_HL7 = "http://hl7.org/fhir/StructureDefinition"
_CODES = {
    Layer.SYNTAX: "structure",
    Layer.STRUCTURE: "structure",
    Layer.CODE: "code-invalid",
    Layer.IDENTIFIER: "value",
    Layer.REGISTRY: "business-rule",
    Layer.RULE: "business-rule",
}
_CODES_BY_RULE = {
    "structure.mandatory": "required",
    "structure.empty": "required",
    "structure.type": "value",
    "structure.length": "value",
    "structure.pattern": "value",
    "structure.range": "value",
    "syntax.duplicate-key": "duplicate",
    "code.not-checked": "not-found",
    "document.unknown-type": "not-supported",
    "document.ambiguous-type": "not-supported",
    "document.no-rule-set": "not-supported",
    UNDECIDED: "incomplete",
    UNREAD: "exception",
}
_FINE = Text("ایرادی یافت نشد.", "No faults were found.")


def outcome(report: Report, language: str = "en") -> dict[str, Any]:
    """One document's findings as an OperationOutcome; a document without any gets one informational issue."""
    issues = [_issue(finding, report, language) for finding in faults(report)]
    if not issues:
        fine = {"severity": "information", "code": "informational", "details": _text(_FINE, language)}
        issues = [{"extension": [_file(report)], **fine}]
    return {"resourceType": "OperationOutcome", "issue": issues}


def _issue(finding: Finding, report: Report, language: str) -> dict[str, Any]:
    where = finding.where
    fatal = finding.rule in (UNDECIDED, UNREAD)
    code = _CODES_BY_RULE.get(finding.rule) or _CODES[finding.layer]
    said: dict[str, Any] = {
        "extension": [
            {"url": f"{_HL7}/operationoutcome-issue-line", "valueInteger": max(1, where.line)},
            {"url": f"{_HL7}/operationoutcome-issue-col", "valueInteger": max(1, where.column)},
            _file(report),
        ],
        "severity": "fatal" if fatal else str(finding.severity),
        "code": "too-costly" if finding.rule.startswith("budget.") else code,
        "details": {"coding": [{"code": finding.rule}], **_text(finding.message, language)},
    }
    hint = plain(finding.hint.in_language(language)).strip() if finding.hint else ""
    if hint:
        said["diagnostics"] = hint
    if where.path:
        said["expression"] = [plain(where.path)]
    return said


def _file(report: Report) -> dict[str, Any]:
    return {"url": f"{_HL7}/operationoutcome-file", "valueString": place(report.document)}


def _text(text: Text, language: str) -> dict[str, Any]:
    fa = language.lower().startswith("fa")
    said: dict[str, Any] = {"text": plain(text.in_language(language)).strip() or "-"}
    other = plain(text.en if fa else text.fa).strip()
    if other and other != said["text"]:
        parts = [{"url": "lang", "valueCode": "en" if fa else "fa"}, {"url": "content", "valueString": other}]
        said["_text"] = {"extension": [{"url": f"{_HL7}/translation", "extension": parts}]}
    return said


class OutcomeLinesWriter:
    """An OperationOutcome per line, in the order of the documents."""

    def __init__(self, language: str = "en") -> None:
        self._language = language

    def begin(self, about: RunInfo) -> bytes:
        return b""

    def report(self, report: Report) -> bytes:
        return json_bytes(outcome(report, self._language)) + b"\n"

    def end(self, summary: Summary) -> bytes:
        return b"".join(self.report(unread_report(unread)) for unread in summary.unread)


class BundleWriter:
    """A Bundle of type ``collection``, its tags naming the edition's releases and the engine."""

    def __init__(self, language: str = "en") -> None:
        self._language = language
        self._entries = 0

    def begin(self, about: RunInfo) -> bytes:
        tags = [{"code": pin.digest, "display": f"{pin.name} {pin.version}"} for pin in about.edition.releases]
        tags.append({"code": about.engine_version, "display": "termserver"})
        head = {"resourceType": "Bundle", "meta": {"tag": tags}, "language": self._language, "type": "collection"}
        return json_bytes(head)[:-1]

    def report(self, report: Report) -> bytes:
        self._entries += 1
        between = b',"entry":[\n' if self._entries == 1 else b",\n"
        named = f"{self._entries}\0{place(report.document)}\0{report.sha256}"
        number = uuid.UUID(bytes=hashlib.sha256(named.encode()).digest()[:16], version=5)
        entry = {"fullUrl": f"urn:uuid:{number}", "resource": outcome(report, self._language)}
        return between + json_bytes(entry)

    def end(self, summary: Summary) -> bytes:
        said = b"".join(self.report(unread_report(unread)) for unread in summary.unread)
        return said + (b"\n]}\n" if self._entries else b"}\n")  # FHIR knows no empty list

"""SARIF 2.1.0, as GitHub code scanning, Azure DevOps and editors read it.

At most 5,000 results (what GitHub shows of a run): errors as they come, warnings and notes in the
room that is left; the rest is counted in a notification. Section numbers are those of the OASIS
standard "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".
"""

import re
from typing import Any

from termserver.formats import words
from termserver.formats.faults import sentence, unread_report, with_fingerprints
from termserver.formats.run import RunInfo, Summary
from termserver.formats.tally import Tally
from termserver.formats.writing import json_bytes, plain, uri
from termserver.model.findings import Finding, Report, Severity
from termserver.model.text import Text

RESULT_LIMIT = 5_000
NOTED_LIMIT = 100
"""Incomplete documents named one by one; the others are counted."""

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFORMATION: "note"}
_LINK = re.compile(r"\[(?=[^\[\]]*\]\()")


class SarifWriter:
    """One run; its rules, artifacts and invocation stand after the results, which JSON allows."""

    def __init__(self, language: str = "en") -> None:
        self._language = language
        self._about: RunInfo | None = None
        self._rules: dict[str, tuple[int, Finding]] = {}
        self._artifacts: dict[str, tuple[int, Report]] = {}
        self._tally = Tally()
        self._written = 0
        self._held: list[bytes] = []
        self._incomplete: list[str] = []
        self._incomplete_count = 0

    def begin(self, about: RunInfo) -> bytes:
        self._about = about
        return b'{"$schema":"%s","version":"2.1.0","runs":[{"columnKind":"unicodeCodePoints","results":[' % (
            _SCHEMA.encode()
        )

    def report(self, report: Report) -> bytes:
        if not report.complete:
            self._incomplete_count += 1
            if len(self._incomplete) < NOTED_LIMIT:
                self._incomplete.append(report.document)
        said = []
        counted = []
        for finding, fingerprint in with_fingerprints(report):
            counted.append(finding)
            if self._written >= RESULT_LIMIT:
                continue
            if finding.severity is Severity.ERROR:
                said.append(self._next(self._result(report, finding, fingerprint)))
            elif len(self._held) < RESULT_LIMIT:
                self._held.append(self._result(report, finding, fingerprint))
        self._tally.add(tuple(counted))
        return b"".join(said)

    def end(self, summary: Summary) -> bytes:
        said = [self.report(unread_report(unread)) for unread in summary.unread]
        said += [self._next(result) for result in self._held[: max(0, RESULT_LIMIT - self._written)]]
        assert self._about is not None, "begin comes first"
        rest = {
            "tool": {"driver": self._driver(self._about)},
            "artifacts": [self._artifact(report) for _, report in self._artifacts.values()],
            "invocations": [self._invocation(summary)],
            "properties": {**self._about.as_json(), "summary": summary.as_json()},
        }
        return b"".join(said) + b"\n]," + json_bytes(rest)[1:-1] + b"}]}\n"

    def _next(self, result: bytes) -> bytes:
        self._written += 1
        return (b",\n" if self._written > 1 else b"\n") + result

    def _result(self, report: Report, finding: Finding, fingerprint: str) -> bytes:
        rule, _ = self._rules.setdefault(finding.rule, (len(self._rules), finding))
        address = uri(report.document)
        artifact, _ = self._artifacts.setdefault(address, (len(self._artifacts), report))
        where = finding.where
        location: dict[str, Any] = {
            "physicalLocation": {
                "artifactLocation": {"uri": address, "index": artifact},
                "region": {"startLine": max(1, where.line), "startColumn": max(1, where.column)},
            }
        }
        if where.path:
            location["logicalLocations"] = [
                {"name": plain(where.path.rpartition(".")[2]), "fullyQualifiedName": plain(where.path)}
            ]
        properties: dict[str, Any] = {"layer": str(finding.layer), "verdict": str(report.verdict)}
        if finding.sepas_category is not None:
            properties["sepasCategory"] = finding.sepas_category
        return json_bytes(
            {
                "ruleId": finding.rule,
                "ruleIndex": rule,
                "level": _LEVELS[finding.severity],
                "message": {"text": _message(sentence(finding, self._language))},
                "locations": [location],
                # GitHub reads primaryLocationLineHash alone
                "partialFingerprints": {"primaryLocationLineHash": f"{fingerprint}:1", "termserver/v1": fingerprint},
                "properties": properties,
            }
        )

    def _driver(self, about: RunInfo) -> dict[str, Any]:
        return {
            "name": "termserver",
            "version": about.engine_version,
            "language": "fa" if self._language.lower().startswith("fa") else "en",
            "rules": [self._rule(about, finding) for _, finding in self._rules.values()],
        }

    def _rule(self, about: RunInfo, finding: Finding) -> dict[str, Any]:
        layer = words.LAYERS[finding.layer]
        title = about.titles.get(finding.rule) or Text(f"{layer.fa}: {finding.rule}", f"{layer.en}: {finding.rule}")
        return {
            "id": finding.rule,
            "shortDescription": {"text": _message(title.in_language(self._language))},
            "defaultConfiguration": {"level": _LEVELS[finding.severity]},
            "properties": {"layer": str(finding.layer), "title": title.as_json(), "tags": ["health", finding.layer]},
        }

    def _artifact(self, report: Report) -> dict[str, Any]:
        said: dict[str, Any] = {"location": {"uri": uri(report.document)}, "roles": ["analysisTarget"]}
        if report.sha256:
            said["hashes"] = {"sha-256": report.sha256}
        said["properties"] = {
            "verdict": str(report.verdict),
            "type": report.document_type,
            "typeVersion": report.type_version,
            "day": report.day or None,
        }
        return said

    def _invocation(self, summary: Summary) -> dict[str, Any]:
        notes = [_note("document-incomplete", self._words(_INCOMPLETE), name) for name in self._incomplete]
        more = self._incomplete_count - len(self._incomplete)
        if more:
            said = Text(f"گزارش {more} سند دیگر کامل نیست.", f"The reports on {more} more documents are incomplete.")
            notes.append(_note("documents-incomplete", self._words(said)))
        left = self._tally.findings - self._written
        if left:
            said = Text(
                f"{left} یافتهٔ دیگر اینجا نیامده است؛ سقف {RESULT_LIMIT} است. خروجی json همه را دارد.",
                f"{left} more findings are not listed here; the limit is {RESULT_LIMIT}. The json output has them all.",
            )
            notes.append(_note("results-left-out", self._words(said)))
        done: dict[str, Any] = {"executionSuccessful": summary.exit_status not in (2, 4)}
        done["exitCode"] = summary.exit_status
        done["toolExecutionNotifications"] = notes
        return done

    def _words(self, text: Text) -> str:
        return text.in_language(self._language)


_INCOMPLETE = Text("گزارش این سند کامل نیست.", "The report on this document is incomplete.")


def _note(kind: str, said: str, document: str | None = None) -> dict[str, Any]:
    note: dict[str, Any] = {"descriptor": {"id": kind}, "level": "warning", "message": {"text": _message(said)}}
    if document is not None:
        note["locations"] = [{"physicalLocation": {"artifactLocation": {"uri": uri(document)}}}]
    return note


def _message(text: str) -> str:
    """Plain text with the braces of no placeholder doubled (3.11.5) and the brackets of no link escaped (3.11.6)."""
    return _LINK.sub(r"\\[", plain(text).replace("{", "{{").replace("}", "}}"))

"""GitLab's code quality report: a JSON list, each finding with a fingerprint that stays."""

from typing import Any

from termserver.formats.faults import UNDECIDED, UNREAD, sentence, unread_report, with_fingerprints
from termserver.formats.run import RunInfo, Summary
from termserver.formats.writing import json_bytes, place
from termserver.model.findings import Finding, Report, Severity

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFORMATION: "info"}


class GitlabWriter:
    """Errors are ``major``, warnings ``minor``, notes ``info``; what could not be judged at all is a ``blocker``."""

    def __init__(self, language: str = "en") -> None:
        self._language = language
        self._between = b"\n"

    def begin(self, about: RunInfo) -> bytes:
        return b"["

    def report(self, report: Report) -> bytes:
        said = []
        for finding, fingerprint in with_fingerprints(report):
            said += [self._between, json_bytes(self._issue(report, finding, fingerprint))]
            self._between = b",\n"
        return b"".join(said)

    def end(self, summary: Summary) -> bytes:
        return b"".join(self.report(unread_report(unread)) for unread in summary.unread) + b"\n]\n"

    def _issue(self, report: Report, finding: Finding, fingerprint: str) -> dict[str, Any]:
        judged = finding.rule not in (UNDECIDED, UNREAD)
        path = f" ({finding.where.path})" if finding.where.path else ""
        return {
            "description": sentence(finding, self._language) + path,
            "check_name": finding.rule,
            "fingerprint": fingerprint,
            "severity": _SEVERITIES[finding.severity] if judged else "blocker",
            "location": {"path": place(report.document), "lines": {"begin": max(1, finding.where.line)}},
        }

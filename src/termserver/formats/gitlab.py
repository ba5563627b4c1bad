"""GitLab's code quality report: a JSON list, each finding with a fingerprint that stays."""

from collections.abc import Iterator
from typing import Any

from termserver.formats.faults import UNDECIDED, UNREAD, sentence, with_fingerprints
from termserver.formats.json_list import JsonListWriter
from termserver.formats.writing import place
from termserver.model.findings import Finding, Report, Severity

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFORMATION: "info"}


class GitlabWriter(JsonListWriter):
    """Errors are ``major``, warnings ``minor``, notes ``info``; what could not be judged at all is a ``blocker``."""

    def items(self, report: Report) -> Iterator[Any]:
        return (self._issue(report, finding, fingerprint) for finding, fingerprint in with_fingerprints(report))

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

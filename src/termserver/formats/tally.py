"""Which rules were broken how often, over a run of any length: memory grows with the rules, not with the documents."""

from dataclasses import dataclass

from termserver.model.findings import Finding, Severity
from termserver.model.text import Text

_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFORMATION: 2}


@dataclass(slots=True)
class RuleCount:
    """One rule in one severity: its findings, the documents they are in, and the first message as a sample."""

    rule: str
    severity: Severity
    sample: Text
    findings: int = 0
    documents: int = 0


class Tally:
    """Counts findings by rule and severity."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, Severity], RuleCount] = {}
        self.findings = 0
        self.documents = 0
        """Documents with at least one finding."""

    def add(self, findings: tuple[Finding, ...]) -> None:
        """Count the findings of one document."""
        if not findings:
            return
        self.documents += 1
        self.findings += len(findings)
        here: set[tuple[str, Severity]] = set()
        for finding in findings:
            key = (finding.rule, finding.severity)
            count = self._counts.get(key)
            if count is None:
                count = self._counts[key] = RuleCount(finding.rule, finding.severity, finding.message)
            count.findings += 1
            if key not in here:
                here.add(key)
                count.documents += 1

    def most_frequent(self) -> list[RuleCount]:
        """Errors first, then by number of findings, then by rule id."""
        return sorted(self._counts.values(), key=lambda count: (_ORDER[count.severity], -count.findings, count.rule))

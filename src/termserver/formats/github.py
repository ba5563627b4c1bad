"""Workflow commands of GitHub Actions: the ten best annotations of a kind, errors first, the rest counted.

GitHub shows ten annotations of a kind per step and drops the others in silence; so they are chosen
here, one for every rule before a second of any, and the last notice counts what is not shown.
The commands come at the end of the run, on standard output.
"""

from termserver.formats import words
from termserver.formats.faults import faults, sentence, unread_report
from termserver.formats.run import RunInfo, Summary
from termserver.formats.tally import Tally
from termserver.formats.writing import one_line, place, plain
from termserver.model.findings import Finding, Report, Severity
from termserver.model.text import Text

SHOWN = 10

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFORMATION: "notice"}


class _Best:
    """Up to ten findings of one severity: the first of every rule, then whatever came first."""

    def __init__(self) -> None:
        self._by_rule: dict[str, tuple[int, str]] = {}
        self._first: list[tuple[int, str]] = []
        self._seen = 0

    def wants(self, rule: str) -> bool:
        return len(self._first) < SHOWN or (rule not in self._by_rule and len(self._by_rule) < SHOWN)

    def add(self, rule: str, command: str) -> None:
        self._seen += 1
        entry = (self._seen, command)
        if rule not in self._by_rule:
            self._by_rule[rule] = entry
        elif len(self._first) < SHOWN:
            self._first.append(entry)

    def chosen(self, number: int) -> list[str]:
        """The best so many, in the order in which they were found."""
        best = (list(self._by_rule.values()) + self._first)[:number]
        return [command for _, command in sorted(best)]


class GithubWriter:
    """At most ten ``::error``, ten ``::warning`` and ten ``::notice`` lines, the last of them the count."""

    def __init__(self, language: str = "en") -> None:
        self._language = language
        self._best = {severity: _Best() for severity in _COMMANDS}
        self._tally = Tally()

    def begin(self, about: RunInfo) -> bytes:
        return b""

    def report(self, report: Report) -> bytes:
        found = faults(report)
        self._tally.add(found)
        for finding in found:
            best = self._best[finding.severity]
            if best.wants(finding.rule):
                best.add(finding.rule, self._command(report, finding))
        return b""

    def end(self, summary: Summary) -> bytes:
        for unread in summary.unread:
            self.report(unread_report(unread))
        said: list[str] = []
        for severity, best in self._best.items():
            room = SHOWN - 1 if severity is Severity.INFORMATION else SHOWN  # one notice counts the rest
            said += best.chosen(room)
        said.append(self._count(summary, self._tally.findings - len(said)))
        return ("\n".join(said) + "\n").encode()

    def _command(self, report: Report, finding: Finding) -> str:
        where = finding.where
        text = sentence(finding, self._language)
        if where.path:
            text += f"\n{one_line(where.path)}"
        return (
            f"::{_COMMANDS[finding.severity]} file={_property(place(report.document))},line={max(1, where.line)},"
            f"col={max(1, where.column)},title={_property(finding.rule)}::{_data(text)}"
        )

    def _count(self, summary: Summary, left: int) -> str:
        text = _say(words.counted(summary), self._language) + "; " + _say(words.share(summary), self._language)
        if left > 0:
            most = ", ".join(f"{count.rule} {count.findings}" for count in self._tally.most_frequent()[:SHOWN])
            text += "\n" + _say(
                Text(
                    f"{left} یافتهٔ دیگر نشان داده نشده است. بیشترین‌ها: {most}",
                    f"{left} more findings are not shown. Most frequent: {most}",
                ),
                self._language,
            )
        return f"::notice title=termserver::{_data(text)}"


def _say(text: Text, language: str) -> str:
    return text.in_language(language)


def _data(text: str) -> str:
    """The message of a command, as the runner unescapes it; ``plain`` leaves no carriage return."""
    return plain(text).replace("%", "%25").replace("\n", "%0A")


def _property(text: str) -> str:
    """A property of a command, which also ends at a colon or a comma."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")

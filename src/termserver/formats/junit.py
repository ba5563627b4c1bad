"""JUnit XML: one test case per document; rejected is a failure, undecided an error.

JUnit has no place for a warning, so warnings and notes go to ``system-out``. A suite carries exact
counts, hence it is written when it is full (1,000 documents): a run of up to so many is one suite.
No times are written; the same documents give the same bytes.
"""

from collections.abc import Sequence

from termserver.formats.faults import faults, line, sentence, unread_report
from termserver.formats.run import RunInfo, Summary
from termserver.formats.writing import place, xml_attribute, xml_text
from termserver.model.findings import Finding, Report, Severity, Verdict
from termserver.model.text import Text

SUITE_SIZE = 1_000
SHOWN_PER_DOCUMENT = 100

_ELEMENTS = {Verdict.REJECTED: "failure", Verdict.UNDECIDED: "error"}


class JUnitWriter:
    """``testsuites`` with a ``testsuite`` for every 1,000 documents, the first named ``termserver``."""

    def __init__(self, language: str = "en") -> None:
        self._language = language
        self._properties = ""
        self._cases: list[str] = []
        self._verdicts = dict.fromkeys(Verdict, 0)
        self._suites = 0

    def begin(self, about: RunInfo) -> bytes:
        known = {
            "termserver": about.engine_version,
            "edition": about.edition.digest,
            "releases": about.releases,
            **{f"option.{name}": value for name, value in sorted(about.options.items())},
        }
        said = "".join(
            f'      <property name="{xml_attribute(name)}" value="{xml_attribute(value)}"/>\n'
            for name, value in known.items()
        )
        self._properties = f"    <properties>\n{said}    </properties>\n"
        return b'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="termserver">\n'

    def report(self, report: Report) -> bytes:
        self._verdicts[report.verdict] += 1
        self._cases.append(self._case(report))
        return self._suite() if len(self._cases) >= SUITE_SIZE else b""

    def end(self, summary: Summary) -> bytes:
        said = b"".join(self.report(unread_report(unread)) for unread in summary.unread)
        if self._cases or not self._suites:
            said += self._suite()
        return said + b"</testsuites>\n"

    def _suite(self) -> bytes:
        self._suites += 1
        name = "termserver" if self._suites == 1 else f"termserver ({self._suites})"
        said = (
            f'  <testsuite name="{name}" tests="{len(self._cases)}" '
            f'failures="{self._verdicts[Verdict.REJECTED]}" errors="{self._verdicts[Verdict.UNDECIDED]}" skipped="0">\n'
            f"{self._properties}{''.join(self._cases)}  </testsuite>\n"
        )
        self._cases = []
        self._verdicts = dict.fromkeys(Verdict, 0)
        return said.encode()

    def _case(self, report: Report) -> str:
        kind = f"{report.document_type} {report.type_version}".strip() or "document"
        name = xml_attribute(place(report.document))
        found = faults(report)
        errors = [finding for finding in found if finding.severity is Severity.ERROR]
        others = [finding for finding in found if finding.severity is not Severity.ERROR]
        inside = ""
        element = _ELEMENTS.get(report.verdict)
        if element:
            inside += self._element(element, report, errors or others)
        if others:
            inside += f"      <system-out>{xml_text(self._lines(report, others))}</system-out>\n"
        opened = f'    <testcase classname="{xml_attribute(kind)}" name="{name}" file="{name}"'
        return f"{opened}>\n{inside}    </testcase>\n" if inside else f"{opened}/>\n"

    def _element(self, element: str, report: Report, found: Sequence[Finding]) -> str:
        if not found:
            return f"      <{element}/>\n"
        more = len(found) - 1
        message = sentence(found[0], self._language) + (self._words(_AND_MORE, more) if more else "")
        return (
            f'      <{element} type="{xml_attribute(found[0].rule)}" message="{xml_attribute(message)}">'
            f"{xml_text(self._lines(report, found))}</{element}>\n"
        )

    def _lines(self, report: Report, found: Sequence[Finding]) -> str:
        lines = [line(finding, report.document, self._language) for finding in found[:SHOWN_PER_DOCUMENT]]
        if len(found) > SHOWN_PER_DOCUMENT:
            lines.append(self._words(_MORE, len(found) - SHOWN_PER_DOCUMENT))
        return "\n".join(lines)

    def _words(self, text: Text, number: int) -> str:
        return text.in_language(self._language).format(number)


_AND_MORE = Text(" (و {} یافتهٔ دیگر)", " (and {} more)")
_MORE = Text("… و {} یافتهٔ دیگر", "… and {} more")

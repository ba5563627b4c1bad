"""A Markdown summary for a merge request or ``$GITHUB_STEP_SUMMARY``: never more than a mebibyte, however long the run.

First the verdicts, then the rules that were broken most, then the documents to look at.
"""

import re

from termserver.formats import words
from termserver.formats.faults import faults, sentence, unread_report
from termserver.formats.run import RunInfo, Summary
from termserver.formats.tally import Tally
from termserver.formats.writing import one_line, place
from termserver.model.findings import Report, Severity, Verdict
from termserver.model.text import Text

BYTE_LIMIT = 1_000_000
"""GitHub refuses a step summary of more than 1 MiB."""
RULES_SHOWN = 50
DOCUMENTS_SHOWN = 200
_CELL = 300

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~$])")


class MarkdownWriter:
    """Everything is written at the end; only the rows that can be shown are kept until then."""

    def __init__(self, language: str = "en") -> None:
        self._language = language
        self._right_to_left = language.lower().startswith("fa")
        self._about: RunInfo | None = None
        self._tally = Tally()
        self._rows: dict[Verdict, list[str]] = {Verdict.REJECTED: [], Verdict.UNDECIDED: []}
        self._documents = 0

    def begin(self, about: RunInfo) -> bytes:
        self._about = about
        return b""

    def report(self, report: Report) -> bytes:
        found = faults(report)
        self._tally.add(found)
        rows = self._rows.get(report.verdict)
        if rows is not None:
            self._documents += 1
            if len(rows) < DOCUMENTS_SHOWN:
                rows.append(self._row(report))
        return b""

    def end(self, summary: Summary) -> bytes:
        for unread in summary.unread:
            self.report(unread_report(unread))
        assert self._about is not None, "begin comes first"
        about = self._about
        said = [f"## termserver: {self._say(words.counted(summary))}\n"]
        if self._right_to_left:
            said.insert(0, "<div dir=rtl>\n")
        origin = f"{_safe(about.releases)} · `{about.edition.digest[:16]}` · termserver {_safe(about.engine_version)}"
        said.append(f"{self._say(words.share(summary))} · {origin}\n")
        size = sum(len(line.encode()) + 1 for line in said)
        counts = self._tally.most_frequent()
        rules = [
            f"| `{count.rule}` | {self._say(words.SEVERITIES[count.severity])} | {count.findings} | {count.documents} "
            f"| {_safe(self._say(count.sample))} |"
            for count in counts[:RULES_SHOWN]
        ]
        if rules:
            size = self._table(said, size, _RULES, rules, len(counts))
        documents = (self._rows[Verdict.REJECTED] + self._rows[Verdict.UNDECIDED])[:DOCUMENTS_SHOWN]
        if documents:
            self._table(said, size, _DOCUMENTS, documents, self._documents)
        if self._right_to_left:
            said.append("</div>")
        return ("\n".join(said).rstrip("\n") + "\n").encode("utf-8", "replace")

    def _table(self, said: list[str], size: int, head: Text, rows: list[str], total: int) -> int:
        said.append(self._say(head))
        shown = 0
        for row in rows:
            length = len(row.encode("utf-8", "replace")) + 1
            if size + length > BYTE_LIMIT:
                break
            size += length
            shown += 1
            said.append(row)
        if total > shown:
            more = total - shown
            said.append(self._say(Text(f"\n… و {more} مورد دیگر\n", f"\n… and {more} more\n")))
        else:
            said.append("")  # a table ends at an empty line
        return size

    def _row(self, report: Report) -> str:
        errors = [finding for finding in faults(report) if finding.severity is Severity.ERROR]
        first = errors[0] if errors else None
        verdict = self._say(words.VERDICTS[report.verdict])
        where = f"{first.where.line}:{first.where.column}" if first else ""
        told = f"{_safe(sentence(first, self._language))} `{first.rule}`" if first else ""
        return f"| {_safe(place(report.document))} | {verdict} | {len(errors)} | {where} | {told} |"

    def _say(self, text: Text) -> str:
        return text.in_language(self._language)


_RULES = Text(
    "### قاعده‌هایی که بیشتر شکسته شد\n\n| قاعده | شدت | یافته‌ها | سندها | نمونه |\n|---|---|---:|---:|---|",
    "### Rules broken most\n\n| rule | severity | findings | documents | for example |\n|---|---|---:|---:|---|",
)
_DOCUMENTS = Text(
    "### سندهایی که باید دید\n\n| سند | رأی | خطاها | جا | نخستین خطا |\n|---|---|---:|---|---|",
    "### Documents to look at\n\n| document | verdict | errors | line:column | first error |\n|---|---|---:|---|---|",
)


def _safe(text: str) -> str:
    """The text in one cell of a table: no markup of its own, no HTML, no mention, no line feed."""
    said = one_line(text, _CELL).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", said).replace("@", "@\u200b")  # a mention calls nobody

"""What became of every row of an imported table: one report, as JSON, as CSV and in words.

A row either landed or was refused; what was noticed on the way is an entry naming the row, the
column, the rule and the value before and after. Nothing is dropped or mended without an entry.
"""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from termserver.model.text import Text

Progress = Callable[[int, int], None]
"""Told (done, total) now and then by a long import; a total of 0 is not known yet."""

_SYSTEMS = 20
"""So many code systems are named in a report that is read; the files hold all."""


class Outcome(StrEnum):
    """What was done with a row, or with one value of it."""

    LANDED = "landed"
    REPAIRED = "repaired"
    """The meaning was sure and the writing was not: a lost zero, a NULL text, a stray space."""
    FLAGGED = "flagged"
    """Somebody has to look. The value was kept as it stood, or left out where ``after`` is empty."""
    MERGED = "merged"
    """The code was there already; what the row says was added to it."""
    REFUSED = "refused"
    """The row is in no code system; the entry says why."""


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One thing noticed in one row. ``row`` is the line of a text file, the row of a sheet; 0 is the whole file."""

    file: str
    row: int
    column: str
    outcome: Outcome
    rule: str
    message: Text
    before: str = ""
    after: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "row": self.row,
            "column": self.column,
            "outcome": str(self.outcome),
            "rule": self.rule,
            "message": self.message.as_json(),
            "before": self.before,
            "after": self.after,
        }


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file that was read: which sheet it is, its digest, how many rows it holds, and figures about its values."""

    file: str
    sheet: str
    sha256: str
    read: int
    landed: int
    refused: int
    facts: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "sheet": self.sheet,
            "sha256": self.sha256,
            "read": self.read,
            "landed": self.landed,
            "refused": self.refused,
            "facts": dict(self.facts),
        }


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The files read, the entries, and for each code system how many concepts came of them."""

    files: tuple[FileReport, ...]
    rows: tuple[ReportRow, ...]
    concepts: dict[str, int] = field(default_factory=dict)

    @property
    def read(self) -> int:
        return sum(file.read for file in self.files)

    @property
    def counts(self) -> dict[str, int]:
        """Rows by outcome. Landed and refused add up to all rows; a landed row may also count as repaired,
        flagged or merged, once each however many entries it has."""
        noticed = {(row.outcome, row.file, row.row) for row in self.rows if row.row}
        by_outcome = dict.fromkeys((str(outcome) for outcome in Outcome), 0)
        for outcome, _, _ in noticed:
            by_outcome[str(outcome)] += 1
        by_outcome[Outcome.LANDED] = sum(file.landed for file in self.files)
        by_outcome[Outcome.REFUSED] = sum(file.refused for file in self.files)
        return by_outcome

    @property
    def rules(self) -> dict[tuple[str, str], int]:
        """How many entries there are by (outcome, rule), most frequent first."""
        counted: dict[tuple[str, str], int] = {}
        for row in self.rows:
            counted[str(row.outcome), row.rule] = counted.get((str(row.outcome), row.rule), 0) + 1
        return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))

    def as_json(self) -> dict[str, Any]:
        return {
            "read": self.read,
            "counts": self.counts,
            "concepts": dict(self.concepts),
            "rules": [{"outcome": o, "rule": r, "entries": n} for (o, r), n in self.rules.items()],
            "files": [file.as_json() for file in self.files],
            "rows": [row.as_json() for row in self.rows],
        }

    def as_csv(self) -> str:
        """One line per entry, LF ends. Write it as ``utf-8-sig`` so that Excel reads the Persian."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("file", "row", "column", "outcome", "rule", "before", "after", "message_fa", "message_en"))
        for row in self.rows:
            cells = (row.file, row.row, row.column, row.outcome, row.rule, row.before, row.after)
            writer.writerow([_harmless(str(cell)) for cell in (*cells, row.message.fa, row.message.en)])
        return out.getvalue()

    def as_text(self, language: str = "en", examples: int = 2) -> str:
        """A page to read: the counts, the files, each rule with how often it was met and ``examples`` of its rows."""
        return "\n".join(self._lines(language, examples))

    def _lines(self, language: str, examples: int) -> Iterator[str]:
        counts, persian = self.counts, language.lower().startswith("fa")
        if persian:
            yield f"{self.read:,} سطر خوانده شد: {counts['landed']:,} نشست، {counts['refused']:,} پذیرفته نشد."
            yield (
                f"از نشسته‌ها: {counts['repaired']:,} اصلاح، {counts['flagged']:,} نیازمند بررسی،"
                f" {counts['merged']:,} ادغام."
            )
        else:
            yield f"{self.read:,} rows read: {counts['landed']:,} landed, {counts['refused']:,} refused."
            yield (
                f"Of the landed: {counts['repaired']:,} repaired, {counts['flagged']:,} to be looked at,"
                f" {counts['merged']:,} merged."
            )
        for file in self.files:
            yield f"  {file.file} ({file.sheet}): {file.landed:,} / {file.read:,}"
        for system, number in list(self.concepts.items())[:_SYSTEMS]:
            yield f"  {system}: {number:,}"
        if len(self.concepts) > _SYSTEMS:
            more, codes = len(self.concepts) - _SYSTEMS, sum(list(self.concepts.values())[_SYSTEMS:])
            yield f"  … و {more:,} سامانهٔ دیگر: {codes:,}" if persian else f"  … and {more:,} more: {codes:,}"
        for (outcome, rule), number in self.rules.items():
            yield f"{number:>8,}  {outcome:<9} {rule}"
            same = (row for row in self.rows if row.rule == rule and row.outcome == outcome)
            for row, _ in zip(same, range(examples), strict=False):
                at = f"{row.file}:{row.row}" if row.row else row.file
                yield f"          {at}: {row.message.in_language(language)}"


def _harmless(cell: str) -> str:
    """The cell as a spreadsheet will show it and not run it."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell

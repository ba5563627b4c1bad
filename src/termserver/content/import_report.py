"""What became of every row of a table that was imported into a code system."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from termserver.content.problems import Problem
from termserver.content.table_mapping import TableMapping
from termserver.model.text import Text


class Outcome(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    BLANK = "blank"


@dataclass(frozen=True, slots=True)
class Change:
    """A value before and after: a change of the folder, or what was mended in the table's cell."""

    column: str
    before: str
    after: str

    def as_json(self) -> dict[str, str]:
        return {"column": self.column, "before": self.before, "after": self.after}


@dataclass(frozen=True, slots=True)
class RowReport:
    """One row: its number in the table, and what became of it.

    ``changes`` are those of the folder, ``mended`` those of the row's own cells before they were
    taken; a refused row names the column (its header) and the reason.
    """

    row: int
    code: str
    outcome: Outcome
    changes: tuple[Change, ...] = ()
    mended: tuple[Change, ...] = ()
    column: str = ""
    rule: str = ""
    reason: Text | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "row": self.row,
            "code": self.code,
            "outcome": str(self.outcome),
            "changes": [change.as_json() for change in self.changes],
            "mended": [change.as_json() for change in self.mended],
            "column": self.column,
            "rule": self.rule,
            "reason": self.reason.as_json() if self.reason else None,
        }


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The whole import. ``written`` tells whether the folder was changed, ``stopped`` why it was not.

    ``missing`` are the active codes of the folder that the table does not have; ``problems`` what
    ``content check`` would say of the result.
    """

    system: str
    mapping: TableMapping
    rows: tuple[RowReport, ...]
    missing: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    version: str = ""
    promoted: bool = False
    dry_run: bool = False
    written: bool = False
    stopped: Text | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many rows came to each outcome; their sum is the number of rows."""
        found = Counter(str(row.outcome) for row in self.rows)
        return {str(outcome): found[str(outcome)] for outcome in Outcome}

    @property
    def ok(self) -> bool:
        """Whether every row landed and nothing stopped the import."""
        return self.stopped is None and not any(row.outcome == Outcome.REFUSED for row in self.rows)

    def as_json(self) -> dict[str, Any]:
        return {
            "system": self.system,
            "mapping": self.mapping.as_json(),
            "mapping_guessed": self.mapping.guessed,
            "unused_columns": list(self.mapping.unused),
            "counts": self.counts,
            "rows": [row.as_json() for row in self.rows],
            "missing": list(self.missing),
            "retired": list(self.retired),
            "version": self.version,
            "promoted": self.promoted,
            "dry_run": self.dry_run,
            "written": self.written,
            "stopped": self.stopped.as_json() if self.stopped else None,
            "problems": [problem.as_json() for problem in self.problems],
        }

    def lines(self, language: str = "en", every_row: bool = False, limit: int = 200) -> Iterator[str]:
        """The report in words: the mapping, up to ``limit`` rows that need a look (or all), sums, what was done."""
        fa = language.startswith("fa")
        how = ("حدس زده شد" if fa else "guessed") if self.mapping.guessed else ("گفته شد" if fa else "as told")
        pairs = ", ".join(f"{ours} ← {theirs}" for ours, theirs in self.mapping.as_json().items())
        yield f"ستون‌ها ({how}): {pairs}" if fa else f"columns ({how}): {pairs}"
        if self.mapping.unused:
            unused = ", ".join(self.mapping.unused)
            yield f"ستون‌های به‌کارنرفته: {unused}" if fa else f"columns not used: {unused}"
        shown = [
            row for row in self.rows if every_row or row.mended or row.outcome in (Outcome.CHANGED, Outcome.REFUSED)
        ]
        more = 0 if every_row else len(shown) - limit
        yield from (_row_line(row, fa) for row in (shown[:limit] if more > 0 else shown))
        if more > 0:
            yield f"… و {more} سطر دیگر (همه: --json)" if fa else f"… and {more} more rows (all of them: --json)"
        if self.missing:
            listed = ", ".join(self.missing[:20]) + (" …" if len(self.missing) > 20 else "")
            count = len(self.missing)
            yield f"در جدول نیست ({count}): {listed}" if fa else f"not in the table ({count}): {listed}"
        for problem in self.problems:
            yield problem.in_language(language)
        yield ", ".join(f"{count} {_OUTCOMES_FA[name] if fa else name}" for name, count in self.counts.items())
        yield self.conclusion().in_language(language)

    def conclusion(self) -> Text:
        """What was done in the end, in one sentence."""
        if self.stopped:
            return self.stopped
        if self.dry_run:
            return Text(fa="آزمایشی بود؛ چیزی نوشته نشد.", en="This was a dry run; nothing was written.")
        if not self.written:
            return Text(fa="چیزی برای نوشتن نبود.", en="There was nothing to write.")
        if self.promoted:
            return Text(
                fa=f"{self.system} اکنون کامل است، نسخهٔ {self.version}.",
                en=f"{self.system} is now complete, version {self.version}.",
            )
        return Text(fa=f"در codesystems/{self.system} نوشته شد.", en=f"Written to codesystems/{self.system}.")


_OUTCOMES_FA = {
    "added": "افزوده",
    "changed": "تغییریافته",
    "unchanged": "بی‌تغییر",
    "refused": "ردشده",
    "blank": "خالی",
}


def _row_line(row: RowReport, fa: bool) -> str:
    start = (
        f"سطر {row.row}: {row.code}: {_OUTCOMES_FA[row.outcome]}" if fa else f"row {row.row}: {row.code}: {row.outcome}"
    )
    parts = [f"{change.column}: «{change.before}» ← «{change.after}»" if fa else
             f"{change.column}: '{change.before}' → '{change.after}'" for change in row.changes]  # fmt: skip
    parts += [f"اصلاح {change.column}: «{change.before}» ← «{change.after}»" if fa else
              f"mended {change.column}: '{change.before}' → '{change.after}'" for change in row.mended]  # fmt: skip
    if row.reason:
        parts.append(f"{row.column}: {row.reason.in_language('fa' if fa else 'en')} [{row.rule}]")
    return f"{start}: {'; '.join(parts)}" if parts else start

"""A document cut into rows to be read: numbered lines, long ones broken, far ones left out.

A real packet is often one single line; it is broken between its elements, and each row says at which
column it begins. Of a large document only the rows around the findings are kept.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from termserver.model.findings import Finding

ROWS = 600
"""Rows shown at most where nothing has to be left out."""
AROUND = 3
"""Rows shown before and after one with a finding in a document of more rows."""
WIDTH = 400
_GOAL = 100

_SEAM = re.compile(r">(?=<)|,\s?(?=[\"{\[])")
_TOKEN = re.compile(
    r'<[^\s<>/="\']{1,80}'  # a tag
    r'|[^\s<>="\']{1,80}\s?=\s?"[^"<]{0,160}"?'  # an attribute with its value
    r'|"(?:[^"\\]|\\.){0,160}"?(?:\s?:\s?(?:"(?:[^"\\]|\\.){0,160}"|[^\s"\[\]{},]{1,40}))?'  # a JSON member
    r'|[^\s,}\]<>"]{1,80}|.'
)
# what has no form of its own, or would turn the text around, is shown as a sign
_SIGNS = {code: 0x2400 + code for code in range(32) if code not in (9, 10)}
_SIGNS |= dict.fromkeys((0x7F, *range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD)


@dataclass(slots=True)
class Row:
    """A piece of one line: where it begins, its text in plain and marked pieces, the findings that stand in it."""

    line: int
    column: int
    text: str
    findings: list[int] = field(default_factory=list)
    gap: bool = False
    """Whether rows before it are left out."""

    def pieces(self, findings: Sequence[Finding]) -> Iterator[tuple[str, str]]:
        """Text with the severity it is marked by; empty where it is not."""
        done = 0
        for n in self.findings:
            at = findings[n].where.column - self.column
            if at < done or at >= len(self.text):
                continue
            found = _TOKEN.match(self.text, at)
            end = found.end() if found else at + 1
            yield self.text[done:at], ""
            yield self.text[at:end], str(findings[n].severity)
            done = end
        yield self.text[done:], ""


def rows(text: str, findings: Sequence[Finding]) -> list[Row]:
    """The rows to show, findings at their places; ``findings`` are sorted by place, as a report has them."""
    lines = text.translate(_SIGNS).split("\n") if len(text) < 200_000 else text.split("\n")
    if len(lines) > 1 and not lines[-1]:
        lines.pop()  # the line feed at the end of the file begins no line
    wanted: Sequence[int] = range(len(lines))
    if len(lines) > ROWS:
        wanted = _around([min(max(one.where.line, 1), len(lines)) - 1 for one in findings], len(lines))
    every: list[Row] = []
    for number in wanted:
        every += _pieces(number + 1, lines[number].removesuffix("\r").removesuffix("␍"))
    places = [(row.line, row.column) for row in every]
    for n, one in enumerate(findings):
        at = bisect_right(places, (min(one.where.line, len(lines)), one.where.column)) - 1
        every[max(at, 0)].findings.append(n)
    shown: Sequence[int] = range(len(every))
    if len(every) > ROWS:
        shown = _around([n for n, row in enumerate(every) if row.findings], len(every))
    return _with_gaps([every[n] for n in shown], {id(every[n]): n for n in shown})


def _around(places: Sequence[int], length: int) -> list[int]:
    """The places with what is near them; the beginning where there are none."""
    kept: set[int] = set()
    for place in places or [0]:
        kept.update(range(max(0, place - AROUND), min(length, place + AROUND + 1)))
    return sorted(kept) if places else list(range(min(length, 4 * AROUND)))


def _with_gaps(kept: list[Row], index: dict[int, int]) -> list[Row]:
    before: Row | None = None
    for row in kept:
        row.text = row.text.translate(_SIGNS)
        follows = (
            row.line == 1 and row.column == 1
            if before is None
            else index[id(row)] == index[id(before)] + 1 and row.line <= before.line + 1
        )
        row.gap = not follows
        before = row
    return kept


def _pieces(line: int, text: str) -> Iterator[Row]:
    """A line as it is, or broken at its seams so that no row is much longer than a screen is wide."""
    if len(text) <= WIDTH:
        yield Row(line, 1, text)
        return
    start = 0
    while start < len(text):
        seam = _SEAM.search(text, start + _GOAL, start + WIDTH)
        end = seam.end() if seam else start + WIDTH
        yield Row(line, start + 1, text[start:end])
        start = end

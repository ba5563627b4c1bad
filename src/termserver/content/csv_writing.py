"""CSV in its canonical form: UTF-8, LF, quotes only where they are needed, columns in their order."""

import re
from collections.abc import Iterable, Sequence

from termserver.content.csv_files import split

_NEEDS_QUOTES = re.compile(r'[,"\n\r]')


def csv_line(cells: Sequence[str]) -> str:
    """One row without its line end."""
    line = ",".join(['"' + cell.replace('"', '""') + '"' if _NEEDS_QUOTES.search(cell) else cell for cell in cells])
    return line or '""'


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A whole table."""
    return "\n".join([csv_line(columns), *map(csv_line, rows)]) + "\n"


def canonical_csv(text: str, columns: tuple[str, ...]) -> str:
    """The table in canonical form; the rows keep the committee's order, and no cell is lost.

    Columns are put in order only where all of them are there once and every row is whole.
    """
    rows = [row.cells for row in split("", text, [])]
    if not rows:
        return text
    header = rows[0]
    if header != list(columns) and sorted(header) == sorted(columns) and all(len(row) == len(header) for row in rows):
        order = [header.index(name) for name in columns]
        rows = [[row[n] for n in order] for row in rows]
    return csv_text(rows[0], rows[1:])

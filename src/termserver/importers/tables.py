"""What a table is, whatever file it comes from: its rows as text, its header row found, its columns by name.

Every cell is text; a code keeps its leading zeros. What the reader could not be sure of (a number
that lost its digits, a header met twice) is a note. ``table_files`` opens them.
"""

import difflib
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from termserver.model import fold
from termserver.model.errors import ImportFailed
from termserver.model.text import Text

HEADER_WITHIN = 30
"""The header row is looked for among so many first rows."""

SCIENTIFIC = re.compile(r"[0-9](?:[.,٫][0-9]+)?[eE]\+?[0-9]{1,3}")
"""How a spreadsheet writes a long number once it has thrown its last digits away: 6.26E+12."""

_NUMBER = re.compile(r"[0-9٠-٩۰-۹.,/:-]+")


@dataclass(frozen=True, slots=True)
class TableNote:
    """Something the reader of a table noticed. ``row`` 0 is the whole file."""

    row: int
    column: str
    rule: str
    message: Text
    value: str = ""


@dataclass(slots=True)
class TableFile:
    """A table being read.

    ``rows`` yields (number, cells) once: the number is the line of a text file or the row of a
    sheet, both from 1; the cells are text, at least as many as ``headers`` (a row with more
    carries more). Blank rows are left out. ``notes`` grows while ``rows`` is read.
    """

    name: str
    sha256: str
    headers: tuple[str, ...]
    rows: Iterator[tuple[int, tuple[str, ...]]]
    notes: list[TableNote] = field(default_factory=list)
    header_row: int = 1


@dataclass(frozen=True, slots=True)
class Column:
    """A column that an importer asks for, by every spelling of its header."""

    field: str
    headers: tuple[str, ...]
    required: bool = True


def header_at(name: str, rows: Sequence[Sequence[str]], known: Collection[str] = ()) -> int:
    """The place of the header row among the first rows of a table: title rows and blank rows come before it.

    It is the row with the most ``known`` headers, else the first one that fills at least half of
    the widest row's cells and holds no bare number. Raise ImportFailed if there is none.
    """
    wanted = {fold.key(header) for header in known}
    hits = [sum(fold.key(cell) in wanted for cell in row if cell) for row in rows]
    if hits and max(hits) >= min(2, max(len(wanted), 1)):
        return hits.index(max(hits))
    filled = [sum(bool(cell) for cell in row) for row in rows]
    widest = max(filled, default=0)
    for n, row in enumerate(rows):
        if filled[n] >= max((widest + 1) // 2, min(widest, 2), 1) and not any(_NUMBER.fullmatch(cell) for cell in row):
            return n
    raise ImportFailed(
        f"{name} has no header row among its first {HEADER_WITHIN} rows. Write the column names above the data.",
        f"{name} در {HEADER_WITHIN} سطر نخست ردیف عنوان ستون ندارد. نام ستون‌ها را بالای داده‌ها بنویسید.",
    )


def headers_of(first: Sequence[str], below: Sequence[str]) -> tuple[list[str], int]:
    """The headers, and how many rows they take: two where cells of the first row are merged over columns
    (``Owner`` above ``Name`` and ``Id`` gives ``Owner Name`` and ``Owner Id``), else one."""
    headers = [" ".join(cell.split()) for cell in first]
    width = max((n + 1 for cells in (headers, below) for n, cell in enumerate(cells) if cell), default=0)
    headers = (headers + [""] * width)[:width]
    under = ([" ".join(cell.split()) for cell in below] + [""] * width)[:width]
    gaps = {n for n in range(width) if not headers[n]}
    wide = {n for n in range(width) if headers[n] and n + 1 in gaps}
    two_rows = (
        gaps
        and 0 not in gaps
        and all(under[n] and not _NUMBER.fullmatch(under[n]) for n in gaps | wide)
        and not any(under[n] for n in range(width) if n not in gaps | wide)
    )
    if not two_rows:
        while headers and not headers[-1]:
            headers.pop()
        return headers, 1
    above = ""
    for n in range(width):
        above = headers[n] or above
        headers[n] = f"{above} {under[n]}".strip()
    return headers, 2


def distinct(headers: Sequence[str], row: int, notes: list[TableNote]) -> tuple[str, ...]:
    """The headers, each once: a nameless column is ``column 3``, a name met again gets ``(2)``; both are noted."""
    seen: dict[str, int] = {}
    named = []
    for n, given in enumerate(headers, start=1):
        header = given or f"column {n}"
        times = seen[fold.key(header)] = seen.get(fold.key(header), 0) + 1
        if not given:
            notes.append(
                TableNote(
                    row,
                    header,
                    "header.blank",
                    Text(en=f"Column {n} has no header.", fa=f"ستون {n} عنوان ندارد."),
                )
            )
        if times > 1:
            notes.append(
                TableNote(
                    row,
                    header,
                    "header.repeated",
                    Text(
                        en=f"The header '{header}' is met {times} times.", fa=f"عنوان «{header}» {times} بار آمده است."
                    ),
                )
            )
            header = f"{header} ({times})"
        named.append(header)
    return tuple(named)


def find_columns(table: TableFile, wanted: Sequence[Column]) -> dict[str, int]:
    """The place of each wanted column by its field; optional ones that are absent are left out.

    Headers are compared by the Persian fold. Raise ImportFailed for a required column that is
    absent (naming the header nearest to it) or for a wanted header that is there twice.
    """
    places: dict[str, int] = {}
    by_key = {fold.key(header): n for n, header in enumerate(table.headers)}
    for column in wanted:
        at = next((by_key[key] for key in map(fold.key, column.headers) if key in by_key), None)
        if at is not None:
            if fold.key(f"{table.headers[at]} (2)") in by_key:
                raise ImportFailed(
                    f"{table.name} has the column '{table.headers[at]}' twice. Delete or rename one of them.",
                    f"ستون «{table.headers[at]}» در {table.name} دو بار آمده است. یکی را حذف کنید یا نامش را عوض کنید.",
                )
            places[column.field] = at
        elif column.required:
            raise _missing(table, column)
    return places


def _missing(table: TableFile, column: Column) -> ImportFailed:
    name = column.headers[0]
    keys = {fold.key(header): header for header in table.headers}
    near = [
        keys[key] for spelling in column.headers for key in difflib.get_close_matches(fold.key(spelling), keys, 1, 0.5)
    ]
    found = ", ".join(table.headers)
    return ImportFailed(
        f"{table.name} has no column '{name}' (header row {table.header_row})."
        + (f" The nearest header is '{near[0]}'." if near else "")
        + f" Found: {found}.",
        f"{table.name} ستون «{name}» را ندارد (سطر عنوان: {table.header_row})."
        + (f" نزدیک‌ترین عنوان «{near[0]}» است." if near else "")
        + f" عنوان‌های موجود: {found}.",
    )


def squared(
    rows: Iterator[tuple[int, list[str]]], headers: tuple[str, ...], notes: list[TableNote], cells_above: int
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The rows as wide as the headers: blank ones left out, short ones filled up and noted, long ones left long.

    ``cells_above`` is how many cells the header row had. A row with more of them is long even where
    they end blank, for a comma too many shifts every cell after it; 0 where cells know their columns.
    """
    width = len(headers)
    for number, cells in rows:
        if not any(cell and not cell.isspace() for cell in cells):
            continue
        while len(cells) > width and not cells[-1] and (len(cells) <= cells_above or not cells_above):
            cells.pop()
        if len(cells) < width and not cells_above:
            cells += [""] * (width - len(cells))
        elif len(cells) < width:
            notes.append(
                TableNote(
                    number,
                    headers[len(cells)],
                    "row.short",
                    Text(
                        en=f"The row has {len(cells)} cells, the header {width}; the rest are taken as empty.",
                        fa=f"سطر {len(cells)} خانه دارد و عنوان {width}؛ بقیه خالی گرفته شد.",
                    ),
                )
            )
            cells += [""] * (width - len(cells))
        yield number, tuple(cells)

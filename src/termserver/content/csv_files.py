"""The committee's CSV tables: read with the line and column of every cell, every cell as text.

Comma, double quotes, UTF-8 without BOM, LF (RFC 4180 with LF). A quoted field may span lines;
the place of a cell is that of its first character, the quote included.
"""

from dataclasses import dataclass, field

from termserver.content.problems import Place, Problem, did_you_mean, error
from termserver.content.tree import decode
from termserver.model.text import Text


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row in the order of the table's columns; ``line`` is where it begins."""

    line: int
    cells: list[str]
    places: tuple[tuple[int, int], ...] | None = None

    def place(self, column: int) -> Place:
        """Where the cell of the column with that index begins."""
        if self.places is not None:
            return Place(*self.places[column])
        return Place(self.line, sum(len(cell) + 1 for cell in self.cells[:column]) + 1)


@dataclass(slots=True)
class Table:
    """A table as it was read: ``columns`` are those asked for, present or not."""

    file: str
    columns: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)

    def place(self, row: Row, column: str) -> Place:
        """Where the cell of a row in that column begins."""
        return row.place(self.columns.index(column))


def read_table(
    file: str, data: bytes, columns: tuple[str, ...], problems: list[Problem], optional: tuple[str, ...] = ()
) -> Table:
    """The rows of a CSV file whose header must be exactly ``columns``; what is wrong joins ``problems``.

    A misordered or partly wrong header is reported and still read by name, a missing column as
    empty cells; a row with the wrong number of cells is reported and left out.
    """
    table = Table(file, columns)
    text = decode(file, data, problems)
    if text is None:
        return table
    records = split(file, text, problems)
    if not records or not any(records[0].cells):
        problems.append(
            error(
                file,
                (1, 1),
                "csv.no-header",
                Text(fa="فایل سطر عنوان ستون‌ها را ندارد.", en="The file has no header row."),
                Text(fa=f"سطر نخست باید این باشد: {','.join(columns)}", en=f"Begin it with: {','.join(columns)}"),
            )
        )
        return table
    header = records[0]
    _check_header(file, header, columns, optional, problems)
    same = tuple(header.cells) == columns
    width = len(header.cells)
    order = [header.cells.index(name) if name in header.cells else -1 for name in columns]
    for record in records[1:]:
        cells = record.cells
        if len(cells) != width:
            problems.append(_uneven(file, record, width))
        elif same:
            table.rows.append(record)
        else:
            places = tuple(record.place(n) if n >= 0 else (record.line, 1) for n in order)
            table.rows.append(Row(record.line, [cells[n] if n >= 0 else "" for n in order], places))
    return table


def split(file: str, text: str, problems: list[Problem]) -> list[Row]:
    """All records of a CSV text, the header among them, each with its places."""
    lines = text.split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    rows: list[Row] = []
    n = 0
    while n < len(lines):
        line = lines[n]
        if '"' not in line:
            if line:
                rows.append(Row(n + 1, line.split(",")))
            elif rows:
                problems.append(
                    error(
                        file,
                        (n + 1, 1),
                        "csv.blank-line",
                        Text(fa="سطر خالی در میان جدول است.", en="There is an empty line in the table."),
                        Text(fa="سطر را پاک کنید.", en="Delete the line."),
                    )
                )
            n += 1
        else:
            row, n = _quoted(file, lines, n, problems)
            rows.append(row)
    return rows


def _quoted(file: str, lines: list[str], n: int, problems: list[Problem]) -> tuple[Row, int]:
    """The record that begins on line ``n`` (from 0) and the line after it."""
    first = n
    line = lines[n]
    cells: list[str] = []
    places: list[tuple[int, int]] = []
    at = 0
    while True:
        place = (n + 1, at + 1)
        places.append(place)
        if at < len(line) and line[at] == '"':
            parts: list[str] = []
            at += 1
            while True:
                end = line.find('"', at)
                if end < 0:
                    parts.append(line[at:] + "\n")
                    n += 1
                    if n == len(lines):
                        problems.append(_open_quote(file, place))
                        cells.append("".join(parts).rstrip("\n"))
                        return Row(first + 1, cells, tuple(places)), n
                    line, at = lines[n], 0
                elif line[end + 1 : end + 2] == '"':
                    parts.append(line[at : end + 1])
                    at = end + 2
                else:
                    parts.append(line[at:end])
                    at = end + 1
                    break
            rest = line[at:].split(",", 1)[0]
            if rest:
                problems.append(_stray_quote(file, place))
                parts.append(rest)
                at += len(rest)
            cells.append("".join(parts))
        else:
            end = line.find(",", at)
            cell = line[at:] if end < 0 else line[at:end]
            if '"' in cell:
                problems.append(_stray_quote(file, place))
            cells.append(cell)
            at += len(cell)
        if at >= len(line):
            return Row(first + 1, cells, tuple(places)), n + 1
        at += 1  # the comma


def _check_header(
    file: str, header: Row, columns: tuple[str, ...], optional: tuple[str, ...], problems: list[Problem]
) -> None:
    there = header.cells
    missing = [name for name in columns if name not in there and name not in optional]
    expected = Text(fa=f"سطر نخست باید این باشد: {','.join(columns)}", en=f"The header is: {','.join(columns)}")
    for n, name in enumerate(there):
        if name not in columns:
            problems.append(
                error(
                    file,
                    header.place(n),
                    "csv.unknown-column",
                    Text(fa=f"ستون «{name}» شناخته نیست.", en=f"The column '{name}' is not known."),
                    did_you_mean(name, missing or columns, expected),
                )
            )
        elif there.index(name) != n:
            problems.append(
                error(
                    file,
                    header.place(n),
                    "csv.duplicate-column",
                    Text(fa=f"ستون «{name}» دو بار آمده است.", en=f"The column '{name}' is there twice."),
                    Text(fa="یکی از دو ستون را پاک کنید.", en="Delete one of the two columns."),
                )
            )
    for name in missing:
        problems.append(
            error(
                file,
                (header.line, 1),
                "csv.missing-column",
                Text(fa=f"ستون «{name}» نیست.", en=f"The column '{name}' is missing."),
                expected,
            )
        )
    known = [name for name in there if name in columns]
    if len(set(known)) == len(known) and known != [name for name in columns if name in known]:
        problems.append(
            error(
                file,
                (header.line, 1),
                "csv.column-order",
                Text(fa="ستون‌ها به ترتیب قرار ندارند.", en="The columns are not in their order."),
                Text(
                    fa=f"ترتیب: {','.join(columns)}؛ اجرا کنید: termserver content format",
                    en=f"The order is {','.join(columns)}; run: termserver content format",
                ),
            )
        )


def _uneven(file: str, row: Row, width: int) -> Problem:
    count = len(row.cells)
    return error(
        file,
        row.place(min(width, count - 1)),
        "csv.cells",
        Text(
            fa=f"این سطر {count} خانه دارد و عنوان {width} ستون.",
            en=f"This row has {count} cells, the header {width} columns.",
        ),
        Text(
            fa='متنی که ویرگول لاتین (,) دارد میان دو گیومهٔ " نوشته شود؛ خانه‌های خالی هم ویرگول می‌خواهند.',
            en='Put a text that contains a comma between double quotes ("); empty cells need their comma too.',
        ),
    )


def _open_quote(file: str, place: tuple[int, int]) -> Problem:
    return error(
        file,
        place,
        "csv.open-quote",
        Text(fa='گیومه‌ای (") که اینجا باز شده بسته نمی‌شود.', en='The quote (") opened here is never closed.'),
        Text(fa="گیومهٔ پایان خانه را بگذارید.", en="Close it at the end of the cell."),
    )


def _stray_quote(file: str, place: tuple[int, int]) -> Problem:
    return error(
        file,
        place,
        "csv.stray-quote",
        Text(fa='گیومه (") در میان خانه آمده است.', en='There is a quote (") inside the cell.'),
        Text(
            fa='همهٔ خانه را میان دو گیومه بگذارید و گیومهٔ درون آن را دو بار ("") بنویسید.',
            en='Put the whole cell between quotes and write the quote inside it twice ("").',
        ),
    )

"""A sheet of an Excel workbook as a table: codes as a reader sees them, digits that Excel lost are noted.

The only file that knows openpyxl.
"""

import datetime
import io
import itertools
import re
import warnings
import zipfile
from collections.abc import Collection, Iterator
from typing import Any

from termserver.importers.tables import HEADER_WITHIN, TableFile, TableNote, distinct, header_at, headers_of, squared
from termserver.model.errors import ImportFailed
from termserver.model.text import Text

LARGEST = 2_000_000_000
"""Bytes that a workbook may unpack to; more is refused."""

_EXACT = 10**15  # Excel keeps 15 digits of a number; the 16th and later are zeros
_ZEROS = re.compile(r"0{2,}")


def read(name: str, data: bytes, digest: str, sheet: str, known: Collection[str]) -> TableFile:
    """The table of one sheet; raise ImportFailed for a broken workbook, an unknown or an empty sheet."""
    book = _opened(name, data)
    notes: list[TableNote] = []
    if sheet and sheet not in book.sheetnames:
        names = ", ".join(book.sheetnames)
        raise ImportFailed(
            f"{name} has no sheet '{sheet}'. It has: {names}.", f"{name} برگهٔ «{sheet}» ندارد. برگه‌ها: {names}."
        )
    for title in [sheet] if sheet else book.sheetnames:
        rows = _rows(book[title], notes)
        first = list(itertools.islice(rows, HEADER_WITHIN))
        if any(any(cells) for _, cells in first):
            break
    else:
        raise ImportFailed(f"{name} is empty.", f"{name} خالی است.")
    others = [other for other in book.sheetnames if other != title]
    if others and not sheet:
        listed = ", ".join(others)
        message = Text(
            en=f"Only the sheet '{title}' was read; not read: {listed}.",
            fa=f"تنها برگهٔ «{title}» خوانده شد؛ خوانده‌نشده‌ها: {listed}.",
        )
        notes.append(TableNote(0, "", "sheet.others", message, listed))
    at = header_at(name, [cells for _, cells in first], known)
    headers, taken = headers_of(first[at][1], first[at + 1][1] if at + 1 < len(first) else ())
    named = distinct(headers, first[at][0], notes)
    for n, note in enumerate(notes):  # cell notes of the first rows were taken before the headers were known
        if note.column.startswith("#"):
            notes[n] = _named(note, named)
    below = _filled(itertools.chain(first[at + taken :], rows), _merged(book, book[title]), notes)
    body = squared(below, named, notes, 0)
    return TableFile(name, digest, named, _renamed(body, named, notes), notes, first[at][0])


def _opened(name: str, data: bytes) -> Any:
    try:
        import openpyxl
    except ImportError:
        raise ImportFailed(
            f'{name} is an Excel workbook. Run: pip install "termserver[icd]"; or save the sheet as CSV UTF-8.',
            f'{name} پرونده اکسل است. اجرا کنید: pip install "termserver[icd]"؛ یا برگه را CSV UTF-8 ذخیره کنید.',
        ) from None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            size = sum(member.file_size for member in packed.infolist())
        if size > LARGEST:
            raise ImportFailed(
                f"{name} unpacks to {size:,} bytes; at most {LARGEST:,} are read. Save the sheet as CSV UTF-8.",
                f"{name} پس از بازشدن {size:,} بایت است؛ بیش از {LARGEST:,} خوانده نمی‌شود. "
                "برگه را CSV UTF-8 ذخیره کنید.",
            )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions, which are no content
            return openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except ImportFailed:
        raise
    except Exception as error:  # openpyxl raises whatever its parsers raise
        raise ImportFailed(
            f"{name} is not a readable Excel workbook ({type(error).__name__}). "
            "Open it in Excel and save it again as .xlsx.",
            f"{name} پرونده اکسل سالمی نیست ({type(error).__name__}). آن را در اکسل باز کنید و دوباره xlsx ذخیره کنید.",
        ) from None


def _rows(sheet: Any, notes: list[TableNote]) -> Iterator[tuple[int, list[str]]]:
    sheet.reset_dimensions()  # some writers state a wrong size of the sheet
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        yield number, [_text(cell, number, n, notes) for n, cell in enumerate(cells)]


_MERGE = re.compile(rb'<mergeCell ref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')
_TAIL = 8_000_000


def _merged(book: Any, sheet: Any) -> dict[int, list[tuple[int, int]]]:
    """By their first row, the columns (from 0) that are merged downwards, with the last row of each."""
    found: dict[int, list[tuple[int, int]]] = {}
    try:
        with book._archive.open(sheet._worksheet_path) as file:
            tail = b""
            while chunk := file.read(1 << 20):
                tail = (tail + chunk)[-_TAIL:]
    except (KeyError, AttributeError, OSError, zipfile.BadZipFile):
        return found
    for first, top, _, bottom in _MERGE.findall(tail[max(0, tail.rfind(b"</sheetData>")) :]):
        if bottom != top:
            column = 0
            for letter in first:
                column = column * 26 + letter - 64
            found.setdefault(int(top), []).append((column - 1, int(bottom)))
    return found


def _filled(
    rows: Iterator[tuple[int, list[str]]], merged: dict[int, list[tuple[int, int]]], notes: list[TableNote]
) -> Iterator[tuple[int, list[str]]]:
    """The rows with what a cell merged over several of them says in each."""
    if not merged:
        yield from rows
        return
    spans: dict[int, tuple[int, str]] = {}
    for number, cells in rows:
        for column, bottom in merged.get(number, ()):
            value = cells[column] if column < len(cells) else ""
            spans[column] = bottom, value
            message = Text(
                en=f"A cell is merged over the rows {number} to {bottom}; '{value}' was taken for each of them.",
                fa=f"خانه‌ای در سطرهای {number} تا {bottom} ادغام شده است؛ «{value}» برای همه گرفته شد.",
            )
            notes.append(TableNote(number, f"#{column}", "cells.merged", message, value))
        for column, (bottom, value) in spans.items():
            if number <= bottom and any(cells):
                cells += [""] * (column + 1 - len(cells))
                cells[column] = cells[column] or value
        yield number, cells


def _text(cell: Any, row: int, column: int, notes: list[TableNote]) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value, cell.number_format, row, column, notes)
    if isinstance(value, datetime.datetime) and not (value.hour or value.minute or value.second):
        return value.date().isoformat()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _number(value: float, shown: str, row: int, column: int, notes: list[TableNote]) -> str:
    if isinstance(value, float) and not value.is_integer():
        return repr(value)
    text = str(int(value))
    if abs(value) >= _EXACT:
        message = Text(
            en=f"'{text}' is a number cell of more than 15 digits; Excel has lost the last ones. "
            "Format the column as text.",
            fa=f"«{text}» خانهٔ عددی با بیش از ۱۵ رقم است و اکسل رقم‌های آخر را از دست داده. قالب ستون را متن کنید.",
        )
        notes.append(TableNote(row, f"#{column}", "number.digits-lost", message, text))
    # a column shown as 00000 shows 5760 as 05760: the reader's code has the zero
    return text.zfill(len(shown)) if _ZEROS.fullmatch(shown or "") else text


def _named(note: TableNote, headers: tuple[str, ...]) -> TableNote:
    at = int(note.column[1:])
    column = headers[at] if at < len(headers) else f"column {at + 1}"
    return TableNote(note.row, column, note.rule, note.message, note.value)


def _renamed(
    rows: Iterator[tuple[int, tuple[str, ...]]], headers: tuple[str, ...], notes: list[TableNote]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The rows as they are; the notes taken on the way get the names of their columns."""
    done = len(notes)
    for row in rows:
        for n in range(done, len(notes)):
            if notes[n].column.startswith("#"):
                notes[n] = _named(notes[n], headers)
        done = len(notes)
        yield row

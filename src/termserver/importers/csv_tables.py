"""A delimited text file as a table: encoding, delimiter and header row are found, never guessed past a doubt."""

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterator

from termserver.importers.tables import (
    HEADER_WITHIN,
    SCIENTIFIC,
    TableFile,
    TableNote,
    distinct,
    header_at,
    headers_of,
    squared,
)
from termserver.model.errors import ImportFailed
from termserver.model.text import Text

_DELIMITERS = (",", ";", "\t", "|")
_SEP_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)


def read(name: str, data: bytes, digest: str, known: Collection[str]) -> TableFile:
    """The table in ``data``; raise ImportFailed for another encoding than UTF-8 or a quote that is never closed."""
    text = _decoded(name, data)
    told = _SEP_LINE.match(text)  # the line by which Excel is told the delimiter
    start = told.end() if told else 0
    delimiter = told.group(1) if told else _delimiter(text)
    records = _records(name, text[start:], delimiter, 1 if told else 0)
    first = list(itertools.islice(records, HEADER_WITHIN))
    at = header_at(name, [cells for _, cells in first], known)
    headers, taken = headers_of(first[at][1], first[at + 1][1] if at + 1 < len(first) else ())
    notes: list[TableNote] = []
    named = distinct(headers, first[at][0], notes)
    rows = _noted(itertools.chain(first[at + taken :], records), named, notes)
    return TableFile(name, digest, named, squared(rows, named, notes, len(first[at][1])), notes, first[at][0])


def _decoded(name: str, data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in data:
        raise _encoding(name, "UTF-16", "UTF-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _encoding(
            name,
            f"another encoding, probably Windows-1256 (line {line} holds the byte {data[error.start]:#04x})",
            f"رمزگذاری دیگری، احتمالاً Windows-1256 (سطر {line})",
        ) from None


def _encoding(name: str, en: str, fa: str) -> ImportFailed:
    return ImportFailed(
        f"{name} is in {en}, not in UTF-8. Open it in Excel and save it as 'CSV UTF-8 (Comma delimited)', "
        "or save the sheet as .xlsx.",
        f"{name} با {fa} ذخیره شده است، نه UTF-8. آن را در اکسل باز کنید و با قالب "
        "CSV UTF-8 (Comma delimited) یا xlsx ذخیره کنید.",
    )


def _delimiter(text: str) -> str:
    """The delimiter that cuts most of the first records into the most cells; a comma where none does."""
    lines = text[:65536].splitlines(keepends=True)[:HEADER_WITHIN]

    def width(delimiter: str) -> int:
        try:
            widths = Counter(len(cells) for cells in csv.reader(lines, delimiter=delimiter) if any(cells))
        except csv.Error:
            return 0
        return max(widths, key=lambda cells: (widths[cells] * (cells > 1), cells), default=0)

    return max(_DELIMITERS, key=width)


def _records(name: str, text: str, delimiter: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    # strict: an open quote would otherwise swallow every row after it without a word
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise ImportFailed(
                f"{name}:{line + skipped}: the row cannot be read ({error}). A quotation mark is open or stands inside "
                "a cell; write it twice inside quoted cells.",
                f"{name}:{line + skipped}: سطر خوانده نمی‌شود ({error}). علامت نقل‌قول بسته نشده یا درون خانه آمده است؛ "
                "درون خانه آن را دو بار بنویسید.",
            ) from None
        yield line + skipped, cells
        line = reader.line_num + 1


def _noted(
    rows: Iterator[tuple[int, list[str]]], headers: tuple[str, ...], notes: list[TableNote]
) -> Iterator[tuple[int, list[str]]]:
    """The rows as they are; a number that a spreadsheet has shortened is noted."""
    for number, cells in rows:
        for n, cell in enumerate(cells[: len(headers)]):
            if "+" in cell and SCIENTIFIC.fullmatch(cell.strip()):
                message = Text(
                    en=f"'{cell}' is a number that a spreadsheet has shortened; its last digits are lost.",
                    fa=f"«{cell}» عددی است که صفحه‌گسترده کوتاه کرده و رقم‌های آخرش از دست رفته است.",
                )
                notes.append(TableNote(number, headers[n], "number.scientific", message, cell))
        yield number, cells

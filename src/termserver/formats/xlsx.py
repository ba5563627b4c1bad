"""Workbooks are written row by row: a sheet may have a million rows, and what a cell says is text, never a formula."""

import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

Cell = str | int | float
ROWS = 1_048_576
"""A sheet holds no more; a longer one goes on in the next sheet."""
_LONGEST = 32_767
_SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_UNWRITABLE = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])


def write(path: Path, sheets: Sequence[tuple[str, Iterable[Sequence[Cell]]]], right_to_left: bool = False) -> None:
    """Write the sheets (name, rows; the first row is the header). The file is there whole or not at all."""
    from termserver.releases import atomic

    temporary = atomic.neighbour(path)
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as book:
            names = []
            for name, rows in sheets:
                left = iter(rows)
                part = 0
                more = True
                while more:
                    part += 1
                    names.append(name if part == 1 else f"{name} {part}")
                    more = _sheet(book, len(names), left, right_to_left)
            _frame(book, names)
        atomic.put(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _sheet(book: zipfile.ZipFile, number: int, rows: Iterable[Sequence[Cell]], right_to_left: bool) -> bool:
    """One sheet; whether it is full and rows may be left."""
    with book.open(zipfile.ZipInfo(f"xl/worksheets/sheet{number}.xml", (1980, 1, 1, 0, 0, 0)), "w") as out:
        view = ' rightToLeft="1"' if right_to_left else ""
        out.write(
            f'{_HEAD}<worksheet xmlns="{_SPREADSHEET}"><sheetViews><sheetView{view} workbookViewId="0">'
            '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
            "<sheetData>".encode()
        )
        full = False
        for n, row in enumerate(rows, start=1):
            out.write(f"<row>{''.join(map(_cell, row))}</row>".encode())
            if n == ROWS:
                full = True
                break
        out.write(b"</sheetData></worksheet>")
    return full


def _cell(said: Cell) -> str:
    if isinstance(said, int | float) and not isinstance(said, bool):
        return f"<c><v>{said}</v></c>"
    text = escape(str(said)[:_LONGEST].translate(_UNWRITABLE))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>' if text else "<c/>"


def _frame(book: zipfile.ZipFile, names: Sequence[str]) -> None:
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_TYPES}"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_KIND}.worksheet+xml"/>'
            for n in range(1, len(names) + 1)
        )
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" Type="{_OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_SPREADSHEET}" xmlns:r="{_OFFICE}"><sheets>'
        + "".join(
            f'<sheet name="{escape(name[:31], {chr(34): "&quot;"})}" sheetId="{n}" r:id="r{n}"/>'
            for n, name in enumerate(names, start=1)
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">'
        + "".join(
            f'<Relationship Id="r{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in range(1, len(names) + 1)
        )
        + "</Relationships>",
    }
    for name, text in parts.items():
        book.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), _HEAD + text, zipfile.ZIP_DEFLATED)

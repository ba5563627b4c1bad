"""Tables as people hand them over: a CSV file or an Excel sheet, known by what is in it and not by its name."""

import hashlib
from collections.abc import Collection
from pathlib import Path

from termserver.importers import csv_tables
from termserver.importers.reading import reading
from termserver.importers.tables import TableFile
from termserver.model.errors import ImportFailed

LARGEST = 800_000_000
"""Bytes of a table; a sheet of a million rows has a quarter of it."""


def read_table(path: Path, *, sheet: str = "", known: Collection[str] = ()) -> TableFile:
    """Open the table at ``path`` (.csv, .tsv, .txt or .xlsx); ``known`` headers help to find the header row.

    ``sheet`` names the sheet of a workbook, else the first one with content is read. Raise
    ImportFailed for a file that cannot be read without guessing, saying how to save it.
    """
    with reading(path):
        if path.stat().st_size > LARGEST:
            raise ImportFailed(
                f"{path.name} has more than {LARGEST:,} bytes. Split it.",
                f"{path.name} از {LARGEST:,} بایت بزرگ‌تر است. آن را بشکنید.",
            )
        data = path.read_bytes()
    _refuse_other_formats(path.name, data)
    digest = hashlib.sha256(data).hexdigest()
    if data.startswith(b"PK\x03\x04"):
        from termserver.importers import xlsx_tables  # openpyxl is loaded only where a workbook is read

        return xlsx_tables.read(path.name, data, digest, sheet, known)
    return csv_tables.read(path.name, data, digest, known)


def _refuse_other_formats(name: str, data: bytes) -> None:
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise ImportFailed(
            f"{name} is an old Excel file (.xls) or is protected by a password. Open it in Excel, remove the password "
            "and save it as 'Excel Workbook (.xlsx)' or 'CSV UTF-8'.",
            f"{name} پرونده قدیمی اکسل (xls) یا رمزدار است. آن را در اکسل باز کنید، رمز را بردارید و با قالب "
            "Excel Workbook (xlsx) یا CSV UTF-8 ذخیره کنید.",
        )
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<?xml")):
        raise ImportFailed(
            f"{name} is a web page or XML under the name of a table. Open it in Excel and save it as "
            "'Excel Workbook (.xlsx)' or 'CSV UTF-8'.",
            f"{name} در واقع صفحه وب یا XML است. آن را در اکسل باز کنید و با قالب Excel Workbook (xlsx) یا CSV UTF-8 "
            "ذخیره کنید.",
        )
    if not data.strip():
        raise ImportFailed(f"{name} is empty.", f"{name} خالی است.")

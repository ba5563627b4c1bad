"""Tables as people hand them over: CSV in every dress, Excel sheets with everything Excel does to codes."""

import datetime
import hashlib
import io
from pathlib import Path

import openpyxl
import pytest

from termserver.importers import xlsx_tables
from termserver.importers.table_files import read_table
from termserver.importers.tables import Column, find_columns
from termserver.model.errors import ImportFailed


def table(tmp_path: Path, data: bytes | str, name: str = "table.csv", **options):
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_table(path, **options)


def workbook(tmp_path: Path, *rows, formats=None, merged=(), name="table.xlsx", sheets=()):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    for cell, number_format in (formats or {}).items():
        sheet[cell].number_format = number_format
    for cells in merged:
        sheet.merge_cells(cells)
    for title in sheets:
        book.create_sheet(title)
    path = tmp_path / name
    book.save(path)
    return path


@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_csv_is_read_with_and_without_bom_by_any_usual_delimiter(tmp_path, start, delimiter):
    text = start + "کد,عنوان\n007,تب\n05760,سرفه\n".replace(",", delimiter)

    read = table(tmp_path, text)

    assert read.headers == ("کد", "عنوان")
    assert list(read.rows) == [(2, ("007", "تب")), (3, ("05760", "سرفه"))]
    assert read.notes == []


def test_the_line_by_which_excel_is_told_the_delimiter_is_no_row(tmp_path):
    read = table(tmp_path, "sep=;\r\na;b\r\n1;2,5\r\n")

    assert (read.headers, list(read.rows)) == (("a", "b"), [(3, ("1", "2,5"))])


def test_quoted_cells_keep_delimiters_quotes_and_line_breaks_and_rows_keep_their_line(tmp_path):
    read = table(tmp_path, 'code,name\n1,"a, ""b""\nc"\n2,d\n')

    assert list(read.rows) == [(2, ("1", 'a, "b"\nc')), (4, ("2", "d"))]


def test_an_open_quote_swallows_no_rows_in_silence(tmp_path):
    with pytest.raises(ImportFailed, match=r"table\.csv:2: .*quotation mark"):
        list(table(tmp_path, 'code,name\n1,"open\n2,b\n3,c\n').rows)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("کد,نام\n1,تب\n".encode("cp1256"), "Windows-1256 .*'CSV UTF-8"),
        ("کد,نام\n1,تب\n".encode("utf-16"), "UTF-16.*'CSV UTF-8"),
        ("a,b\n1,2\n".encode("utf-16-le"), "UTF-16.*'CSV UTF-8"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), r"old Excel file \(\.xls\).*xlsx"),
        (b"<html><table><tr><td>IRC</td></tr></table>", "web page .*xlsx"),
        (b"PK\x03\x04 not a workbook", "not a readable Excel workbook"),
        (b"", "is empty"),
        (b"\n\n \n", "is empty"),
        (b"1,2\n3,4\n", "no header row"),
    ],
    ids=["cp1256", "utf-16", "utf-16-le", "xls", "html", "broken-xlsx", "empty", "blank", "no-header"],
)
def test_a_file_that_could_only_be_guessed_is_refused_with_the_way_out(tmp_path, data, words):
    with pytest.raises(ImportFailed, match=words) as failure:
        table(tmp_path, data)

    assert failure.value.text.fa != failure.value.text.en


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ImportFailed, match=r"gone\.csv is not there"):
        read_table(tmp_path / "gone.csv")


def test_title_rows_and_blank_rows_stand_above_the_header(tmp_path):
    read = table(tmp_path, "فهرست داروها,,\n,,\nتاریخ:,1405/08/30,\nIRC,نام,کد\n1,الف,ب\n")

    assert (read.headers, read.header_row) == (("IRC", "نام", "کد"), 4)
    assert list(read.rows) == [(5, ("1", "الف", "ب"))]


def test_known_headers_find_the_header_row_among_wider_ones(tmp_path):
    text = "a,b,c,d\nکد كالا,نام,,\n1,x,,\n"

    assert table(tmp_path, text, known={"کد کالا", "نام"}).headers == ("کد كالا", "نام")


def test_a_short_row_is_filled_and_noted_a_long_one_stays_long(tmp_path):
    read = table(tmp_path, "a,b,c\n1,2\n\n1,2,3,4\n1,2,3,\n")

    assert list(read.rows) == [(2, ("1", "2", "")), (4, ("1", "2", "3", "4")), (5, ("1", "2", "3", ""))]
    assert [(note.row, note.rule) for note in read.notes] == [(2, "row.short")]


def test_columns_without_name_and_content_at_the_end_are_none(tmp_path):
    read = table(tmp_path, "a,b,,\n1,2,,\n")

    assert (read.headers, list(read.rows), read.notes) == (("a", "b"), [(2, ("1", "2"))], [])


def test_a_number_that_a_spreadsheet_has_shortened_is_noted(tmp_path):
    read = table(tmp_path, "irc,gtin\n9154715040124503,6.26E+12\n")

    assert list(read.rows) == [(2, ("9154715040124503", "6.26E+12"))]
    assert [(note.row, note.column, note.rule) for note in read.notes] == [(2, "gtin", "number.scientific")]


def test_headers_met_twice_and_nameless_ones_are_told_apart_and_noted(tmp_path):
    read = table(tmp_path, "code,,name,Code\n1,2,3,4\n")

    assert read.headers == ("code", "column 2", "name", "Code (2)")
    assert [note.rule for note in read.notes] == ["header.blank", "header.repeated"]


def test_a_missing_column_is_named_with_the_header_nearest_to_it(tmp_path):
    read = table(tmp_path, "IRC,GenericCod,Name\n1,2,3\n")

    with pytest.raises(ImportFailed, match=r"no column 'GenericCode' \(header row 1\)\. The nearest .* 'GenericCod'"):
        find_columns(read, [Column("irc", ("IRC",)), Column("generic", ("GenericCode",))])


def test_columns_are_found_in_any_order_and_in_arabic_letters(tmp_path):
    read = table(tmp_path, "نام,كد ژنريك\nالف,1\n")

    assert find_columns(read, [Column("generic", ("کد ژنریک",)), Column("x", ("دیگر",), required=False)]) == {
        "generic": 1
    }


def test_a_wanted_column_that_is_there_twice_is_refused(tmp_path):
    with pytest.raises(ImportFailed, match="'IRC' twice"):
        find_columns(table(tmp_path, "IRC,name,irc\n1,2,3\n"), [Column("irc", ("IRC",))])


def test_a_sheet_gives_its_codes_as_a_reader_sees_them(tmp_path):
    path = workbook(
        tmp_path,
        ["کد", "عنوان", "تعداد", "تاریخ", "بلی"],
        ["0000005760", "تب", 30, datetime.datetime(2026, 11, 21), True],
        [5760, None, 2.5, None, False],
        [6260152410148, "x", 1e3, None, None],
        formats={"A3": "00000"},
    )

    read = read_table(path)

    assert list(read.rows) == [
        (2, ("0000005760", "تب", "30", "2026-11-21", "TRUE")),
        (3, ("05760", "", "2.5", "", "FALSE")),
        (4, ("6260152410148", "x", "1000", "", "")),
    ]
    assert read.notes == []


def test_a_number_cell_that_lost_digits_is_noted_a_text_cell_is_exact(tmp_path):
    path = workbook(tmp_path, ["IRC", "name"], ["9154715040124503", "a"], [9154715040124503, "b"])

    read = read_table(path)
    rows = list(read.rows)

    assert rows[0] == (2, ("9154715040124503", "a"))
    assert [(note.row, note.column, note.rule) for note in read.notes] == [(3, "IRC", "number.digits-lost")]


def test_header_cells_merged_over_columns_give_both_names(tmp_path):
    path = workbook(
        tmp_path,
        ["فهرست", None, None, None],
        [None, None, None, None],
        ["IRC", "Owner", None, "GTIN"],
        [None, "Name", "Id", None],
        ["1", "شرکت", "2", "3"],
        merged=("A1:D1", "B3:C3", "A3:A4", "D3:D4"),
    )

    read = read_table(path)

    assert read.headers == ("IRC", "Owner Name", "Owner Id", "GTIN")
    assert list(read.rows) == [(5, ("1", "شرکت", "2", "3"))]


def test_sheets_that_are_not_read_are_named(tmp_path):
    path = workbook(tmp_path, ["a", "b"], ["1", "2"], sheets=("دوم",))

    assert [(note.rule, note.value) for note in read_table(path).notes] == [("sheet.others", "دوم")]
    with pytest.raises(ImportFailed, match=r"no sheet 'third'\. It has: Sheet, دوم"):
        read_table(path, sheet="third")
    with pytest.raises(ImportFailed, match="is empty"):
        read_table(path, sheet="دوم")


def test_a_workbook_is_known_by_its_bytes_not_by_its_name(tmp_path):
    path = workbook(tmp_path, ["a", "b"], ["1", "2"]).rename(tmp_path / "table.csv")

    assert list(read_table(path).rows) == [(2, ("1", "2"))]


def test_the_digest_is_that_of_the_file(tmp_path):
    assert table(tmp_path, "a,b\n1,2\n").sha256 == hashlib.sha256(b"a,b\n1,2\n").hexdigest()


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(xlsx_tables, "LARGEST", 100)
    buffer = io.BytesIO()
    openpyxl.Workbook().save(buffer)
    with pytest.raises(ImportFailed, match="unpacks to"):
        table(tmp_path, buffer.getvalue(), "bomb.xlsx")

"""Tables of codes come in by their headers or by a mapping; what a spreadsheet did to them is found."""

from pathlib import Path

import openpyxl
import pytest

from termserver.importers.concept_table import read
from termserver.importers.taken import Taken, Wishes
from termserver.model.codes import CodeSystem, Content
from termserver.model.errors import ImportFailed, UsageError
from termserver.model.text import Text


def table(path: Path, text: str, **wishes: object) -> Taken:
    path.write_text(text, "utf-8")
    return read([path], Wishes(**{"system": "things", **wishes}))  # type: ignore[arg-type]


def rules(taken: Taken) -> list[str]:
    return [row.rule for row in taken.report.rows]


def test_a_mapping_file_says_which_column_is_what(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(
        "system: things\ncolumns:\n  code: شماره\n  display.fa: شرح\n  display.en: Name\n  parent: گروه\n"
        "  status: وضع\n  weight: وزن\n  designation.en.brand: brands\n"
        "values:\n  status: {باطل: retired, جاری: active}\nsplit:\n  designation.en.brand: ';'\n"
        "constants:\n  source: book 1405\n",
        "utf-8",
    )
    taken = table(
        tmp_path / "a.csv",
        "فهرست چیزها,,,,,,\nشماره,شرح,Name,گروه,وضع,وزن,brands\n1,یک,One,,جاری,5,A;B\n2,دو,Two,1,باطل,,\n",
        system="",
        mapping=tmp_path / "map.yaml",
    )
    one, two = taken.systems[0].concepts
    assert (one.display, one.source) == (Text("یک", "One"), "book 1405")
    assert [name.value for name in one.designations] == ["A", "B"]
    assert [(said.code, said.value) for said in one.properties] == [("weight", "5")]
    assert two.parents == ("1",) and two.status == "retired"


def test_lost_zeros_are_told_and_mended_on_request(tmp_path: Path) -> None:
    text = "code,display_en\n" + "".join(f"{n:04},Thing {n}\n" for n in range(100, 130)) + "7,Seven\n"
    told = table(tmp_path / "a.csv", text)
    assert rules(told) == ["code.zeros-lost"] and told.systems[0].concepts[-1].code == "7"
    mended = table(tmp_path / "a.csv", text, mend=True)
    assert mended.systems[0].concepts[-1].code == "0007"
    assert mended.report.rows[0].outcome == "repaired" and mended.report.rows[0].after == "0007"


def test_a_cell_merged_over_rows_counts_for_each(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for cells in (["code", "title", "parent"], ["1", "One", ""], ["2", "Two", "1"], ["3", "Three", None]):
        sheet.append(cells)
    sheet.merge_cells("C3:C4")
    book.save(tmp_path / "a.xlsx")
    taken = read([tmp_path / "a.xlsx"], Wishes(system="things"))
    assert [one.parents for one in taken.systems[0].concepts] == [(), ("1",), ("1",)]
    assert rules(taken) == ["cells.merged"]


def test_rows_that_cannot_be_are_refused_and_circles_opened(tmp_path: Path) -> None:
    taken = table(
        tmp_path / "a.csv",
        "code,display_en,parent,status,valid_from\n1,One,2,,\n2,Two,1,,\n1,Again,,,\n,None,,,\n"
        "3,Three,99,,\n4,Four,,perhaps,\n5,Five,,,1405/01/01\n6,,,,\n7,Self,7,,\n",
    )
    assert [one.code for one in taken.systems[0].concepts] == ["1", "2", "3", "6", "7"]
    told = "code.duplicate code.missing status.unknown date.unreadable name.missing"
    assert sorted(rules(taken)) == sorted([*told.split(), "parent.unknown", "parent.circle", "parent.circle"])
    assert taken.report.counts["refused"] == 4
    by_rule = {row.rule: row.row for row in taken.report.rows}
    assert by_rule["code.duplicate"] == 4 and by_rule["date.unreadable"] == 8


def test_a_registered_system_keeps_its_names(tmp_path: Path) -> None:
    known = CodeSystem("things", "http://x/things", Text("چیزها"), "1405", Content.FRAGMENT, native_id="X.things")
    taken = table(tmp_path / "a.csv", "code,display_en\n1,One\n", system="x.THINGS", registered={"things": known})
    system = taken.systems[0].system
    assert system.id == "things" and system.title == Text("چیزها") and system.version.startswith("1405+table-")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.csv", b""),
        ("utf16.csv", "code,name\n1,x\n".encode("utf-16")),
        ("win.csv", "code,نام\n1,كتاب\n".encode("cp1256")),
        ("quote.csv", b'code,name\n1,"open\n2,x\n'),
        ("web.csv", b"<html><table></table></html>"),
        ("cut.ndjson", b'{"code": "1", "display": {"en": "One"}}\n{"code": "2", "dis'),
        ("cut.xlsx", b"PK\x03\x04 and no more"),
    ],
)
def test_a_file_that_is_none_is_refused_with_the_way_out(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ImportFailed) as told:
        read([tmp_path / name], Wishes(system="things"))
    assert name in told.value.text.en and name in told.value.text.fa


def test_a_table_without_a_system_or_a_column_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--system"):
        table(tmp_path / "a.csv", "code,name\n1,x\n", system="")
    (tmp_path / "map.yaml").write_text("system: t\ncolumns:\n  code: kode\n", "utf-8")
    with pytest.raises(ImportFailed, match="no column 'kode'"):
        table(tmp_path / "a.csv", "code,name\n1,x\n", mapping=tmp_path / "map.yaml")

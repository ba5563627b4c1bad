"""A code system goes out, is edited and comes back: what differs is what was edited."""

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

Run = Callable[..., object]


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TERMSERVER_SHELF", str(tmp_path / "shelf"))
    return tmp_path


def only_release(shelf: Path) -> str:
    (found,) = (shelf / "releases").glob("*.release")
    return str(found)


def test_a_display_edited_in_a_workbook_is_the_one_change(run: Run, own: Path, standards: Path) -> None:
    file = own / "insurer.xlsx"
    assert run("export", "insurer", "--format", "xlsx", "-o", str(file)).status == 0
    book = openpyxl.load_workbook(file)
    sheet = book.active
    row = next(row for row in sheet.iter_rows(min_row=2) if row[1].value)
    row[1].value = f"{row[1].value} (تازه)"
    book.save(file)
    dry = run("import", "table", str(file), "--system", "insurer", "--dry-run")
    assert dry.status == 0 and "nothing was written" in dry.out and not (own / "shelf").exists()
    assert run("import", "table", str(file), "--system", "insurer", "--no-use").status == 0
    told = json.loads(run("diff", str(standards), only_release(own / "shelf"), "--system", "insurer", "--json").out)
    (change,) = told["changes"]
    assert (change["item"], change["field"], change["language"]) == (row[0].value, "display", "fa")


@pytest.mark.parametrize("form", ["csv", "xlsx", "ndjson"])
def test_what_nobody_edited_comes_back_unchanged(run: Run, own: Path, standards: Path, form: str) -> None:
    file = own / f"country-divisions.{form}"
    assert run("export", "country-divisions", "--format", form, "-o", str(file)).status == 0
    assert run("import", "table", str(file), "--system", "country-divisions", "--no-use").status == 0
    told = run("diff", str(standards), only_release(own / "shelf"), "--system", "country-divisions", "--json")
    assert json.loads(told.out)["changes"] == []


def test_old_and_new_systems_read_the_same_list(run: Run) -> None:
    from lxml import etree

    svs = etree.fromstring(run("export", "gender", "--format", "svs").out.encode())
    space = "{urn:ihe:iti:svs:2008}"
    shown = {one.get("code"): one.get("displayName") for one in svs.iter(f"{space}Concept")}
    fhir = json.loads(run("export", "gender", "--format", "fhir").out)
    assert {one["code"] for one in fhir["concept"]} == set(shown) == {"1", "2"}
    assert {one.get("{http://www.w3.org/XML/1998/namespace}lang") for one in svs.iter(f"{space}ConceptList")} == {
        "fa-IR",
        "en-US",
    }
    assert fhir["content"] == "complete" and fhir["url"].endswith("/CodeSystem/gender")


def test_what_cannot_go_out_says_why(run: Run) -> None:
    for arguments, words in (
        (["physicians"], "registry extract"),
        (["icd10"], "import it first"),
        (["gendr"], "Did you mean 'gender'"),
        (["gender", "--format", "xlsx"], "-o FILE.xlsx"),
    ):
        done = run("export", *arguments)
        assert done.status == 2 and words in done.err, done.err


@pytest.mark.parametrize("command", ["export gender", "export gender --format xlsx", "sbom"])
def test_a_file_that_cannot_be_written_is_named_and_none_is_begun(run: Run, tmp_path: Path, command: str) -> None:
    (tmp_path / "folder").mkdir()
    done = run(*command.split(), "-o", str(tmp_path / "folder"))
    assert done.status == 2 and f"{tmp_path / 'folder'} cannot be written: " in done.err
    assert [one.name for one in tmp_path.rglob("*")] == ["folder"]

"""``termserver registry`` as a registrar uses it: load, look, correct, prove, release."""

import json
from pathlib import Path

import openpyxl
import pytest

from termserver.cli.main import run
from termserver.releases.shelf import Shelf


@pytest.fixture
def place(tmp_path: Path, standards: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shelf of one's own, with the standards in its edition."""
    monkeypatch.setenv("TERMSERVER_SHELF", str(tmp_path / "shelf"))
    shelf = Shelf()
    shelf.use_all([shelf.install(standards)])
    monkeypatch.chdir(tmp_path)
    return tmp_path


def table(place: Path, name: str, count: int, status: str = "") -> str:
    rows = [f"د-99{n:04},فرد نمونه {n},office,L{n},1400/01/01,{status if n == 3 else ''}" for n in range(count)]
    (place / name).write_text(
        "code,display.fa,licence.kind,licence.number,licence.start,status\n" + "\n".join(rows) + "\n", "utf-8"
    )
    return name


def test_a_registrar_loads_corrects_and_proves(place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["registry", "list"]) == 0 and capfd.readouterr().out == "Nothing has been loaded yet.\n"
    assert run(["registry", "dry-run", "physicians", table(place, "one.csv", 30)]) == 0
    assert run(["registry", "load", "physicians", "one.csv", "--report", "one.html", "--report", "one.xlsx"]) == 0
    assert run(["registry", "load", "physicians", "one.csv"]) == 0
    assert "loaded before" in capfd.readouterr().out
    assert run(["registry", "load", "physicians", table(place, "two.csv", 30, "retired"), "--lang", "fa"]) == 0
    capfd.readouterr()
    assert run(["registry", "history", "physicians", "د-990003", "--json"]) == 0
    history = json.loads(capfd.readouterr().out)
    assert [one["change"] for one in history] == ["added", "closed"]
    assert run(["registry", "changes", "physicians", "--after", "30", "--json"]) == 0
    changes = json.loads(capfd.readouterr().out)
    assert [one["code"] for one in changes["changes"]] == ["990003د"] and changes["complete"]
    book = openpyxl.load_workbook(place / "one.xlsx")
    assert len(book.worksheets) >= 3 and "<html" in (place / "one.html").read_text("utf-8")
    assert run(["registry", "report", "physicians", "--report", "again.json"]) == 0
    assert json.loads((place / "again.json").read_text("utf-8"))["changes"]["closed"] == 1


def test_a_load_that_closes_too_much_ends_with_status_one(place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["registry", "load", "physicians", table(place, "one.csv", 30)]) == 0
    assert run(["registry", "load", "physicians", table(place, "few.csv", 9)]) == 1
    assert "--allow-closing" in capfd.readouterr().out
    assert run(["registry", "load", "physicians", "few.csv", "--allow-closing", "80%"]) == 0


def test_a_snapshot_is_looked_up_like_any_list(place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["registry", "load", "physicians", table(place, "one.csv", 12)]) == 0
    assert run(["registry", "snapshot", "physicians"]) == 0
    assert run(["registry", "extract", "physicians"]) == 0
    capfd.readouterr()
    assert run(["lookup", "physicians", "990003د"]) == 0
    assert "فرد نمونه 3" in capfd.readouterr().out
    assert run(["search", "نمونه", "--system", "physicians"]) == 0


def test_the_next_load_knows_every_fact_although_a_snapshot_is_current(
    place: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    entry = '{"code":"99%04d","properties":[{"code":"national-code-hash","value":"000000000%d"}]}\n'
    (place / "a.ndjson").write_text("".join(entry % (n, n) for n in range(9)), "utf-8")
    (place / "b.ndjson").write_text(entry % (7, 8), "utf-8")
    assert run(["registry", "load", "physicians", "a.ndjson"]) == 0
    assert run(["registry", "snapshot", "physicians"]) == 0
    assert run(["registry", "load", "physicians", "b.ndjson", "--delta"]) == 0
    out = capfd.readouterr().out
    assert "person.twice" in out and "rejected  " not in out


@pytest.mark.parametrize(
    "said",
    [["load", "nobody", "x.csv"], ["load", "gender", "x.csv"], ["load", "physicians", "x.csv", "--allow-closing", "x"],
     ["load", "physicians", "x.csv", "--report", "x.doc"], ["load", "physicians", "x.csv"],
     ["show", "physicians", "1"], ["snapshot", "centres"], ["report", "physicians"]],
)  # fmt: skip
def test_what_cannot_be_is_said_in_words(place: Path, capfd: pytest.CaptureFixture[str], said: list[str]) -> None:
    assert run(["registry", *said]) != 0
    told = capfd.readouterr().err
    assert told.startswith("termserver:") and "Traceback" not in told

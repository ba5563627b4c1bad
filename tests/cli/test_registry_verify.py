"""``termserver registry verify``: a list of numbers is answered, row for row, offline."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.fixture
def shelf(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, standards: Path) -> None:
    """A sample nation beside the standards."""
    monkeypatch.setenv("TERMSERVER_SHELF", str(tmp_path / "shelf"))
    assert run("release", "install", str(standards), "--use").status == 0
    monkeypatch.delenv("TERMSERVER_EDITION")
    few = ("--professionals", "60", "--centres", "40", "--products", "20", "--days", "3")
    assert run("sample", *few, "--use").status == 0


def answers(out: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(out)))


def test_a_list_is_answered_row_for_row(run: Run, shelf: None, tmp_path: Path) -> None:
    asked = tmp_path / "numbers.csv"
    rows = [
        "شماره,تاریخ,نوع",
        "99000000,1405-08-30,",
        "۹۹۰۰۰۰۰۰,2026-11-21,perm",
        "99000000,1900-01-01,",
        "5,1405-08-30,",
    ]
    asked.write_text("\n".join(rows), "utf-8")
    done = run("registry", "verify", "physicians", str(asked))
    assert done.status == 1  # some were not in force
    found = answers(done.out)
    assert [one["number"] for one in found] == ["99000000", "۹۹۰۰۰۰۰۰", "99000000", "5"]
    assert [one["standing"] for one in found] == ["valid", "valid", "not-valid", "unknown"]
    assert [one["reason"] for one in found][2:] == ["not-open-yet", "unknown-entry"]
    assert found[0]["date"] == "2026-11-21"
    assert found[0]["says"] == "It was in force on that day."
    assert "unknown: 1" in done.err


def test_one_number_is_answered_by_the_status(run: Run, shelf: None) -> None:
    said = ("registry", "verify", "physicians", "--number", "99000000")
    done = run(*said, "--date", "1405-08-30", "--json")
    assert done.status == 0
    assert json.loads(done.out)[0]["standing"] == "valid"
    assert run(*said, "--date", "1300-01-01").status == 1
    assert run(*said, "--kind", "no-such-kind", "--date", "1405-08-30").status == 1


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("nummer,date\n1,1405-01-01\n", "number"),
        ("number,date\n1,soon\n", "soon"),
        ("number,registry\n1,gender\n", "not a registry"),
        ("number,registry\n1,physican\n", "physicians"),
    ],
)
def test_a_wrong_list_says_what_is_wrong(run: Run, shelf: None, tmp_path: Path, table: str, says: str) -> None:
    asked = tmp_path / "numbers.csv"
    asked.write_text(table, "utf-8")
    done = run("registry", "verify", "physicians", str(asked))
    assert done.status != 0
    assert says in done.err


def test_a_file_or_a_number_must_be_named(run: Run, shelf: None) -> None:
    assert run("registry", "verify", "physicians").status == 2

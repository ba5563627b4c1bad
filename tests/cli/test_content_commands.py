"""``content``: the folders checked, formatted, filled and written about from the command line."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

Run = Callable[..., Any]


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """A copy of the project's content, to be changed."""
    for name in ("codesystems", "schemas", "validators"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def test_the_projects_own_content_is_in_order(run: Run) -> None:
    assert run("content", "check", "--root", str(ROOT)).status == 0
    assert run("content", "format", "--check", "--root", str(ROOT)).status == 0


@pytest.mark.parametrize("what", ["schemas", "guides"])
def test_what_is_written_from_the_descriptions_is_committed_as_written(run: Run, what: str) -> None:
    done = run("content", what, "--check", "--root", str(ROOT))
    assert done.status == 0, done.out


def test_a_problem_names_file_line_column_and_remedy(run: Run, folders: Path) -> None:
    concepts = folders / "codesystems" / "gender" / "concepts.csv"
    lines = concepts.read_text("utf-8").splitlines()
    concepts.write_text("\n".join([*lines, lines[1]]) + "\n", encoding="utf-8")
    done = run("content", "check", "--root", str(folders), "--json")
    problem = json.loads(done.out)["problems"][0]
    assert done.status == 1
    assert problem["file"] == "codesystems/gender/concepts.csv"
    assert problem["line"] == len(lines) + 1
    assert problem["hint"]["fa"] and problem["hint"]["en"]
    assert f"codesystems/gender/concepts.csv:{len(lines) + 1}:" in run("content", "check", "--root", str(folders)).out


def test_the_folder_may_be_named_by_itself_and_one_error_is_one(run: Run, folders: Path) -> None:
    metadata = folders / "codesystems" / "gender" / "codesystem.yaml"
    metadata.write_bytes(metadata.read_bytes() + b"misspelt: 1\n")
    done = run("content", "check", str(folders), "--lang", "en")
    assert (done.status, done.err.strip()) == (1, "1 error, 0 warnings")


def test_a_file_out_of_form_is_named_then_written(run: Run, folders: Path) -> None:
    metadata = folders / "codesystems" / "gender" / "codesystem.yaml"
    before = metadata.read_bytes()
    metadata.write_bytes(before + b"\n\n")
    done = run("content", "format", "--check", "--root", str(folders))
    assert (done.status, metadata.read_bytes()) == (1, before + b"\n\n")
    assert "Run: termserver content format" in done.out
    assert run("content", "format", "--root", str(folders)).status == 0
    assert metadata.read_bytes() == before


def test_a_table_is_tried_before_it_is_loaded(run: Run, folders: Path, tmp_path: Path) -> None:
    table = tmp_path / "بیمه‌گران.csv"
    table.write_text("کد,عنوان\n1,تامین اجتماعی\n98,بیمهٔ آزمایشی\n", encoding="utf-8")
    concepts = folders / "codesystems" / "insurer" / "concepts.csv"
    before = concepts.read_bytes()
    call = ("content", "import", "insurer", str(table), "--root", str(folders), "--map", "code=کد")
    tried = run(*call, "--map", "display_fa=عنوان", "--dry-run", "--json")
    assert tried.status == 0
    assert json.loads(tried.out)["counts"]["added"] == 1
    assert concepts.read_bytes() == before
    assert run(*call, "--map", "display_fa=عنوان").status == 0
    assert "بیمهٔ آزمایشی" in concepts.read_text("utf-8")


def test_a_mapping_that_is_none_is_wrong_usage(run: Run, folders: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("code\n1\n", encoding="utf-8")
    done = run("content", "import", "insurer", str(tmp_path / "t.csv"), "--root", str(folders), "--map", "code")
    assert done.status == 2


def test_a_folder_without_content_is_wrong_usage(run: Run, tmp_path: Path) -> None:
    done = run("content", "check", "--root", str(tmp_path / "nothing"))
    assert done.status == 2
    assert "--root" in done.err

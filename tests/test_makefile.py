"""``make serve`` asks for what it must, once, and takes no for an answer."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
STAND_IN = """#!/bin/sh
echo "$@" >> calls
case "$*" in
  "release list") cat listed;;
  "import icd10") echo "the notice" >&2; exit 2;;
  "import icd10 --accept-licence") echo "* icd10 2019  abc" >> listed;;
esac
"""

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """The Makefile in a folder where all is built, and a program that notes what it is called with."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / "var").mkdir()
    for name in ("pyproject.toml", "hatch_build.py", ".venv/.installed", "var/.built"):
        (tmp_path / name).touch()
    (tmp_path / "listed").write_text("* standards 2026.11  abc\n  icd10cm 2026-04  abc\n* registries-sample 1  abc\n")
    program = tmp_path / ".venv" / "bin" / "termserver"
    program.write_text(STAND_IN)
    program.chmod(0o755)
    return tmp_path


def serve(house: Path, answer: str, icd10: str = "who") -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    (house / "calls").write_text("")
    return subprocess.run(
        ["make", "serve", f"ICD10={icd10}"], cwd=house, input=answer, capture_output=True, text=True, env=environment
    )


def imports(house: Path) -> list[str]:
    return [line for line in (house / "calls").read_text().splitlines() if line.startswith("import")]


def test_who_s_icd_10_is_imported_once_after_a_yes(house: Path) -> None:
    first = serve(house, "yes\n")
    assert first.returncode == 0 and "the notice" in first.stderr
    assert imports(house) == ["import icd10", "import icd10 --accept-licence"]

    again = serve(house, "")
    assert (again.returncode, imports(house)) == (0, [])
    assert "Type" not in again.stdout


def test_what_an_elder_termserver_made_is_made_again(house: Path) -> None:
    assert serve(house, "", "cm").returncode == 0
    assert imports(house) == []

    (house / "listed").write_text("* icd10cm: The search index was made by another.\n* registries-sample 1  abc\n")
    assert serve(house, "", "cm").returncode == 0
    assert imports(house) == ["import icd10cm"]


@pytest.mark.parametrize("answer", ["no\n", "\n", ""])
def test_a_no_is_one_clear_line_and_no_failure_of_make(answer: str, house: Path) -> None:
    done = serve(house, answer)

    assert done.returncode == 0
    assert "is not imported" in done.stdout
    assert "***" not in done.stderr and "Error" not in done.stderr
    assert imports(house) == ["import icd10"]
    assert (house / "calls").read_text().splitlines()[-1].startswith("serve ")

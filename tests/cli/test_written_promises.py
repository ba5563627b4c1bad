"""What our pages promise is there: every command they name, every test the law's rows lean on."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from termserver.cli.app import app

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*/README.md")]
NAMED = re.compile(r"(?:`|^\$ |^  )(?:python cli\.py|termserver) ([a-z][^`\n]*)", re.MULTILINE)
TESTED = re.compile(r"`(tests/[^`]+)`")
LAW = (ROOT / "docs" / "law.md").read_text("utf-8")


def exists(words: list[str], group: Any) -> bool:
    """Whether the words begin with the name of a command of ours."""
    usual = group.commands.get(getattr(group, "usual", ""))
    command = group.commands.get(words[0], usual) if words else None
    if command is None:
        return False
    return exists(words[1:], command) if hasattr(command, "commands") and words[1:] else True


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_a_page_names_is_there(page: Path) -> None:
    root = typer.main.get_command(app)
    for line in NAMED.findall(page.read_text("utf-8")):
        words = re.split(r"[^a-z0-9-]", line)
        assert exists([word for word in words if word], root), (
            f"{page.name} names 'termserver {line}', which is not there"
        )


def rows() -> list[list[str]]:
    table = [line for line in LAW.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


@pytest.mark.parametrize("path", sorted(set(TESTED.findall(LAW))))
def test_every_test_that_the_law_leans_on_is_there(path: str) -> None:
    there = ROOT / path
    assert there.is_file() or list(there.rglob("test_*.py")), f"docs/law.md leans on {path}, which is not there"


def test_a_duty_is_kept_and_shown_and_held_or_said_to_be_planned() -> None:
    for cells in rows():
        if cells[-1] == "held by":
            continue
        shown, held = cells[-2:]
        planned = "Not yet (planned)" in cells[-3] or "not yet (planned)" in cells[-3]
        assert planned or (shown != "–" and held != "–"), f"docs/law.md says nothing that shows: {cells[-3]}"


@pytest.mark.parametrize("number", ["3", "4", "7", "9", "12", "14", "16", "17"])
def test_every_article_is_accounted_for(number: str) -> None:
    assert re.search(rf"\b{number}\b", LAW)


@pytest.mark.parametrize("name", ["HIX", "WIX", "NIX", "GSB", "SEPAS", "e-prescription", "drug list", "registries"])
def test_every_system_the_law_names_has_its_row(name: str) -> None:
    assert any(name in cells[0] for cells in rows())


SHOWN = re.compile(r"```console\n\$ termserver (.*)\n((?:.*\n)*?)```")
DIGEST = re.compile(r"\b[0-9a-f]{12}\b")


@pytest.mark.parametrize(("line", "output"), SHOWN.findall((ROOT / "README.md").read_text("utf-8")), ids=lambda _: "")
def test_the_readme_shows_what_really_comes(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, output: str
) -> None:
    """But for the digests, which change with every word of the content, and the name of the tests' release."""
    example = ROOT / "validators/patient-bill/1.0/examples/invalid/lines-sum-to-total-charge.xml"
    (tmp_path / "bill.xml").write_bytes(example.read_bytes())
    monkeypatch.chdir(tmp_path)
    done = run(*line.split())
    really = re.sub(r"standards test\b", "standards", DIGEST.sub("…", done.out + done.err))
    assert really == re.sub(r"standards [0-9.]+", "standards", DIGEST.sub("…", output))

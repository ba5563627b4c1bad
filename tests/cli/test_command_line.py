"""The command line as a whole: one set of options, a page that documents it, an end that says what happened."""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from termserver.cli import console, reference
from termserver.cli.app import app
from termserver.cli.main import run
from termserver.cli.validate import parser
from termserver.model.errors import ContentError, DigestMismatch, UnknownCode, UnknownSystem, UsageError

ROOT = Path(__file__).resolve().parent.parent.parent
COMMANDS: Any = typer.main.get_command(app)


def every_command(group: Any = COMMANDS, above: str = "termserver") -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from every_command(command, f"{above} {name}")
        else:
            yield f"{above} {name}", command


def test_validate_has_the_same_options_in_both_parsers() -> None:
    quick = {
        action.option_strings[0] if action.option_strings else action.dest: (
            action.help,
            None if isinstance(action, argparse._StoreTrueAction) or not action.choices else list(action.choices),
            isinstance(action, argparse._StoreTrueAction),
            action.default or None,
        )
        for action in parser()._actions
        if action.dest != "help"
    }
    listed = {
        param.opts[0] if param.param_type_name == "option" else param.name: (
            param.help,
            reference._choices(param) or None,
            bool(getattr(param, "is_flag", False)),
            getattr(param.default, "value", param.default) or None,
        )
        for param in COMMANDS.commands["validate"].params
        if param.name != "help"
    }
    assert listed == quick


def test_both_helps_of_validate_open_with_the_same_sentence() -> None:
    assert COMMANDS.commands["validate"].help == parser().description


@pytest.mark.parametrize(("called", "command"), list(every_command()), ids=lambda value: value if value else "")
def test_every_command_answers_in_json_and_shows_an_example(called: str, command: Any) -> None:
    assert any("--json" in param.opts for param in command.params), f"{called} has no --json"
    assert called in command.epilog, f"the help of {called} shows no example"
    assert all(param.help for param in command.params if param.name != "help"), f"an option of {called} has no help"


def test_the_page_of_the_command_line_is_the_commands_themselves() -> None:
    written = (ROOT / "docs" / "cli.md").read_text("utf-8")
    assert written == reference.page(), "docs/cli.md is old. Run: python -m termserver.cli.reference > docs/cli.md"


def test_a_mistyped_command_is_answered_with_the_nearest_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["serch", "diabetes"]) == 2
    assert "'search'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UsageError("no"), 2),
        (UnknownSystem("no"), 2),
        (UnknownCode("no"), 1),
        (ContentError("no"), 1),
        (DigestMismatch("no"), 4),
        (ValueError("no"), 4),
        (FileNotFoundError(2, "No such file or directory", "نیست/out.xml"), 4),
    ],
)
def test_a_failure_ends_with_its_status(error: Exception, status: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert console.fail(error, "en") == status
    said = capsys.readouterr().err
    assert said.startswith("termserver: ") and said.count("\n") == 1


def test_a_file_that_cannot_be_written_is_named(run: Any, tmp_path: Path) -> None:
    done = run("example", "patient-bill", "-o", str(tmp_path / "gone" / "bill.xml"))
    assert done.status == 4
    assert done.err == f"termserver: {tmp_path / 'gone' / 'bill.xml'}: No such file or directory\n"


@pytest.mark.parametrize("arguments", [["-h"], ["search", "-h"], ["validate", "-h"], ["release", "list", "--help"]])
def test_help_is_there_under_both_names(run: Any, arguments: list[str]) -> None:
    done = run(*arguments)
    assert (done.status, done.err) == (0, "")
    assert done.out.lower().startswith("usage: termserver")


def test_an_internal_failure_shows_where_only_when_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERMSERVER_DEBUG", "1")
    console.fail(ValueError("no"), "en")
    assert "ValueError: no\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        (["--lang", "fa"], {"LANG": "en_US.UTF-8"}, "fa"),
        (["--lang=en"], {"TERMSERVER_LANG": "fa"}, "en"),
        ([], {"TERMSERVER_LANG": "fa", "LANG": "en_US.UTF-8"}, "fa"),
        ([], {"LANG": "fa_IR.UTF-8"}, "fa"),
        ([], {"LANG": "C"}, "en"),
        ([], {}, "en"),
    ],
)
def test_the_reader_is_spoken_to_in_their_language(
    arguments: list[str], environment: dict[str, str], language: str
) -> None:
    assert console.language_of(arguments, environment) == language


def test_a_checkout_runs_without_being_installed(tmp_path: Path) -> None:
    """-S leaves out site-packages' .pth files, -I the working folder: only cli.py knows where src is."""
    done = subprocess.run(
        [sys.executable, "-S", "-I", str(ROOT / "cli.py"), "validate", "--help"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "COLUMNS": "100"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage: termserver validate")

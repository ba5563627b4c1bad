"""What is wrong with a file that was named is said in words, by every importer, before anything else is asked."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from termserver.cli.import_files import FORMATS
from termserver.importers.reading import reading
from termserver.model.errors import ImportFailed

Run = Callable[..., Any]
OF_FILES = [one.command for one in FORMATS if one.command != "fhir"]


@pytest.mark.parametrize("command", [*OF_FILES, "drugs", "fhir"])
def test_a_file_that_is_not_there_is_said_before_a_licence_is_asked_for(run: Run, command: str) -> None:
    done = run("import", command, "missing.xml")
    assert done.status and "missing.xml is not there" in done.err and "licence" not in done.err
    assert "missing.xml پیدا نشد" in run("import", command, "missing.xml", "--lang", "fa").err


@pytest.mark.parametrize("command", ["ucum", "drugs", "rvu"])
def test_a_licence_that_nobody_asks_for_is_no_mistake(run: Run, command: str) -> None:
    done = run("import", command, "missing.xml", "--accept-licence")
    assert "needs no licence" in done.err and "missing.xml is not there" in done.err


def test_a_folder_is_no_file(run: Run, tmp_path: Path) -> None:
    assert "is a folder" in run("import", "ucum", str(tmp_path)).err


@pytest.mark.parametrize(
    ("error", "en", "fa"),
    [
        (PermissionError(13, "Permission denied"), "You may not read list.csv", "اجازهٔ خواندن list.csv"),
        (OSError(5, "Input/output error"), "list.csv cannot be read: Input/output error", "list.csv خوانده نمی‌شود"),
    ],
)
def test_the_system_s_refusal_is_put_into_words(error: OSError, en: str, fa: str) -> None:
    with pytest.raises(ImportFailed) as failure, reading(Path("list.csv")):
        raise error
    assert en in failure.value.text.en and fa in failure.value.text.fa

"""``--to`` on the command line and ``to`` in a settings file say where documents are sent."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from termserver.service import TermServer

Run = Callable[..., Any]


@pytest.fixture
def bill(server: TermServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "bill.xml"
    path.write_bytes(server.example("patient-bill"))
    monkeypatch.chdir(tmp_path)
    return path


def test_to_is_repeated_for_every_destination_of_one_sending(run: Run, bill: Path) -> None:
    assert run("validate", bill.name).status == 0
    assert run("validate", "--to", "hix", "--to", "wix", bill.name).status == 0
    refused = run("validate", "--to", "hix", bill.name)
    assert refused.status == 1
    assert "destination.required-missing" in refused.out


def test_an_unknown_destination_is_wrong_usage(run: Run, bill: Path) -> None:
    done = run("validate", "--to", "hxi", bill.name)

    assert done.status == 2
    assert "Did you mean 'hix'" in done.err


def test_a_settings_file_names_the_destinations_and_a_replay_asks_for_them_again(run: Run, bill: Path) -> None:
    Path(".termserver.yaml").write_text("to: [hix]\n", "utf-8")

    assert run("validate", bill.name, "--output", "json:report.json").status == 1
    assert run("validate", "--to", "hix", "--to", "wix", bill.name).status == 0
    report = json.loads(Path("report.json").read_bytes())
    assert report["options"]["to"] == "hix"
    assert report["reports"][0]["to"] == ["hix"]
    Path(".termserver.yaml").unlink()
    assert run("replay", "report.json").status == 0


def test_a_referee_may_be_told_where_a_document_is_sent(run: Run, bill: Path) -> None:
    assert run("validate", "--referee", "--to", "hix", "--to", "wix", bill.name).status == 0


def test_processes_judge_for_the_same_destinations(run: Run, bill: Path) -> None:
    assert run("validate", "--jobs", "1", "--to", "wix", bill.name).status == 1

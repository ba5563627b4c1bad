"""Reports in many forms at once: each file whole or not there, standard output never mixed."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from termserver.formats.registry import NAMES

Run = Callable[..., Any]

REJECTED = b"<PatientBillMessageVO/>"


@pytest.fixture
def out(tmp_path: Path, bill: bytes) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "a.xml").write_bytes(bill)
    (folder / "b.xml").write_bytes(REJECTED)
    return folder


def test_every_form_is_written_in_one_run(run: Run, tmp_path: Path, out: Path) -> None:
    asked = [f"--output={form}:{tmp_path / form}.out" for form in ("text", *NAMES)]
    done = run("validate", str(out), *asked)
    assert done.status == 1
    assert "1 accepted, 1 rejected" in done.out, "text goes to standard output where nothing else does"
    for form in ("text", *NAMES):
        assert (tmp_path / f"{form}.out").stat().st_size > 100, form
    assert len(os.listdir(tmp_path)) == 1 + len(NAMES) + 1


@pytest.mark.parametrize("asked", ["json", "json:-"])
def test_a_form_without_a_file_takes_the_place_of_the_text(run: Run, out: Path, asked: str) -> None:
    answer = json.loads(run("validate", str(out), "--output", asked).out)
    assert answer["summary"]["documents"] == {"accepted": 1, "rejected": 1, "undecided": 0}
    assert answer["engine"]["version"] and answer["edition"]["releases"]


def test_the_report_names_the_options_that_were_given_and_no_others(run: Run, out: Path) -> None:
    assert json.loads(run("validate", str(out), "--output", "json").out)["options"] == {}
    asked = run("validate", str(out), "--output", "json", "--as-of", "1405-08-30", "--require-checked")
    assert json.loads(asked.out)["options"] == {"as-of": "1405-08-30", "require-checked": "yes"}


def test_annotations_come_after_the_text_where_both_are_asked_for(run: Run, out: Path) -> None:
    said = run("validate", str(out), "--output", "text", "--output", "github").out
    assert said.index("1 accepted, 1 rejected") < said.index("::error file=")


def test_annotations_come_only_where_they_are_asked_for(run: Run, out: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert "::error" not in run("validate", str(out)).out


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--output", "sarrif:x"], "Did you mean sarif?"),
        (["--output", "json", "--output", "junit"], "would mix"),
        (["--json", "--output", "junit"], "--json writes to standard output"),
        (["--output", "json:nowhere/x.json"], "there is no folder nowhere"),
        (["--output", "json:x", "--output", "ndjson:x"], "Two outputs"),
        (["--output", "json:."], "is a folder"),
    ],
)
def test_outputs_that_cannot_be_are_wrong_usage_before_anything_is_judged(
    run: Run, out: Path, asked: list[str], said: str, monkeypatch: Any, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("validate", "out", *asked)
    assert done.status == 2
    assert said in done.err
    assert done.out == ""
    assert os.listdir(tmp_path) == ["out"]


def test_a_run_that_fails_leaves_the_report_of_the_last_one(run: Run, tmp_path: Path, out: Path) -> None:
    (tmp_path / "r.json").write_text("before")
    assert run("validate", str(out), "--output", f"json:{tmp_path / 'r.json'}", "--type", "nobody").status == 2
    assert (tmp_path / "r.json").read_text() == "before"
    assert sorted(os.listdir(tmp_path)) == ["out", "r.json"]


def test_what_a_run_writes_is_no_document_of_the_next(run: Run, out: Path) -> None:
    asked = ("validate", str(out), "--output", f"json:{out / 'report.json'}", "--output", f"text:{out / 'report.txt'}")
    first = run(*asked)
    before = (out / "report.json").read_bytes()
    assert run(*asked).out == first.out
    assert (out / "report.json").read_bytes() == before


@pytest.mark.skipif(os.name != "posix", reason="devices and links as POSIX has them")
def test_a_link_stays_a_link_and_a_device_a_device(run: Run, tmp_path: Path, out: Path) -> None:
    (tmp_path / "real").write_text("before")
    (tmp_path / "link").symlink_to("real")
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        run("validate", str(out), "--output", f"sepas:{tmp_path / 'link'}", "--output", f"sepas:{tmp_path / 'pipe'}")
        assert (tmp_path / "link").is_symlink()
        assert json.loads((tmp_path / "real").read_bytes()) == json.loads(os.read(reader, 60_000))
    finally:
        os.close(reader)


@pytest.mark.parametrize("jobs", ["1", "2", "auto"])
def test_processes_write_the_same_bytes_as_one(run: Run, tmp_path: Path, jobs: str, root: Path) -> None:
    examples = str(root / "validators" / "medication-prescription")
    one, many = tmp_path / "one.json", tmp_path / "many.json"
    status = run("validate", examples, "--quiet", "--output", f"json:{one}").status
    assert run("validate", examples, "--quiet", "--output", f"json:{many}", "--jobs", jobs).status == status
    assert many.read_bytes() == one.read_bytes()


@pytest.mark.parametrize("jobs", ["0", "-1", "many", "۲"])
def test_a_number_of_processes_is_a_number(run: Run, out: Path, jobs: str) -> None:
    assert run("validate", str(out), f"--jobs={jobs}").status == 2


def test_an_option_that_is_wrong_for_all_ends_a_run_in_processes_too(run: Run, out: Path) -> None:
    done = run("validate", str(out), "--jobs", "2", "--as-of", "1405-13-01")
    assert (done.status, done.out) == (2, "")

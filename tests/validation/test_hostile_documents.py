"""Every hostile document is answered by a report in less than a second and 300 MB, measured around the real program."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hostile_documents import JSON, OTHER, XML, Hostile

from termserver.model.findings import Verdict
from termserver.service import TermServer

SECONDS = 10.0  # the promise is one second; a test trips only on an order of magnitude
"""Of computing, the start of the program among them: by the clock a loaded machine takes longer."""
MEGABYTES = 300
_ADDRESSES = 2 << 30
"""Bytes of address space, most of which is never touched."""
ROOT = Path(__file__).resolve().parents[2]
VALID = sorted((ROOT / "validators").glob("*/*/examples/valid/*"))

pytestmark = pytest.mark.slow


class Ended(NamedTuple):
    """How a run of the program ended, and what it took."""

    status: int
    out: bytes
    err: bytes
    seconds: float
    megabytes: float


# The peak of a process counts what its parent held when it was forked, so a small process stands between
# the tests and the program, and tells what the program took.
_MEASURED = f"""
import json, os, resource, subprocess, sys
def limited():
    resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
    resource.setrlimit(resource.RLIMIT_AS, ({_ADDRESSES}, {_ADDRESSES}))
with open(sys.argv[1], "wb") as out, open(sys.argv[2], "wb") as err:
    command = [sys.executable, "-m", "termserver", *sys.argv[3:]]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, preexec_fn=limited)
took = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([done.returncode, took.ru_utime + took.ru_stime, took.ru_maxrss / 1024]))
"""


def run(arguments: Sequence[str], standards: Path, folder: Path) -> Ended:
    """``termserver`` with these arguments, alone in a process that may not take more than it should."""
    out, err = folder / "out", folder / "err"
    told = subprocess.run(
        [sys.executable, "-c", _MEASURED, str(out), str(err), *arguments],
        stdout=subprocess.PIPE,
        check=True,
        env={**os.environ, "TERMSERVER_EDITION": str(standards), "TERMSERVER_LANG": "en"},
    )
    status, seconds, megabytes = json.loads(told.stdout)
    return Ended(status, out.read_bytes(), err.read_bytes(), seconds, megabytes)


CASES = [
    *((name, one, "bill.xml") for name, one in XML.items()),
    *((name, one, "bill.json") for name, one in JSON.items()),
    *((name, one, "other.xml") for name, one in OTHER.items()),
]


@pytest.mark.parametrize(("name", "hostile", "file"), CASES, ids=[f"{file[-4:]} {name}" for name, _, file in CASES])
def test_a_hostile_document_is_answered_in_time_and_never_accepted(
    standards: Path, tmp_path: Path, name: str, hostile: Hostile, file: str
) -> None:
    document = tmp_path / file
    document.write_bytes(hostile.make())

    ended = run(["validate", "--json", str(document)], standards, tmp_path)

    assert ended.status in (1, 3), ended.err
    assert ended.err == b""
    report = json.loads(ended.out)["reports"][0]
    assert report["verdict"] == ("rejected" if ended.status == 1 else "undecided")
    assert 1 <= len(report["findings"]) <= 1000
    if hostile.rule:
        assert [finding["rule"] for finding in report["findings"]] == [hostile.rule]
    assert report["complete"] or ended.status == 3 or len(report["findings"]) == 1000
    assert b"root:" not in ended.out, "a file of this machine is in the report"
    assert len(ended.out) < 3_000_000
    assert ended.seconds < SECONDS
    assert ended.megabytes < MEGABYTES


def test_what_is_no_file_is_refused_without_waiting(standards: Path, tmp_path: Path) -> None:
    folder, path = tmp_path / "folder.xml", tmp_path / "socket.xml"
    folder.mkdir()
    os.mkfifo(tmp_path / "pipe.xml")
    here = os.getcwd()
    with socket.socket(socket.AF_UNIX) as listening:
        os.chdir(tmp_path)  # the path of a socket is short
        try:
            listening.bind(path.name)
        finally:
            os.chdir(here)
        for name in ("folder.xml", "socket.xml", "pipe.xml", "nothing.xml"):
            ended = run(["validate", str(tmp_path / name)], standards, tmp_path)
            assert ended.status == 2, name
            assert b"Traceback" not in ended.err and ended.err
            assert ended.seconds < SECONDS


@pytest.mark.parametrize("start", [b"", b"<a>", b'{"a": "'])
def test_a_file_of_a_gigabyte_is_not_read(standards: Path, tmp_path: Path, start: bytes) -> None:
    document = tmp_path / "large.xml"
    with document.open("wb") as file:
        file.write(start)
        file.truncate(1 << 30)

    ended = run(["validate", "--json", str(document)], standards, tmp_path)

    assert ended.status == 3
    assert [finding["rule"] for finding in json.loads(ended.out)["reports"][0]["findings"]] == ["budget.bytes"]
    assert ended.seconds < SECONDS
    assert ended.megabytes < MEGABYTES


@pytest.mark.parametrize("example", VALID, ids=lambda path: f"{path.parents[3].name}/{path.name}")
def test_a_document_cut_anywhere_is_rejected_where_it_ends(server: TermServer, example: Path) -> None:
    data = example.read_bytes().rstrip()
    for end in range(500, len(data), 500):
        report = server.check_document(data[:end], "cut")
        assert report.verdict is Verdict.REJECTED, end
        assert [finding.rule for finding in report.findings] in (
            ["syntax.xml"],
            ["syntax.json"],
            ["syntax.encoding"],  # within a letter
        ), end
        assert report.findings[0].where.line <= data.count(b"\n") + 1


@pytest.mark.parametrize("form", ["xml", "json"])
def test_persian_digits_where_latin_ones_are_due_are_said_to_be(server: TermServer, form: str) -> None:
    data: Any = server.example("patient-bill", form)
    year = b"<VM:Year>1405</VM:Year>" if form == "xml" else b'"Year": 1405'
    other = "<VM:Year>۱۴۰۵</VM:Year>" if form == "xml" else '"Year": "۱۴۰۵"'
    assert year in data

    report = server.check_document(data.replace(year, other.encode(), 1), form)

    told = [finding for finding in report.findings if finding.rule == "structure.type"]
    assert told and told[0].hint is not None
    assert "Write the digits 0-9" in told[0].hint.en

"""``termserver validate``: every document judged, one exit status, in a blink."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from termserver.service import TermServer

Run = Callable[..., Any]
Start = Callable[..., "subprocess.Popen[bytes]"]

REJECTED = b"<PatientBillMessageVO/>"
UNDECIDED = b"<NobodyKnowsMe/>"


def written(folder: Path, documents: dict[str, bytes]) -> Path:
    for name, data in documents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def test_an_accepted_document_ends_with_0(run: Run, tmp_path: Path, bill: bytes) -> None:
    written(tmp_path, {"bill.xml": bill})
    done = run("validate", str(tmp_path / "bill.xml"))
    assert (done.status, done.err) == (0, "")
    assert "accepted" in done.out
    assert re.search(r"checked \d+ of \d+ codes", done.out)


@pytest.mark.parametrize("rejected", [0, 1, 256, 512])
def test_the_status_is_never_a_count(run: Run, tmp_path: Path, bill: bytes, rejected: int) -> None:
    documents = {f"wrong-{n:03}.xml": REJECTED for n in range(rejected)}
    written(tmp_path, {"right.xml": bill, **documents})
    assert run("validate", "--quiet", str(tmp_path)).status == (1 if rejected else 0)


@pytest.mark.parametrize(
    ("documents", "status"),
    [
        ({"a.xml": UNDECIDED}, 3),
        ({"a.xml": UNDECIDED, "b.xml": REJECTED}, 1),
        ({"a.xml": b""}, 1),
    ],
)
def test_over_many_documents_the_worse_status_wins(
    run: Run, tmp_path: Path, documents: dict[str, bytes], status: int
) -> None:
    assert run("validate", str(written(tmp_path, documents))).status == status


def test_a_missing_file_is_wrong_usage_and_the_others_are_judged(run: Run, tmp_path: Path, bill: bytes) -> None:
    written(tmp_path, {"bill.xml": bill})
    done = run("validate", str(tmp_path / "gone.xml"), str(tmp_path / "bill.xml"))
    assert done.status == 2
    assert "gone.xml" in done.err
    assert "accepted" in done.out


def test_a_folder_without_documents_is_wrong_usage(run: Run, tmp_path: Path) -> None:
    assert run("validate", str(tmp_path)).status == 2


def test_a_pattern_is_expanded_where_the_shell_did_not(run: Run, tmp_path: Path, bill: bytes) -> None:
    written(tmp_path, {"b.xml": bill, "a.xml": bill, "c.txt": b"?"})
    done = run("validate", "--json", str(tmp_path / "*.xml"))
    assert [Path(report["document"]).name for report in json.loads(done.out)["reports"]] == ["a.xml", "b.xml"]


def test_a_folder_is_walked_in_order(run: Run, tmp_path: Path, bill: bytes) -> None:
    written(tmp_path, {"z/a.xml": bill, "b.JSON": b"{}", "a.xml": bill, "notes.txt": b"?"})
    done = run("validate", "--json", str(tmp_path))
    names = [Path(report["document"]).relative_to(tmp_path).as_posix() for report in json.loads(done.out)["reports"]]
    assert names == ["a.xml", "b.JSON", "z/a.xml"]


@pytest.mark.skipif(os.name != "posix", reason="named pipes as POSIX has them")
def test_what_is_no_file_in_a_folder_is_passed_over(run: Run, tmp_path: Path, bill: bytes) -> None:
    written(tmp_path, {"bill.xml": bill})
    os.mkfifo(tmp_path / "pipe.xml")
    (tmp_path / "folder.xml").mkdir()
    assert len(json.loads(run("validate", "--json", str(tmp_path)).out)["reports"]) == 1


def test_a_persian_path_is_a_path(run: Run, tmp_path: Path, bill: bytes) -> None:
    written(tmp_path, {"صورت‌حساب/بیمار ۱.xml": bill})
    done = run("validate", str(tmp_path / "صورت‌حساب"))
    assert done.status == 0
    assert "بیمار ۱.xml" in done.out


@pytest.mark.parametrize("copies", [1, 512])
def test_json_is_one_document_with_every_report_and_the_release(
    run: Run, tmp_path: Path, bill: bytes, copies: int, server: TermServer
) -> None:
    written(tmp_path, {f"{n:03}.xml": bill for n in range(copies)})
    answer = json.loads(run("validate", "--json", str(tmp_path)).out)
    assert len(answer["reports"]) == copies
    assert answer["release"] == server.edition.digest
    assert {report["verdict"] for report in answer["reports"]} == {"accepted"}


def test_the_command_line_says_what_the_library_says(run: Run, tmp_path: Path, bill: bytes, server: TermServer) -> None:
    for name, data in {"right.xml": bill, "wrong.xml": REJECTED, "unknown.xml": UNDECIDED}.items():
        path = tmp_path / name
        path.write_bytes(data)
        said = json.loads(run("validate", "--json", str(path)).out)["reports"]
        assert said == [json.loads(json.dumps(server.check_document(data, name=str(path)).as_json()))]


def test_a_file_that_cannot_be_read_stands_in_the_json_too(run: Run, tmp_path: Path) -> None:
    done = run("validate", "--json", str(tmp_path / "gone.xml"))
    answer = json.loads(done.out)
    assert done.status == 2
    assert answer["reports"] == []
    assert answer["errors"][0]["document"].endswith("gone.xml")
    assert set(answer["errors"][0]["message"]) == {"fa", "en"}


def test_the_verdict_never_depends_on_the_language(run: Run, tmp_path: Path, bill: bytes) -> None:
    folder = str(written(tmp_path, {"a.xml": bill, "b.xml": REJECTED}))
    persian, english = run("validate", "--lang", "fa", folder), run("validate", "--lang", "en", folder)
    assert persian.status == english.status == 1
    assert persian.out != english.out
    assert (
        run("validate", "--json", "--lang", "fa", folder).out == run("validate", "--json", "--lang", "en", folder).out
    )


def test_quiet_says_only_what_is_wrong(run: Run, tmp_path: Path, bill: bytes) -> None:
    written(tmp_path, {"bill.xml": bill, "no.xml": REJECTED})
    assert run("validate", "--quiet", str(tmp_path / "bill.xml")).out == ""
    assert "warning" not in run("validate", "--quiet", str(tmp_path)).out


def test_an_unknown_type_is_wrong_usage(run: Run, tmp_path: Path, bill: bytes) -> None:
    written(tmp_path, {"bill.xml": bill})
    assert run("validate", "--type", "patient-bil", str(tmp_path / "bill.xml")).status == 2


def test_a_day_that_is_none_is_wrong_usage(run: Run, tmp_path: Path, bill: bytes) -> None:
    written(tmp_path, {"bill.xml": bill})
    assert run("validate", "--as-of", "1405-13-01", str(tmp_path / "bill.xml")).status == 2


def test_an_edition_that_is_not_there_is_no_verdict(run: Run, tmp_path: Path, bill: bytes) -> None:
    written(tmp_path, {"bill.xml": bill})
    done = run("validate", "--edition", str(tmp_path / "none.json"), str(tmp_path / "bill.xml"))
    assert done.status == 4
    assert done.out == ""


def test_standard_input_is_judged(start: Start, bill: bytes) -> None:
    process = start(["validate", "--json", "-"])
    out, _ = process.communicate(bill)
    assert process.returncode == 0
    assert json.loads(out)["reports"][0]["document"] == "<stdin>"


@pytest.mark.parametrize("encoding", ["cp1252", "cp1256", "ascii"])
def test_any_console_can_show_a_report(start: Start, tmp_path: Path, encoding: str) -> None:
    written(tmp_path, {"بد.xml": REJECTED})
    process = start(["validate", "--lang", "fa", str(tmp_path / "بد.xml")], PYTHONIOENCODING=encoding)
    out, err = process.communicate()
    assert (process.returncode, err) == (1, b"")
    assert out


@pytest.mark.skipif(os.name != "posix", reason="signals and pipes as POSIX has them")
def test_ctrl_c_ends_quietly(start: Start) -> None:
    process = start(["validate", "-"])
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (130, b"", b"")


@pytest.mark.skipif(os.name != "posix", reason="signals and pipes as POSIX has them")
def test_a_reader_that_leaves_is_left_in_peace(start: Start, tmp_path: Path) -> None:
    written(tmp_path, {f"{n:04}.xml": REJECTED for n in range(600)})
    process = start(["validate", str(tmp_path)])
    assert process.stdout and process.stderr
    process.stdout.read(10)
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(timeout=30) == 141


def test_validate_loads_no_framework(standards: Path, tmp_path: Path, bill: bytes) -> None:
    written(tmp_path, {"bill.xml": bill})
    probe = (
        "import sys\n"
        "from termserver.cli.main import run\n"
        "status = run(['validate', '--quiet', sys.argv[1]])\n"
        "print(status, *sorted({name.partition('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe, str(tmp_path / "bill.xml")],
        capture_output=True,
        text=True,
        env={**os.environ, "TERMSERVER_EDITION": str(standards)},
    )
    status, *loaded = done.stdout.split()
    assert status == "0", done.stderr
    heavy = {
        "typer", "click", "rich", "fastapi", "starlette", "pydantic", "uvicorn", "yaml", "xmlschema", "jsonschema",
        "whoosh", "sqlalchemy", "openpyxl", "email", "http", "urllib3", "ssl",
    }  # fmt: skip
    assert not heavy & set(loaded)


def test_one_file_loads_little_and_compiles_nothing_the_second_time(
    standards: Path, tmp_path: Path, bill: bytes
) -> None:
    """What the promise of 80 ms of CPU for one file rests on (measured by ``make bench``)."""
    written(tmp_path, {"bill.xml": bill})
    probe = (
        "import builtins, sys\n"
        "from termserver.cli.main import run\n"
        "compiled = []\n"
        "real = builtins.compile\n"
        "def counted(source, name, *rest, **said):\n"
        "    compiled.append(name)\n"
        "    return real(source, name, *rest, **said)\n"
        "builtins.compile = counted\n"
        "status = run(['validate', '--quiet', sys.argv[1]])\n"
        "print(status, len(compiled), len([name for name in sys.modules if name.startswith('termserver')]))\n"
    )
    env = {**os.environ, "TERMSERVER_EDITION": str(standards), "TERMSERVER_CACHE": str(tmp_path / "cache")}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    runs = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", probe, str(tmp_path / "bill.xml")], capture_output=True, text=True, env=env
        )
        runs.append([int(said) for said in done.stdout.split()])
        assert runs[-1][:1] == [0], done.stderr
    (_, first, _), (_, second, modules) = runs
    assert first > 10
    assert second == 0
    assert modules <= 85


@pytest.mark.skipif(os.name != "posix", reason="CPU time of a child process, as POSIX counts it")
def test_one_file_never_costs_ten_times_what_it_should(start: Start, tmp_path: Path, bill: bytes) -> None:
    import resource

    written(tmp_path, {"bill.xml": bill})
    start(["validate", str(tmp_path / "bill.xml")]).communicate()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start(["validate", str(tmp_path / "bill.xml")]).communicate()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.8

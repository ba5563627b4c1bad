"""Where documents come from: archives, lines, gzip, standard input; and what is refused politely."""

import gzip
import io
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from termserver.service import TermServer

Run = Callable[..., Any]
Start = Callable[..., "subprocess.Popen[bytes]"]

REJECTED = b"<PatientBillMessageVO/>"


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def reports(run: Run, *arguments: str) -> dict[str, dict[str, Any]]:
    said = json.loads(run("validate", "--json", *arguments).out)["reports"]
    by_name = {Path(report["document"]).name: report for report in said}
    assert len(by_name) == len({report["document"] for report in said}), "the names are unique"
    return by_name


def rules(report: dict[str, Any]) -> list[str]:
    return [finding["rule"] for finding in report["findings"]]


@pytest.fixture(scope="module")
def line(server: TermServer) -> bytes:
    """A JSON bill in one line."""
    return json.dumps(json.loads(server.example("patient-bill", "json")), ensure_ascii=False).encode()


def test_the_members_of_a_zip_are_judged_and_named_in_it(run: Run, tmp_path: Path, bill: bytes) -> None:
    path = zipped(tmp_path / "batch.zip", {"a.xml": bill, "in/b.XML": REJECTED, "read.me": b"?"})
    done = run("validate", "--json", str(path))
    verdicts = {report["document"]: report["verdict"] for report in json.loads(done.out)["reports"]}
    assert verdicts == {f"{path}!/a.xml": "accepted", f"{path}!/in/b.XML": "rejected"}
    assert done.status == 1


def test_a_line_of_ndjson_is_a_document_named_by_its_line(run: Run, tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "orders.ndjson"
    path.write_bytes(line + b"\r\n\n" + b'{"nobody": 1}\n' + line)
    said = reports(run, str(path))
    assert {name: report["verdict"] for name, report in said.items()} == {
        "orders.ndjson:1": "accepted",
        "orders.ndjson:3": "undecided",
        "orders.ndjson:4": "accepted",
    }


@pytest.mark.parametrize("name", ["bill.xml.gz", "bill.gz"])
def test_a_gzipped_document_is_judged(run: Run, tmp_path: Path, bill: bytes, name: str) -> None:
    (tmp_path / name).write_bytes(gzip.compress(bill))
    assert reports(run, str(tmp_path / name))[name]["verdict"] == "accepted"


def test_gzipped_lines_are_judged(run: Run, tmp_path: Path, line: bytes) -> None:
    (tmp_path / "orders.jsonl.gz").write_bytes(gzip.compress(line + b"\n" + line))
    assert set(reports(run, str(tmp_path))) == {"orders.jsonl.gz:1", "orders.jsonl.gz:2"}


def test_a_folder_gives_its_archives_too_and_passes_over_a_zip_of_other_things(
    run: Run, tmp_path: Path, bill: bytes
) -> None:
    zipped(tmp_path / "photos.zip", {"a.png": b"?"})
    zipped(tmp_path / "batch.zip", {"a.xml": bill})
    (tmp_path / "log.gz").write_bytes(gzip.compress(b"?"))
    assert set(reports(run, str(tmp_path))) == {"a.xml"}
    assert run("validate", str(tmp_path / "photos.zip")).status == 2


def test_a_file_named_twice_is_judged_once(run: Run, tmp_path: Path, bill: bytes) -> None:
    (tmp_path / "a.xml").write_bytes(bill)
    assert len(reports(run, str(tmp_path), str(tmp_path / "." / "a.xml"))) == 1


@pytest.mark.parametrize("name", ["../out.xml", "/etc/out.xml", "in/../../out.xml", "C:/out.xml", "..\\out.xml"])
def test_a_member_that_points_out_of_its_zip_is_reported_and_not_followed(
    run: Run, tmp_path: Path, bill: bytes, name: str
) -> None:
    path = zipped(tmp_path / "batch.zip", {name: bill, "a.xml": bill})
    done = run("validate", "--json", str(path))
    first, second = json.loads(done.out)["reports"]
    assert (first["verdict"], rules(first), second["verdict"]) == ("undecided", ["archive.unsafe-name"], "accepted")
    assert done.status == 3
    assert os.listdir(tmp_path) == ["batch.zip"]


def test_an_archive_in_an_archive_is_refused(run: Run, tmp_path: Path, bill: bytes) -> None:
    inner = zipped(tmp_path / "inner.zip", {"a.xml": bill}).read_bytes()
    zipped(tmp_path / "outer.zip", {"inner.zip": inner, "b.xml.gz": gzip.compress(bill)})
    (tmp_path / "outer.zip.gz").write_bytes(gzip.compress(inner))
    for path in ("outer.zip", "outer.zip.gz"):
        for report in reports(run, str(tmp_path / path)).values():
            assert (report["verdict"], rules(report)) == ("undecided", ["archive.nested"])


def test_two_members_of_one_name_keep_apart(run: Run, tmp_path: Path, bill: bytes) -> None:
    path = tmp_path / "batch.zip"
    with zipfile.ZipFile(path, "w") as archive, pytest.warns(UserWarning):
        archive.writestr("a.xml", bill)
        archive.writestr("a.xml", REJECTED)
    assert [report["verdict"] for report in reports(run, str(path)).values()] == ["accepted", "rejected"]


def bomb(size: int, name: str = "a.xml", lie: bool = False) -> bytes:
    """A zip whose member inflates to ``size`` zeros; a liar says that it is small."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(1 if not lie else 5):
            archive.writestr(f"{n}{name}", b"\0" * size)
    data = held.getvalue()
    return data.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little")) if lie else data


@pytest.mark.parametrize("lie", [False, True])
def test_a_zip_bomb_is_a_budget_and_not_a_hang(run: Run, tmp_path: Path, lie: bool) -> None:
    (tmp_path / "bomb.zip").write_bytes(bomb(30_000_000, lie=lie))
    began = time.process_time()
    said = reports(run, str(tmp_path / "bomb.zip"))
    assert time.process_time() - began < 3
    assert {report["verdict"] for report in said.values()} <= {"undecided", "rejected"}
    assert {rule for report in said.values() for rule in rules(report)} <= {
        "budget.bytes", "budget.archive", "archive.damaged", "syntax.encoding",
    }  # fmt: skip


def test_many_members_that_inflate_together_to_too_much_stop_the_reading(run: Run, tmp_path: Path) -> None:
    zipped(tmp_path / "many.zip", {f"{n:03}.xml": b" " * 9_000_000 for n in range(40)})
    said = reports(run, str(tmp_path / "many.zip"))
    assert "budget.archive" in {rule for report in said.values() for rule in rules(report)}
    assert len(said) < 40


@pytest.mark.parametrize("lines", [b"\n" * 10_000_000, b"[" + b" " * 200_000_000])
def test_a_gzip_bomb_of_lines_is_a_budget(run: Run, tmp_path: Path, lines: bytes) -> None:
    (tmp_path / "bomb.ndjson.gz").write_bytes(gzip.compress(lines, 6))
    said = list(reports(run, str(tmp_path / "bomb.ndjson.gz")).values())
    assert rules(said[-1])[0].startswith("budget.")
    assert said[-1]["verdict"] == "undecided"


@pytest.mark.parametrize("name", ["bad.zip", "bad.xml.gz", "bad.ndjson.gz"])
@pytest.mark.parametrize("data", [b"", b"PK\x05\x06" + b"\xff" * 18, b"\x1f\x8b\x08\0\0\0\0\0\0\0abc", b"plain"])
def test_a_damaged_archive_is_undecided(run: Run, tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    done = run("validate", str(tmp_path / name))
    assert done.status in ((1, 2, 3) if not data else (3,)), done.out
    assert "b'" not in done.out  # what Python says of bytes it does not understand


def test_a_cut_gzip_loses_no_line_in_silence(run: Run, tmp_path: Path, line: bytes) -> None:
    whole = gzip.compress(b"\n".join([line, line]))
    (tmp_path / "cut.ndjson.gz").write_bytes(whole[:-12])
    done = run("validate", str(tmp_path / "cut.ndjson.gz"))
    assert done.status == 3
    assert "archive.damaged" in done.out


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_member_in_an_uncommon_compression_is_refused(run: Run, tmp_path: Path, bill: bytes, method: int) -> None:
    with zipfile.ZipFile(tmp_path / "batch.zip", "w", method) as archive:
        archive.writestr("a.xml", bill)
    assert rules(reports(run, str(tmp_path / "batch.zip"))["a.xml"]) == ["archive.method"]


@pytest.mark.skipif(os.name != "posix", reason="pipes, sockets and devices as POSIX has them")
def test_what_is_no_file_is_refused_politely_and_at_once(run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xml")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s.xml"))
        for path, what in {
            tmp_path / "pipe.xml": "a pipe",
            tmp_path / "s.xml": "a socket",
            "/dev/zero": "a device",
        }.items():
            done = run("validate", str(path))
            assert done.status == 2
            assert what in done.err and "validate -" in done.err


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory as Linux tells it")
@pytest.mark.parametrize("name", ["big.xml", "big.ndjson"])
def test_a_file_of_a_gigabyte_is_a_budget_and_takes_no_memory(tmp_path: Path, standards: Path, name: str) -> None:
    with (tmp_path / name).open("wb") as file:
        file.write(b"<a>" if name == "big.xml" else b'{"a":"')
        file.truncate(1_000_000_000)
    probe = (
        "import sys\n"
        "from termserver.cli.main import run\n"
        "status = run(['validate', '--json', sys.argv[1]])\n"
        "high = next(line for line in open('/proc/self/status') if line.startswith('VmHWM'))\n"
        "sys.stderr.write(f'{status} {high.split()[1]}')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe, str(tmp_path / name)],
        capture_output=True,
        text=True,
        env={**os.environ, "TERMSERVER_EDITION": str(standards)},
    )
    status, kilobytes = done.stderr.split()
    assert status == "3"
    assert "budget.bytes" in done.stdout
    assert int(kilobytes) < 300_000


def test_standard_input_may_be_lines_if_its_name_says_so(start: Start, line: bytes) -> None:
    process = start(["validate", "--json", "--stdin-name", "orders.ndjson.gz", "-"])
    out, err = process.communicate(gzip.compress(line + b"\n" + line))
    assert process.returncode == 0, err
    assert [report["document"] for report in json.loads(out)["reports"]] == ["orders.ndjson.gz:1", "orders.ndjson.gz:2"]


def test_a_run_without_documents_says_how_to_name_them(run: Run, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("validate")
    assert done.status == 2
    assert "Name the documents" in done.err


@pytest.mark.nightly
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory as Linux tells it")
def test_a_hundred_thousand_documents_take_the_memory_of_a_few(tmp_path: Path, line: bytes, standards: Path) -> None:
    def peak(documents: int) -> int:
        path = tmp_path / f"{documents}.ndjson"
        with path.open("wb") as file:
            for _ in range(documents):
                file.write(line + b"\n")
        probe = (
            "import sys\n"
            "from termserver.cli.main import run\n"
            "outs = [f'--output={form}:{sys.argv[1]}.{form}' for form in sys.argv[2:]]\n"
            "run(['validate', '--quiet', sys.argv[1], *outs])\n"
            "print(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')).split()[1])\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", probe, str(path), "json", "ndjson", "sarif", "junit", "html"],
            capture_output=True,
            text=True,
            env={**os.environ, "TERMSERVER_EDITION": str(standards)},
        )
        return int(done.stdout)

    assert peak(100_000) < peak(1_000) + 20_000, "kilobytes"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can become somebody who may not look")
def test_a_folder_that_nobody_may_look_into_is_not_passed_over() -> None:
    probe = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from termserver.cli.documents import Inputs\n"
        "os.seteuid(65534)\n"
        "said = [(Path(one.name).name, one.unread is not None) for one in Inputs(9).documents([sys.argv[1]])]\n"
        "print(sorted(said))\n"
    )
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o755)
        (folder / "a.xml").write_bytes(b"<a/>")
        (folder / "closed").mkdir(0)
        done = subprocess.run([sys.executable, "-c", probe, made], capture_output=True, text=True)
    assert done.stdout == "[('a.xml', False), ('closed', True)]\n", done.stderr

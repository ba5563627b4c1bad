"""Documents judged side by side in processes: a process that dies is never a verdict, and spoils no other."""

import contextlib
import json
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from termserver.api.pool import Judges
from termserver.model.errors import UnknownDocumentType
from termserver.service import TermServer

Start = Callable[..., "subprocess.Popen[bytes]"]

linux = pytest.mark.skipif(
    not Path("/proc/self/task").is_dir(), reason="the children of a process, as Linux tells them"
)


@pytest.fixture(scope="module")
def line(server: TermServer) -> bytes:
    """A JSON bill in one line."""
    return json.dumps(json.loads(server.example("patient-bill", "json")), ensure_ascii=False).encode()


def judges_of(process: "subprocess.Popen[bytes]") -> Iterator[int]:
    """The processes that it judges in; any of its threads may have started one."""
    for thread in Path(f"/proc/{process.pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for pid in thread.read_text().split():
                if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    yield int(pid)


def verdicts(path: Path) -> list[str]:
    said = [json.loads(text) for text in path.read_bytes().splitlines()]
    return [one["verdict"] for one in said if one["kind"] == "report"]


@linux
def test_a_worker_that_is_killed_once_costs_no_verdict(start: Start, tmp_path: Path, line: bytes) -> None:
    (tmp_path / "many.ndjson").write_bytes((line + b"\n") * 3000)
    asked = ["validate", str(tmp_path / "many.ndjson"), "--quiet", "--jobs", "1"]
    process = start([*asked, "--output", f"ndjson:{tmp_path / 'out'}"])
    for _ in range(1000):
        unfinished = next(tmp_path.glob(".out.*"), None)
        if unfinished is not None and unfinished.stat().st_size > 20_000:
            break
        time.sleep(0.01)
    killed = list(judges_of(process))
    for pid in killed:
        os.kill(pid, 9)
    process.communicate(timeout=60)
    assert killed
    assert verdicts(tmp_path / "out") == ["accepted"] * 3000
    assert process.returncode == 0


@linux
def test_a_document_whose_worker_dies_again_is_undecided_and_never_accepted(
    start: Start, tmp_path: Path, line: bytes
) -> None:
    (tmp_path / "few.ndjson").write_bytes((line + b"\n") * 3)
    asked = ["validate", str(tmp_path / "few.ndjson"), "--quiet", "--jobs", "1"]
    process = start([*asked, "--output", f"ndjson:{tmp_path / 'out'}"])

    def hunt() -> None:
        while process.poll() is None:
            for pid in judges_of(process):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, 9)
            time.sleep(0.005)

    hunter = threading.Thread(target=hunt)
    hunter.start()
    process.communicate(timeout=60)
    hunter.join()
    assert verdicts(tmp_path / "out") == ["undecided"] * 3
    assert process.returncode == 3


@linux
def test_no_worker_outlives_its_run(start: Start, tmp_path: Path, line: bytes) -> None:
    (tmp_path / "many.ndjson").write_bytes((line + b"\n") * 20_000)
    process = start(["validate", str(tmp_path / "many.ndjson"), "--quiet", "--jobs", "2"])
    for _ in range(1000):
        judges = list(judges_of(process))
        if len(judges) == 2:
            break
        time.sleep(0.01)
    process.kill()
    process.wait()
    for _ in range(500):
        if not any(Path(f"/proc/{pid}").exists() for pid in judges):
            break
        time.sleep(0.02)
    assert len(judges) == 2
    assert not any(Path(f"/proc/{pid}").exists() for pid in judges)


def test_many_asked_at_once_are_answered_as_one_by_one(server: TermServer, root: Path) -> None:
    examples = sorted((root / "validators" / "medication-prescription").rglob("*.xml"))
    questions: list[tuple[bytes, dict[str, Any]]] = [(path.read_bytes(), {"name": path.name}) for path in examples]
    with Judges(server, 1) as judges:
        assert judges.check_documents(questions) == [server.check_document(data, **asked) for data, asked in questions]
        assert judges.check_documents([]) == []
        with pytest.raises(UnknownDocumentType):
            judges.check_documents([(b"<a/>", {}), (b"<a/>", {"type": "nobody"})])

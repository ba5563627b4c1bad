"""Documents are judged in processes of their own: the same answers, and a lost process is never a verdict."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from termserver.api import described
from termserver.api.pool import Busy, Judges
from termserver.model.errors import UnknownDocumentType
from termserver.model.findings import Report, Verdict
from termserver.service import TermServer
from termserver.web.application import create

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "validators").glob("*/*/examples/*/*"))

posix = pytest.mark.skipif(os.name != "posix", reason="signals to a process, as POSIX has them")


def asked(ask: Callable[[], Report]) -> "tuple[threading.Thread, list[Report]]":
    """Ask in a thread; the report is in the list when the thread is done."""
    answers: list[Report] = []
    thread = threading.Thread(target=lambda: answers.append(ask()))
    thread.start()
    return thread, answers


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize("workers", [0, 2])
def test_the_workers_answers_are_those_of_the_library_byte_for_byte(server: TermServer, workers: int) -> None:
    with Judges(server, workers) as judges:
        for example in EXAMPLES:
            data = example.read_bytes()
            here = orjson.dumps(server.check_document(data, example.name).as_json())
            there = orjson.dumps(judges.check_document(data, name=example.name).as_json())
            assert there == here, example


@posix
def test_a_worker_killed_in_mid_work_leaves_its_document_undecided_and_the_next_is_judged(server: TermServer) -> None:
    document = server.example("patient-bill", "json")
    with Judges(server, 1) as judges:
        assert judges.check_document(document).verdict is Verdict.ACCEPTED
        (pid,) = judges.pids()
        os.kill(pid, signal.SIGSTOP)  # the work has begun and cannot end
        thread, answers = asked(lambda: judges.check_document(document, name="bill"))
        time.sleep(0.2)
        assert not answers
        os.kill(pid, signal.SIGKILL)
        thread.join(10)

        (report,) = answers
        assert (report.document, report.verdict, report.complete) == ("bill", Verdict.UNDECIDED, False)
        assert [finding.rule for finding in report.findings] == ["budget.worker-lost"]
        assert report.findings[0].message.fa
        assert report.sha256 == server.check_document(document).sha256
        assert judges.check_document(document).verdict is Verdict.ACCEPTED
        assert judges.pids() != [pid]


@posix
def test_a_worker_killed_while_idle_costs_no_document(server: TermServer) -> None:
    document = server.example("patient-bill", "xml")
    with Judges(server, 1) as judges:
        judges.check_document(document)
        (pid,) = judges.pids()
        os.kill(pid, signal.SIGKILL)
        for _ in range(100):
            if not judges.pids():
                break
            time.sleep(0.02)
        assert judges.check_document(document).verdict is Verdict.ACCEPTED


@posix
@pytest.mark.parametrize("size", [1_000, 2_000_000])
def test_a_document_that_takes_too_long_is_given_up(server: TermServer, size: int) -> None:
    document = b"{" + b" " * size + b"}"
    with Judges(server, 1, seconds=1.5) as judges:
        judges.check_document(b"{}")
        (pid,) = judges.pids()
        os.kill(pid, signal.SIGSTOP)  # more than the pipe holds cannot even be handed over
        began = time.monotonic()
        report = judges.check_document(document)
        assert time.monotonic() - began < 10
        assert report.verdict is Verdict.UNDECIDED
        assert not report.complete
        assert report.findings[0].rule in ("budget.time", "budget.worker-lost")
        assert gone(pid)
        assert judges.check_document(b"{}").findings[0].rule == "document.unknown-type"


@posix
def test_a_document_that_computes_too_long_is_given_up(server: TermServer) -> None:
    with Judges(server, 1, cpu_seconds=7) as judges:
        judges.check_document(b"{}")
        (pid,) = judges.pids()
        os.kill(pid, signal.SIGSTOP)
        thread, answers = asked(lambda: judges.check_document(b"{}"))
        time.sleep(0.1)
        os.kill(pid, signal.SIGXCPU)  # what the system sends when the seconds are used up
        os.kill(pid, signal.SIGCONT)
        thread.join(10)
        assert (answers[0].verdict, answers[0].complete) == (Verdict.UNDECIDED, False)
        assert answers[0].findings[0].rule == "budget.time"
        assert "7 seconds of computing" in answers[0].findings[0].message.en


@posix
@pytest.mark.slow
def test_the_seconds_of_computing_are_counted_by_the_system(server: TermServer) -> None:
    program = "from termserver.api import worker\nworker._allow(1)\nwhile True: pass"
    done = subprocess.run([sys.executable, "-c", program], timeout=30, check=False)
    assert done.returncode == -signal.SIGXCPU


def test_a_wrong_option_is_told_as_the_library_tells_it(server: TermServer) -> None:
    with Judges(server, 1) as judges:
        with pytest.raises(UnknownDocumentType) as there:
            judges.check_document(b"{}", type="nosuch")
        with pytest.raises(UnknownDocumentType) as here:
            server.check_document(b"{}", type="nosuch")
        assert there.value.text == here.value.text


def test_no_process_is_left_behind(server: TermServer) -> None:
    judges = Judges(server, 2)
    with judges:
        judges.check_document(b"{}")
        pids = judges.pids()
        assert len(pids) == 2
    assert judges.pids() == []
    assert all(gone(pid) for pid in pids)


@posix
def test_who_waits_too_long_for_a_worker_is_told_so(server: TermServer) -> None:
    with Judges(server, 1, patience=0.1) as judges:
        judges.check_document(b"{}")
        (pid,) = judges.pids()
        os.kill(pid, signal.SIGSTOP)
        thread, answers = asked(lambda: judges.check_document(b"{}"))
        time.sleep(0.1)
        with pytest.raises(Busy):
            judges.check_document(b"{}")
        os.kill(pid, signal.SIGCONT)
        thread.join(10)
        assert answers


def test_many_threads_share_few_workers(server: TermServer) -> None:
    names = [f"bill-{n}" for n in range(24)]
    document = server.example("patient-bill", "xml")
    with Judges(server, 2) as judges:
        running: list[Any] = [asked(lambda name=name: judges.check_document(document, name=name)) for name in names]
        for thread, _ in running:
            thread.join(30)
    assert [answers[0].document for _, answers in running] == names
    assert {answers[0].verdict for _, answers in running} == {Verdict.ACCEPTED}


@posix
def test_the_server_answers_while_a_worker_dies_and_leaves_none_behind(server: TermServer) -> None:
    before = set(multiprocessing.active_children())
    bill = server.example("patient-bill", "xml")
    batch = orjson.dumps({"documents": [{"id": n, "content": bill.decode()} for n in range(4)]})
    with TestClient(create(server, 1)) as client:
        assert client.post("/api/documents/validate", content=bill).json()["reports"][0]["verdict"] == "accepted"
        (worker,) = set(multiprocessing.active_children()) - before
        assert worker.pid
        os.kill(worker.pid, signal.SIGSTOP)
        said: list[Any] = []
        asking = threading.Thread(
            target=lambda: said.append(
                client.post(
                    "/api/documents/validate-batch", content=batch, headers={"content-type": "application/json"}
                )
            )
        )
        asking.start()
        time.sleep(0.3)
        os.kill(worker.pid, signal.SIGKILL)
        asking.join(20)
        assert said[0].status_code == 200
        described.ReportsAnswer.model_validate(said[0].json())
        verdicts = [(one["document"], one["verdict"]) for one in said[0].json()["reports"]]
        assert verdicts == [("0", "undecided"), ("1", "accepted"), ("2", "accepted"), ("3", "accepted")]
    assert set(multiprocessing.active_children()) <= before

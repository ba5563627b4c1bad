"""``termserver serve``: it says where it is, answers like the command line, and stops quietly."""

import importlib.util
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import served

Run = Callable[..., Any]
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="SIGINT to a child process, as POSIX has it")
def test_a_server_answers_as_the_command_line_does(start: Start, run: Run, port: int) -> None:
    pytest.importorskip("uvicorn", reason="the extra server is not installed")
    process = start(["serve", "--port", str(port), "--json"])
    try:
        assert process.stdout
        address = json.loads(process.stdout.readline())["address"]
        there = fetched(f"{address}api/search?q=%D8%AA%D8%A7%D9%85%DB%8C%D9%86&lang=fa")
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    here = json.loads(run("search", "تامین", "--lang", "fa", "--json").out)
    assert there == here
    assert b"Traceback" not in err


def fetched(address: str) -> Any:
    for _ in range(100):
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return json.load(answer)
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"nobody answers at {address}")


def test_a_taken_port_is_said_politely(run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run("serve", "--port", str(taken.getsockname()[1]))
    assert done.status == 2
    assert "--port" in done.err


@pytest.mark.parametrize("setting", ["TERMSERVER_AUDIT", "TERMSERVER_LEARN"])
def test_what_no_worker_could_open_is_said_before_any_starts(
    run: Run, port: int, setting: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("uvicorn", reason="the extra server is not installed")
    (tmp_path / "file").touch()
    monkeypatch.setenv(setting, str(tmp_path / "file"))
    done = run("serve", "--workers", "2", "--port", str(port))
    assert done.status in (2, 4)
    assert str(tmp_path / "file") in done.err
    assert "Traceback" not in done.err


def test_without_the_web_libraries_the_remedy_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "fastapi" else found(name))
    done = run("serve")
    assert done.status == 2
    assert "pip install 'termserver[server]'" in done.err


@pytest.mark.slow
def test_several_workers_give_a_caller_one_share(standards: Path) -> None:
    pytest.importorskip("uvicorn", reason="the extra server is not installed")
    environment = {**os.environ, "TERMSERVER_EDITION": str(standards)}
    with served("--workers", "2", "--judges", "0", env=environment) as base:
        began, answered = time.monotonic(), 0
        passed_on = {"X-Forwarded-For": "192.0.2.7"}  # through a proxy: no longer the caller of this machine
        for _ in range(700):  # a connection for each, so that both workers are asked
            try:
                with urllib.request.urlopen(urllib.request.Request(f"{base}/api/search?q=a", headers=passed_on)) as one:
                    one.read()
                answered += 1
            except urllib.error.HTTPError as error:
                assert error.code == 429
        took = time.monotonic() - began
    assert 400 <= answered <= 400 + 20 * took + 20, "400 at once and 20 a second, not that for each worker"

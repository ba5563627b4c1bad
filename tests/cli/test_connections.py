"""A process that may have few files open answers whoever asks, and tells the rest to come again."""

import json
import re
import shutil
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from deploy.here import until

from tests.support.processes import served

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not shutil.which("prlimit"), reason="no prlimit here")]
FILES = 120
UNENDING = b"POST /api/documents/validate HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{"


@pytest.fixture(scope="module")
def few(standards: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of a server that may have so many files open, and its log."""
    log = tmp_path_factory.mktemp("few") / "log"
    under = ("prlimit", f"--nofile={FILES}:{FILES}")
    with served("--judges", "0", "--edition", str(standards), under=under, log=log) as base:
        yield base, log


def test_those_who_ask_nothing_give_way(few: tuple[str, Path]) -> None:
    base, _ = few
    with _crowd(base, b""):
        until(lambda: _asked(base) == 200, 10)


def test_where_all_are_busy_whoever_comes_is_told_to_come_again(few: tuple[str, Path]) -> None:
    base, log = few
    with _crowd(base, UNENDING):
        with pytest.raises(urllib.error.HTTPError, match="503") as refused:
            urllib.request.urlopen(f"{base}/api/search?q=a", timeout=10)
        assert refused.value.headers["retry-after"] == "2"
        assert json.load(refused.value)["error"]["code"] == "too-many-connections"
    until(lambda: _asked(base) == 200, 10)
    said = log.read_text("utf-8")
    assert "Traceback" not in said  # a client who hangs up in the middle is no failure of ours
    assert said.count("connections are busy") == 1


def test_an_answer_leaves_in_one_piece(few: tuple[str, Path]) -> None:
    base, _ = few
    host, _, port = base.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), 10) as connection:
        for _ in range(50):
            connection.sendall(b"GET /api/suggest?q=diab HTTP/1.1\r\nHost: localhost\r\n\r\n")
            head, _, body = connection.recv(1 << 20).partition(b"\r\n\r\n")
            (length,) = re.findall(rb"content-length: (\d+)", head)
            assert len(body) == int(length)  # whoever is killed in between has sent no half of it
        for method, status in ((b"HEAD", b"200"), (b"PUT", b"405")):  # what has no body, or ends the connection
            connection.sendall(method + b" /api/suggest?q=diab HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert connection.recv(1 << 20).startswith(b"HTTP/1.1 " + status)
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert b"".join(iter(lambda: connection.recv(1 << 16), b"")).endswith(b"}")


@contextmanager
def _crowd(base: str, said: bytes) -> Iterator[None]:
    """More connections than the server may have files, each of which has said so much."""
    host, _, port = base.removeprefix("http://").partition(":")
    held: list[socket.socket] = []
    try:
        for _ in range(2 * FILES):
            with suppress(OSError):
                held.append(socket.create_connection((host, int(port)), 0.3))
                held[-1].sendall(said)
        yield
    finally:
        for one in held:
            one.close()


def _asked(base: str) -> int:
    try:
        with urllib.request.urlopen(f"{base}/api/search?q=a", timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code

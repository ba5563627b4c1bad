"""Real runs of the command line, in this process and as the shell starts them."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from termserver.cli.main import run as run_here
from termserver.service import TermServer

Run = Callable[..., "Done"]


@dataclass(frozen=True)
class Done:
    """How a run ended, and what it wrote."""

    status: int
    out: str
    err: str


@pytest.fixture
def run(standards: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Run the command line in this process, over the project's own release."""
    monkeypatch.setenv("TERMSERVER_EDITION", str(standards))
    monkeypatch.setenv("TERMSERVER_LANG", "en")

    def call(*arguments: str) -> Done:
        capfdbinary.readouterr()
        status = run_here(list(arguments))
        written = capfdbinary.readouterr()
        return Done(status, written.out.decode(), written.err.decode())

    return call


@pytest.fixture
def start(standards: Path) -> Callable[..., subprocess.Popen[bytes]]:
    """Start the command line as a process of its own."""

    def call(arguments: Sequence[str], **environment: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "termserver", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "TERMSERVER_EDITION": str(standards), "TERMSERVER_LANG": "en", **environment},
        )

    return call


@pytest.fixture(scope="session")
def bill(server: TermServer) -> bytes:
    """A bill that is accepted."""
    return server.example("patient-bill", "xml")

"""The real server in a process of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port


@contextmanager
def served(
    *options: str, env: Mapping[str, str] | None = None, under: Sequence[str] = (), log: Path | None = None
) -> Iterator[str]:
    """The address of ``termserver serve`` with these options and this environment; it is ready, stopped at the end.

    ``under`` is a command that runs it (``prlimit``); ``log`` is where its standard error goes.
    """
    port = free_port()
    command = [*under, sys.executable, "-m", "termserver", "serve", "--port", str(port), *options]
    with (log or Path(os.devnull)).open("wb") as said:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said, env=env)
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{base}/ready", timeout=1).read()
                break
            except OSError:
                assert process.poll() is None, f"{command} ended with {process.returncode}"
                time.sleep(0.05)
        yield base
    finally:
        process.terminate()
        process.wait(20)

"""A server that is measured: asked by wrk, beside FastAPI and a raw ASGI answer of the same size."""

import random
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

SECONDS = 1
ROUNDS = 3
"""All are asked in turn and the best round of each counts: other work on the machine slows any of them."""

CONNECTIONS = (1, 8)

IN_TURN = """
local paths, n = {}, %d
for path in io.lines("%s") do paths[#paths + 1] = path end
request = function()
  n = n + 1
  return wrk.format("GET", paths[n %% #paths + 1])
end
"""

_BASELINE = """
import sys
from fastapi import FastAPI
from fastapi.responses import Response
BODY = b"x" * int(sys.argv[1])
app = FastAPI()
@app.get("/fastapi")
async def ready() -> Response:
    return Response(BODY, media_type="application/json")
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]
async def outer(scope, receive, send):
    if scope["type"] == "http" and scope["path"] == "/raw":
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await send({"type": "http.response.body", "body": BODY})
    else:
        await app(scope, receive, send)
import uvicorn
uvicorn.run(outer, port=int(sys.argv[2]), log_level="error", access_log=False)
"""


def typed(titles: Sequence[str], count: int, chance: random.Random) -> list[str]:
    """``count`` different things that people may type who look for one of ``titles``: one to three of its words, the
    last one cut."""
    found: dict[str, None] = {}
    while len(found) < count:
        text = typed_for(chance.choice(titles), chance)
        if text:
            found[text] = None
    return list(found)


def typed_for(title: str, chance: random.Random) -> str:
    """What somebody may type who looks for ``title``; "" if it has no word to type."""
    words = [word for word in title.split() if len(word) > 2 and word.isalnum()]
    if not words:
        return ""
    *first, last = chance.sample(words, min(len(words), chance.randint(1, 3)))
    return " ".join([*first, last[: chance.randint(3, 9)]])


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@contextmanager
def running(command: list[str], probe: str) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(400):
            try:
                urllib.request.urlopen(probe, timeout=2).read()
                break
            except OSError:
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(20)


class Measured(NamedTuple):
    """One row: requests per second of ours, of FastAPI and of a raw ASGI answer; ``p99`` of ours in milliseconds."""

    connections: int
    size: int
    ours: float
    fastapi: float
    raw: float
    p99: float

    @property
    def share(self) -> float:
        return self.ours / self.fastapi


def measured(base: str, paths: list[str]) -> Iterator[Measured]:
    """Ask the server at ``base`` for ``paths`` in turn, with each number of connections, beside the other two.

    The list is read on from where the last round left it: with enough different paths nothing is asked that is kept.
    """
    some = paths[:: max(1, len(paths) // 100)]
    size = sum(len(urllib.request.urlopen(base + path).read()) for path in some) // len(some)
    port = free_port()
    other = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        baseline, in_turn, listed = Path(folder) / "baseline.py", Path(folder) / "in_turn.lua", Path(folder) / "paths"
        baseline.write_text(_BASELINE, "utf-8")
        listed.write_text("\n".join(paths), "utf-8")
        place = 0
        with running([sys.executable, str(baseline), str(size), str(port)], f"{other}/raw"):
            for connections in CONNECTIONS:
                mine, fast, raw = _Rate(), _Rate(), _Rate()
                for _ in range(ROUNDS):
                    in_turn.write_text(IN_TURN % (place, listed), "utf-8")
                    rate = _rate(base, connections, "-s", str(in_turn))
                    place += rate.asked
                    mine = max(mine, rate)
                    fast = max(fast, _rate(f"{other}/fastapi", connections))
                    raw = max(raw, _rate(f"{other}/raw", connections))
                yield Measured(connections, size, mine.rate, fast.rate, raw.rate, mine.p99)


class _Rate(NamedTuple):
    rate: float = 0.0
    asked: int = 0
    p99: float = 0.0


_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


def _rate(address: str, connections: int, *script: str) -> _Rate:
    """Requests per second, how many there were, and their 99th percentile in milliseconds, by wrk."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency", *script, address]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out:
        raise RuntimeError(f"{address} answered with an error")
    rate, asked = re.search(r"Requests/sec:\s+([0-9.]+)", out), re.search(r"(\d+) requests in", out)
    p99 = re.search(r"99%\s+([0-9.]+)(us|ms|s)", out)
    assert rate and asked and p99, out
    return _Rate(float(rate[1]), int(asked[1]), float(p99[1]) * _UNITS[p99[2]])

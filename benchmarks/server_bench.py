"""The server's hot routes as a share of what FastAPI and a raw ASGI answer give for the same bytes."""

import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote_plus

from benchmarks.edition import shelf
from termserver.importers import icd10cm

SECONDS = 1
ROUNDS = 3
"""The three are asked in turn and the best round of each counts: other work on the machine slows any of them."""
CONNECTIONS = (1, 8)
WORDS = ("fem", "rad", "tib", "hum", "uln", "pat", "ant", "ope", "clo", "rig", "lef", "dis", "ini", "sub", "enc")
PAGES = 1400
TYPED = 12_000
_IN_TURN = """
local paths, n = {%s}, %d
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


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@contextmanager
def _running(command: list[str], probe: str) -> Iterator[None]:
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


def _paths() -> dict[str, list[str]]:
    """What is asked in each row, in turn: one thing, or more different ones than the server keeps answers of."""
    pages = [(word, n) for n in range(PAGES) for word in WORDS]
    return {
        "lookup, one code again and again": ["/api/codesystems/icd10cm/concepts/E11"],
        "search, one query again and again": ["/api/search?q=diabetes+typ"],
        "search, three letters, always another": [f"/api/search?q={word}&offset={n}" for word, n in pages],
        "search, two words, always another": [f"/api/search?q=fracture+{word}&offset={n}" for word, n in pages],
        "search, words of titles, no query twice": [f"/api/search?q={quote_plus(text)}" for text in _typed()],
    }


def _typed() -> list[str]:
    """What people may type who look for titles of ICD-10-CM: one to three words of one, the last one cut; each once."""
    chance = random.Random(5)
    titles = [concept.display.en for concept in icd10cm.read().concepts]
    found: dict[str, None] = {}
    while len(found) < TYPED:
        words = [word for word in chance.choice(titles).split() if len(word) > 2 and word.isalnum()]
        if words:
            *first, last = chance.sample(words, min(len(words), chance.randint(1, 3)))
            found[" ".join([*first, last[: chance.randint(3, 9)]])] = None
    return list(found)


def _rate(address: str, connections: int, *script: str) -> tuple[float, int]:
    """Requests per second, and how many there were, by wrk."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", *script, address]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out:
        raise RuntimeError(f"{address} answered with an error")
    rate, asked = re.search(r"Requests/sec:\s+([0-9.]+)", out), re.search(r"(\d+) requests in", out)
    assert rate and asked, out
    return float(rate[1]), int(asked[1])


def run() -> str:
    """The table as Markdown."""
    title = "## Server: share of a ready-made answer of the same size\n\n"
    if not shutil.which("wrk"):
        return title + "Not measured: the load generator `wrk` is not installed (Debian package `wrk`)."
    shelf()
    rows = ["| route | bytes | connections | ours /s | FastAPI, ready-made bytes /s | raw ASGI /s | share of FastAPI |"]
    rows.append("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        baseline, in_turn = Path(folder) / "baseline.py", Path(folder) / "in_turn.lua"
        baseline.write_text(_BASELINE, "utf-8")
        ours = _free_port()
        base = f"http://127.0.0.1:{ours}"
        with _running([sys.executable, "-m", "termserver", "serve", "--port", str(ours)], f"{base}/ready"):
            for name, paths in _paths().items():
                some = paths[:: max(1, len(paths) // 100)]
                size = sum(len(urllib.request.urlopen(base + path).read()) for path in some) // len(some)
                listed = ", ".join(f'"{path}"' for path in paths)
                port = _free_port()
                other = f"http://127.0.0.1:{port}"
                with _running([sys.executable, str(baseline), str(size), str(port)], f"{other}/raw"):
                    place = 0
                    for connections in CONNECTIONS:
                        mine = fast = raw = 0.0
                        for _ in range(ROUNDS):
                            # the list is read on from where the last round left it: nothing is asked that is still kept
                            in_turn.write_text(_IN_TURN % (listed, place), "utf-8")
                            rate, asked = _rate(base, connections, "-s", str(in_turn))
                            place += asked
                            mine = max(mine, rate)
                            fast = max(fast, _rate(f"{other}/fastapi", connections)[0])
                            raw = max(raw, _rate(f"{other}/raw", connections)[0])
                        figures = f"{mine:,.0f} | {fast:,.0f} | {raw:,.0f} | {mine / fast:.0%}"
                        rows.append(f"| {name} | {size} | {connections} | {figures} |")
    return title + "\n".join(rows)


if __name__ == "__main__":
    print(run())

"""The server's hot routes as a share of what FastAPI and a raw ASGI answer give for the same bytes."""

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

from benchmarks.edition import shelf

SECONDS = 3
CONNECTIONS = (1, 8)
# {word} and {n} make 20,000 different requests in turn, more than the server keeps answers of
PATHS = {
    "lookup, one code again and again": "/api/codesystems/icd10cm/concepts/E11",
    "search, one query again and again": "/api/search?q=diabetes+typ",
    "search, three letters, always another": "/api/search?q={word}&offset={n}",
    "search, two words, always another": "/api/search?q=fracture+{word}&offset={n}",
}
WORDS = ("fem", "rad", "tib", "hum", "uln", "pat", "ant", "ope", "clo", "rig", "lef", "dis", "ini", "sub", "enc")
_VARY = """
local words, n = {%s}, 0
request = function()
  n = n + 1
  local path = string.gsub("%s", "{word}", words[n %% #words + 1])
  return wrk.format("GET", (string.gsub(path, "{n}", tostring(math.floor(n / #words) %% 1400))))
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


def _rate(address: str, connections: int, *script: str) -> float:
    """Requests per second, by wrk."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", *script, address]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out:
        raise RuntimeError(f"{address} answered with an error")
    found = re.search(r"Requests/sec:\s+([0-9.]+)", out)
    assert found, out
    return float(found[1])


def run() -> str:
    """The table as Markdown."""
    title = "## Server: share of a ready-made answer of the same size\n\n"
    if not shutil.which("wrk"):
        return title + "Not measured: the load generator `wrk` is not installed (Debian package `wrk`)."
    shelf()
    rows = ["| route | bytes | connections | ours /s | FastAPI, ready-made bytes /s | raw ASGI /s | share of FastAPI |"]
    rows.append("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        baseline, varied = Path(folder) / "baseline.py", Path(folder) / "vary.lua"
        baseline.write_text(_BASELINE, "utf-8")
        ours = _free_port()
        base = f"http://127.0.0.1:{ours}"
        with _running([sys.executable, "-m", "termserver", "serve", "--port", str(ours)], f"{base}/ready"):
            for name, path in PATHS.items():
                first = path.format(word=WORDS[0], n=0)
                size = len(urllib.request.urlopen(base + first).read())
                varied.write_text(_VARY % (", ".join(f'"{word}"' for word in WORDS), path), "utf-8")
                script = ("-s", str(varied)) if "{n}" in path else ()
                port = _free_port()
                other = f"http://127.0.0.1:{port}"
                with _running([sys.executable, str(baseline), str(size), str(port)], f"{other}/raw"):
                    for connections in CONNECTIONS:
                        mine = _rate(base + first, connections, *script)
                        fast = _rate(f"{other}/fastapi", connections)
                        raw = _rate(f"{other}/raw", connections)
                        figures = f"{mine:,.0f} | {fast:,.0f} | {raw:,.0f} | {mine / fast:.0%}"
                        rows.append(f"| {name} | {size} | {connections} | {figures} |")
    return title + "\n".join(rows)


if __name__ == "__main__":
    print(run())

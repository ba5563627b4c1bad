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
from urllib.parse import quote

SECONDS = 3
CONNECTIONS = (1, 8)
PATHS = {
    "lookup": "/api/codesystems/insurer/concepts/1",
    "search, three letters": "/api/search?q=" + quote("تام"),
    "search, two words": "/api/search?q=" + quote("تامین اجتماعی"),
}

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


def _rate(address: str, connections: int) -> float:
    """Requests per second, by wrk."""
    out = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", address], capture_output=True, text=True, check=True
    ).stdout
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
    rows = ["| route | bytes | connections | ours /s | FastAPI, ready-made bytes /s | raw ASGI /s | share of FastAPI |"]
    rows.append("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "baseline.py"
        script.write_text(_BASELINE, "utf-8")
        ours = _free_port()
        serve = [sys.executable, "-m", "termserver", "serve", "--port", str(ours)]
        base = f"http://127.0.0.1:{ours}"
        with _running(serve, f"{base}/ready"):
            for name, path in PATHS.items():
                size = len(urllib.request.urlopen(base + path).read())
                port = _free_port()
                other = f"http://127.0.0.1:{port}"
                with _running([sys.executable, str(script), str(size), str(port)], f"{other}/raw"):
                    for connections in CONNECTIONS:
                        mine = _rate(base + path, connections)
                        fast = _rate(f"{other}/fastapi", connections)
                        raw = _rate(f"{other}/raw", connections)
                        rows.append(
                            f"| {name} | {size} | {connections} | {mine:,.0f} | {fast:,.0f} | {raw:,.0f} "
                            f"| {mine / fast:.0%} |"
                        )
    return title + "\n".join(rows)


if __name__ == "__main__":
    print(run())

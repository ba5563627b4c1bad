"""What the guard and the log of accesses cost at full load, how fast a log is written and checked, how nodes add up."""

import asyncio
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from deploy.here import Room, termserver, until

from benchmarks.capacity import cpu
from benchmarks.faults.people import physicians
from benchmarks.served import free_port
from termserver.access.audit_check import check
from termserver.access.audit_log import AuditLog
from termserver.build import build_release
from termserver.content.folders import read
from termserver.releases import editions, signatures
from termserver.releases.verification import read_manifest

ROOT = Path(__file__).resolve().parent.parent
SECONDS, ROUNDS = 1, 7
EVENTS = 300_000

_VARIANT = """
import sys
from pathlib import Path
import uvicorn
from termserver.access.audit_log import AuditLog
from termserver.access.node import NodeAccess
from termserver.access.policy import released
from termserver.api import entry_limits
from termserver.api.front import Front
from termserver.api.guard import Guard
from termserver.api.recorder import Node, Recorder
from termserver.model.values import replace
from termserver.releases import signatures
from termserver.service import TermServer
from termserver.web.application import with_pages

entry_limits.ENTRIES_A_MINUTE = 10**12
edition, port, what, folder = sys.argv[1:]
server = TermServer.open(edition)
app, hot = with_pages(server, 0)
served = Front(app, hot)
if what != "bare":
    policy = released(server.releases)
    wide = dict(per_minute=10**9, at_once=10**9, together=10**6, entries_per_minute=10**9, entries_per_day=10**9)
    policy = replace(policy, roles=tuple(replace(role, **wide) for role in policy.roles))
    served = Guard(served, NodeAccess.of(policy, False, {}), hot.release, hot.route)
if what == "log":
    served = Recorder(served, Node(AuditLog(Path(folder), "bench", signatures.make("bench"))))
uvicorn.run(served, port=int(port), log_level="error", access_log=False, proxy_headers=False, server_header=False)
"""
_EVERYBODY = """
request = function()
  local from = "10." .. math.random(250) .. "." .. math.random(250) .. "." .. math.random(250)
  return wrk.format("GET", nil, {["X-Forwarded-For"] = from})
end
"""
_ANOTHER = """
local words, n = {"fem", "rad", "tib", "hum", "pat", "ant", "ope", "dis", "ini", "sub"}, os.time() % 1000
request = function()
  n = n + 1
  return wrk.format("GET", "/api/search?q=" .. words[n % #words + 1] .. "&offset=" .. n % 100000)
end
"""
WAYS = {
    "lookup of a code, kept answer": "/api/codesystems/insurer/concepts/1",
    "search, kept answer": "/api/search?q=diabetes",
    "search, always another": "",
    "entry of a registry (waits for the disk)": "/api/registries/physicians/entries/900001",
}


@contextmanager
def _served(edition: Path, what: str, folder: Path) -> Iterator[tuple[str, int]]:
    port = free_port()
    code = [sys.executable, "-c", _VARIANT, str(edition), str(port), what, str(folder / what)]
    process = subprocess.Popen(code)
    try:
        until(lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2).read())
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait(20)


def _rate(address: str, connections: int = 16, *script: str) -> tuple[float, int]:
    """Requests a second, and how many there were, by wrk."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", *script, address]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out:
        raise RuntimeError(f"{address} answered with an error")
    asked = re.search(r"(\d+) requests in", out)
    assert asked, out
    return float(out.split("Requests/sec:")[1].split()[0]), int(asked[1])


def _cost(edition: Path, folder: Path) -> list[str]:
    """Requests a second and CPU of a request, the guard and the log before it or not, asked in turn."""
    rows = ["| route | bare /s | with guard /s | with both /s | with both, of bare | bare µs CPU | guard µs | log µs |"]
    rows.append("|---|---|---|---|---|---|---|---|")
    script = folder / "another.lua"
    script.write_text(_ANOTHER, "utf-8")
    with ExitStack() as stack:
        bases = {what: stack.enter_context(_served(edition, what, folder)) for what in ("bare", "guard", "log")}
        for name, path in WAYS.items():
            rates: dict[str, list[float]] = {what: [] for what in bases}
            costs: dict[str, list[float]] = {what: [] for what in bases}
            for _ in range(ROUNDS):
                for what, (base, process) in bases.items():
                    before = cpu(process)
                    rate, asked = _rate(base + path) if path else _rate(base, 16, "-s", str(script))
                    rates[what].append(rate)
                    costs[what].append((cpu(process) - before) / asked * 1e6)
            bare, guard, log = (min(costs[what]) for what in bases)
            share = statistics.median(one / two for one, two in zip(rates["log"], rates["bare"], strict=True))
            figures = " | ".join(f"{max(some):,.0f}" for some in rates.values())
            rows.append(f"| {name} | {figures} | {share:.0%} | {bare:.0f} | {guard - bare:.0f} | {log - guard:.0f} |")
    return rows


def _log(folder: Path) -> list[str]:
    key = signatures.make("bench")
    log = AuditLog(folder, "bench", key)
    said = {
        "who": "anonymous", "roles": ["anonymous"], "by": "none", "address": "127.0.0.1", "do": "read", "status": 200,
        "route": "/api/registries/{registry}/entries/{code:path}", "registry": "physicians", "count": 1,
        "codes": ["990001"], "release": "0123456789abcdef", "ms": 0.3,
    }  # fmt: skip

    async def acknowledged() -> int:
        done, until = 0, time.perf_counter() + SECONDS

        async def one() -> None:
            nonlocal done
            while time.perf_counter() < until:
                await log.kept({"t": time.time_ns(), **said})
                done += 1

        await asyncio.gather(*(one() for _ in range(256)))
        return done

    together = asyncio.run(acknowledged()) / SECONDS
    began = time.perf_counter()
    before = log.written
    for _ in range(EVENTS):
        log.add({"t": time.time_ns(), **said})
        while len(log._waiting) > 100_000:
            time.sleep(0.001)
    log.close()
    written = (log.written - before) / (time.perf_counter() - began)
    began = time.perf_counter()
    checked = check(folder, (key.public,))
    took = time.perf_counter() - began
    if checked.faults:
        raise RuntimeError(str(checked.faults[0]))
    return [
        f"Lines written, chained and sealed: **{written:,.0f}/s**; checked: **{checked.lines / took:,.0f}/s**;",
        f"acknowledged one by one to 256 who wait: {together:,.0f}/s.",
    ]


def _answered(port: int) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/search?q=diab", timeout=5) as answer:
        return bytes(answer.read())


def _start(edition: Path) -> tuple[float, float]:
    """From the command to the first answer of a search, releases on disk: seconds, and of CPU; the least of five."""
    found, worked = [], []
    for _ in range(5):
        port = free_port()
        began = time.perf_counter()
        command = termserver("serve", "--port", str(port), "--judges", "0", "--edition", str(edition))
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            until(partial(_answered, port), pause=0.01)
            found.append(time.perf_counter() - began)
            worked.append(cpu(process.pid))
        finally:
            process.terminate()
            process.wait(20)
    return min(found), min(worked)


def _nodes(folder: Path, standards: Path) -> list[str]:
    """Three followers behind nginx against one of them alone, the log on, all on this machine."""
    room = Room(folder / "room", standards, followers=3, database=False)
    if room.door is None:
        return ["Three followers behind nginx: not measured, nginx is not installed."]
    settings = folder / "room" / "nginx.conf"
    said = settings.read_text("utf-8").replace("limit_conn callers 256;", "")
    settings.write_text(said.replace("X-Forwarded-For $remote_addr", "X-Forwarded-For $http_x_forwarded_for"), "utf-8")
    script = folder / "everybody.lua"
    script.write_text(_EVERYBODY, "utf-8")
    path = "/api/search?q=diabetes"
    with room:
        one = statistics.median(_rate(room.followers[0].address + path, 32, "-s", str(script))[0] for _ in range(3))
        three = statistics.median(_rate(room.address + path, 32, "-s", str(script))[0] for _ in range(3))
    share = f"{three / one:.0%}; nginx, all three and the load share these cores"
    return [f"Three followers behind nginx, the log on: {three:,.0f}/s; one alone: {one:,.0f}/s ({share})."]


def run() -> str:
    """The part as Markdown."""
    with tempfile.TemporaryDirectory(prefix="termserver-access-") as place:
        folder = Path(place)
        standards = folder / "standards"
        build_release(read(ROOT), standards, "standards", "bench")
        pins = []
        for path in (standards, physicians(standards, folder / "physicians", "1")):
            pins.append(editions.pin_of(read_manifest(path)))
            (folder / editions.file_name(pins[-1])).symlink_to(path)
        edition = folder / "edition.json"
        editions.write(edition, pins)
        rows = _cost(edition, folder)
        said = _log(folder / "lines")
        started, worked = _start(edition)
        nodes = _nodes(folder, standards)
    head = "Asked by wrk over 16 connections, in turn, by a caller without a name; the best of the rounds, "
    head += "of the share the one in the middle."
    first = (
        f"A follower with its releases on disk answers {started:.2f} s after the command, {worked:.2f} s of them CPU."
    )
    return "\n".join(
        ("## Access: what the guard and the log cost", "", head, "", *rows, "", *said, "", first, "", *nodes)
    )


if __name__ == "__main__":
    print(run())

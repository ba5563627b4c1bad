"""What the guard and the log of accesses cost at full load, how fast a log is written and checked, how nodes add up."""

import asyncio
import statistics
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path

from deploy.here import Room, termserver, until

from benchmarks.access_cost import HOW, SECONDS, asked, measured
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
EVENTS = 300_000

_EVERYBODY = """
request = function()
  local from = "10." .. math.random(250) .. "." .. math.random(250) .. "." .. math.random(250)
  return wrk.format("GET", nil, {["X-Forwarded-For"] = from})
end
"""


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
    look_up = log.alike({name: told for name, told in said.items() if name not in ("registry", "count", "codes", "ms")})

    def in_full() -> None:
        log.add({"t": time.time_ns(), **said})

    def again() -> None:
        log.again(time.time_ns(), look_up, 0.0003)

    full, short = _written(log, in_full), _written(log, again)
    log.close()
    began = time.process_time()
    checked = check(folder, (key.public,))
    took = time.process_time() - began
    if checked.faults:
        raise RuntimeError(str(checked.faults[0]))
    size = sum(path.stat().st_size for path in folder.rglob("*.log")) / checked.lines
    return [
        f"Lines written, chained and synced: **{short:,.0f}/s** of look-ups, **{full:,.0f}/s** of entries in full; "
        f"checked: **{checked.lines / took:,.0f}/s** of CPU; {size:.0f} bytes a line;",
        f"acknowledged one by one to 256 who wait: {together:,.0f}/s.",
    ]


def _written(log: AuditLog, tell: Callable[[], None]) -> float:
    """Lines a second, from the first that is told to the last on the disk."""
    began, before = time.perf_counter(), log.written
    for _ in range(EVENTS):
        tell()
        while len(log._waiting) > 50_000 or len(log._repeats) > 150_000:
            time.sleep(0.001)
    until(lambda: log.written - before == EVENTS, pause=0.001)
    return EVENTS / (time.perf_counter() - began)


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
        one = statistics.median(asked(room.followers[0].address + path, 32, "-s", str(script))[0] for _ in range(3))
        three = statistics.median(asked(room.address + path, 32, "-s", str(script))[0] for _ in range(3))
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
        rows = list(measured())
        said = _log(folder / "lines")
        started, worked = _start(edition)
        nodes = _nodes(folder, standards)
    first = (
        f"A follower with its releases on disk answers {started:.2f} s after the command, {worked:.2f} s of them CPU."
    )
    return "\n".join(
        ("## Access: what the guard and the log cost", "", HOW, "", *rows, "", *said, "", first, "", *nodes)
    )


if __name__ == "__main__":
    print(run())

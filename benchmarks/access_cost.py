"""What the guard and the log take of a request: one edition served with and without them, asked in turn."""

import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, quote_plus

from deploy.here import until

from benchmarks.edition import shelf
from benchmarks.faults.people import CODES, physicians
from benchmarks.served import free_port, typed
from termserver.importers import icd10cm
from termserver.releases import editions
from termserver.releases.shelf import Shelf
from termserver.releases.verification import read_manifest

SECONDS, ROUNDS, LEAST = 1, 10, 3
"""What counts is the mean of the three rounds that took least: other work on the machine only ever adds."""
TYPED = 60_000
_URL = "http://hl7.org/fhir/sid/icd-10-cm"
VARIANTS = ("naked", "bare", "guard", "both")
"""Without guard, log and the headers that keep browsers honest; with these; with the guard too; with the log too."""
HOW = f"""One edition (the content folders, ICD-10-CM, a registry of three) served with and without guard and log, asked
in turn by wrk over 16 connections (64 for the registry) by a caller without a name, server and load each on a core of
its own. Of {ROUNDS} rounds the mean of the {LEAST} that took least counts. The CPU is of the whole process, the thread
that writes the log included; what guard and log are of the request is (with both - bare) / with both. "headers" is what
the headers that keep browsers honest cost uvicorn: they stand on every answer, with the guard or without."""

_SERVED = """
import sys
from pathlib import Path
import uvicorn
from termserver.access.audit_log import AuditLog
from termserver.access.node import NodeAccess
from termserver.access.policy import released
from termserver.api import entry_limits, hot as hot_routes
from termserver.api.fhir import door
from termserver.api.front import Front
from termserver.api.guard import Guard
from termserver.api.recorder import Node, Recorder
from termserver.model.values import replace
from termserver.releases import signatures
from termserver.service import TermServer
from termserver.web.application import with_pages

entry_limits.ENTRIES_A_MINUTE = 10**12
edition, port, what, folder = sys.argv[1:]
if what == "naked":
    hot_routes.SHARED_DATA = door.SHARED_DATA = ()
server = TermServer.open(edition)
app, hot = with_pages(server, 0)
served = Front(app, hot)
if what in ("guard", "both"):
    policy = released(server.releases)
    wide = dict(per_minute=10**9, at_once=10**9, together=10**6, entries_per_minute=10**9, entries_per_day=10**9)
    policy = replace(policy, roles=tuple(replace(role, **wide) for role in policy.roles))
    log = AuditLog(Path(folder), "bench", signatures.make("bench")) if what == "both" else None
    served = Recorder(Guard(served, NodeAccess.of(policy, False, {}), hot.release, hot.route), Node(log))
uvicorn.run(served, port=int(port), log_level="error", access_log=False, proxy_headers=False, server_header=False)
"""
_IN_TURN = """
local paths, n = {}, %d
for path in io.lines("%s") do paths[#paths + 1] = path end
request = function()
  n = n + 1
  return wrk.format("GET", paths[n %% #paths + 1])
end
"""


class Work(NamedTuple):
    """One kind of request: the paths that are asked in turn, over so many connections."""

    name: str
    paths: list[str]
    connections: int = 16


def works() -> list[Work]:
    """What is asked."""
    concepts = icd10cm.read().concepts
    texts = typed([one.display.en for one in concepts], TYPED, random.Random(5))
    codes = [one.code for one in concepts]
    random.Random(7).shuffle(codes)
    lookup = f"/fhir/r4/CodeSystem/$lookup?system={quote(_URL, safe=':/')}&code="
    entries = [f"/api/registries/physicians/entries/{code}" for code in CODES]
    return [
        Work("type-ahead, kept answer", ["/api/suggest?q=diab"]),
        Work("type-ahead, no query twice", [f"/api/suggest?q={quote_plus(text)}" for text in texts]),
        Work("search, no query twice", [f"/api/search?q={quote_plus(text)}" for text in texts]),
        Work("look-up of a code, kept answer", ["/api/codesystems/icd10cm/concepts/E11"]),
        Work("FHIR `$lookup`, kept answer", [lookup + codes[0]]),
        Work("FHIR `$lookup`, always another code", [lookup + code for code in codes]),
        Work("entry of a registry (waits for the disk)", entries, 64),
    ]


def edition_of(folder: Path) -> Path:
    """An edition file in ``folder``: the content folders, ICD-10-CM, and a registry of three."""
    place = shelf()
    known = Shelf(place)
    current = known.current()
    assert current is not None
    pins = list(current.releases)
    standards = next(known.path_of(pin) for pin in pins if pin.name == "standards")
    made = physicians(standards, folder / "physicians", "1")
    pins.append(editions.pin_of(read_manifest(made)))
    for pin in pins:
        path = made if pin is pins[-1] else known.path_of(pin)
        (folder / editions.file_name(pin)).symlink_to(path)
    editions.write(folder / "edition.json", pins)
    return folder / "edition.json"


@contextmanager
def _served(edition: Path, what: str, folder: Path) -> Iterator[tuple[str, int]]:
    port = free_port()
    code = [sys.executable, "-c", _SERVED, str(edition), str(port), what, str(folder / what)]
    process = subprocess.Popen(code, preexec_fn=partial(_alone_on, 0))
    try:
        until(lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2).read())
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait(20)


def _alone_on(core: int) -> None:
    """Keep this process on one core: the load must not push the server aside, a thousand times a second."""
    if (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {core})


def cpu_of(process: int) -> float:
    """Seconds that all threads of a process were running, as the scheduler counts them (Linux)."""
    tasks = Path(f"/proc/{process}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def asked(address: str, connections: int, *script: str) -> tuple[float, int]:
    """Requests a second, and how many there were, by wrk."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", *script, address]
    load = partial(_alone_on, 1)
    out = subprocess.run(command, capture_output=True, text=True, check=True, preexec_fn=load).stdout
    if "Non-2xx" in out:
        raise RuntimeError(f"{address} answered with an error")
    count = re.search(r"(\d+) requests in", out)
    assert count, out
    return float(out.split("Requests/sec:")[1].split()[0]), int(count[1])


def measured(only: tuple[str, ...] = ()) -> Iterator[str]:
    """The rows of the table; ``only``: of works whose names begin so."""
    yield "| request | bare /s | with both | of bare | bare µs CPU | guard µs | log µs | of the request | headers µs |"
    yield "|---|---|---|---|---|---|---|---|---|"
    with tempfile.TemporaryDirectory(prefix="termserver-access-") as place, ExitStack() as stack:
        folder = Path(place)
        edition = edition_of(folder)
        bases = {what: stack.enter_context(_served(edition, what, folder)) for what in VARIANTS}
        for work in works():
            if not only or work.name.startswith(only):
                yield _row(work, bases, folder)


def _row(work: Work, bases: dict[str, tuple[str, int]], folder: Path) -> str:
    rates: dict[str, list[float]] = {what: [] for what in bases}
    costs: dict[str, list[float]] = {what: [] for what in bases}
    listed, script = folder / "paths", folder / "in_turn.lua"
    listed.write_text("\n".join(work.paths), "utf-8")
    place = 0
    for number in range(ROUNDS + 1):
        script.write_text(_IN_TURN % (place, listed), "utf-8")
        most = 0
        turned = list(bases.items())[number % len(bases) :] + list(bases.items())[: number % len(bases)]
        for what, (base, process) in turned:
            before = cpu_of(process)
            rate, count = asked(base, work.connections, "-s", str(script))
            if number:  # the first round warms up
                rates[what].append(rate)
                costs[what].append((cpu_of(process) - before) / count * 1e6)
            most = max(most, count)
        place += most
    naked, bare, guard, both = (statistics.mean(sorted(costs[what])[:LEAST]) for what in VARIANTS)
    without, within = (statistics.mean(sorted(rates[what])[-LEAST:]) for what in ("bare", "both"))
    return (
        f"| {work.name} | {without:,.0f} | {within:,.0f} | {within / without:.0%} | {bare:.1f} | {guard - bare:.1f} "
        f"| {both - guard:.1f} | **{(both - bare) / both:.1%}** | {bare - naked:.1f} |"
    )


if __name__ == "__main__":
    for row in measured(tuple(sys.argv[1:])):
        print(row, flush=True)

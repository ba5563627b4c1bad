"""What the guard and the log take of a request: one edition served with and without them, asked in turn."""

import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, quote_plus

from deploy.here import until

from benchmarks.edition import shelf
from benchmarks.faults.people import CODES, physicians
from benchmarks.served import IN_TURN, free_port, typed
from termserver.importers import icd10cm
from termserver.releases import editions
from termserver.releases.shelf import Shelf
from termserver.releases.verification import read_manifest

SECONDS, ROUNDS, LEAST = 1, 2, 3
GENERATIONS = 3
"""So often the servers are started anew: how one process lies in memory is worth some hundredths."""
_FEW = 30
TYPED = 60_000
_URL = "http://hl7.org/fhir/sid/icd-10-cm"
VARIANTS = ("naked", "bare", "guard", "both")
"""Without guard, log and the headers that keep browsers honest; with these; with the guard too; with the log too."""
HOW = f"""One edition (the content folders, ICD-10-CM, a registry of three) served with and without guard and log, asked
in turn by wrk over 16 connections (64 for the registry) by a caller without a name. The CPU of a request is that of
the whole process, the thread that writes the log included, in each tenth of a second of {GENERATIONS} times {ROUNDS}
rounds: the lower quarter of these, since other work on the machine only adds; of requests a second the mean of the
{LEAST} best rounds. What guard and log are of the request is (with both - bare) / with both, of CPU. "headers" is what
the headers that keep browsers honest cost uvicorn: they stand on every answer, guard or not, and are in "bare"."""

_SERVED = """
import sys
import threading
import time
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
config = uvicorn.Config(
    served, port=int(port), log_level="error", access_log=False, proxy_headers=False, server_header=False
)
running = uvicorn.Server(config)

def sample():
    with open(folder + ".samples", "w", buffering=1) as file:
        while True:
            time.sleep(0.1)
            print(time.monotonic(), running.server_state.total_requests, time.process_time(), file=file)

threading.Thread(target=sample, daemon=True).start()
running.run()
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
def _served(edition: Path, what: str, folder: Path) -> Iterator[str]:
    port = free_port()
    code = [sys.executable, "-c", _SERVED, str(edition), str(port), what, str(folder / what)]
    process = subprocess.Popen(code, env={**os.environ, "PYTHONHASHSEED": "0"})
    try:
        until(lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2).read())
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def costs_of(samples: Path, since: float) -> Iterator[float]:
    """Microseconds of CPU for a request, of all threads, in each tenth of a second since then that was busy."""
    before: tuple[float, int, float] | None = None
    for line in samples.read_text("utf-8").splitlines():
        at, count, spent = line.split()
        now = float(at), int(count), float(spent)
        if before is not None and before[0] > since and now[1] - before[1] >= _FEW:
            yield (now[2] - before[2]) / (now[1] - before[1]) * 1e6
        before = now


def asked(address: str, connections: int, *script: str) -> tuple[float, int]:
    """Requests a second, and how many there were, by wrk."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", *script, address]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out:
        raise RuntimeError(f"{address} answered with an error")
    count = re.search(r"(\d+) requests in", out)
    assert count, out
    return float(out.split("Requests/sec:")[1].split()[0]), int(count[1])


def measured(only: tuple[str, ...] = ()) -> Iterator[str]:
    """The rows of the table; ``only``: of works whose names begin so."""
    chosen = [_Row(work) for work in works() if not only or work.name.startswith(only)]
    with tempfile.TemporaryDirectory(prefix="termserver-access-") as place:
        folder = Path(place)
        edition = edition_of(folder)
        for generation in range(GENERATIONS):
            with ExitStack() as stack:
                logs = folder / str(generation)
                logs.mkdir()
                bases = {what: stack.enter_context(_served(edition, what, logs)) for what in VARIANTS}
                for row in chosen:
                    row.ask(bases, logs)
    yield "| request | bare /s | with both | of bare | bare µs CPU | guard µs | log µs | of the request | headers µs |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for row in chosen:
        yield row.said()


class _Row:
    """What was measured of one kind of request."""

    def __init__(self, work: Work) -> None:
        self._work, self._place = work, 0
        self._rates: dict[str, list[float]] = {what: [] for what in VARIANTS}
        self._costs: dict[str, list[float]] = {what: [] for what in VARIANTS}

    def ask(self, bases: dict[str, str], folder: Path) -> None:
        """Ask all variants in turn, another one first in each round."""
        listed, script = folder / "paths", folder / "in_turn.lua"
        listed.write_text("\n".join(self._work.paths), "utf-8")
        for number in range(ROUNDS + 1):
            script.write_text(IN_TURN % (self._place, listed), "utf-8")
            most = 0
            for what, base in [*bases.items()][number:] + [*bases.items()][:number]:
                began = time.monotonic()
                rate, count = asked(base, self._work.connections, "-s", str(script))
                if number:  # the first round warms up
                    self._rates[what].append(rate)
                    self._costs[what] += costs_of(folder / f"{what}.samples", began)
                most = max(most, count)
            self._place += most

    def said(self) -> str:
        naked, bare, guard, both = (statistics.quantiles(self._costs[what], n=4)[0] for what in VARIANTS)
        without, within = (statistics.mean(sorted(self._rates[what])[-LEAST:]) for what in ("bare", "both"))
        return (
            f"| {self._work.name} | {without:,.0f} | {within:,.0f} | {within / without:.0%} | {bare:.1f} "
            f"| {guard - bare:.1f} | {both - guard:.1f} | **{(both - bare) / both:.1%}** | {bare - naked:.1f} |"
        )


if __name__ == "__main__":
    for row in measured(tuple(sys.argv[1:])):
        print(row, flush=True)

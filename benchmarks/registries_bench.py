"""The registries of a synthetic nation: loads, a daily delta, names, verification, the feed; beside PostgreSQL.

300,000 professionals, made by ``termserver sample``; a real store, real releases, a real server. Names
are asked of our index and of PostgreSQL with ``pg_trgm`` on the same names (a cluster of our own, if a
PostgreSQL with that extension is installed; else LIKE in the one that comes as a Python package).
"""

import gc
import http.client
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from benchmarks.postgres import clusters
from benchmarks.served import free_port
from termserver.api.registry_desk import sum_of
from termserver.model.fold import words
from termserver.model.registries import checksum_of
from termserver.service import TermServer

ROOT = Path(__file__).resolve().parent.parent
PROFESSIONALS = int(os.environ.get("TERMSERVER_BENCH_PROFESSIONALS", "300000"))
CHANGES = PROFESSIONALS // 100
QUERIES = 3000
BATCHES = 55
"""So many batches an anonymous caller may send at once."""
BATCH = 1000
FOLDER = ROOT / "var" / "bench-nation"


class Took(NamedTuple):
    """Seconds by the clock on the wall, and seconds of CPU, of all processes together."""

    wall: float
    cpu: float


def run() -> str:
    """The tables as Markdown."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    try:
        return _measured()
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)


def _measured() -> str:
    nation = FOLDER / "nation"
    few = ("--professionals", str(PROFESSIONALS), "--centres", str(PROFESSIONALS // 5), "--products", "100")
    _cli("sample", "-o", nation, *few, "--days", "1", "--changes", str(CHANGES))
    _cli("release", "build")
    (day,) = (nation / "daily").iterdir()
    _cli("registry", "load", "centres", nation / "full" / "centres.ndjson")
    loaded = _cli("registry", "load", "physicians", nation / "full" / "physicians.ndjson", "--json")
    first = _cli("registry", "snapshot", "physicians", "--complete")
    daily = _day(day / "physicians.ndjson")
    rows = [
        f"| a full file of {PROFESSIONALS:,} professionals is loaded with all checks "
        f"| {loaded.wall:.1f} s | {loaded.cpu:.1f} s | < 60 s |",
        "| the first snapshot release of them is made, its search index too "
        f"| {first.wall:.1f} s | {first.cpu:.1f} s | |",
        f"| a daily delta of {daily['changes']:,} changes is loaded "
        f"| {daily['load'].wall:.1f} s | {daily['load'].cpu:.1f} s | |",
        f"| … and a new snapshot of all is made and open for answers, from the load's start "
        f"({daily['asked']:,} requests to the running server meanwhile, {daily['failed']} failed) "
        f"| {daily['open']:.1f} s | {daily['cpu']:.1f} s by two processes | < 60 s |",
    ]
    with TermServer.open(FOLDER / "shelf") as server:
        rows += _verification(server)
        names = _names(server)
    rows += _http()
    head = "## Registries: a synthetic nation\n\n| | by the clock | CPU | target |\n|---|---|---|---|\n"
    busy = f"Other work ran on the machine meanwhile: load average {os.getloadavg()[2]:.1f} over the last 15 minutes."
    return head + "\n".join(rows) + "\n\n" + names + "\n\n" + busy


# the store and its releases


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TERMSERVER_")}
    return {**kept, "TERMSERVER_SHELF": str(FOLDER / "shelf"), "TERMSERVER_LANG": "en"}


def _cli(*arguments: str | Path) -> Took:
    """What a run of the command line takes, the start of the process and those it starts itself among it."""
    began, used = time.perf_counter(), _children()
    command = [sys.executable, "-m", "termserver", *map(str, arguments)]
    done = subprocess.run(command, env=_environment(), capture_output=True, cwd=FOLDER)
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stderr.decode()}")
    return Took(time.perf_counter() - began, _children() - used)


def _children() -> float:
    """The CPU seconds of every process that was started and has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def _serving() -> Iterator[tuple[int, int]]:
    """A server in a process of its own: its port, and the process."""
    port = free_port()
    command = [sys.executable, "-m", "termserver", "serve", "--port", str(port), "--judges", "0"]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet, env=_environment(), cwd=FOLDER)
    try:
        while True:
            try:
                if _get(http.client.HTTPConnection("127.0.0.1", port, timeout=2), "/ready")[0] == 200:
                    break
            except OSError:
                time.sleep(0.02)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(20)


def _get(connection: http.client.HTTPConnection, path: str) -> tuple[int, bytes]:
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read()


def _day(delta: Path) -> dict[str, Any]:
    """A day of a registrar: the delta in, a new snapshot out and open, while the server of yesterday answers."""
    asked, failed, over = 0, 0, threading.Event()

    def ask(port: int) -> None:
        nonlocal asked, failed
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while not over.wait(0.02):
            asked += 1
            try:
                failed += _get(connection, "/api/search?q=99000&system=physicians&limit=5")[0] != 200
            except OSError:
                failed += 1
                connection.close()

    with _serving() as (port, _):
        asking = threading.Thread(target=ask, args=(port,))
        asking.start()
        began = time.perf_counter()
        load = _cli("registry", "load", "physicians", delta, "--delta")
        made = _cli("registry", "snapshot", "physicians", "--complete")
        with _serving():
            ready = time.perf_counter() - began
        over.set()
        asking.join()
    changes = sum(1 for _ in delta.open("rb"))
    return {
        "load": load,
        "cpu": load.cpu + made.cpu,
        "open": ready,
        "asked": asked,
        "failed": failed,
        "changes": changes,
    }


# verification


def _triples(server: TermServer, count: int, chance: random.Random) -> list[tuple[str, str, str]]:
    """Numbers, kinds of licence and days, as claims bring them: most are there, most days are of the last years."""
    found = []
    marks = ("", "", "", "", "د", "دا", "م")
    for _ in range(count):
        number = f"{99_000_000 + chance.randrange(PROFESSIONALS // 4)}{chance.choice(marks)}"
        day = f"{chance.choice((2022, 2023, 2024, 2025, 2026))}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        found.append((number, chance.choice(("", "", "perm", "practice")), day))
    return found


def _verification(server: TermServer) -> list[str]:
    verify = server.verifying("physicians")
    triples = _triples(server, 100_000, random.Random(1))
    rates = []
    standings: dict[str, int] = {}
    for again in range(3):
        began, used = time.perf_counter(), time.process_time()
        for number, kind, day in triples:
            verdict = verify(number, kind, day, "")
            if not again:
                standings[verdict.standing] = standings.get(verdict.standing, 0) + 1
        took = Took(time.perf_counter() - began, time.process_time() - used)
        rates.append(" | ".join(f"{len(triples) / seconds:,.0f} /s" for seconds in took))
    shares = ", ".join(f"{name} {100 * count // len(triples)} %" for name, count in sorted(standings.items()))
    return [
        f"| verification in process, 100,000 triples ({shares}), never asked before | {rates[0]} | |",
        f"| … asked a second time | {rates[1]} | |",
        f"| … and a third | {rates[2]} | ≥ 50,000 /s |",
    ]


# over HTTP


def _http() -> list[str]:
    with _serving() as (port, server):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        chance = random.Random(2)
        times: list[float] = []
        _get(connection, "/api/registries/physicians/entries/99000000")  # what is opened once is open
        started = _cpu(server)
        for _ in range(BATCHES):
            items = _triples(None, BATCH, chance)  # type: ignore[arg-type]
            body = json.dumps({"registry": "physicians", "items": items})
            began = time.perf_counter()
            connection.request("POST", "/api/registries/verify", body)
            answer = connection.getresponse()
            said = answer.read()
            times.append((time.perf_counter() - began) * 1000)
            assert answer.status == 200 and said.count(b'"standing"') == BATCH, said[:200]
        batches = (_cpu(server) - started) * 1000 / BATCHES
        started = _cpu(server)
        entries, seconds, waited = _synchronised(port)
        feed = _cpu(server) - started
    p50, p99 = _percentiles(times)
    return [
        f"| a batch of {BATCH:,} verifications over HTTP, numbers always others: p50 / p99 "
        f"| {p50:.1f} / {p99:.1f} ms | {batches:.1f} ms of the server | < 30 ms |",
        f"| a full registry over the change feed, {entries:,} entries: received | {entries / waited:,.0f} /s "
        f"| {entries / feed:,.0f} /s of the server | ≥ 20,000 /s |",
        f"| … received, parsed and proved by the checksum, one after the other | {entries / seconds:,.0f} /s | | |",
    ]


def _cpu(process: int) -> float:
    """The CPU seconds that a running process has used; 0 where the system does not say."""
    try:
        said = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(said[11]) + int(said[12])) / os.sysconf("SC_CLK_TCK")


def _synchronised(port: int) -> tuple[int, float, float]:
    """How many entries a client has in the end, the seconds until it has proved them, and those it waited for them."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    total, entries, after, complete, waited = 0, 0, 0, False, 0.0
    gc.disable()  # it keeps what it reads for a moment only
    began = time.perf_counter()
    while not complete:
        asked = time.perf_counter()
        status, body = _get(connection, f"/api/registries/physicians/changes?after={after}&limit=5000")
        waited += time.perf_counter() - asked
        if status != 200:
            raise RuntimeError(body[:300].decode())
        page = orjson.loads(body)
        total += sum(sum_of(change["entry"]) for change in page["changes"])
        entries += len(page["changes"])
        after, complete = page["next"], page["complete"]
    seconds = time.perf_counter() - began
    gc.enable()
    if entries != page["entries"] or checksum_of((total,)) != page["checksum"]:
        raise RuntimeError(f"{entries} entries came, {page['entries']} were promised, or not the same ones")
    return entries, seconds, waited


# names


Ask = Callable[[str], Sequence[Any]]


def _queries(people: Sequence[tuple[str, str, str]]) -> dict[str, list[str]]:
    chance = random.Random(3)
    drawn = [people[chance.randrange(len(people))] for _ in range(QUERIES)]
    named = [(words(name), city) for _, name, city in drawn]
    return {
        "given and family name": [" ".join(name[:2]) for name, _ in named],
        "family name begun (3 letters), given name": [f"{name[0]} {name[1][:3]}" for name, _ in named],
        "family name alone": [name[1] for name, _ in named],
        "family name and city": [f"{name[1]} {city}" for name, city in named],
        "family name with one letter wrong": [_slip(name[1], chance) for name, _ in named],
        "Medical Council number": [code for code, _, _ in drawn],
    }


def _slip(name: str, chance: random.Random) -> str:
    """The name with a letter left out, doubled or changed, never the first."""
    at = chance.randrange(1, len(name)) if len(name) > 1 else 0
    kind = chance.randrange(3)
    return (
        name[:at]
        + ("" if kind == 0 else name[at] * 2 if kind == 1 else chance.choice("ابپتدرسشقکلمنوهی"))
        + name[at + 1 :]
    )


def _people() -> list[tuple[str, str, str]]:
    people = []
    with (FOLDER / "nation" / "full" / "physicians.ndjson").open("rb") as lines:
        for line in lines:
            said = orjson.loads(line)
            city = next((one["value"] for one in said["properties"] if one["code"] == "city"), "")
            people.append((said["code"], said["display"]["fa"], city))
    return people


def _percentiles(times: list[float]) -> tuple[float, float]:
    cut = statistics.quantiles(times, n=100)
    return cut[49], cut[98]


def _timed(
    ask: Ask, queries: Sequence[str], seconds: float = 10.0, clock: Callable[[], float] = time.perf_counter
) -> tuple[float, float, float]:
    """p50 and p99 in ms, and the share that found something; no more than so many seconds."""
    for query in queries[:20]:
        ask(query)
    times, found, end = [], 0, time.perf_counter() + seconds
    for query in queries:
        began = clock()
        found += bool(ask(query))
        times.append((clock() - began) * 1000)
        if time.perf_counter() > end and len(times) > 100:
            break
    return (*_percentiles(times), 100 * found / len(times))


def _names(server: TermServer) -> str:
    people = _people()
    asked = _queries(people)

    def ours(query: str) -> Sequence[Any]:
        return server.search(query, systems=("physicians",), limit=20).hits

    columns: dict[str, Ask] = {"termserver: the whole answer, with its exact total": ours}
    notes = []
    with clusters(people) as found:
        for cluster in found:
            columns |= {f"{cluster.name}: {way}": ask for way, ask in cluster.ways().items()}
            notes.append(cluster.note)
        lines = [
            "| p50 / p99 in ms (share that found something) | termserver: CPU | " + " | ".join(columns) + " |",
            "|---" * (len(columns) + 2) + "|",
        ]
        for kind, queries in asked.items():
            p50, p99, _ = _timed(ours, queries, clock=time.thread_time)
            cells = [f"{p50:.2f} / {p99:.2f}"]
            for ask in columns.values():
                p50, p99, share = _timed(ask, queries)
                cells.append(f"{p50:.2f} / {p99:.2f} ({share:.0f} %)")
            lines.append(f"| {kind} | " + " | ".join(cells) + " |")
    intro = f"Names of {len(people):,} professionals, {QUERIES:,} seeded queries of a kind, one thread; "
    return (
        f"{intro}the target is p99 < 1 ms.\n\n"
        + "\n".join(lines)
        + "\n\n"
        + " ".join(dict.fromkeys(note for note in notes if note))
    )

"""Half a million concepts with several parents and a million and a half names: imported, served, swapped; closure."""

import http.client
import itertools
import json
import os
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from benchmarks import big_system
from benchmarks.served import free_port
from termserver.terminology import closure

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / "bench-scale"
CONCEPTS = int(os.environ.get("TERMSERVER_BENCH_CONCEPTS", str(big_system.CONCEPTS)))
CLOSURE = 350_000
MEMORY = 3_500
"""MB that the import of the whole may take at its height."""
_ASKED = 500


class Took(NamedTuple):
    """Seconds by the clock and of CPU, and the height of memory in MB, of one command."""

    wall: float
    cpu: float
    memory: int


def run() -> str:
    """The table as Markdown."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    try:
        return "\n".join(_rows())
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)


def _rows() -> Iterator[str]:
    yield f"## Scale: {CONCEPTS:,} concepts, {CONCEPTS * big_system.NAMES:,} designations, up to three parents\n"
    yield "| what | figure |\n|---|---|"
    lines = FOLDER / "big.ndjson"
    big_system.write(lines, CONCEPTS)
    yield f"| closure of {min(CLOSURE, CONCEPTS):,} concepts | {_closure(lines):.1f} s of CPU |"
    command("release", "build")
    took = command("import", "table", str(lines), "--system", "big-toys", "--version", "1")
    size = next((FOLDER / "shelf" / "releases").glob("big-toys*.release")).stat().st_size
    read, made = lines.stat().st_size / 1e6, size / 1e6
    said = f"{took.wall:.0f} s ({took.cpu:.0f} s of CPU)"
    yield f"| import: NDJSON of {read:,.0f} MB to a release of {made:,.0f} MB in the edition | {said} |"
    yield f"| memory of the import at its height (promised: {MEMORY:,} MB) | {took.memory:,} MB |"
    with serving() as (port, process):
        code = itertools.cycle(range(100_000_000, 100_000_000 + CONCEPTS, CONCEPTS // 9973 or 1))
        for name, path in (
            ("lookup", "/api/codesystems/big-toys/concepts/{code}"),
            ("FHIR $lookup", "/fhir/r4/CodeSystem/$lookup?system={url}&code={code}"),
            ("search, two words", "/api/search?q=kamo+ri&system=big-toys&limit=20&offset={few}"),
            ("FHIR $expand, filter, 20 rows", "/fhir/r4/ValueSet/$expand?url={url}&filter=kamo&count=20&offset={few}"),
        ):
            times = asked(port, path, code)
            middle, last = statistics.median(times) * 1e3, statistics.quantiles(times, n=100)[-1] * 1e3
            yield f"| {name}, median and 99 % of {len(times)} | {middle:.1f} ms, {last:.1f} ms |"
        own, shared = memory_of(process.pid)
        yield f"| memory of the server after that: its own, and pages of the file that all workers share | "\
            f"{own:,} MB, {shared:,} MB |"  # fmt: skip
        failed, answered, slowest = swapped(port)
        yield f"| two swaps of the edition meanwhile: answers, failures, slowest | "\
            f"{answered:,}, {failed}, {slowest * 1e3:.0f} ms |"  # fmt: skip


def _closure(lines: Path) -> float:
    parents: list[list[int]] = []
    names: list[str] = []
    with lines.open("rb") as file:
        for line in itertools.islice(file, CLOSURE):
            said = orjson.loads(line)
            names.append(said["code"])
            parents.append([int(code) - 100_000_000 for code in said["parents"]])
    start = time.process_time()
    closure.ancestors(parents, names)
    return time.process_time() - start


def environment(folder: Path = FOLDER) -> dict[str, str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith("TERMSERVER_")}
    return {**known, "TERMSERVER_SHELF": str(folder / "shelf"), "TERMSERVER_LANG": "en"}


def command(*arguments: str, folder: Path = FOLDER) -> Took:
    """Run one command of ours to its end; raise RuntimeError where it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "termserver", *arguments], cwd=ROOT, env=environment(folder), stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"termserver {' '.join(arguments)} ended with {process.returncode}")
    return Took(time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024)


@contextmanager
def serving(folder: Path = FOLDER) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """A server over the shelf, once it answers."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "termserver", "serve", "--port", str(port)],
        cwd=ROOT,
        env=environment(folder),
        stdout=subprocess.DEVNULL,
    )
    try:
        for _ in range(600):
            try:
                if get(port, "/api/codesystems/gender/concepts/1")[0] == 200:
                    break
            except OSError:
                time.sleep(0.1)
        yield port, process
    finally:
        process.terminate()
        process.wait(30)


def get(port: int, path: str) -> tuple[int, Any]:
    """The status and the body of one answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def asked(port: int, path: str, codes: Iterator[int]) -> list[float]:
    """Seconds of each of many different requests, one after the other."""
    url = "https://maxa.behdasht.gov.ir/fhir/CodeSystem/big-toys"
    times = []
    for code in itertools.islice(codes, _ASKED):
        start = time.perf_counter()
        status, body = get(port, path.format(code=code, url=url, few=code % 97))
        times.append(time.perf_counter() - start)
        if status != 200:
            raise RuntimeError(f"{path}: {status} {body[:200]!r}")
    return times


def memory_of(pid: int) -> tuple[int, int]:
    """MB that a process has for itself, and MB of files that it has mapped."""
    own = shared = 0
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
        name, _, value = line.partition(":")
        if name in ("Private_Dirty", "Anonymous"):
            own = max(own, int(value.split()[0]) // 1024)
        elif name in ("Private_Clean", "Shared_Clean"):
            shared += int(value.split()[0]) // 1024
    return own, shared


def swapped(port: int, folder: Path = FOLDER) -> tuple[int, int, float]:
    """Failures, answers and the slowest answer while the system leaves the edition and comes back."""
    stop = threading.Event()
    times: list[float] = []
    failures: list[str] = []

    def ask() -> None:
        while not stop.is_set():
            start = time.perf_counter()
            try:
                status, _ = get(port, "/api/codesystems/gender/concepts/1")
                if status != 200:
                    failures.append(str(status))
            except OSError as error:
                failures.append(str(error))
            times.append(time.perf_counter() - start)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        command("release", "drop", "big-toys", folder=folder)
        _until(port, 404)
        command("release", "rollback", folder=folder)
        _until(port, 200)
    finally:
        stop.set()
        asking.join()
    return len(failures), len(times), max(times)


def _until(port: int, wanted: int) -> None:
    for _ in range(600):
        status, body = get(port, "/api/codesystems/big-toys/concepts/100000001")
        if status == wanted:
            return
        time.sleep(0.2)
    raise RuntimeError(f"the edition was not swapped: {status} {json.loads(body)}")

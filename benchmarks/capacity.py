"""A day of the country at a tenth of its size: ``python -m benchmarks.capacity`` → docs/capacity.md.

The load model: 3 million documents a day, 70 % of them in eight hours, bursts of twice that in a minute, and three
times a burst when an outage ends and what was queued is sent again. Every request comes at its own time, whether the
one before it was answered or not; every caller has an address of its own.
"""

import http.client
import os
import platform
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from queue import SimpleQueue

from deploy.here import Process, asked, free_port, termserver, until

from benchmarks.faults.people import CODES, physicians
from termserver.build import build_release
from termserver.content.folders import read
from termserver.releases import editions
from termserver.releases.verification import read_manifest
from termserver.service import TermServer

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "capacity.md"
BEGIN, END = "<!-- measured -->\n", "<!-- end -->\n"
SCALE = 10
SECONDS = 30
WORDS = ("diab", "tehran", "insur", "تهر", "آزما", "lab", "ward", "بیمه", "test", "imag", "پزش", "type")


@dataclass
class Stream:
    """One kind of work: how many a second the country asks at its design peak and at its survival peak."""

    name: str
    design: int
    survival: int
    make: Callable[[random.Random], tuple[str, str, bytes]]
    took: list[float] = field(default_factory=list)
    failed: int = 0


def streams(document: bytes) -> list[Stream]:
    verify = b'{"items": [["%s", "office", "2026-05-01"]]}'
    return [
        Stream("documents judged", 150, 450, lambda _: ("POST", "/api/documents/validate", document)),
        Stream("type-ahead", 750, 3000, lambda c: ("GET", f"/api/suggest?q={_quoted(c.choice(WORDS))}", b"")),
        Stream(
            "registry look-ups", 100, 300,
            lambda c: ("POST", "/api/registries/verify", verify % c.choice(CODES).encode()),
        ),
        Stream("sync polls", 200, 500, lambda _: ("GET", "/ready", b"")),
    ]  # fmt: skip


def _quoted(said: str) -> str:
    from urllib.parse import quote

    return quote(said)


def play(port: int, some: list[Stream], rates: list[float], seconds: float) -> None:
    """Ask at these rates, each request at its own time."""
    chance = random.Random(7)
    plan = sorted((chance.uniform(0, seconds), n) for n, rate in enumerate(rates) for _ in range(round(rate * seconds)))
    due: SimpleQueue[tuple[float, int] | None] = SimpleQueue()
    lock = threading.Lock()

    def ask(number: int) -> None:
        mine = random.Random(number)
        connection: http.client.HTTPConnection | None = None
        while (one := due.get()) is not None:
            at, n = one
            method, path, body = some[n].make(mine)
            headers = {"x-forwarded-for": f"10.{mine.randrange(250)}.{mine.randrange(250)}.{mine.randrange(250)}"}
            if body:
                headers["content-type"] = "application/json" if body[:1] == b"{" else "application/xml"
            try:
                connection = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                connection.request(method, path, body or None, headers)
                answer = connection.getresponse()
                answer.read()
                good = answer.status == 200
            except (OSError, http.client.HTTPException):
                connection, good = None, False
            with lock:
                some[n].took.append(time.monotonic() - at)  # from when it was due: waiting in a queue counts
                some[n].failed += not good

    clients = [threading.Thread(target=ask, args=(n,), daemon=True) for n in range(64)]
    for one in clients:
        one.start()
    began = time.monotonic()
    for at, n in plan:
        time.sleep(max(0.0, began + at - time.monotonic()))
        due.put((began + at, n))
    for _ in clients:
        due.put(None)
    for one in clients:
        one.join(60)


def cpu(process: int) -> float:
    """CPU seconds of a process and all under it."""
    from deploy.here import children

    said = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    own = (int(said[11]) + int(said[12])) / os.sysconf("SC_CLK_TCK")
    return own + sum(cpu(one) for one in children(process))


def measure() -> tuple[list[str], float]:
    """The rows of the table, and CPU seconds a second at the survival peak of a tenth."""
    rows = ["| peak | work | asked /s | median ms | 99 % ms | failed |", "|---|---|---|---|---|---|"]
    used = 0.0
    with tempfile.TemporaryDirectory(prefix="termserver-capacity-") as place:
        folder = Path(place)
        standards = folder / "standards"
        build_release(read(ROOT), standards, "standards", "capacity")
        pins = []
        for path in (standards, physicians(standards, folder / "physicians", "1")):
            pins.append(editions.pin_of(read_manifest(path)))
            (folder / editions.file_name(pins[-1])).symlink_to(path)
        editions.write(folder / "edition.json", pins)
        with TermServer.open(folder / "edition.json") as server:
            document = server.example("patient-bill", "xml")
        port = free_port()
        environment = {
            "TERMSERVER_EDITION": str(folder / "edition.json"), "TERMSERVER_AUDIT": str(folder / "audit"),
            "TERMSERVER_TRUSTED_PROXIES": "127.0.0.1", "TERMSERVER_SHELF": str(folder / "shelf"),
        }  # fmt: skip
        command = termserver("serve", "--port", str(port), "--judges", "1")
        node = Process("node", command, folder / "log", **environment).start()
        try:
            until(lambda: asked(f"http://127.0.0.1:{port}/ready"))
            assert node.running is not None
            play(port, streams(document), [1.0] * 4, 3)
            for peak in ("design", "survival"):
                some = streams(document)
                before, began = cpu(node.running.pid), time.monotonic()
                play(port, some, [getattr(one, peak) / SCALE for one in some], SECONDS)
                used = (cpu(node.running.pid) - before) / (time.monotonic() - began)
                for one in some:
                    took = sorted(one.took)
                    figures = f"{statistics.median(took) * 1000:.1f} | {took[int(len(took) * 0.99)] * 1000:.0f}"
                    rows.append(
                        f"| {peak} / {SCALE} | {one.name} | {len(took) / SECONDS:.0f} | {figures} | {one.failed} |"
                    )
                rows.append(f"| {peak} / {SCALE} | **CPU of the node** | **{used:.2f} cores** | | | |")
        finally:
            node.stop()
    return rows, used


def main() -> None:
    rows, used = measure()
    full, spare = used * SCALE, used * SCALE * 1.4
    said = [
        "",
        *rows,
        "",
        f"Measured {date.today().isoformat()} on {os.cpu_count()} cores, {platform.system()}, Python "
        f"{platform.python_version()}, shared with other work and with the sender.",
        "",
        f"A tenth of the survival peak takes {used:.2f} cores, so all of it {full:.0f}, {spare:.0f} with 40 %",
        f"to spare: {max(2, -(-int(spare) // 8))} nodes of 8 cores at each of two sites, of which one must do alone.",
        "",
    ]
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(before + BEGIN + "\n".join(said) + END + after, "utf-8")
    print("\n".join(said))


if __name__ == "__main__":
    main()

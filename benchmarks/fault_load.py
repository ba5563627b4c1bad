"""Clients that ask while something breaks, what they were told, and the table of it."""

import datetime
import http.client
import os
import platform
import random
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from termserver.build import build_release
from termserver.model.codes import CodeSystemContent, Concept, Content, Property
from termserver.model.days import Period
from termserver.model.registries import record_text
from termserver.model.text import Text
from termserver.model.values import replace
from termserver.service import TermServer

CLIENTS = 6
PAUSE = 0.004
CODES = ("900001", "900002", "900003")
PUBLIC = ("/api/search?q=diabetes", "/api/search?q=%D8%AA%D9%87%D8%B1%D8%A7%D9%86&limit=5", "/api/suggest?q=diab")
PRIVATE = tuple(f"/api/registries/physicians/entries/{code}?on=2026-05-01" for code in CODES)


@dataclass
class Row:
    """What a fault did."""

    fault: str
    happened: str
    asked: int = 0
    failed: int = 0
    wrong: int = 0
    lost: int = 0
    recovery: str = ""


@dataclass
class Load:
    """Clients that ask one after the other; ``truth`` is, by release and path, what must be answered."""

    port: int
    truth: dict[tuple[str, str], bytes]
    paths: tuple[str, ...] = PUBLIC + PRIVATE
    done: list[tuple[float, str, int, str]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def one(self, number: int) -> None:
        chance = random.Random(number)
        connection: http.client.HTTPConnection | None = None
        while not self.stopping.is_set():
            path, name = chance.choice(self.paths), uuid.uuid4().hex
            status = 0
            try:
                if connection is None or not chance.randrange(20):  # another machine asks: each has its own share
                    here = f"127.{chance.randrange(1, 250)}.{chance.randrange(250)}.{chance.randrange(1, 250)}"
                    connection = http.client.HTTPConnection("127.0.0.1", self.port, 15, source_address=(here, 0))
                connection.request("GET", path, headers={"x-request-id": name})
                answer = connection.getresponse()
                body, status = answer.read(), answer.status
                release = answer.headers.get("x-termserver-release", "")
                if status == 200 and self.truth.get((release, path), body) != body:
                    self.wrong.append(path)
            except (OSError, http.client.HTTPException):
                connection = None
            self.done.append((time.monotonic(), path, status, name))
            time.sleep(PAUSE)

    @contextmanager
    def running(self) -> Iterator["Load"]:
        clients = [threading.Thread(target=self.one, args=(n,), daemon=True) for n in range(CLIENTS)]
        for one in clients:
            one.start()
        time.sleep(1)
        try:
            yield self
        finally:
            time.sleep(1)
            self.stopping.set()
            for one in clients:
                one.join(30)

    def failed(self, *expected: int) -> int:
        return sum(1 for _, _, status, _ in self.done if status not in (200, *expected))

    def shown(self) -> set[str]:
        """The names of the requests that were shown an entry: each must be in a log."""
        return {name for _, path, status, name in self.done if status == 200 and path in PRIVATE}


def physicians(standards: Path, path: Path, version: str) -> Path:
    """A release with three physicians whom nobody would take for real ones; each version says another name."""
    with TermServer.open(standards) as server:
        system = replace(server.resolve("physicians"), version=version, content=Content.COMPLETE)
    licence = Property("licence", record_text({"number": "1", "kind": "office"}), Period("2020-01-01", "2030-01-01"))
    entries = [
        Concept(code, Text(f"فرد نمونه {code} {version}", f"Sample {code} {version}"), properties=(licence,))
        for code in CODES
    ]
    build_release([CodeSystemContent(system, tuple(entries))], path, "physicians", version)
    return path


def page(rows: list[Row]) -> str:
    """docs/reliability.md."""
    table = [
        "| fault | what happened | asked | failed | wrong | log lines lost | recovery |",
        "|---|---|---|---|---|---|---|",
    ]
    table += [
        f"| {one.fault} | {one.happened} | {one.asked:,} | {one.failed:,} | {one.wrong} | {one.lost} | {one.recovery} |"
        for one in rows
    ]
    return "\n".join(
        (
            "# What breaks, and what then",
            "",
            "`make faults` runs this on one machine with real processes: PostgreSQL, a publisher, two followers of",
            "two workers behind nginx, as [deploy/here.py](../deploy/here.py) has them, asked by six clients while",
            "each fault happens. *Failed* counts requests without an answer, or with any other status than 200;",
            "*wrong* answers that are not what their release says; *log lines lost* registry answers that were",
            "given and are in no access log. The 503 of a full disk is an answer.",
            "",
            *table,
            "",
            f"Measured {datetime.date.today().isoformat()} on {os.cpu_count()} cores, {platform.system()}, "
            f"Python {platform.python_version()}, shared with other work.",
            "",
        )
    )

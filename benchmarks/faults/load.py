"""Clients that ask while something breaks, and what they were told."""

import http.client
import random
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

from benchmarks.faults.people import CODES

CLIENTS = 6
PAUSE = 0.004
PATIENCE = 15.0
"""Seconds after which a client gives up an answer."""
PUBLIC = ("/api/search?q=diabetes", "/api/search?q=%D8%AA%D9%87%D8%B1%D8%A7%D9%86&limit=5", "/api/suggest?q=diab")
PRIVATE = tuple(f"/api/registries/physicians/entries/{code}?on=2026-05-01" for code in CODES)

Truth = dict[tuple[str, str], str]
"""What must be answered: the digest of the body, by release and path."""


class Told(NamedTuple):
    """One request and its answer; status 0: none came."""

    at: float
    took: float
    path: str
    name: str
    status: int = 0
    release: str = ""
    digest: str = ""
    retry: str = ""
    why: str = ""
    """What kept the answer from coming."""


@dataclass
class Load:
    """Clients that ask one after the other, from many addresses of this machine."""

    port: int
    paths: tuple[str, ...] = PUBLIC + PRIVATE
    clients: int = CLIENTS
    begin: Callable[[], None] = lambda: None
    """What each client's thread does first."""
    done: list[Told] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def one(self, number: int) -> None:
        self.begin()
        chance = random.Random(number)
        connection: http.client.HTTPConnection | None = None
        while not self.stopping.is_set():
            path, name = chance.choice(self.paths), uuid.uuid4().hex
            began = time.monotonic()
            if connection is None or not chance.randrange(20):  # another machine asks: each has its own share
                here = f"127.{chance.randrange(1, 250)}.{chance.randrange(250)}.{chance.randrange(1, 250)}"
                connection = http.client.HTTPConnection("127.0.0.1", self.port, PATIENCE, source_address=(here, 0))
            try:
                connection.request("GET", path, headers={"x-request-id": name})
                answer = connection.getresponse()
                body = answer.read()
                took, said = time.monotonic() - began, answer.headers
                self.done.append(
                    Told(
                        began + took, took, path, name, answer.status, said.get("x-termserver-release", ""),
                        sha256(body).hexdigest(), said.get("retry-after", ""),
                    )
                )  # fmt: skip
            except (OSError, http.client.HTTPException) as error:
                connection = None
                now = time.monotonic()
                self.done.append(Told(now, now - began, path, name, why=repr(error)))
            time.sleep(PAUSE)

    @contextmanager
    def running(self, before: float = 1.0, after: float = 1.0) -> Iterator["Load"]:
        """They ask while the block runs, and so many seconds before and after."""
        clients = [threading.Thread(target=self.one, args=(n,), daemon=True) for n in range(self.clients)]
        for one in clients:
            one.start()
        time.sleep(before)
        try:
            yield self
        finally:
            time.sleep(after)
            self.stopping.set()
            for one in clients:
                one.join(PATIENCE * 2)

    def failed(self, *expected: int) -> int:
        return sum(1 for one in self.done if one.status not in (200, *expected))

    def refused(self) -> list[Told]:
        """Those who were told 503, and to come again."""
        return [one for one in self.done if one.status == 503 and one.retry]

    def wrong(self, truth: Truth) -> int:
        """Answers that are not what their release says, those of a release that was never published among them."""
        return sum(1 for one in self.done if one.status == 200 and truth.get((one.release, one.path)) != one.digest)

    def shown(self) -> set[str]:
        """The names of the requests that were shown an entry: each must be in a log."""
        return {one.name for one in self.done if one.status == 200 and one.path in PRIVATE}

    @property
    def slowest(self) -> float:
        """Seconds that the slowest of the requests took."""
        return max((one.took for one in self.done), default=0.0)

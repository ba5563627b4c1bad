"""The primary of two PostgreSQL clusters is killed while the committee and a load write; the standby takes over."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256

import orjson
import psycopg
from deploy.here import STANDBY, Postgres, until

from termserver.database.proposal_store import Line, ProposalStore, Standing
from termserver.database.registry_store import RegistryStore
from termserver.database.registry_writing import NewVersion
from termserver.model.errors import TermserverError
from termserver.model.registries import ChangeKind, LoadKind

REGISTRY = "centres"


@dataclass
class Pair:
    """A primary and the standby without which it acknowledges nothing."""

    primary: Postgres
    standby: Postgres

    @property
    def url(self) -> str:
        """Both; whoever connects gets the one that takes writes."""
        hosts = "&".join(f"host=127.0.0.1:{one.port}" for one in (self.primary, self.standby))
        return f"postgresql://termserver@/postgres?{hosts}&target_session_attrs=read-write&connect_timeout=3"

    def fail_over(self) -> float:
        """Kill the primary and promote the standby; the moment of the kill (monotonic)."""
        master = int((self.primary.data / "postmaster.pid").read_text().split()[0])
        began = time.monotonic()
        os.kill(master, signal.SIGKILL)
        self.standby.run("pg_ctl", "-D", self.standby.data, "-w", "promote")
        return began


@contextlib.contextmanager
def pair() -> Iterator[Pair]:
    """Two clusters, the second a synchronous standby of the first."""
    primary = Postgres()
    clusters = [primary]
    try:
        primary.start()
        clusters.append(Postgres(of=primary))
        clusters[1].start()
        with psycopg.connect(primary.url, autocommit=True) as connection:
            connection.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{STANDBY}'")
            connection.execute("SELECT pg_reload_conf()")
            state = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
            until(lambda: connection.execute(state).fetchone() == (1,))
        yield Pair(*clusters)
    finally:
        for one in reversed(clusters):
            one.remove()


@dataclass
class Writers:
    """The committee proposes and a registry is loaded, one change after the other, until they are told to stop."""

    url: str
    proposed: list[str] = field(default_factory=list)
    """Digests that were acknowledged."""
    loaded: list[str] = field(default_factory=list)
    """Codes of entries whose load was acknowledged."""
    refused: int = 0
    last: float = 0.0
    stopping: threading.Event = field(default_factory=threading.Event)

    @contextlib.contextmanager
    def running(self) -> Iterator["Writers"]:
        threads = [threading.Thread(target=one, daemon=True) for one in (self._committee, self._registry)]
        for one in threads:
            one.start()
        try:
            yield self
        finally:
            self.stopping.set()
            for one in threads:
                one.join(60)

    def _again(self, write: Callable[[int], None]) -> None:
        number = 0
        while not self.stopping.is_set():
            number += 1
            try:
                write(number)
            except TermserverError:  # nobody acknowledged it
                self.refused += 1
                time.sleep(0.05)
            else:
                self.last = time.monotonic()

    def _committee(self) -> None:
        store = ProposalStore.open(self.url)

        def write(number: int) -> None:
            digest = sha256(b"%d" % number).hexdigest()

            def decide(proposal: int, _: list[Line]) -> tuple[Line, Standing, bytes]:
                said = Line(0, proposal, "2026-11-22T08:00:00Z", "elham", "propose", digest, {})
                return said, Standing("elham", "codes", 2, digest, "review"), b"changes %d" % number

            store.record(None, decide)
            self.proposed.append(digest)

        self._again(write)
        store.close()

    def _registry(self) -> None:
        store = RegistryStore.open(self.url)

        def write(number: int) -> None:
            code = f"{number:08}-0000-0000-0000-000000000000"
            body = orjson.dumps({"code": code, "display": {"fa": f"مرکز نمونه {number}"}})
            with store.writing(REGISTRY) as work:
                work.begin_load(LoadKind.DELTA, "2026-11-22", "sample", f"{number}.csv", sha256(body).hexdigest())
                new = NewVersion(code, code, ChangeKind.ADDED, body, sha256(body).digest(), False, None)
                work.record([new])
                work.keep({}, b"")
            self.loaded.append(code)

        self._again(write)
        store.close()

    def lost(self) -> int:
        """Acknowledged changes that are not there, and what of the journal or the registry's sum does not hold."""
        with contextlib.closing(ProposalStore.open(self.url)) as store:
            there = {line.digest for line in store.lines()}
            missing = len(set(self.proposed) - there) + bool(store.broken_line())
        with contextlib.closing(RegistryStore.open(self.url)) as registries:
            bodies = dict(registries.bodies(REGISTRY))
            total = sum(int.from_bytes(sha256(body).digest(), "big") for body in bodies.values())
            whole = int(registries.state(REGISTRY).checksum, 16) == total % (1 << 256)
        return missing + len(set(self.loaded) - set(bodies)) + (not whole)


@dataclass
class Outcome:
    """What came of it: changes acknowledged before and after, refused in between, lost, seconds without writes."""

    before: int
    after: int
    refused: int
    lost: int
    recovery: float


def fail_over(both: Pair, before: float = 2.0, after: float = 2.0) -> Outcome:
    """Kill the primary amid writes, promote the standby, and look for everything that was acknowledged."""
    ProposalStore.open(both.url).close()
    with Writers(both.url).running() as writers:
        until(lambda: writers.proposed and writers.loaded)
        time.sleep(before)
        began = both.fail_over()
        counted = len(writers.proposed), len(writers.loaded)
        until(lambda: len(writers.proposed) > counted[0] + 1 and len(writers.loaded) > counted[1] + 1)
        recovery = time.monotonic() - began
        time.sleep(after)
    total = len(writers.proposed) + len(writers.loaded)
    return Outcome(sum(counted), total - sum(counted), writers.refused, writers.lost(), recovery)

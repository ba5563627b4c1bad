"""The line between a publisher and a follower is cut, falls silent, or becomes thin, in the middle of following."""

import datetime
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.here import Follower, Process, Publisher, asked, free_port, termserver, until

from benchmarks.faults.lines import HERE, Line, line
from benchmarks.faults.load import Load, Truth
from benchmarks.faults.people import physicians
from benchmarks.faults.stage import Stage, says, version
from benchmarks.faults.table import Row, seconds
from termserver.access.audit_reading import events
from termserver.publication.repository import DAYS
from termserver.trust.metadata import TIMESTAMP

AWAY = 35.0
"""Seconds without a line: longer than a follower waits for an answer."""
HOLDS = 20.0
"""Seconds that the publisher's word holds, as if it had been given a week ago: it expires while the line is cut."""
IN_TRANSFER = 6.0
"""Seconds that a release takes over the line, long enough to be cut in the middle."""
NO_LINE = "not tried: network namespaces take root on Linux, and a kernel with veth, tbf and blackhole"


@dataclass
class Ends:
    """A publisher at one end of a line, and a follower that follows it at the other."""

    wire: Line
    folder: Path
    standards: Path
    publisher: Publisher
    one: Follower
    truth: Truth
    number: int = 1

    def publish(self, holds: float | None = None) -> int:
        """Put a further release in force; its bytes. The word of it holds so many seconds, else a week."""
        self.number += 1
        path = physicians(self.standards, self.folder / f"p-{self.number}.release", str(self.number))
        week = datetime.timedelta(days=DAYS[TIMESTAMP])
        now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
        self.publisher.publish(path, said=None if holds is None else now - week + datetime.timedelta(seconds=holds))
        return path.stat().st_size

    def ready(self) -> Any:
        return asked(f"{self.one.address}/ready")

    def in_force(self) -> bool:
        return version(self.one) == str(self.number)

    def under_way(self) -> bool:
        """A release is being fetched, and a part of it is there."""
        return any(path.stat().st_size for path in (self.one.shelf / "releases").glob(".pulled.*"))

    def load(self) -> Load:
        return Load(self.one.port, begin=lambda: self.wire.enter(self.wire.far))

    def row(self, fault: str, load: Load, happened: str, took: float) -> Row:
        self.truth |= says(self.one, str(self.number))
        time.sleep(0.3)
        lost = len(load.shown() - {one.get("request") for one in events([self.one.audit])})
        return Row(fault, happened, len(load.done), load.failed(), load.wrong(self.truth), lost, seconds(took))


def line_cut(stage: Stage) -> Row:
    return _away(stage, "the line is cut while a follower fetches a release", lambda wire: wire.down())


def line_silent(stage: Stage) -> Row:
    return _away(stage, "the line swallows every packet while a follower fetches", lambda wire: wire.silence())


def _away(stage: Stage, fault: str, cut: Callable[[Line], None]) -> Row:
    with _ends(stage) as ends:
        if ends is None:
            return Row(fault, NO_LINE)
        with ends.load().running() as load:
            bytes_ = ends.publish(HOLDS)
            ends.wire.thin(int(bytes_ * 8 / IN_TRANSFER))
            until(ends.under_way)
            cut(ends.wire)
            time.sleep(AWAY)
            said = ends.ready()
            old = version(ends.one)
            ends.publish()
            ends.wire.clear()
            ends.wire.up()
            took = until(ends.in_force, 120)
            after = ends.ready()
            time.sleep(1)
        happened = (
            f"it goes on with what it has (release {old}); after {AWAY:.0f} s `/ready` says lag {said['lag']} s, "
            f"stale: {str(said['stale']).lower()}; when the line is back it takes the newest (release "
            f"{version(ends.one)}; lag {after['lag']} s, stale: {str(after['stale']).lower()})"
        )
        return ends.row(fault, load, happened, took)


def line_thin(stage: Stage) -> Row:
    fault = "the line carries 64 kbit/s"
    with _ends(stage) as ends:
        if ends is None:
            return Row(fault, NO_LINE)
        ends.wire.thin(64_000)
        with ends.load().running() as load:
            bytes_ = ends.publish()
            took = until(ends.in_force, 180)
        return ends.row(fault, load, f"a release of {bytes_ // 1000:,} kB comes late and whole", took)


@contextmanager
def _ends(stage: Stage) -> Iterator[Ends | None]:
    """Both ends, each in a network namespace of its own; None where there can be none."""
    with line() as wire:
        if wire is None:
            yield None
            return
        folder = stage.folder / f"line-{time.time_ns()}"
        folder.mkdir()
        publisher = Publisher(folder)
        publisher.publish(stage.standards)
        publisher.publish(physicians(stage.standards, folder / "p-1.release", "1"))
        port = free_port()
        settings = {
            "TERMSERVER_SHELF": str(folder / "publisher"), "TERMSERVER_EDITION": str(stage.standards),
            "TERMSERVER_PUBLICATION": str(publisher.repository.folder),
        }  # fmt: skip
        server = termserver("serve", "--host", HERE, "--port", str(port), "--judges", "0")
        source = Process("near", server, folder / "near.log", **settings)
        one = Follower("far", folder)
        try:
            with wire.inside(wire.near):
                source.start()
                until(lambda: asked(f"http://{HERE}:{port}/ready"))
            with wire.inside(wire.far):
                one.trust(publisher.root, f"http://{HERE}:{port}/publication")
                one.server.start()
                one.following.start()
                until(one.ready)
                yield Ends(wire, folder, stage.standards, publisher, one, says(one, "1"))
        finally:
            for process in (one.following, one.server, source):
                process.stop()

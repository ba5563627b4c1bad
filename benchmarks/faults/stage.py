"""What every fault is tried on: the room of ``deploy/here.py``, what its releases say, and who asks them."""

import contextlib
import http.client
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import TracebackType

from deploy.here import Follower, Process, Room, asked, free_port, termserver, until

from benchmarks.faults.load import PRIVATE, PUBLIC, Load, Truth
from benchmarks.faults.people import physicians
from benchmarks.faults.table import Row, seconds
from termserver.access.audit_reading import events


@cache
def mounts() -> bool:
    """Whether disks may be mounted and namespaces made here: by root on Linux, unless a container forbids it."""
    if sys.platform != "linux" or os.geteuid() or not shutil.which("unshare"):
        return False
    return subprocess.run(["unshare", "--mount", "--net", "true"], capture_output=True).returncode == 0


class Stage:
    """A publisher, PostgreSQL and two followers behind nginx. A context manager: everything is stopped at its end."""

    def __init__(self, folder: Path, standards: Path) -> None:
        self.folder, self.standards = folder, standards
        self.truth: Truth = {}
        self.room = Room(folder / "room", standards, followers=2, workers=2)
        self.version = 0
        self.publish()

    def __enter__(self) -> "Stage":
        self.room.__enter__()
        self.learn()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.room.__exit__()

    @property
    def one(self) -> Follower:
        """The follower to which things happen; the other one is left alone."""
        return self.room.followers[0]

    def release(self) -> Path:
        """A further version of the physicians, published nowhere yet."""
        self.version += 1
        return physicians(self.standards, self.folder / f"physicians-{self.version}.release", str(self.version))

    def publish(self) -> None:
        """Put a further version of the physicians in force."""
        self.room.publisher.publish(self.release())

    def learn(self) -> None:
        """Note what the newest releases say, from the follower that nothing has happened to."""
        until(lambda: all(version(one) == str(self.version) for one in self.room.followers))
        self.truth |= says(self.room.followers[-1], str(self.version))

    def load(self) -> Load:
        """Clients at the door."""
        return Load(self.room.door_port)

    def alone(self, *options: str, limit: str = "", **environment: str) -> "Alone":
        """Another server of that follower's shelf, with options, limits (``prlimit``) and settings of its own."""
        return Alone(self.one, self.folder / f"alone-{time.time_ns()}.log", options, limit, environment)

    def told(
        self,
        fault: str,
        load: Load,
        happened: str,
        recovery: float | str,
        *expected: int,
        audits: Iterable[Path] | None = None,
    ) -> Row:
        """The row of a fault; ``expected`` are answers that count as such, ``audits`` where the accesses are kept."""
        time.sleep(0.3)
        known = {one.get("request") for one in events(list(audits or [one.audit for one in self.room.followers]))}
        said = recovery if isinstance(recovery, str) else seconds(recovery)
        lost = len(load.shown() - known)
        if strange := Counter((one.status, one.why) for one in load.done if one.status not in (200, *expected)):
            print(strange.most_common(9), file=sys.stderr)
        return Row(fault, happened, len(load.done), load.failed(*expected), load.wrong(self.truth), lost, said)


class Alone:
    """A server asked directly, without nginx. A context manager: it is stopped at its end."""

    def __init__(
        self, one: Follower, log: Path, options: tuple[str, ...], limit: str, environment: dict[str, str]
    ) -> None:
        self.port = free_port()
        command = termserver("serve", "--port", str(self.port), "--judges", "0", *options)
        if limit:
            command = ["prlimit", f"--nofile={limit}", *command]
        self.log = log
        self.process = Process("alone", command, log, **{**one.environment, **environment})

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def lives(self) -> bool:
        return not self.process.ended

    def __enter__(self) -> "Alone":
        self.process.start()
        try:
            until(lambda: asked(f"{self.address}/ready"))
        except TimeoutError:
            raise TimeoutError(self.log.read_text("utf-8", "replace")[-2000:]) from None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.process.stop()


def version(one: Follower) -> str:
    """The version of the physicians that a follower serves; empty if none."""
    return next((number for number, _ in _versions(one)), "")


def says(one: Follower, newest: str) -> Truth:
    """What a follower answers to every path of the load with that version of the physicians, and maybe with others.

    While it swaps, one of its workers may have the version before.
    """
    found: Truth = {}
    ready: dict[str, str] = {}
    until(lambda: ready.update(_versions(one)) or newest in ready)
    for path in PUBLIC + PRIVATE:
        until(lambda path=path: found.update([_said(one.port, path)]) or (ready[newest], path) in found)
    return found


def _versions(one: Follower) -> list[tuple[str, str]]:
    """The version of the physicians that the worker has which answers, and the release it calls its own."""
    said = asked(f"{one.address}/ready")
    return [(pin["version"], said["release"]) for pin in said["edition"]["releases"] if pin["name"] == "physicians"]


def _said(port: int, path: str) -> tuple[tuple[str, str], str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, 10)
    with contextlib.closing(connection):
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == 200, f"{path}: {answer.status}"
        return (answer.headers["x-termserver-release"], path), sha256(answer.read()).hexdigest()


def serving(server: Process) -> list[int]:
    """The processes that answer: uvicorn's workers, without its helper that counts resources."""
    found = []
    for process in server.workers:
        try:
            if b"resource_tracker" not in Path(f"/proc/{process}/cmdline").read_bytes():
                found.append(process)
        except OSError:
            continue
    return found


def yes(said: bool) -> str:
    return "yes" if said else "no"

"""Faults of real processes under load, and what became of them: ``make faults`` → docs/reliability.md.

A room of ``deploy/here.py`` (publisher, PostgreSQL, two followers behind nginx) is asked all the time by six clients;
every answer is compared with what its release says, and every registry answer is looked for in the access logs.
"""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from deploy.here import Follower, Process, Room, asked, run, until

from benchmarks.fault_load import PRIVATE, PUBLIC, Load, Row, page, physicians
from benchmarks.fault_postgres import fail_over, pair
from termserver.access.audit_check import check
from termserver.access.audit_node import node_keys
from termserver.access.audit_reading import events
from termserver.build import build_release
from termserver.content.folders import read

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reliability.md"
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")


class Faults:
    """All faults, one after the other, in one room."""

    def __init__(self, folder: Path, standards: Path) -> None:
        self.folder, self.standards = folder, standards
        self.truth: dict[tuple[str, str], bytes] = {}
        self.rows: list[Row] = []
        self.room = Room(folder / "room", standards, followers=2, workers=2)
        self.room.publisher.publish(physicians(standards, folder / "physicians.release", "1"))

    def run(self, chosen: list[str]) -> None:
        every: list[Callable[[], Row]] = [
            self.worker, self.follower, self.publisher, self.postgres, self.failover, self.silent, self.swap,
            self.full_disk, self.descriptors, self.few_descriptors, self.slowloris, self.herd, self.broken_release,
            self.broken_segment, self.clock, self.months,
        ]  # fmt: skip
        with self.room:
            self.learn()
            for fault in every:
                if chosen and fault.__name__ not in chosen:
                    continue
                print(f"… {fault.__name__}", file=sys.stderr, flush=True)
                self.rows.append(fault())
                print(self.rows[-1], file=sys.stderr, flush=True)

    # what all of them need

    def learn(self) -> None:
        """Note what the releases in force say, by asking a follower that nothing has happened to."""
        one = self.room.followers[0]
        until(lambda: len(asked(f"{one.address}/ready")["edition"]["releases"]) == 2)
        for path in PUBLIC + PRIVATE:
            connection = http.client.HTTPConnection("127.0.0.1", one.port)
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
            self.truth[answer.headers["x-termserver-release"], path] = body

    def load(self, **more: Any) -> Load:
        return Load(self.room.door_port, self.truth, **more)

    def told(self, fault: str, load: Load, happened: str, recovery: float | str, *expected: int) -> Row:
        said = recovery if isinstance(recovery, str) else f"{recovery:.2f} s"
        return Row(fault, happened, len(load.done), load.failed(*expected), len(load.wrong), self.lost(load), said)

    def lost(self, load: Load) -> int:
        """Registry answers that were given and are in no log."""
        time.sleep(0.2)
        known = {one.get("request") for one in events([one.audit for one in self.room.followers])}
        return len(load.shown() - known)

    # the faults

    def worker(self) -> Row:
        server = self.room.followers[0].server
        with self.load().running() as load:
            before = set(_serving(server))
            os.kill(min(before), signal.SIGKILL)
            took = until(lambda: len(_serving(server)) == 2 and set(_serving(server)) != before)
        return self.told(
            "`kill -9` of a worker", load, "its neighbour and the other follower answer; it is started anew", took
        )

    def follower(self) -> Row:
        one = self.room.followers[0]
        with self.load().running() as load:
            one.server.kill()
            one.following.kill()
            time.sleep(2)
            one.server.start()
            one.following.start()
            took = until(one.ready)
        return self.told(
            "`kill -9` of a follower", load, "nginx passes it over; started again it answers from its shelf", took
        )

    def publisher(self) -> Row:
        with self.load().running() as load:
            self.room.source.kill()
            time.sleep(2)
            stale = asked(f"{self.room.followers[0].address}/ready")["stale"]
            self.room.source.start()
            took = until(lambda: asked(f"http://127.0.0.1:{self.room.port}/ready"))
        return self.told("`kill -9` of the publisher", load, f"followers go on (stale: {str(stale).lower()})", took)

    def postgres(self) -> Row:
        cluster = self.room.postgres
        assert cluster is not None
        history = f"http://127.0.0.1:{self.room.port}/api/registries/physicians"
        with self.load().running() as load:
            master = int((cluster.data / "postmaster.pid").read_text().split()[0])
            os.kill(master, signal.SIGKILL)
            time.sleep(1)
            publisher = asked(history)["id"] == "physicians"
            cluster.stop("immediate")
            (cluster.data / "postmaster.pid").unlink(missing_ok=True)
            began = time.monotonic()
            cluster.start()
            run(self.room.environment, "registry", "list")
            took = time.monotonic() - began
        happened = (
            "followers have no database; the publisher goes on with its releases"
            if publisher
            else "the publisher failed"
        )
        return self.told("`kill -9` of PostgreSQL", load, happened, took)

    def failover(self) -> Row:
        """Two clusters of their own; what is lost is counted in changes here."""
        with self.load().running() as load, pair() as both:
            done = fail_over(both)
        happened = (
            f"the standby is promoted; writers with the address of both go on: {done.before} changes of the committee "
            f"and a registry acknowledged before, {done.after} after, {done.refused} refused, {done.lost} lost"
        )
        return self.told("`kill -9` of the primary PostgreSQL amid writes", load, happened, done.recovery)

    def silent(self) -> Row:
        one = self.room.followers[0].server
        assert one.running is not None
        everybody = [*one.workers, one.running.pid]
        with self.load().running() as load:
            for process in everybody:
                os.kill(process, signal.SIGSTOP)
            time.sleep(8)
            for process in everybody:
                os.kill(process, signal.SIGCONT)
            took = until(self.room.followers[0].ready)
            time.sleep(1)
        slow = "asked again at the other after 3 s"
        return self.told("a follower falls silent (SIGSTOP: half-open connections)", load, slow, took)

    def swap(self) -> Row:
        path = physicians(self.standards, self.folder / "physicians-2.release", "2")
        with self.load().running() as load:
            before = self.room.followers[0].release()
            self.room.publisher.publish(path)
            until(lambda: all(one.release() != before for one in self.room.followers))
            time.sleep(1)
            seen = len({release for release, _ in self.truth})
        self.learn()
        assert seen
        return self.told("a new release is put in force", load, "every worker swaps between two requests", "no pause")

    def full_disk(self) -> Row:
        """One follower alone, whose log is on a disk of its own."""
        fault = "the log's disk is full"
        disk = self.folder / f"disk-{time.time_ns()}"
        disk.mkdir()
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)], capture_output=True)
        if made.returncode:
            return Row(fault, "not tried: no right to mount a disk", recovery="-")
        one = self.room.followers[0]
        port = self._alone(one, TERMSERVER_AUDIT=str(disk / "audit"))
        address = f"http://127.0.0.1:{port.port}"
        try:
            with Load(port.port, self.truth).running() as load:
                with self._filled(disk):
                    until(lambda: asked(f"{address}/ready")["access_log"]["trouble"])
                    time.sleep(2)
                began = time.monotonic()
                until(lambda: not asked(f"{address}/ready")["access_log"]["trouble"])
                took = time.monotonic() - began
            time.sleep(0.3)
            known = {one.get("request") for one in events([disk / "audit"])}
            lost = len(load.shown() - known)
            refused = sum(1 for _, path, status, _ in load.done if status == 503 and path in PRIVATE)
            notes = sum(path.read_bytes().count(b'"what":"unlogged"') for path in (disk / "audit").rglob("*.log"))
            port.process.stop()
            faults = check(disk / "audit", node_keys(disk / "audit")).faults
            happened = (
                f"registries answer 503 ({refused}×), codes go on; what was not logged is counted ({notes} note"
                f"{'s' if notes != 1 else ''}); the log holds: {'yes' if not faults else faults[0].says.en}"
            )
            return Row(fault, happened, len(load.done), load.failed(503), len(load.wrong), lost, f"{took:.2f} s")
        finally:
            port.process.stop()
            subprocess.run(["umount", str(disk)], capture_output=True)

    @contextmanager
    def _filled(self, disk: Path) -> Iterator[None]:
        filler = disk / "filler"
        with filler.open("wb") as file:
            try:
                while True:
                    os.write(file.fileno(), b"\0" * 4096)
            except OSError:
                pass
        yield
        filler.unlink()

    def descriptors(self) -> Row:
        return self._idle("out of file descriptors", "120", "a node that may have 120")

    def few_descriptors(self) -> Row:
        return self._idle(
            "few file descriptors, and more to be had", "120:4096", "a node that begins with 120 takes 4,096"
        )

    def _idle(self, fault: str, limit: str, node: str) -> Row:
        one = self._alone(self.room.followers[0], limit=limit)
        held: list[socket.socket] = []
        try:
            with Load(one.port, self.truth).running() as load:
                for _ in range(300):
                    try:
                        held.append(socket.create_connection(("127.0.0.1", one.port), 0.3))
                    except OSError:
                        break
                time.sleep(2)
                for connection in held:
                    connection.close()
                took = until(lambda: asked(f"http://127.0.0.1:{one.port}/ready"))
            alive = one.process.running is not None and one.process.running.poll() is None
        finally:
            one.process.stop()
        happened = f"{node}; {len(held)} idle connections; it lives: {'yes' if alive else 'no'}"
        return Row(fault, happened, len(load.done), load.failed(), len(load.wrong), 0, f"{took:.2f} s")

    def slowloris(self) -> Row:
        held = []
        with self.load().running() as load:
            for _ in range(200):
                connection = socket.create_connection(("127.0.0.1", self.room.door_port), 2)
                connection.sendall(b"GET /api/search?q=a HTTP/1.1\r\nHost: x\r\nX-")
                held.append(connection)
            for _ in range(12):
                time.sleep(1)
                for connection in held:
                    with suppress(OSError):
                        connection.sendall(b"a")
            gone = sum(1 for connection in held if _closed(connection))
        return self.told(
            "slowloris: 200 clients send a letter a second", load, f"nginx hung up on {gone} of them after 10 s", "-"
        )

    def herd(self) -> Row:
        for one in self.room.followers:
            one.server.kill()
        for one in self.room.followers:
            one.server.start()
        began = time.monotonic()
        herd = [Load(self.room.door_port, self.truth) for _ in range(1)]
        clients = [threading.Thread(target=herd[0].one, args=(n,), daemon=True) for n in range(200)]
        for client in clients:
            client.start()
        took = until(lambda: asked(f"{self.room.address}/ready", 15))
        took = time.monotonic() - began if took else 0.0
        time.sleep(6)
        herd[0].stopping.set()
        for client in clients:
            client.join(30)
        early = sum(1 for at, _, status, _ in herd[0].done if status != 200 and at - began < took + 1)
        row = self.told("both followers die; 200 clients come back at once", herd[0], "", took)
        row.happened = f"{early} of the failures while nobody answered yet; every answer after that"
        return row

    def broken_release(self) -> Row:
        one = self.room.followers[0]
        with self.load().running() as load:
            path = sorted((one.shelf / "releases").glob("standards-faults-*.release"))[0]
            kept = path.read_bytes()
            one.server.stop()
            data = bytearray(kept)
            data[len(data) // 2] ^= 0xFF
            path.write_bytes(data)
            one.server.start()
            assert one.server.running is not None
            one.server.running.wait(30)
            said = (
                "SHA-256" in (one.folder / "server.log").read_text()
                or "digest" in (one.folder / "server.log").read_text()
            )
            path.unlink()
            began = time.monotonic()
            run(one.environment, "pull")  # the publisher has it still
            one.server.start()
            until(one.ready)
            took = time.monotonic() - began
        happened = (
            f"the node refuses to start with it{' and names both digests' if said else ''}; `pull` fetches it anew"
        )
        return self.told("a release is corrupted on disk", load, happened, took)

    def broken_segment(self) -> Row:
        one = self.room.followers[0]
        with self.load().running() as load:
            one.server.kill()
            path = sorted((one.audit / "stream-00").glob("*.log"))[-1]
            data = path.read_bytes()
            lines = data.splitlines(keepends=True)
            middle = len(lines) // 2
            lines[middle] = (
                lines[middle].replace(b'"status":200', b'"status":404').replace(b'"k":"open"', b'"k":"oqen"')
            )
            path.write_bytes(b"".join(lines))
            one.server.start()
            took = until(one.ready)
            found = [(Path(f.file).name, f.line, str(f.kind)) for f in check(one.audit, node_keys(one.audit)).faults]
        happened = (
            f"the node goes on; `audit verify` names {found[0][0]}:{found[0][1]} ({found[0][2]})"
            if found
            else "nothing found"
        )
        return self.told("a segment of the log is changed on disk", load, happened, took)

    def clock(self) -> Row:
        if not FAKETIME.is_file():
            return Row("the clock jumps", "not tried: libfaketime is not installed", recovery="-")
        said = self.folder / "clock"
        said.write_text("+0")
        more = {
            "LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(said), "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }  # fmt: skip
        audit = self.folder / "clock-audit"
        one = self._alone(self.room.followers[0], TERMSERVER_AUDIT=str(audit), **more)
        try:
            with Load(one.port, self.truth).running() as load:
                for jump in ("+3d", "-2d"):
                    said.write_text(jump)
                    time.sleep(2)
        finally:
            one.process.stop()
        known = {one.get("request") for one in events([audit])}
        notes = sum(path.read_bytes().count(b'"what":"clock"') for path in audit.rglob("*.log"))
        faults = check(audit, node_keys(audit)).faults
        happened = (
            f"answers and the order of the log stay; {notes} notes say so; the log holds: {'no' if faults else 'yes'} "
            "(libfaketime slows what waits)"
        )
        lost = len(load.shown() - known)
        return Row(
            "the clock jumps (+3 days, −5 days)", happened, len(load.done), load.failed(), len(load.wrong), lost, "none"
        )

    def months(self) -> Row:
        late = Follower("late", self.room)
        late.trust(self.room.publisher.root, f"http://127.0.0.1:{self.room.port}/publication")
        for n in range(3, 15):
            self.room.publisher.publish(physicians(self.standards, self.folder / f"physicians-{n}.release", str(n)))
        began = time.monotonic()
        run(late.environment, "pull")
        took = time.monotonic() - began
        late.server.start()
        until(late.ready)
        served = {one["name"]: one["version"] for one in asked(f"{late.address}/ready")["edition"]["releases"]}
        late.server.stop()
        return Row(
            "a follower twelve releases behind", f"one visit takes what is in force (version {served['physicians']}), "
            "none of the others", 1, 0, 0, 0, f"{took:.2f} s",
        )  # fmt: skip

    def _alone(self, one: Follower, limit: str = "", **environment: str) -> "Alone":
        return Alone(one, self.folder / f"alone-{time.time_ns()}.log", limit, environment)


class Alone:
    """Another server of a follower's shelf, asked directly."""

    def __init__(self, one: Follower, log: Path, limit: str, environment: dict[str, str]) -> None:
        self.port = _free()
        command = [sys.executable, "-m", "termserver", "serve", "--port", str(self.port), "--judges", "0"]
        if limit:
            command = ["prlimit", f"--nofile={limit}", *command]
        self.process = Process("alone", command, log, **{**one.environment, **environment}).start()
        until(lambda: asked(f"http://127.0.0.1:{self.port}/ready"))


def _serving(server: Process) -> list[int]:
    """The processes that answer: uvicorn's workers, without its helper that counts resources."""
    found = []
    for process in server.workers:
        try:
            if b"resource_tracker" not in Path(f"/proc/{process}/cmdline").read_bytes():
                found.append(process)
        except OSError:
            continue
    return found


def _closed(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(1, socket.MSG_PEEK) in (b"", b"H")
    except BlockingIOError:
        return False
    except OSError:
        return True


def _free() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def main(chosen: list[str]) -> None:
    folder = Path(tempfile.mkdtemp(prefix="termserver-faults-"))
    try:
        standards = folder / "standards.release"
        build_release(read(ROOT), standards, "standards", "faults")
        faults = Faults(folder, standards)
        try:
            faults.run(chosen)
        finally:
            if not chosen:
                PAGE.write_text(page(faults.rows), "utf-8")
        print(page(faults.rows))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])

"""Disks that turn read-only: the shelf of a follower that follows, and all that a node has, by the kernel itself."""

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.here import asked, termserver, until

from benchmarks.faults.disks import NO_MOUNT
from benchmarks.faults.load import PRIVATE, Load
from benchmarks.faults.stage import Alone, Stage, mounts, version, yes
from benchmarks.faults.table import Row
from termserver.access.audit_check import check
from termserver.access.audit_node import node_keys

GRANT = ("access", "grant", "vendor-12", "vendor", "--reason", "contract 12", "--until", "2027-01-01", "--as", "anna")
PROPOSAL = {
    "kind": "code-list", "title": {"fa": "نمونه", "en": "A sample"},
    "list": {"id": "ward-type", "rows": [{"code": "987", "display_fa": "بخش نمونه"}]},
}  # fmt: skip


def read_only_shelf(stage: Stage) -> Row:
    fault = "the disk of a follower's shelf is read-only"
    if not mounts():
        return Row(fault, NO_MOUNT)
    one = stage.one
    with stage.load().running() as load:
        with _bound_read_only(one.shelf):
            before = version(one)
            stage.publish()
            until(lambda: _logged(one.folder / "follow.log", "Read-only file system"))
            time.sleep(6)  # another visit
            follows = not one.following.ended
            kept = version(one) == before
        began = time.monotonic()
        until(lambda: version(one) == str(stage.version))
        took = time.monotonic() - began
    stage.learn()
    happened = (
        f"it serves what it has: {yes(kept)}; `follow` says that the shelf cannot be written, and goes on asking: "
        f"{yes(follows)}; writable again, it takes the release by itself"
    )
    return stage.told(fault, load, happened, took)


def read_only_node(stage: Stage) -> Row:
    """Shelf, access log, and the store of accounts and proposals on one disk, which the kernel turns read-only."""
    fault = "the kernel turns a node's disk read-only (ext4 after an error: shelf, access log, accounts)"
    if not mounts():
        return Row(fault, NO_MOUNT)
    with _failing(stage) as disk:
        if disk is None:
            return Row(fault, "not tried: no loop device, or an ext4 that cannot be made to fail")
        audit, store = disk.folder / "audit", disk.folder / "store.db"
        settings = {"TERMSERVER_AUDIT": str(audit), "TERMSERVER_DATABASE_URL": f"sqlite:///{store}"}
        settings["TERMSERVER_SHELF"] = str(disk.folder / "shelf")
        environment = {**stage.one.environment, **settings}
        subprocess.run(["cp", "-r", str(stage.one.shelf), str(disk.folder / "shelf")], check=True)
        os.sync()  # `cp` forces nothing to the disk, as everything of ours does
        granted = _said(environment, *GRANT)
        with stage.alone("--desk", str(store), "--as", "coder-1", **settings) as node:
            with Load(node.port).running() as load:
                proposed = _propose(node)
                disk.fail()
                until(lambda: asked(f"{node.address}/ready")["access_log"]["trouble"])
                said = [asked(f"{node.address}/ready")["access_log"]["trouble"], _said(environment, *GRANT)]
                said += [_said(environment, "pull"), _propose(node)]
                time.sleep(2)
            node.process.stop()
            counted = "could not be written to" in node.log.read_text("utf-8", "replace")
            began = time.monotonic()
            disk.repair()
            with node:
                took = time.monotonic() - began
                again = _said(environment, *GRANT)
                with Load(node.port).running() as after:
                    pass
        load.done += after.done
        faults = check(audit, node_keys(audit)).faults
        refused = sum(1 for told in load.refused() if told.path in PRIVATE)
        assert granted[0] == again[0] == 0 and proposed[0] == 201, (granted, proposed, again)
        print(*said, sep="\n", file=sys.stderr)
        happened = (
            f"registries answer 503 ({refused}×), codes go on; `access grant` ends with status {said[1][0]}, `pull` "
            f"with {said[2][0]}, a proposal with {said[3][0]}, each with a sentence; at its end the node says how many "
            f"lines were not written: {yes(counted)}; the log holds: {yes(not faults)}. After `e2fsck` and a start "
            f"everything goes on"
        )
        return stage.told(fault, load, happened, took, 503, audits=[audit])


class Disk:
    """An ext4 on a loop device, mounted at ``folder`` with ``errors=remount-ro``."""

    def __init__(self, image: Path, folder: Path) -> None:
        self.image, self.folder = image, folder
        image.touch()
        os.truncate(image, 256 * 1024 * 1024)
        self._run("mkfs.ext4", "-q", "-F", str(image))
        folder.mkdir()
        self._mount()
        if not self._trigger.exists():
            raise OSError(f"{self._trigger} is not there")

    def fail(self) -> None:
        """Let the file system meet an error, and see it read-only."""
        self._trigger.write_text("1")
        until(lambda: os.statvfs(self.folder).f_flag & os.ST_RDONLY or not _writable(self.folder))

    def repair(self) -> None:
        """What an operator does: unmount, check, mount."""
        self.remove()
        subprocess.run(["e2fsck", "-p", str(self.image)], capture_output=True)
        self._mount()

    def remove(self) -> None:
        subprocess.run(["umount", str(self.folder)], capture_output=True)

    @property
    def _trigger(self) -> Path:
        said = subprocess.run(["findmnt", "-n", "-o", "SOURCE", str(self.folder)], capture_output=True, text=True)
        return Path("/sys/fs/ext4") / Path(said.stdout.strip() or "none").name / "trigger_fs_error"

    def _mount(self) -> None:
        self._run("mount", "-o", "loop,errors=remount-ro", str(self.image), str(self.folder))

    @staticmethod
    def _run(*command: str) -> None:
        subprocess.run(command, check=True, capture_output=True)


@contextmanager
def _failing(stage: Stage) -> Iterator[Disk | None]:
    place = stage.folder / f"failing-{time.time_ns()}"
    disk = None
    try:
        disk = Disk(place.with_suffix(".image"), place)
    except (OSError, subprocess.CalledProcessError):
        subprocess.run(["umount", str(place)], capture_output=True)
    try:
        yield disk
    finally:
        if disk is not None:
            disk.remove()


@contextmanager
def _bound_read_only(folder: Path) -> Iterator[None]:
    """The folder cannot be written for whoever opens a file in it, while the block runs."""
    subprocess.run(["mount", "--bind", str(folder), str(folder)], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True)
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _writable(folder: Path) -> bool:
    try:
        (folder / "trial").touch()
    except OSError:
        return False
    return True


def _said(environment: dict[str, str], *arguments: str) -> tuple[int, str]:
    """The status of a command, and the last line of what it said."""
    done = subprocess.run(termserver(*arguments), env={**os.environ, **environment}, capture_output=True, text=True)
    return done.returncode, ((done.stderr or done.stdout).strip().splitlines() or [""])[-1]


def _propose(node: Alone) -> tuple[int, str]:
    """The status of a proposal to the committee, and what was said."""
    connection = http.client.HTTPConnection("127.0.0.1", node.port, 30)
    connection.request("POST", "/api/committee/proposals", json.dumps(PROPOSAL), {"content-type": "application/json"})
    answer = connection.getresponse()
    return answer.status, answer.read().decode()[:300]


def _logged(file: Path, said: str) -> bool:
    return said in file.read_text("utf-8", "replace")

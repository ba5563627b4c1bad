"""A disk that is full."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.here import asked, until

from benchmarks.faults.load import PRIVATE, Load
from benchmarks.faults.stage import Stage, mounts
from benchmarks.faults.table import Row
from termserver.access.audit_check import check
from termserver.access.audit_node import node_keys

NO_MOUNT = "not tried: mounting a disk takes root on Linux"


def full_log(stage: Stage) -> Row:
    """One follower alone, whose log is on a disk of its own."""
    fault = "the log's disk is full"
    if not mounts():
        return Row(fault, NO_MOUNT)
    with mounted(stage, "-t", "tmpfs", "-o", "size=4m", "tmpfs") as disk:
        audit = disk / "audit"
        with stage.alone(TERMSERVER_AUDIT=str(audit)) as one, Load(one.port).running() as load:
            with _filled(disk):
                until(lambda: asked(f"{one.address}/ready")["access_log"]["trouble"])
                time.sleep(2)
            began = time.monotonic()
            until(lambda: not asked(f"{one.address}/ready")["access_log"]["trouble"])
            took = time.monotonic() - began
        notes = sum(path.read_bytes().count(b'"what":"unlogged"') for path in audit.rglob("*.log"))
        faults = check(audit, node_keys(audit)).faults
        refused = sum(1 for told in load.refused() if told.path in PRIVATE)
        happened = (
            f"registries answer 503 ({refused}×), codes go on; what was not logged is counted ({notes} note"
            f"{'s' if notes != 1 else ''}); the log holds: {'yes' if not faults else faults[0].says.en}"
        )
        return stage.told(fault, load, happened, took, 503, audits=[audit])


@contextmanager
def mounted(stage: Stage, *what: str) -> Iterator[Path]:
    """What is said to ``mount``, at a place of its own, until the end of the block."""
    disk = stage.folder / f"disk-{time.time_ns()}"
    disk.mkdir()
    subprocess.run(["mount", *what, str(disk)], check=True, capture_output=True)
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], capture_output=True)


@contextmanager
def _filled(disk: Path) -> Iterator[None]:
    filler = disk / "filler"
    with filler.open("wb") as file:
        try:
            while True:
                os.write(file.fileno(), b"\0" * 4096)
        except OSError:
            pass
    yield
    filler.unlink()

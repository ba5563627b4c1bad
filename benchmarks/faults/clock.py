"""A node whose clock jumps (libfaketime)."""

import time
from pathlib import Path

from benchmarks.faults.load import Load
from benchmarks.faults.stage import Stage, yes
from benchmarks.faults.table import Row
from termserver.access.audit_check import check
from termserver.access.audit_node import node_keys

FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")


def clock(stage: Stage) -> Row:
    fault = "the clock jumps: three days ahead, then to two days behind"
    if not FAKETIME.is_file():
        return Row(fault, "not tried: libfaketime is not installed")
    said = stage.folder / "clock"
    said.write_text("+0")
    more = {
        "LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(said), "FAKETIME_CACHE_DURATION": "1",
        "DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }  # fmt: skip
    audit = stage.folder / "clock-audit"
    with stage.alone(TERMSERVER_AUDIT=str(audit), **more) as one, Load(one.port).running() as load:
        for jump in ("+3d", "-2d"):
            said.write_text(jump)
            time.sleep(2)
    notes = sum(path.read_bytes().count(b'"what":"clock"') for path in audit.rglob("*.log"))
    faults = check(audit, node_keys(audit)).faults
    happened = (
        f"answers and the order of the log stay; {notes} notes say so; the log holds: {yes(not faults)} "
        "(libfaketime slows what waits)"
    )
    return stage.told(fault, load, happened, "none", audits=[audit])

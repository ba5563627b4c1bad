"""What lies on the disk is changed: a release, a segment of the access log."""

import time
from pathlib import Path

from deploy.here import run, until

from benchmarks.faults.stage import Stage
from benchmarks.faults.table import Row
from termserver.access.audit_check import check
from termserver.access.audit_node import node_keys
from termserver.releases.shelf import Shelf


def broken_release(stage: Stage) -> Row:
    one = stage.one
    with stage.load().running() as load:
        shelf = Shelf(one.shelf)
        edition = shelf.current()
        assert edition is not None
        path = next(shelf.path_of(pin) for pin in edition.releases if pin.name == "standards")
        data = bytearray(path.read_bytes())
        one.server.stop()
        data[len(data) // 2] ^= 0xFF
        path.write_bytes(data)
        one.server.start()
        assert one.server.running is not None
        one.server.running.wait(30)
        log = (one.folder / "server.log").read_text()
        path.unlink()
        began = time.monotonic()
        run(one.environment, "pull")  # the publisher has it still
        one.server.start()
        until(one.ready)
        took = time.monotonic() - began
    named = " and names both digests" if "SHA-256" in log or "digest" in log else ""
    happened = f"the node refuses to start with it{named}; `pull` fetches it anew"
    return stage.told("a release is corrupted on disk", load, happened, took)


def broken_segment(stage: Stage) -> Row:
    one = stage.one
    with stage.load().running() as load:
        one.server.kill()
        path = sorted((one.audit / "stream-00").glob("*.log"))[-1]
        lines = path.read_bytes().splitlines(keepends=True)
        middle = next(n for n in range(len(lines) // 2, len(lines)) if b'"t":"20' in lines[n])
        lines[middle] = lines[middle].replace(b'"t":"20', b'"t":"19', 1)
        path.write_bytes(b"".join(lines))
        one.server.start()
        took = until(one.ready)
        found = [(Path(f.file).name, f.line, str(f.kind)) for f in check(one.audit, node_keys(one.audit)).faults]
    happened = "nothing found"
    if found:
        file, line, kind = found[0]
        happened = f"the node goes on; `audit verify` names {file}:{line} ({kind})"
    return stage.told("a segment of the log is changed on disk", load, happened, took)

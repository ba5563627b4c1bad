"""Try every fault, or those that are named, one after the other in one room: ``python -m benchmarks.faults [NAME…]``.

As root on Linux it moves into a mount namespace first, so that no disk of a fault outlives it.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.faults.every import FAULTS
from benchmarks.faults.stage import MOUNTS, Stage
from benchmarks.faults.table import PAGE, Row, page
from termserver.build import build_release
from termserver.content.folders import read

ROOT = Path(__file__).resolve().parents[2]
_WITHIN = "TERMSERVER_FAULTS_WITHIN"


def main(chosen: list[str]) -> None:
    if MOUNTS and shutil.which("unshare") and not os.environ.pop(_WITHIN, ""):
        again = [sys.executable, "-m", "benchmarks.faults", *chosen]
        os.execvpe("unshare", ["unshare", "--mount", *again], {**os.environ, _WITHIN: "1"})
    known = {one.__name__: one for one in FAULTS}
    folder = Path(tempfile.mkdtemp(prefix="termserver-faults-"))
    rows: list[Row] = []
    try:
        standards = folder / "standards.release"
        build_release(read(ROOT), standards, "standards", "faults")
        with Stage(folder, standards) as stage:
            for name in chosen or known:
                print(f"… {name}", file=sys.stderr, flush=True)
                rows.append(known[name](stage))
                print(rows[-1], file=sys.stderr, flush=True)
                stage.learn()
        if not chosen:
            PAGE.write_text(page(rows), "utf-8")
        print(page(rows))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])

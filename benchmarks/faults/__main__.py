"""Try every fault, or those that are named, one after the other in one room: ``python -m benchmarks.faults [NAME…]``.

As root on Linux it moves into a mount namespace first, so that no disk of a fault outlives it.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.faults.every import FAULTS
from benchmarks.faults.stage import Stage, mounts
from benchmarks.faults.table import PAGE, Row, page
from termserver.build import build_release
from termserver.content.folders import read

ROOT = Path(__file__).resolve().parents[2]
_WITHIN = "TERMSERVER_FAULTS_WITHIN"


def main(chosen: list[str]) -> None:
    known = {one.__name__: one for one in FAULTS}
    if strange := [name for name in chosen if name not in known]:
        sys.exit(f"There is no fault {', '.join(strange)}. There are: {', '.join(known)}.")
    if mounts() and not os.environ.pop(_WITHIN, ""):
        again = [sys.executable, "-m", "benchmarks.faults", *chosen]
        os.execvpe("unshare", ["unshare", "--mount", *again], {**os.environ, _WITHIN: "1"})
    folder = Path(tempfile.mkdtemp(prefix="termserver-faults-"))
    rows: list[Row] = []
    try:
        standards = folder / "standards.release"
        build_release(read(ROOT), standards, "standards", "faults")
        with Stage(folder, standards) as stage:
            if stage.room.door is None:
                sys.exit("The faults are tried behind nginx, which is not installed here.")
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

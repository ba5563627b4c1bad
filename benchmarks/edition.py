"""The edition that the process benchmarks open: the content folders and ICD-10-CM, on a shelf of their own."""

import os
from functools import cache
from pathlib import Path

from termserver.build import build_release, label_of
from termserver.content.folders import read
from termserver.importers import icd10cm
from termserver.releases.shelf import Shelf

ROOT = Path(__file__).resolve().parent.parent


@cache
def shelf() -> Path:
    """Put both releases on ``var/bench-shelf`` and make every program started from here use it."""
    folder = ROOT / "var" / "bench-shelf"
    folder.mkdir(parents=True, exist_ok=True)
    known = Shelf(folder)
    name, version = label_of(ROOT)
    contents = {f"{name}-{version}": read(ROOT), "icd10cm-bench": [icd10cm.read()]}
    pins = []
    for label, content in contents.items():
        path = folder / f"{label}.building"
        release, _, number = label.partition("-")
        build_release(content, path, release, number)
        pins.append(known.install(path))
        path.unlink()
    known.use_all(pins)
    os.environ["TERMSERVER_SHELF"] = str(folder)
    return folder

"""Indexes that take long to make are made once and kept under ``var/bench-search``, with what their making cost.

The name of a folder tells what is in it: the layout of our index, the rules of folding, the data.
"""

import json
import shutil
import time
from collections.abc import Callable, Iterable
from hashlib import blake2b
from pathlib import Path
from typing import Any

from benchmarks.edition import ROOT
from termserver.model.fold import FOLD_VERSION
from termserver.search.postings import LAYOUT

FOLDER = ROOT / "var" / "bench-search"
_ABOUT = "about.json"


def kept(name: str, data: Iterable[str], build: Callable[[Path], dict[str, Any]]) -> tuple[Path, dict[str, Any], bool]:
    """The folder that ``build`` filled for these data, what it said with the ``seconds`` of CPU it took, and whether
    that was done now."""
    digest = blake2b(f"{LAYOUT} {FOLD_VERSION}".encode(), digest_size=8)
    for line in data:
        digest.update(line.encode())
    folder = FOLDER / f"{name}-{digest.hexdigest()}"
    about = folder / _ABOUT
    if about.exists():
        return folder, json.loads(about.read_text("utf-8")), False
    for former in FOLDER.glob(f"{name}-*"):
        shutil.rmtree(former)
    folder.mkdir(parents=True)
    before = time.process_time()
    said = build(folder)
    said["seconds"] = time.process_time() - before
    about.write_text(json.dumps(said, ensure_ascii=False), "utf-8")
    return folder, said, True

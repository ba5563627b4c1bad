"""Whoever is killed in the middle of a load leaves the registry as it was; the next load finds nothing in its way."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from termserver.database.registry_store import RegistryStore
from termserver.model.registries import LoadStatus
from tests.registries.conftest import Load, people

# loads until the given number of rows is read, says so, and goes on slowly
_LOADER = """
import sys, time
from termserver.registries.room import open_room
from pathlib import Path

def slowly(done, total):
    print(done, flush=True)
    time.sleep(0.2)

with open_room(sys.argv[1]) as room:
    room.loading("physicians").load(Path(sys.argv[2]), None, slowly)
print("done", flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("place", ["sqlite", "postgres"], indirect=True)
def test_a_load_that_is_killed_leaves_nothing_behind(
    store: RegistryStore, place: str, load: Load, tmp_path: Path, standards: Path
) -> None:
    load("physicians", people(0, 500))
    before = store.state("physicians")
    path = tmp_path / "many.ndjson"
    path.write_text(
        "".join(f'{{"code":"{990000 + n}","display":{{"fa":"فرد نمونه {n}"}}}}\n' for n in range(30_000)), "utf-8"
    )
    environment = {**os.environ, "TERMSERVER_EDITION": str(standards)}
    for rows in (1, 3, 7):
        with subprocess.Popen(
            [sys.executable, "-c", _LOADER, place, str(path)], stdout=subprocess.PIPE, env=environment, text=True
        ) as loader:
            assert loader.stdout is not None
            for _ in range(rows):
                assert loader.stdout.readline().strip().isdigit()
            loader.send_signal(signal.SIGKILL)
        assert store.state("physicians") == before
        assert len(store.loads("physicians")) == 1 and len(dict(store.bodies("physicians"))) == 500
    deadline = time.monotonic() + 20  # PostgreSQL notices the lost client in its own time
    while True:
        try:
            report = load("physicians", path)
            break
        except Exception:
            if time.monotonic() > deadline:
                raise
    assert report.status is LoadStatus.APPLIED and report.after.entries == 30_000

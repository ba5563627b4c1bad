"""``termserver follow`` as a process: it switches at the signed instant while nobody types anything."""

import datetime
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from termserver.model.text import Text
from termserver.publication import signing
from termserver.publication.repository import Repository
from termserver.releases import editions, signatures
from termserver.releases.shelf import Shelf
from termserver.releases.writer import ReleaseWriter
from termserver.trust.metadata import ROOT, SNAPSHOT, TARGETS, TIMESTAMP, Keys, instant
from termserver.trust.publishers import Publishers


@pytest.mark.slow
def test_a_follower_switches_by_itself_and_outlives_a_shelf_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(editions, "SHIPPED", tmp_path / "nothing shipped")
    key = signatures.make("both")
    keys = Keys((key.public,), 1)
    repository = Repository(tmp_path / "publication")
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    repository.draft_root(dict.fromkeys((ROOT, TARGETS, SNAPSHOT, TIMESTAMP), keys), now)
    for version, seconds in (("1", 0), ("2", 8)):
        path = tmp_path / f"{version}.release"
        with ReleaseWriter(path, "list", version) as writer:
            writer.finish()
        repository.draft_release(path, instant(now + datetime.timedelta(seconds=seconds)), Text(), now)
    for draft in ("1.root.json", "1.targets.json"):
        signing.sign(repository.drafts / draft, key)
    repository.commit([key], now, lambda step: None)
    shelf = Shelf(tmp_path / "shelf")
    root = (repository.metadata / "1.root.json").read_bytes()
    Publishers(shelf).trust("p", root, str(repository.folder))
    environment = {**os.environ, "TERMSERVER_SHELF": str(shelf.folder)}
    obstacle = shelf.folder / "trust" / ".lock"
    obstacle.unlink()
    obstacle.mkdir()  # for root too, it cannot be opened to be written
    command = [sys.executable, "-m", "termserver", "follow", "--every", "5", "--lang", "en"]
    with (tmp_path / "said").open("wb") as said:
        follower = subprocess.Popen(command, env=environment, stderr=said)
    try:
        deadline = time.monotonic() + 60
        while "cannot be written" not in (tmp_path / "said").read_text("utf-8"):
            assert time.monotonic() < deadline, "nobody said that the shelf cannot be written"
            time.sleep(0.1)
        obstacle.rmdir()
        for version in ("1", "2"):
            deadline = time.monotonic() + 60
            while not (edition := shelf.current()) or version not in {
                pin.version for pin in edition.releases if pin.name == "list"
            }:
                assert time.monotonic() < deadline, f"version {version} was never in force"
                assert follower.poll() is None
                time.sleep(0.1)
        assert datetime.datetime.now(datetime.UTC) >= now + datetime.timedelta(seconds=8)
    finally:
        follower.kill()
        follower.wait()

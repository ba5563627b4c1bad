"""The small committee and one who follows it."""

import shutil
from pathlib import Path

import pytest
from small_committee import DAY, Committee, Follower, sync

from termserver.releases import editions
from termserver.trust.source import Folder


@pytest.fixture
def committee(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Committee:
    monkeypatch.setattr(editions, "SHIPPED", tmp_path / "nothing shipped")
    made = Committee(tmp_path)
    made.found()
    return made


@pytest.fixture
def follower(tmp_path: Path, committee: Committee) -> Follower:
    """It holds 1405.1, the committee has published 1405.2 since, and the mirror holds a copy of that."""
    committee.publish("1405.1")
    made = Follower(tmp_path / "قفسه", committee, tmp_path / "mirror")
    shutil.copytree(committee.repository.folder, made.mirror)
    made.trust()
    assert made.pull(Folder(committee.repository.folder)).problem is None
    assert made.versions == ["1405.1"]
    committee.now += DAY
    committee.publish("1405.2")
    sync(made)
    return made

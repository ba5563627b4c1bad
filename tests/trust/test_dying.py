"""Whoever dies, at whatever step of building, signing, publishing, pulling or switching: nothing is ever half done.

Every step is tried: the work is done once to count them, then once for each, killed there or with the disk full
from there on; then what is left is looked at, and the work is done again to its end.
"""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from dying import full_at, full_in_the_middle, killed_at, steps_of
from small_committee import DAY, Committee, Follower, sync

from termserver.releases import verification
from termserver.releases.shelf import Shelf
from termserver.trust.metadata import TARGETS
from termserver.trust.mirroring import mirror

pytestmark = [pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"), pytest.mark.slow]

World = Callable[[], None]


class Trial:
    """A folder that is put back to where it was before each try."""

    def __init__(self, folder: Path, kept: Path) -> None:
        self.folder, self.kept = folder, kept
        shutil.copytree(folder, kept, symlinks=True)

    def again(self) -> None:
        shutil.rmtree(self.folder)
        shutil.copytree(self.kept, self.folder)

    def at_every_step(self, work: Callable[[], object], look: Callable[[], None], most: int = 400) -> int:
        steps = steps_of(work, self.folder)
        assert 0 < steps < most, "the work takes steps, and not endlessly many"
        for step in range(1, steps + 1):
            self.again()
            killed_at(step, work, self.folder)
            look()
            self.again()
            failure = full_at(step, work, self.folder)
            assert failure is None or str(failure).startswith("refused"), f"step {step}: {failure}"
            look()
        return steps


def test_a_release_is_built_whole_or_not_at_all(committee: Committee, tmp_path: Path) -> None:
    committee.folder = tmp_path / "building"
    committee.folder.mkdir()

    def look() -> None:
        path = committee.folder / "standards-1405.1.release"
        if path.exists():
            verification.verify_in_full(path)
        committee.release("1405.1")
        verification.verify_in_full(path)

    Trial(committee.folder, tmp_path / "kept").at_every_step(lambda: committee.release("1405.1"), look)


def test_a_draft_is_signed_or_as_it_was(committee: Committee, tmp_path: Path) -> None:
    committee.draft("1405.1")
    before = committee.repository.draft(TARGETS)
    assert before is not None
    anna = committee.members[0]

    def look() -> None:
        draft = committee.repository.draft(TARGETS)
        assert draft is not None
        assert draft.digest == before.digest
        assert draft.signers() in ((), (anna.public.id,))
        committee.sign(TARGETS)
        standing = committee.repository.standing(TARGETS)
        assert standing is not None and standing.ready

    Trial(committee.repository.folder, tmp_path / "kept").at_every_step(lambda: committee.sign(TARGETS, anna), look)


def test_a_publication_is_the_old_one_or_the_new_one(follower: Follower, tmp_path: Path) -> None:
    """The follower asks the publisher's own folder, at whatever step it died."""
    committee = follower.committee
    committee.now += DAY
    committee.draft("1405.3")
    committee.sign(TARGETS)
    follower.mirror = committee.repository.folder
    follower.trust()
    count = 0

    def look() -> None:
        nonlocal count
        count += 1
        follower.shelf = Shelf(tmp_path / f"shelf-{count}")
        follower.publishers = type(follower.publishers)(follower.shelf)
        follower.trust()
        pulled = follower.pull()
        assert pulled.problem is None
        assert follower.versions in (["1405.2"], ["1405.3"])
        committee.commit()
        assert follower.pull().problem is None
        assert follower.versions == ["1405.3"]
        feed = (committee.repository.folder / "feed.xml").read_text("utf-8")
        assert "standards 1405.3" in feed

    Trial(committee.repository.folder, tmp_path / "kept").at_every_step(committee.commit, look)


def test_a_draft_of_a_release_is_there_or_not(follower: Follower, tmp_path: Path) -> None:
    committee = follower.committee
    committee.release("1405.3")

    def look() -> None:
        draft = committee.repository.draft(TARGETS)
        assert committee.repository.statement().releases[-1].pin.version == "1405.2"
        assert draft is None or draft.version == 3
        committee.publish("1405.3")
        sync(follower)
        assert follower.pull().problem is None

    Trial(committee.repository.folder, tmp_path / "kept").at_every_step(lambda: committee.draft("1405.3"), look)


def test_a_pull_leaves_the_old_edition_or_the_new_one(follower: Follower, tmp_path: Path) -> None:
    def look() -> None:
        shelf = Shelf(follower.shelf.folder)
        assert follower.versions in (["1405.1"], ["1405.2"])
        assert not [one.problem for one in shelf.verify() if one.problem]
        assert follower.pull().problem is None
        assert follower.versions == ["1405.2"]

    Trial(follower.shelf.folder, tmp_path / "kept").at_every_step(_quietly(follower), look)


def test_a_disk_that_is_full_in_the_middle_of_a_file_leaves_the_old_edition(follower: Follower, tmp_path: Path) -> None:
    """The system refuses the bytes, in the metadata, in the release and in what is written beside it."""
    size = max(path.stat().st_size for path in (follower.mirror / "targets").iterdir())
    trial = Trial(follower.shelf.folder, tmp_path / "kept")
    for limit in (100, 2_000, size // 3, size - 1):
        trial.again()
        failure = full_in_the_middle(limit, _quietly(follower))
        assert failure is not None and str(failure).startswith("refused"), f"{limit} bytes: {failure}"
        assert follower.versions == ["1405.1"]
        assert not [one.problem for one in follower.shelf.verify() if one.problem]
        assert follower.pull().problem is None
        assert follower.versions == ["1405.2"]


def test_a_switch_happens_or_does_not(follower: Follower, tmp_path: Path) -> None:
    committee = follower.committee
    follower.pull()
    committee.publish("1405.3", committee.now + DAY)
    sync(follower)
    follower.pull()
    assert follower.versions == ["1405.2"]
    instant = committee.now + DAY

    def look() -> None:
        assert follower.versions in (["1405.2"], ["1405.3"])
        follower.publishers.activate(lambda: instant)
        assert follower.versions == ["1405.3"]

    work = lambda: follower.publishers.activate(lambda: instant)  # noqa: E731
    Trial(follower.shelf.folder, tmp_path / "kept").at_every_step(work, look)


def test_a_mirror_shows_the_old_publication_or_the_new_one(follower: Follower, tmp_path: Path) -> None:
    from termserver.trust.source import Folder

    committee = follower.committee
    held = follower.publishers.get("mexa").held
    source = Folder(committee.repository.folder)
    copy = follower.mirror
    committee.publish("1405.3")
    count = 0

    def look() -> None:
        nonlocal count
        count += 1
        follower.shelf = Shelf(tmp_path / f"shelf-{count}")
        follower.publishers = type(follower.publishers)(follower.shelf)
        follower.trust()
        assert follower.pull().problem is None
        assert follower.versions in (["1405.2"], ["1405.3"])
        mirror(held, source, copy, committee.now)
        assert follower.pull().problem is None
        assert follower.versions == ["1405.3"]

    work = lambda: mirror(held, source, copy, committee.now)  # noqa: E731
    Trial(copy, tmp_path / "kept").at_every_step(work, look)


def test_two_publishers_at_once_make_one_publication(follower: Follower) -> None:
    """Both announce what is signed; one waits for the other, and the numbers never clash."""
    committee = follower.committee
    committee.draft("1405.3")
    committee.sign(TARGETS)
    children = []
    for _ in range(4):
        child = os.fork()
        if child == 0:
            try:
                committee.commit()
                os._exit(0)
            except BaseException:
                sys.stderr.write("a publisher failed\n")
                os._exit(1)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0, 0]
    sync(follower)
    assert follower.pull().problem is None
    assert follower.versions == ["1405.3"]


def _quietly(follower: Follower) -> Callable[[], None]:
    """A pull whose problem is a failure, so that a disk that is full is seen."""

    def work() -> None:
        pulled = follower.pull()
        if pulled.problem:
            raise pulled.problem

    return work

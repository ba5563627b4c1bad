"""Whoever dies while an approved proposal becomes a release, and when the disk is full: no half release, no lost vote.

Every step is tried, as in ``tests/trust/test_dying.py``: the work is done once to count its steps with files, then once
for each, killed there or with the disk full from there on; then what is left is looked at, and it is done to its end.
"""

import os
import shutil
import signal
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from termserver.content.governance_files import read_governance
from termserver.database.proposal_store import ProposalStore
from termserver.model.errors import TermserverError
from termserver.model.text import Text
from termserver.publication import changesets
from termserver.publication.committee import Committee
from termserver.publication.workflow import State
from termserver.releases import verification

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "trust"))
from dying import full_at, full_in_the_middle, killed_at, steps_of

pytestmark = [pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"), pytest.mark.slow]

NOW = "2026-11-22T08:00:00Z"
WARDS = "codesystems/ward/concepts.csv"
VOTERS = ("anna", "cyrus", "dara")


class Place:
    """A committee's folders, its database and its release file, all in one folder that can be put back."""

    def __init__(self, folder: Path, kept: Path) -> None:
        self.folder, self.kept = folder, kept
        self.root, self.file = folder / "nation", folder / "out" / "standards.release"
        self.work = folder / "work"

    def opened(self) -> Committee:
        return Committee(ProposalStore.open(self.folder / "committee.db"), read_governance(self.root), self.root)

    def keep(self) -> None:
        shutil.copytree(self.folder, self.kept)

    def again(self) -> None:
        shutil.rmtree(self.folder)
        shutil.copytree(self.kept, self.folder)

    def approved(self, *rows: str) -> int:
        """A proposal of rows more, approved by its quorum."""
        changesets.copy_content(self.root, self.work)
        with (self.work / WARDS).open("a", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{row}\n" for row in rows)
        committee = self.opened()
        changes = changesets.between(self.root, self.work)
        shutil.rmtree(self.work)
        made = committee.propose("elham", NOW, "code-list", Text("x", "x"), changes)
        committee.check(made.number, NOW)
        committee.act(made.number, "babak", NOW, "review")
        for who in VOTERS:
            committee.act(made.number, who, NOW, "approve", made.digest)
        committee.store.close()
        return made.number

    def release(self, number: int = 1, file: Path | None = None) -> None:
        committee = self.opened()
        try:
            committee.release(number, "babak", NOW, file or self.file, "1405.2")
        finally:
            committee.store.close()


@pytest.fixture
def at(tmp_path: Path, root: Path) -> Place:
    place = Place(tmp_path / "place", tmp_path / "kept")
    shutil.copytree(root / "examples" / "committee" / "nation", place.root)
    place.file.parent.mkdir()
    return place


def test_a_proposal_is_released_or_still_approved_and_the_next_run_ends_the_work(at: Place) -> None:
    at.approved("022,سوختگی,Burns,001,,,,,")
    at.keep()
    at.release()
    digest = verification.verify_in_full(at.file).digest
    at.again()

    def look() -> None:
        committee = at.opened()
        proposal = committee.proposal(1)
        assert proposal.state in (State.APPROVED, State.RELEASED)
        assert proposal.approvals == VOTERS
        assert committee.store.broken_line() == 0
        if at.file.exists() or proposal.state is State.RELEASED:
            assert verification.verify_in_full(at.file).digest == digest
        committee.store.close()
        if proposal.state is State.APPROVED:
            at.release()
        assert verification.verify_in_full(at.file).digest == digest
        committee = at.opened()
        assert committee.proposal(1).state is State.RELEASED
        assert [line.action for line in committee.store.lines()].count("release") == 1
        committee.store.close()

    steps = steps_of(at.release, at.folder)
    assert 10 < steps < 200
    for step in range(1, steps + 1):
        at.again()
        killed_at(step, at.release, at.folder)
        look()
        at.again()
        failure = full_at(step, at.release, at.folder)
        assert failure is None or str(failure).startswith("refused"), f"step {step}: {failure}"
        look()


def test_a_disk_that_is_full_in_the_middle_of_a_file_is_told_and_gone_on_from(at: Place) -> None:
    at.approved("022,سوختگی,Burns,001,,,,,")
    at.keep()
    at.release()
    size, digest = at.file.stat().st_size, verification.verify_in_full(at.file).digest
    for limit in (10, 200, 5_000, size // 2, size - 1):
        at.again()
        failure = full_in_the_middle(limit, at.release)
        assert failure is not None and str(failure).startswith("refused"), f"{limit} bytes: {failure}"
        committee = at.opened()
        assert committee.proposal(1).state is State.APPROVED
        assert committee.store.broken_line() == 0
        committee.store.close()
        assert not at.file.exists()
        at.release()
        assert verification.verify_in_full(at.file).digest == digest


def test_a_vote_is_cast_or_not_when_its_writer_dies_before_the_database_has_it(at: Place) -> None:
    """Killed when all is written and nothing is committed, and when it is."""
    from sqlalchemy import event

    at.approved("022,سوختگی,Burns,001,,,,,")

    def objected(dies: bool) -> None:
        committee = at.opened()
        if dies:
            event.listen(committee.store.engine, "commit", lambda connection: os.kill(os.getpid(), signal.SIGKILL))
        committee.act(1, "anna", NOW, "object", reason="not yet")
        os.kill(os.getpid(), signal.SIGKILL)

    for dies, objections in ((True, ()), (False, ("anna",))):
        child = os.fork()
        if child == 0:
            objected(dies)
            os._exit(1)
        assert os.waitpid(child, 0)[1] == signal.SIGKILL
        committee = at.opened()
        assert committee.proposal(1).objections == objections
        assert committee.store.broken_line() == 0
        committee.store.close()


def test_four_who_release_one_proposal_at_once_make_one_release(at: Place) -> None:
    at.approved("022,سوختگی,Burns,001,,,,,")
    done = _at_once([lambda n=n: at.release(1, at.folder / f"{n}.release") for n in range(4)])  # type: ignore[misc]
    assert sorted(done) == [0, 3, 3, 3]
    committee = at.opened()
    assert [line.action for line in committee.store.lines()].count("release") == 1
    assert (at.root / WARDS).read_text("utf-8").count("022") == 1
    committee.store.close()


def test_two_proposals_on_one_file_released_at_once_are_not_put_over_each_other(at: Place) -> None:
    """The first is slow where it has looked and not yet written; the second must not come in between."""
    for start in (300, 600):
        at.approved(f"{start},بخش,Ward {start},001,,,,,")
    reading, writing = os.pipe()

    def slowly() -> None:
        write = changesets.atomic.write

        def late(path: Path, data: bytes) -> None:
            os.write(writing, b"x")
            time.sleep(0.5)
            write(path, data)

        changesets.atomic = SimpleNamespace(write=late)  # type: ignore[assignment]
        at.release(1, at.folder / "1.release")

    def then() -> None:
        os.read(reading, 1)
        at.release(2, at.folder / "2.release")

    assert _at_once([slowly, then]) == [0, 2]
    committee = at.opened()
    assert [committee.proposal(number).state for number in (1, 2)] == [State.RELEASED, State.APPROVED]
    text = (at.root / WARDS).read_text("utf-8")
    assert "Ward 300" in text and "Ward 600" not in text
    committee.store.close()


def _at_once(works: list) -> list[int]:  # type: ignore[type-arg]
    """Each in a process of its own: 0 done, 2 refused because another changed it, 3 refused because it is released."""
    children = []
    for work in works:
        child = os.fork()
        if child == 0:
            try:
                work()
                os._exit(0)
            except TermserverError as error:
                os._exit(2 if "somebody else" in str(error) else 3 if "is released" in str(error) else 4)
            except BaseException:
                os._exit(1)
        children.append(child)
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]

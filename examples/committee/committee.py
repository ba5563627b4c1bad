"""A committee from a proposal to a retraction, with a hospital that follows it; every step is told as it happens.

``python examples/committee/committee.py`` uses a fresh SQLite file; with TERMSERVER_DATABASE_URL, that database.
The clock of this story is its own.
"""

import os
import shutil
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from termserver.content.governance_files import read_governance
from termserver.database.proposal_store import ProposalStore
from termserver.model.codes import Coding
from termserver.model.errors import TermserverError
from termserver.model.text import Text
from termserver.publication import changesets, signing
from termserver.publication.committee import Committee
from termserver.publication.repository import Repository
from termserver.releases import signatures
from termserver.releases.shelf import Shelf
from termserver.service import TermServer
from termserver.trust.explaining import explain_shelf
from termserver.trust.metadata import ROOT, SNAPSHOT, TARGETS, TIMESTAMP, Keys, moment
from termserver.trust.publishers import Publishers

NATION = Path(__file__).parent / "nation"
CONCEPTS = "codesystems/ward/concepts.csv"


class Story:
    """The committee, its keys, its publication, and a hospital."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder = folder
        self.now = "2026-11-22T08:00:00Z"
        self.told: list[str] = []
        self.root = folder / "content"
        shutil.copytree(NATION, self.root)
        self.committee = Committee(ProposalStore.open(database), read_governance(self.root), self.root)
        self.keys = [signatures.make(name) for name in ("anna", "babak", "publisher")]
        self.repository = Repository(folder / "publication")
        self.hospital = Shelf(folder / "hospital")

    def tell(self, words: str) -> None:
        self.told.append(words)
        print(f"{self.now[:16]}  {words}")

    def refused(self, what: str, *move: object, **said: object) -> None:
        """A move that must not succeed."""
        try:
            self.committee.act(*move, **said)  # type: ignore[arg-type]
        except TermserverError as error:
            self.tell(f"{what}: refused. {error}")
            return
        raise AssertionError(f"{what} was not refused")

    @property
    def clock(self) -> datetime:
        return moment(self.now)

    def edited(self, **rows: str) -> changesets.ChangeSet:
        """A working copy in which rows of the wards are written otherwise (an empty row is taken out)."""
        work = self.folder / "work"
        shutil.rmtree(work, ignore_errors=True)
        changesets.copy_content(self.root, work)
        lines = {line.split(",")[0]: line for line in (work / CONCEPTS).read_text("utf-8").splitlines()}
        lines |= {name.removeprefix("c"): row for name, row in rows.items()}
        text = "".join(f"{line}\n" for code, line in sorted(lines.items(), key=_header_first) if line)
        (work / CONCEPTS).write_text(text, "utf-8", newline="\n")
        return changesets.between(self.root, work)

    def publish(self, file: Path, activate_at: str) -> None:
        """Two members sign on their own machines; the publishing machine announces."""
        self.repository.draft_release(file, activate_at, Text(), self.clock)
        self.signed(TARGETS)

    def signed(self, role: str) -> None:
        draft = self.repository.draft(role)
        assert draft is not None
        for key in self.keys[:2]:
            signing.sign(self.repository.drafts / draft.label, key, draft.digest)
        if role == TARGETS:
            self.repository.commit([self.keys[2]], self.clock, lambda step: None)

    def pull(self) -> str:
        """What the hospital serves after asking."""
        pulled = Publishers(self.hospital).pull("zarland", lambda: self.clock)
        if pulled.problem:
            raise pulled.problem
        return self.served()

    def served(self) -> str:
        """The version of the nation's release that is in the hospital's edition."""
        edition = self.hospital.current()
        return next((pin.version for pin in edition.releases if pin.name == "zarland"), "") if edition else ""


def _header_first(row: tuple[str, str]) -> tuple[bool, str]:
    return row[0] != "code", row[0]


def play(folder: Path, database: str) -> Story:
    """The whole story; every promise in it is asserted."""
    story = Story(folder, database)
    committee = story.committee

    # a first release, so that there is something to follow
    members, online = (Keys(tuple(key.public for key in keys), len(keys)) for keys in (story.keys[:2], story.keys[2:]))
    story.repository.draft_root({ROOT: members, TARGETS: members, SNAPSHOT: online, TIMESTAMP: online}, story.clock)
    story.signed(ROOT)
    from termserver.build import build_release
    from termserver.content.folders import read

    build_release(read(story.root), folder / "first.release", "zarland", "1405.1")
    story.publish(folder / "first.release", story.now)
    first_root = (story.repository.metadata / "1.root.json").read_bytes()
    Publishers(story.hospital).trust("zarland", first_root, str(story.repository.folder))
    story.tell(f"the hospital serves {story.pull()}")

    # a proposal, stopped by gates, mended, waived
    proposal = committee.propose(
        "elham", story.now, "code-list", Text("بخش تازه", "A new ward"),
        story.edited(c020="", c022="022,بخش سوختگی,,001,,,,,"), activate_at="2026-12-22T00:00:00Z",
    )  # fmt: skip
    number = proposal.number
    story.tell(f"elham proposes #{number}: take 020 out, add 022")
    checked = committee.check(number, story.now)
    story.tell("the gates stop it: " + "; ".join(f"{one.item}: {one.says.en}" for one in checked.stopped))
    assert set(checked.proposal.open_gates) == {"code.removed", "display.missing"}
    story.refused("anna waives code.removed", number, "anna", story.now, "waive", proposal.digest,
                  gate="code.removed", reason="?")  # fmt: skip
    retired = "021,ریه,Chest,001,retired,,2026-12-31,001,"
    mended = story.edited(c021=retired, c022="022,بخش سوختگی,,001,,,,,")
    proposal = committee.revise(number, "elham", story.now, mended, proposal.digest)
    committee.check(number, story.now)
    story.refused("elham waives it herself", number, "elham", story.now, "waive", proposal.digest,
                  gate="display.missing", reason="I am sure")  # fmt: skip
    committee.act(number, "anna", story.now, "waive", proposal.digest, gate="display.missing",
                  reason="The English name follows with 1405.3")  # fmt: skip
    story.tell("elham keeps 020 and retires 021; anna waives the missing English name, with her reason")

    # review and approvals
    story.refused("elham approves her own", number, "elham", story.now, "approve", proposal.digest)
    story.refused("cyrus approves unread", number, "cyrus", story.now, "approve", proposal.digest)
    committee.act(number, "farid", story.now, "comment", reason="Is 022 a ward or a unit?")
    committee.act(number, "babak", story.now, "review")
    committee.act(number, "cyrus", story.now, "approve", proposal.digest)
    committee.act(number, "anna", story.now, "approve", proposal.digest)
    story.refused("the guest approves", number, "farid", story.now, "approve", proposal.digest)
    story.refused("babak releases with two of three", number, "babak", story.now, "release", release="x")

    # an edit voids what was approved
    final = story.edited(c021=retired, c022="022,بخش سوختگی,Burns,001,,,,,")
    edited = committee.revise(number, "elham", story.now, final, proposal.digest)
    assert not edited.approvals
    story.tell("elham adds the English name: both approvals are void")
    assert committee.check(number, story.now).proposal.state == "review"
    story.refused("dara approves what he read before", number, "dara", story.now, "approve", proposal.digest)
    committee.act(number, "babak", story.now, "review")
    for who in ("anna", "cyrus", "dara"):
        proposal = committee.act(number, who, story.now, "approve", edited.digest)
    assert proposal.state == "approved"
    story.tell("anna, cyrus and dara approve: the quorum of three is reached")

    # released, signed, followed, in force at its instant
    file = folder / "second.release"
    committee.release(number, "babak", story.now, file, "1405.2")
    story.publish(file, "2026-12-22T00:00:00Z")
    story.tell(f"released as 1405.2 for 22 December; the hospital fetched it and serves {story.pull()}")
    assert story.served() == "1405.1"
    story.refused("babak activates it today", number, "babak", story.now, "activate")
    aside = folder / "publication-aside"
    story.repository.folder.rename(aside)  # the network is cut
    explained = explain_shelf(story.hospital, Publishers(story.hospital).all(), story.clock)
    (own,) = (one for one in explained if one.what.startswith("zarland"))
    assert own.verdict == "good"
    story.tell(f"with the network cut, verify says: {own.says.en}")
    story.now = "2026-12-22T00:00:00Z"
    Publishers(story.hospital).activate(lambda: story.clock)
    committee.act(number, "babak", story.now, "activate")
    aside.rename(story.repository.folder)
    with TermServer.open(story.hospital.edition_file) as server:
        assert story.served() == "1405.2"
        days = ("2026-06-01", "2026-12-22", "2026-12-31", "2027-01-01")
        verdicts = [server.validate_code(Coding("ward", "021"), day).result for day in days]
    assert verdicts == [True, True, True, False]
    story.tell("1405.2 is in force, still without the network; 021 is right until 31 December and wrong after it")

    # an emergency, ratified late, then taken back
    urgent = committee.propose(
        "elham", story.now, "code-list", Text("بخش کرونا", "A Covid ward"),
        story.edited(c099="099,بخش کرونا,Covid ward,001,,,,,"), emergency=True,
    )  # fmt: skip
    committee.check(urgent.number, story.now)
    for who in ("anna", "cyrus"):
        committee.act(urgent.number, who, story.now, "approve", urgent.digest)
    file = folder / "third.release"
    committee.release(urgent.number, "babak", story.now, file, "1405.3")
    story.publish(file, story.now)
    committee.act(urgent.number, "babak", story.now, "activate")
    story.tell(f"an emergency: two approve, the hospital serves {story.pull()}")
    story.now = "2027-01-23T08:00:00Z"
    ((late, until),) = committee.overdue(story.now)
    story.tell(f"#{late.number} should have been ratified by {until[:10]}")
    committee.act(urgent.number, "dara", story.now, "ratify", urgent.digest)
    assert not committee.overdue(story.now)
    story.tell("dara ratifies: three stand behind it now")
    for who in ("anna", "dara"):
        back = committee.act(urgent.number, who, story.now, "retract", reason="The ward was never opened")
    assert back.state == "retracted"
    story.repository.draft_retraction(
        "zarland", "1405.3", Text("بخش گشوده نشد", "The ward was never opened"), "1405.2", story.clock
    )
    story.signed(TARGETS)
    story.tell(f"taken back: the hospital serves {story.pull()}, and keeps the bytes of 1405.3")

    # what is left
    assert committee.store.broken_line() == 0
    report = committee.report("2026-11-01", "2027-01-31")
    story.tell(f"the journal has {len(committee.store.lines())} lines, none altered; anna: {report['people']['anna']}")
    return story


def main() -> int:
    with tempfile.TemporaryDirectory() as place:
        play(Path(place), os.environ.get("TERMSERVER_DATABASE_URL") or str(Path(place, "committee.db")))
    return 0


if __name__ == "__main__":
    sys.exit(main())

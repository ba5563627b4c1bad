"""An insurer publishes for itself: its own keys, root and publication, on a named edition of the committee's.

``python examples/insurer/insurer.py`` plays it, with a hospital that follows both. The clock of this story is its own.
"""

import shutil
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from termserver import basis
from termserver.build import build_release
from termserver.content.check import check
from termserver.content.folders import read
from termserver.content.problems import refuse
from termserver.model.errors import TermserverError
from termserver.model.text import Text
from termserver.publication import signing
from termserver.publication.repository import Repository
from termserver.releases import signatures
from termserver.releases.shelf import Shelf
from termserver.service import TermServer
from termserver.trust.metadata import ROOT, SNAPSHOT, TARGETS, TIMESTAMP, Keys, moment
from termserver.trust.publishers import Publishers, Pulled

HERE = Path(__file__).parent
NATION = HERE.parent / "committee" / "nation"
LISTS = HERE / "lists"
WARDS = "codesystems/ward/concepts.csv"
MAP = "codesystems/conceptmaps/hope-ward-to-ward/mappings.csv"
OWN = "codesystems/hope-ward/concepts.csv"


class Publisher:
    """A body with its members' keys, its publishing machine and its publication."""

    def __init__(self, folder: Path, members: tuple[str, ...], clock: Callable[[], datetime]) -> None:
        self.folder, self.clock = folder, clock
        self.members = [signatures.make(name) for name in members]
        self.online = signatures.make(f"{folder.name}-machine")
        self.repository = Repository(folder / "publication")
        keys = Keys(tuple(key.public for key in self.members), len(members))
        online = Keys((self.online.public,), 1)
        roles = {ROOT: keys, TARGETS: keys, SNAPSHOT: online, TIMESTAMP: online}
        self.repository.draft_root(roles, clock())
        self._sign(ROOT)

    @property
    def root(self) -> bytes:
        return (self.repository.metadata / "1.root.json").read_bytes()

    def publish(self, file: Path, activate_at: str, on: Path | None = None) -> None:
        """What ``termserver publish release FOLDER FILE --on FILE`` does, the signatures and the announcement."""
        basis.demand_published(file, on, Shelf(self.folder / "shelf"))
        self.repository.draft_release(file, activate_at, Text(), self.clock())
        self._sign(TARGETS)
        self.repository.commit([self.online], self.clock(), lambda step: None)

    def _sign(self, role: str) -> None:
        draft = self.repository.draft(role)
        assert draft is not None
        for key in self.members:
            signing.sign(self.repository.drafts / draft.label, key, draft.digest)


class Story:
    """The committee of Zarland, Hope Insurance, and a hospital that follows both."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = "2026-11-22T08:00:00Z"
        self.told: list[str] = []
        self.committee = Publisher(folder / "zarland", ("anna", "babak"), lambda: moment(self.now))
        self.insurer = Publisher(folder / "hope", ("omid", "parisa"), lambda: moment(self.now))
        self.hospital = Publishers(Shelf(folder / "hospital"), basis.demand_in_force)

    def tell(self, words: str) -> None:
        self.told.append(words)
        print(f"{self.now[:16]}  {words}")

    def national(self, version: str, *rows: str) -> Path:
        """A release of the committee with rows more."""
        root = self.folder / "nation"
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(NATION, root)
        _append(root / WARDS, rows)
        file = self.folder / f"zarland-{version}.release"
        build_release(read(root), file, "zarland", version)
        return file

    def lists(self, version: str, on: Path, own: tuple[str, ...] = (), mapped: tuple[str, ...] = ()) -> Path:
        """A release of the insurer with rows more: checked against ``on``, and bound to it."""
        root = self.folder / "lists"
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(LISTS, root)
        _append(root / OWN, own)
        _append(root / MAP, mapped)
        with TermServer.open(on) as server:
            refuse(check(root, basis.BaseSystems(server)))
            (base,) = server.edition.releases
        file = self.folder / f"hope-{version}.release"
        build_release(basis.bound(read(root), base), file, "hope", version)
        return file

    def pull(self) -> dict[str, Pulled]:
        """What ``termserver pull`` does: every publisher, whom others build on first."""
        names = [one.name for one in self.hospital.in_order()]
        return {name: self.hospital.pull(name, lambda: moment(self.now)) for name in names}

    def in_force(self) -> dict[str, str]:
        """The versions that the hospital serves, by name."""
        edition = self.hospital.shelf.current()
        return {pin.name: pin.version for pin in edition.releases if pin.name in ("zarland", "hope")} if edition else {}

    def says(self, code: str) -> str:
        """What the hospital answers for one of the insurer's wards."""
        with TermServer.open(self.hospital.shelf.edition_file) as server:
            (target,) = server.terminology.related("hope-ward-to-ward", code) or ("-",)
            return f"{code} is {target} {server.terminology.display('ward', target).en}"


def _append(path: Path, rows: tuple[str, ...]) -> None:
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{row}\n" for row in rows)


def play(folder: Path) -> Story:
    """The whole story; every promise in it is asserted."""
    story = Story(folder)

    first = story.national("1405.1")
    story.committee.publish(first, story.now)
    story.tell("the committee publishes zarland 1405.1")

    try:
        story.lists("1", first, mapped=("H,091,related-to,",))
    except TermserverError as error:
        story.tell(f"Hope names a ward that is not in zarland 1405.1: refused. {' '.join(str(error).split())}")
    else:
        raise AssertionError("a code that is not there was not refused")
    lists = story.lists("1", first)
    story.insurer.publish(lists, story.now, on=first)
    with TermServer.open(lists) as server:
        built_on = basis.named(server.releases[0])
    assert built_on is not None and built_on.version == "1405.1"
    story.tell(f"Hope publishes hope 1 with its own keys, built on {built_on.name} {built_on.version}")

    # the hospital trusts the insurer, and not yet the committee
    story.hospital.trust("hope", story.insurer.root, str(story.insurer.repository.folder))
    alone = story.pull()["hope"]
    assert alone.problem is not None and "hope" not in story.in_force()
    story.tell(f"a hospital that follows Hope alone: {alone.problem}")
    shutil.rmtree(story.hospital.shelf.folder)
    story.hospital = Publishers(Shelf(folder / "hospital"), basis.demand_in_force)
    story.hospital.trust("zarland", story.committee.root, str(story.committee.repository.folder))
    story.hospital.trust("hope", story.insurer.root, str(story.insurer.repository.folder))
    assert not any(one.problem for one in story.pull().values())
    assert story.in_force() == {"zarland": "1405.1", "hope": "1"}
    story.tell(f"it follows both, side by side: {story.in_force()}; {story.says('H')}")

    # the committee adds a ward from 22 December on, and the insurer uses it at once
    second = story.national("1405.2", "022,سوختگی,Burns,001,,,,,")
    story.committee.publish(second, "2026-12-22T00:00:00Z")
    newer = story.lists("2", second, own=("B,سوختگی,Burns,,,,,,",), mapped=("B,022,equivalent,",))
    try:
        story.insurer.publish(newer, story.now, on=first)
    except TermserverError as error:
        story.tell(f"Hope says it builds on another edition than it did: refused. {error}")
    else:
        raise AssertionError("another base was not refused")
    story.insurer.publish(newer, story.now, on=second)
    early = story.pull()["hope"]
    assert early.problem is not None and "ward 022" in str(early.problem)
    assert story.in_force() == {"zarland": "1405.1", "hope": "1"}
    story.tell(f"before that day: {early.problem} The hospital serves {story.in_force()}")

    story.now = "2026-12-22T00:00:00Z"
    story.hospital.activate(lambda: moment(story.now))
    assert story.in_force() == {"zarland": "1405.2", "hope": "2"}
    story.tell(f"on that day both are in force, without a network: {story.in_force()}; {story.says('B')}")

    # one publisher cannot speak for another
    build_release(read(NATION), folder / "false.release", "zarland", "1405.9")
    story.insurer.publish(folder / "false.release", story.now)
    false = story.pull()["hope"]
    assert false.problem is not None and story.in_force()["zarland"] == "1405.2"
    story.tell(f"Hope publishes under the committee's name: {false.problem}")
    return story


def main() -> int:
    with tempfile.TemporaryDirectory() as place:
        play(Path(place))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A small committee with its keys, its publication, a mirror of it and a machine that follows."""

import datetime
import shutil
from collections.abc import Callable
from pathlib import Path

from termserver.model.codes import CodeSystem, Content
from termserver.model.releases import Pin, Table
from termserver.model.text import Text
from termserver.publication import signing
from termserver.publication.repository import Repository
from termserver.releases import signatures
from termserver.releases.records import encode_system
from termserver.releases.shelf import Shelf
from termserver.releases.signatures import SigningKey
from termserver.releases.writer import ReleaseWriter
from termserver.trust.metadata import ROOT, SNAPSHOT, TARGETS, TIMESTAMP, Keys, instant
from termserver.trust.publishers import Publishers, Pulled
from termserver.trust.source import Source

DAY = datetime.timedelta(days=1)
START = datetime.datetime(2026, 11, 22, 8, tzinfo=datetime.UTC)


class Committee:
    """Three members of whom two must sign, one key that is online, a publication, and the clock of this world."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = START
        self.members = [signatures.make(name) for name in ("anna", "babak", "cyrus")]
        self.online = signatures.make("publisher")
        self.repository = Repository(folder / "publication")

    def roles(self, threshold: int = 2) -> dict[str, Keys]:
        members = tuple(key.public for key in self.members)
        online = Keys((self.online.public,), 1)
        return {ROOT: Keys(members, threshold), TARGETS: Keys(members, threshold), SNAPSHOT: online, TIMESTAMP: online}

    def found(self) -> None:
        """Sign and keep the first root; it is published with the first release."""
        self.repository.draft_root(self.roles(), self.now)
        self.sign(ROOT)

    def sign(self, role: str, *who: SigningKey) -> None:
        draft = self.repository.draft(role)
        assert draft is not None
        for key in who or self.members[:2]:
            signing.sign(self.repository.drafts / draft.label, key, draft.digest)

    def release(self, version: str, **more: str) -> Path:
        """A small release file; the same version gives the same release."""
        path = self.folder / f"standards-{version}.release"
        system = CodeSystem("triage", "https://example.org/triage", Text("تریاژ", "Triage"), version, Content.COMPLETE)
        with ReleaseWriter(path, "standards", version) as writer:
            writer.artefact("codesystems/triage.json", "codesystem", encode_system(system))
            words = Table("words", ("word TEXT", "n INTEGER"))
            writer.table(words, ((f"{version} {n}", n) for n in range(200)))
            writer.finish()
        return path

    def draft(self, version: str, activate_at: datetime.datetime | None = None) -> Pin:
        made = self.repository.draft_release(
            self.release(version), instant(activate_at or self.now), Text("یادداشت", "Notes"), self.now
        )
        return made.pin

    def commit(self, after: Callable[[str], None] = lambda step: None) -> None:
        self.repository.commit([self.online], self.now, after)

    def publish(self, version: str, activate_at: datetime.datetime | None = None) -> Pin:
        pin = self.draft(version, activate_at)
        self.sign(TARGETS)
        self.commit()
        return pin


class Follower:
    """A machine with a shelf, which believes the committee's first root and asks a mirror."""

    def __init__(self, folder: Path, committee: Committee, mirror: Path) -> None:
        self.committee = committee
        self.mirror = mirror
        self.shelf = Shelf(folder)
        self.publishers = Publishers(self.shelf)

    def trust(self) -> None:
        root = (self.committee.repository.metadata / "1.root.json").read_bytes()
        self.publishers.trust("mexa", root, str(self.mirror))

    def pull(self, source: Source | None = None) -> Pulled:
        return self.publishers.pull("mexa", lambda: self.committee.now, source)

    @property
    def versions(self) -> list[str]:
        edition = self.shelf.current()
        return [pin.version for pin in edition.releases] if edition else []


def sync(follower: Follower) -> None:
    """Let the mirror be an honest copy again."""
    shutil.rmtree(follower.mirror)
    shutil.copytree(follower.committee.repository.folder, follower.mirror)

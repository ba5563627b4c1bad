"""A publisher's folder: drafts that wait for signatures, and the publication that followers fetch.

    metadata/  1.root.json 4.targets.json 9.snapshot.json timestamp.json
    targets/   <sha256>.<name>.release   never changed, cached for ever
    drafts/    what waits for the committee's signatures
    feed.xml, feed.json

Promise: ``timestamp.json`` is written last and in one step, so that whenever a publisher dies, followers see
the old publication or the new one, whole; running ``commit`` again goes on from there. A published version
never changes and never disappears; it can be taken back, which is a statement of its own.
"""

import datetime
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from termserver.model.errors import ReleaseError, UsageError
from termserver.model.text import Text
from termserver.model.values import replace, value
from termserver.publication import feeds
from termserver.releases import atomic, digests, editions, locks, verification
from termserver.releases.signatures import SigningKey
from termserver.trust import metadata, refusals, statement
from termserver.trust.metadata import ROLES, ROOT, SNAPSHOT, TARGETS, TIMESTAMP, Document, File, Keys, instant
from termserver.trust.source import METADATA, stored_name
from termserver.trust.source import TARGETS as FILES
from termserver.trust.statement import DELTA, PACKAGE, Published, Statement

DRAFTS = "drafts"
DAYS = {ROOT: 730, TARGETS: 365, SNAPSHOT: 30, TIMESTAMP: 7}
"""How long each document holds where nobody says otherwise."""

MakeDelta = Callable[[Path, Path, Path], bool]
"""Writes to the third path what makes the second release out of the first; False where it would not be worth it."""


MakePackage = Callable[[Path], tuple[str, str, bytes]]
"""The name, the version and the bytes of the FHIR package of a release file."""


class NotReady(ReleaseError):
    """A draft cannot be published yet: signatures are missing, or it was made beside another one."""


@value
class Standing:
    """A draft: what waits, its digest, who signed, and how many more are needed by each root that must agree."""

    document: Document
    counts: tuple[metadata.Count, ...]

    @property
    def ready(self) -> bool:
        return all(count.enough for count in self.counts)


class Repository:
    """The publication in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.metadata = self.folder / METADATA
        self.files = self.folder / FILES
        self.drafts = self.folder / DRAFTS

    # what is there

    def newest(self, role: str) -> Document | None:
        """The newest document of a role that is published; of snapshot and targets, the one that is announced."""
        if role == TIMESTAMP:
            return self._read(role, self.metadata / "timestamp.json")
        if role == ROOT:
            last = max((int(path.name.split(".")[0]) for path in self.metadata.glob("*.root.json")), default=0)
            return self._read(role, self.metadata / f"{last}.root.json") if last else None
        above = self.newest(TIMESTAMP if role == SNAPSHOT else SNAPSHOT)
        if above is None:
            return None
        return self._read(role, self.metadata / f"{above.names(f'{role}.json').version}.{role}.json")

    def statement(self) -> Statement:
        """What is published."""
        targets = self.newest(TARGETS)
        return statement.read(targets) if targets else Statement(0, (), ())

    def draft(self, role: str) -> Document | None:
        """What waits for signatures in that role."""
        found = sorted(self.drafts.glob(f"*.{role}.json"))
        return self._read(role, found[-1]) if found else None

    def standing(self, role: str) -> Standing | None:
        """How far the draft of a role is; a new root is counted by the old one too."""
        document = self.draft(role)
        if document is None:
            return None
        roots = [one for one in (self.newest(ROOT), self.draft(ROOT)) if one is not None]
        if role == TARGETS:
            roots = roots[-1:]
        return Standing(document, tuple(root.count(document) for root in roots))

    # drafts

    def draft_root(self, roles: Mapping[str, Keys], now: datetime.datetime, days: int = DAYS[ROOT]) -> Document:
        """Draft the next root; roles that are not said keep their keys. Raise UsageError if keys are missing."""
        with self._changing():
            known = self.newest(ROOT)
            chosen = {role: roles.get(role) or (known.keys_of(role) if known else Keys((), 1)) for role in ROLES}
            for role, keys in chosen.items():
                if not 1 <= keys.threshold <= len(keys.keys):
                    raise UsageError(
                        f"{role} has {len(keys.keys)} keys, and {keys.threshold} of them should sign. Name more keys.",
                        f"{role} {len(keys.keys)} کلید دارد و {keys.threshold} امضا می‌خواهد. کلیدهای بیشتری نام ببرید.",
                    )
            version = known.version + 1 if known else 1
            return self._put_draft(
                metadata.root(version, now + datetime.timedelta(days=days), chosen, {"at": instant(now)})
            )

    def draft_release(
        self,
        file: Path,
        activate_at: str,
        notes: Text,
        now: datetime.datetime,
        make_delta: MakeDelta | None = None,
        days: int = DAYS[TARGETS],
        make_package: MakePackage | None = None,
    ) -> Published:
        """Draft the publication of a release file, beside what is drafted already.

        The file, its deltas and its package are put where they will be fetched; nobody fetches them before the draft is
        signed. Raise ReleaseError for a version that is published with another content.
        """
        file = file.absolute()
        pin = editions.pin_of(verification.verify_in_full(file))
        with self._changing():
            listed = self._drafted()
            for one in listed:
                if (one.pin.name, one.pin.version) == (pin.name, pin.version):
                    if one.pin.digest != pin.digest:
                        raise ReleaseError(
                            f"{one.label} is published with the digest {one.pin.digest[:12]}, and this file has "
                            f"{pin.digest[:12]}. A published version never changes: give it a new version.",
                            f"{one.label} با چکیدهٔ {one.pin.digest[:12]} منتشر شده و چکیدهٔ این {pin.digest[:12]} است. "
                            "نسخهٔ منتشرشده عوض نمی‌شود؛ نسخهٔ تازه‌ای به آن بدهید.",
                        )
                    return one
            metadata.moment(activate_at)
            path = editions.file_name(pin)
            sha256, _ = digests.file_sha256(file)
            entry = File(path, file.stat().st_size, sha256, {})
            self._store(file, entry)
            sequence = max((one.sequence for one in listed), default=0) + 1
            made = Published(pin, entry, sequence, instant(now), activate_at, notes, None, "")
            deltas = self._deltas(made, file, make_delta)
            packages = [self._package(made, file, make_package)] if make_package else []
            self._put_targets([*listed, made], [*self._drafted_others(), *deltas, *packages], now, days)
            return made

    def draft_retraction(
        self, name: str, version: str, reason: Text, replaced_by: str, now: datetime.datetime, days: int = DAYS[TARGETS]
    ) -> Published:
        """Draft that a published release is taken back; its bytes stay. Raise UsageError if there is none."""
        with self._changing():
            listed = self._drafted()
            found = next((one for one in listed if (one.pin.name, one.pin.version) == (name, version)), None)
            if found is None:
                there = ", ".join(one.label for one in listed) or "-"
                raise UsageError(
                    f"{name} {version} is not published. Published: {there}.",
                    f"{name} {version} منتشر نشده است. منتشرشده‌ها: {there}.",
                )
            taken = replace(found, retracted=reason, replaced_by=replaced_by, retracted_at=instant(now))
            self._put_targets([taken if one is found else one for one in listed], self._drafted_others(), now, days)
            return taken

    def discard(self, role: str) -> None:
        """Throw a draft away, signatures and all."""
        with self._changing():
            for path in self.drafts.glob(f"*.{role}.json"):
                path.unlink()

    # publishing

    def commit(
        self, online: Sequence[SigningKey], now: datetime.datetime, after: Callable[[str], None] = print
    ) -> None:
        """Publish what is drafted and signed; ``online`` are the keys of snapshot and timestamp.

        Raise NotReady, with nothing published, while signatures are missing. ``after`` is told the name of each
        step when it is done; a run that died after any of them is finished by the next.
        """
        with self._changing():
            for role in (ROOT, TARGETS):
                self._demand_ready(role)
            root_draft, targets_draft = self.draft(ROOT), self.draft(TARGETS)
            root = root_draft or self.newest(ROOT)
            targets = targets_draft or self.newest(TARGETS)
            if root is None or targets is None:
                raise NotReady(
                    "There is nothing to publish yet: a root and a release must be drafted and signed.",
                    "هنوز چیزی برای انتشار نیست: ریشه و یک انتشار باید پیش‌نویس و امضا شوند.",
                )
            if not root.count(targets).enough:
                raise NotReady(
                    f"The new root does not know the signatures under {targets.label}. Draft and sign the targets "
                    "anew: termserver publish renew",
                    f"ریشهٔ تازه امضاهای {targets.label} را نمی‌شناسد. فهرست را دوباره پیش‌نویس و امضا کنید: "
                    "termserver publish renew",
                )
            documents = self._signed_online(root, targets, online, now)
            if root_draft:
                self._publish(root_draft, after)
            self._publish(targets, after)
            self._publish(documents[0], after)
            self._publish(documents[1], after, "timestamp.json")
            feeds.write(self.folder, statement.read(targets), self._founding())
            after("feeds")
            for draft in (root_draft, targets_draft):
                if draft:
                    (self.drafts / draft.label).unlink(missing_ok=True)
                    after(f"draft {draft.role} removed")

    def renew(self, now: datetime.datetime, days: int = DAYS[TARGETS]) -> Document:
        """Draft the same targets again, to hold longer or to be signed by new keys."""
        with self._changing():
            return self._put_targets(self._drafted(), self._drafted_others(), now, days)

    def _signed_online(
        self, root: Document, targets: Document, online: Sequence[SigningKey], now: datetime.datetime
    ) -> tuple[Document, Document]:
        versions = [one.version if (one := self.newest(role)) else 0 for role in (SNAPSHOT, TIMESTAMP)]
        days = [now + datetime.timedelta(days=DAYS[role]) for role in (SNAPSHOT, TIMESTAMP)]
        snapshot = metadata.snapshot(versions[0] + 1, days[0], targets)
        self._sign_online(root, snapshot, online)
        timestamp = metadata.timestamp(versions[1] + 1, days[1], snapshot, {"at": instant(now)})
        self._sign_online(root, timestamp, online)
        return snapshot, timestamp

    @staticmethod
    def _sign_online(root: Document, document: Document, online: Sequence[SigningKey]) -> None:
        known = {key.id for key in root.keys_of(document.role).keys}
        for key in online:
            if key.public.id in known:
                document.sign(key)
        count = root.count(document)
        if not count.enough:
            names = metadata.names_of(root.keys_of(document.role).keys)
            raise NotReady(
                f"{document.role} needs {count.threshold} keys of {names}; name them with --online-key.",
                f"{document.role} {count.threshold} کلید از {names} می‌خواهد؛ با --online-key نام ببرید.",
            )

    def _publish(self, document: Document, after: Callable[[str], None], name: str = "") -> None:
        path = self.metadata / (name or document.label)
        self.metadata.mkdir(parents=True, exist_ok=True)
        atomic.write(path, document.as_bytes())
        after(path.name)

    def _demand_ready(self, role: str) -> None:
        found = self.standing(role)
        if found is None:
            return
        known = self.newest(role)
        if (
            known is not None
            and found.document.version != known.version + 1
            and found.document.payload != known.payload
        ):
            raise NotReady(
                f"The draft {found.document.label} was made beside number {known.version}, which is published since. "
                "Draft it anew; nothing of what is published is lost.",
                f"پیش‌نویس {found.document.label} کنار شمارهٔ {known.version} ساخته شده که دیگر منتشر شده است. دوباره "
                "پیش‌نویس کنید؛ چیزی از آنچه منتشر شده از دست نمی‌رود.",
            )
        if not found.ready:
            counts = "; ".join(
                f"{len(one.signed)}/{one.threshold} ({metadata.names_of(one.signed)})" for one in found.counts
            )
            raise NotReady(
                f"The draft {found.document.label} has not the signatures it needs: {counts}. "
                f"Run: termserver release sign {self.drafts / found.document.label} --key KEY",
                f"پیش‌نویس {found.document.label} هنوز امضاهای لازم را ندارد: {counts}. "
                f"اجرا کنید: termserver release sign {self.drafts / found.document.label} --key KEY",
            )

    # the parts of a draft

    def _base(self) -> Document | None:
        return self.draft(TARGETS) or self.newest(TARGETS)

    def _drafted(self) -> list[Published]:
        base = self._base()
        return list(statement.read(base).releases) if base else []

    def _drafted_others(self) -> list[File]:
        """The deltas and packages."""
        base = self._base()
        said = statement.read(base) if base else None
        return [*(one.file for one in said.deltas), *(one.file for one in said.packages)] if said else []

    def _put_targets(
        self, listed: Sequence[Published], deltas: Sequence[File], now: datetime.datetime, days: int
    ) -> Document:
        known = self.newest(TARGETS)
        files = [replace(one.file, says=statement.says(one)) for one in listed]
        return self._put_draft(
            metadata.targets(
                known.version + 1 if known else 1,
                now + datetime.timedelta(days=days),
                [*files, *deltas],
                {"at": instant(now)},
            )
        )

    def _put_draft(self, document: Document) -> Document:
        self.drafts.mkdir(parents=True, exist_ok=True)
        for old in self.drafts.glob(f"*.{document.role}.json"):
            if old.name != document.label:
                old.unlink()
        atomic.write(self.drafts / document.label, document.as_bytes())
        return document

    def _deltas(self, made: Published, file: Path, make_delta: MakeDelta | None) -> list[File]:
        """From each release of that name which somebody may hold: the last three."""
        if make_delta is None:
            return []
        found = []
        older = [one for one in self.statement().releases if one.pin.name == made.pin.name][-3:]
        for one in older:
            path = f"{made.pin.name}-{one.pin.digest[:12]}-{made.pin.digest[:12]}.delta"
            temporary = atomic.neighbour(self.files / path)
            try:
                if make_delta(self.files / stored_name(one.file), file, temporary):
                    sha256, _ = digests.file_sha256(temporary)
                    says = {"kind": DELTA, "from": one.pin.digest, "to": made.pin.digest}
                    entry = File(path, temporary.stat().st_size, sha256, says)
                    atomic.put(temporary, self.files / stored_name(entry))
                    found.append(entry)
            finally:
                temporary.unlink(missing_ok=True)
        return found

    def _package(self, made: Published, file: Path, make_package: MakePackage) -> File:
        """The release as a FHIR package, put beside it."""
        name, version, data = make_package(file)
        says = {"kind": PACKAGE, "of": made.pin.digest, "name": name, "version": version}
        entry = File(f"{name}-{version}-{made.pin.digest[:12]}.tgz", len(data), digests.sha256(data), says)
        atomic.write(self.files / stored_name(entry), data)
        return entry

    def _store(self, file: Path, entry: File) -> None:
        place = self.files / stored_name(entry)
        self.files.mkdir(parents=True, exist_ok=True)
        if place.is_file() and digests.file_sha256(place)[0] == entry.sha256:
            return
        temporary = atomic.neighbour(place)
        try:
            shutil.copyfile(file, temporary)
            if digests.file_sha256(temporary)[0] != entry.sha256:
                raise refusals.mixed(entry.path, "it changed while it was copied")
            atomic.put(temporary, place)
        finally:
            temporary.unlink(missing_ok=True)

    def _founding(self) -> str:
        """What tells this publication from all others, for ever: the digest of its first root."""
        first = self._read(ROOT, self.metadata / f"1.{ROOT}.json")
        return first.digest if first else ""

    @staticmethod
    def _read(role: str, path: Path) -> Document | None:
        return Document.parse(role, path.read_bytes()) if path.is_file() else None

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """One publisher at a time."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with locks.held(self.folder / ".lock"):
                for folder in (self.metadata, self.files, self.drafts):
                    if folder.is_dir():
                        atomic.sweep(folder)
                yield
        except OSError as error:
            raise ReleaseError(
                f"The publication {self.folder} cannot be written: {error.strerror}. Make room and run it again.",
                f"در انتشار {self.folder} نوشته نمی‌شود: {error.strerror}. جا باز کنید و دوباره اجرا کنید.",
            ) from None

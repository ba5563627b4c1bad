"""The publishers that a shelf follows, and what is taken from them: asked, verified, installed, put in force.

``trust/<name>.json`` on the shelf holds one publisher: where it is asked, and the last documents that were
good. It is replaced in one step. Promise: whenever a process dies, the shelf holds whole releases only, its
edition is the old one or the new one, and the next run goes on from there.
"""

import contextlib
import datetime
import errno
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson

from termserver.model.errors import ReleaseError, UsageError
from termserver.model.releases import Edition, Pin
from termserver.model.values import replace, value
from termserver.releases import atomic, locks
from termserver.releases.shelf import Shelf
from termserver.trust import refusals, trusted
from termserver.trust.metadata import instant as instant_of
from termserver.trust.metadata import moment
from termserver.trust.source import Source, source_of
from termserver.trust.statement import Published, Statement
from termserver.trust.trusted import Held

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)
Clock = Callable[[], datetime.datetime]
Rebuild = Callable[[Path, Path, Path], None]
"""Makes the file of a release (third) out of an older one (first) and a delta (second); raises ReleaseError."""
Fits = Callable[[Path, Shelf], None]
"""Raises ReleaseError for an installed release that must not be put in force on the shelf as it is."""


def clock() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC).replace(microsecond=0)


@value
class Publisher:
    """One that is followed: its name here, where it is asked, and what is believed of it.

    ``rank`` counts the publishers in the order in which they were trusted: the name of a release belongs to the
    first who publishes under it. ``heard`` is the instant, by our clock, of the last visit whose answer was believed;
    empty before the first.
    """

    name: str
    address: str
    held: Held
    rank: int = 0
    heard: str = ""

    def lag(self, now: datetime.datetime) -> int | None:
        """Seconds since the publisher was heard; None if it never was."""
        return max(0, int((now - moment(self.heard)).total_seconds())) if self.heard else None

    @property
    def statement(self) -> Statement | None:
        return trusted.statement_of(self.held)


@value
class Pulled:
    """What a visit brought: releases that came, how many bytes, the edition now, and how old the word is.

    ``problem`` says why nothing new was taken; ``stale_since`` since when what is held has expired.
    """

    publisher: str
    version: int
    came: tuple[Pin, ...]
    bytes: int
    edition: Edition | None
    coming: tuple[Published, ...]
    stale_since: str = ""
    problem: ReleaseError | None = None


class Publishers:
    """The publishers of a shelf."""

    def __init__(self, shelf: Shelf, fits: Fits | None = None) -> None:
        self.shelf = shelf
        self._fits = fits
        self.folder = shelf.folder / "trust"

    def names(self) -> list[str]:
        return sorted(path.stem for path in self.folder.glob("*.json"))

    def get(self, name: str) -> Publisher:
        """The publisher of that name; raise UsageError if none is followed under it."""
        path = self._path(name)
        try:
            said = orjson.loads(path.read_bytes())
            held = Held.from_bytes(orjson.dumps(said["held"]))
            return Publisher(name, str(said["address"]), held, int(said.get("rank", 0)), str(said.get("heard", "")))
        except FileNotFoundError:
            listed = ", ".join(self.names()) or "-"
            raise UsageError(
                f"No publisher '{name}' is followed here. Followed: {listed}. "
                "Run: termserver trust NAME ROOT.json --from ADDRESS",
                f"ناشری به نام «{name}» اینجا دنبال نمی‌شود. دنبال‌شده‌ها: {listed}. "
                "اجرا کنید: termserver trust NAME ROOT.json --from ADDRESS",
            ) from None
        except (OSError, ValueError, KeyError, AttributeError) as error:
            raise ReleaseError(
                f"{path} cannot be read ({error}). Trust the publisher anew: termserver trust {name} ROOT.json",
                f"{path} خوانده نمی‌شود ({error}). دوباره اعتماد کنید: termserver trust {name} ROOT.json",
            ) from None

    def all(self) -> list[Publisher]:
        return [self.get(name) for name in self.names()]

    def in_order(self) -> list[Publisher]:
        """All of them, whom others may build on first: in the order in which they were trusted."""
        return sorted(self.all(), key=lambda one: (one.rank, one.name))

    def trust(self, name: str, root: bytes, address: str) -> Publisher:
        """Begin to follow a publisher by a root that came by a way of its own. Where it is followed already, the
        root must be one that its own chain leads to, or the same; raise Refused otherwise."""
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"'{name}' cannot name a publisher. Use a-z, 0-9 and '-', as in mexa.",
                f"«{name}» نمی‌تواند نام ناشر باشد. a-z، 0-9 و «-» به کار ببرید؛ مانند mexa.",
            )
        held = trusted.trust_root(root)
        with self._changing():
            rank, heard = 1 + max((one.rank for one in self.all()), default=0), ""
            if name in self.names():
                known = self.get(name)
                if known.held.root != root:
                    raise UsageError(
                        f"'{name}' is followed already, under another root. Its keys change by its own signed roots "
                        f"only; to begin anew remove {self._path(name)}.",
                        f"«{name}» از پیش با ریشهٔ دیگری دنبال می‌شود. کلیدها تنها با ریشه‌های امضاشدهٔ خودش عوض "
                        f"می‌شوند؛ برای آغاز دوباره {self._path(name)} را بردارید.",
                    )
                held, rank, heard = known.held, known.rank, known.heard
            return self._keep(Publisher(name, address, held, rank, heard))

    def pull(
        self, name: str, now: Clock = clock, source: Source | None = None, rebuild: Rebuild | None = None
    ) -> Pulled:
        """Ask the publisher, take what is new, and put in force what is due.

        What is refused, cannot be reached or finds no room is the ``problem`` of the answer; what was held serves
        on. Raise ReleaseError only where not even that can be told.
        """
        with self._changing():
            publisher = self.get(name)
            taken: list[tuple[Pin, int]] = []
            problem: ReleaseError | None = None
            asked = source or source_of(publisher.address)
            try:
                publisher = self._keep(replace(publisher, held=trusted.newest_root(publisher.held, asked)))
                instant = trusted.now_of(publisher.held, now())
                held = trusted.update(publisher.held, asked, instant)
                publisher = self._keep(replace(publisher, held=held, heard=instant_of(now())))
                for one in self._wanted(publisher, instant):
                    taken.append((one.pin, self._take(one, publisher, asked, rebuild)))
                if foreign := self._foreign(publisher):
                    problem = refusals.of_another(name, ", ".join(sorted(foreign)))
            except ReleaseError as error:
                problem = error
            except OSError as error:
                problem = _unwritable(error, self.folder)
            instant = trusted.now_of(publisher.held, now())
            edition, unfit = self._activate(publisher, instant)
            return Pulled(
                name,
                publisher.statement.version if publisher.statement else 0,
                tuple(pin for pin, _ in taken),
                sum(count for _, count in taken),
                edition,
                publisher.statement.coming(instant) if publisher.statement else (),
                trusted.stale_since(publisher.held, instant),
                problem or unfit,
            )

    def activate(self, now: Clock = clock) -> Edition | None:
        """Put in force what is due by now, of all publishers, with no network; the current edition comes back."""
        with self._changing():
            for publisher in self.in_order():
                self._activate(publisher, trusted.now_of(publisher.held, now()))
        return self.shelf.current()

    # the steps

    def _foreign(self, publisher: Publisher) -> set[str]:
        """The names under which this publisher publishes and which belong to one who was trusted before it."""
        before = [one.statement for one in self.all() if one.rank < publisher.rank]
        taken = {one.pin.name for said in before if said for one in said.releases}
        return {one.pin.name for one in publisher.statement.releases} & taken if publisher.statement else set()

    def _wanted(self, publisher: Publisher, now: datetime.datetime) -> list[Published]:
        """What is in force or will be, is its publisher's own, and is not on the shelf."""
        statement = publisher.statement
        if statement is None:
            return []
        wanted = {one.pin.digest: one for one in (*statement.in_force(now), *statement.coming(now))}
        foreign = self._foreign(publisher)
        missing = [one for one in wanted.values() if not self.shelf.path_of(one.pin).is_file()]
        return [one for one in missing if one.pin.name not in foreign]

    def _take(self, one: Published, publisher: Publisher, source: Source, rebuild: Rebuild | None) -> int:
        """Fetch and install a release; how many bytes came over the line."""
        self.shelf.releases.mkdir(parents=True, exist_ok=True)
        place = atomic.neighbour(self.shelf.releases / "pulled")
        try:
            count = self._rebuilt(one, publisher, source, rebuild, place) if rebuild else 0
            if not count:
                _room_for(one.file.length, self.shelf.releases)
                source.fetch(one.file, place)
                count = one.file.length
            self.shelf.install(place, one.pin.digest, move=True)
            return count
        finally:
            place.unlink(missing_ok=True)

    def _rebuilt(self, one: Published, publisher: Publisher, source: Source, rebuild: Rebuild, place: Path) -> int:
        """Make the release out of one that is here and a delta; 0 where that cannot be done and all is fetched."""
        statement = publisher.statement
        for held in self.shelf.installed():
            delta = statement.delta(held.pin.digest, one.pin.digest) if statement and not held.problem else None
            if delta is None:
                continue
            changes = atomic.neighbour(self.shelf.releases / "delta")
            try:
                source.fetch(delta.file, changes)
                rebuild(held.path, changes, place)
                return delta.file.length
            except ReleaseError:
                place.unlink(missing_ok=True)
            finally:
                changes.unlink(missing_ok=True)
        return 0

    def _activate(self, publisher: Publisher, now: datetime.datetime) -> tuple[Edition | None, ReleaseError | None]:
        """Put in force what is due; the edition then, and why something was left out."""
        statement = publisher.statement
        if statement is None:
            return self.shelf.current(), None
        foreign = self._foreign(publisher)
        chosen = [
            one.pin
            for one in statement.in_force(now)
            if one.pin.name not in foreign and self.shelf.path_of(one.pin).is_file()
        ]
        current = self.shelf.current()
        used = current.releases if current else ()
        withdrawn = {one.pin.digest for one in statement.releases if one.retracted and one.pin.name not in foreign}
        names = {pin.name for pin in chosen}
        gone = [pin.name for pin in used if pin.digest in withdrawn and pin.name not in names]
        fit, unfit = self._fitting([pin for pin in chosen if pin not in used])
        if fit:
            current = self.shelf.use_all([*(pin for pin in chosen if pin in used), *fit])
            later, unfit = self._fitting([pin for pin in chosen if pin not in used and pin not in fit])
            if later:  # it builds on what came with it
                current = self.shelf.use_all(later)
        for name in gone:
            current = self.shelf.drop(name)
        return current, unfit

    def _fitting(self, pins: list[Pin]) -> tuple[list[Pin], ReleaseError | None]:
        """Those that may be put in force on the shelf as it is now, and why the first of the others may not."""
        found: list[Pin] = []
        unfit: ReleaseError | None = None
        for pin in pins:
            try:
                if self._fits is not None:
                    self._fits(self.shelf.path_of(pin), self.shelf)
                found.append(pin)
            except ReleaseError as error:
                unfit = unfit or error
        return found, unfit

    def _keep(self, publisher: Publisher) -> Publisher:
        held = orjson.loads(publisher.held.as_bytes())
        said = {"address": publisher.address, "rank": publisher.rank, "heard": publisher.heard, "held": held}
        data = orjson.dumps(said, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        path = self._path(publisher.name)
        with contextlib.suppress(FileNotFoundError):
            if path.read_bytes() == data:
                return publisher
        atomic.write(path, data)
        return publisher

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    @contextmanager
    def _changing(self) -> Iterator[None]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with locks.held(self.folder / ".lock"):
                atomic.sweep(self.folder)
                yield
        except OSError as error:
            raise _unwritable(error, self.folder) from None


def _unwritable(error: OSError, folder: Path) -> ReleaseError:
    return ReleaseError(
        f"{error.filename or folder} cannot be written: {error.strerror}. Make room or make it writable; "
        f"{refusals.KEPT.en}",
        f"{error.filename or folder} نوشته نمی‌شود: {error.strerror}. جا باز کنید یا نوشتنی‌اش کنید؛ {refusals.KEPT.fa}",
    )


def _room_for(length: int, folder: Path) -> None:
    """Raise OSError before a byte is fetched where the disk cannot hold the release; it is copied nowhere else."""
    if shutil.disk_usage(folder).free < length:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))


def signed_pins(publishers: Iterable[Publisher]) -> dict[str, tuple[Publisher, Published]]:
    """Every release that a publisher of this shelf has signed, by digest."""
    return {
        one.pin.digest: (publisher, one)
        for publisher in publishers
        for one in (publisher.statement.releases if publisher.statement else ())
    }

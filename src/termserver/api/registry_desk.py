"""What the routes over registries ask: entries from the releases on the shelf, what was known earlier from the store.

The store is opened only where there is one: a follower serves its releases without any database.
"""

import os
import threading
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from termserver.access.audiences import Shaper
from termserver.access.policy import Standing
from termserver.api.answers import Problem
from termserver.api.entry_limits import EntryLimits
from termserver.api.registry_sums import Sums
from termserver.model.codes import Audience, CodeSystem, Coding, Concept
from termserver.model.days import Day, Period
from termserver.model.errors import UnknownCode
from termserver.model.registries import (
    STORE_FILE,
    Change,
    Changes,
    RecordedEntry,
    checksum_of,
    is_registry,
    record_of,
)
from termserver.model.text import Text
from termserver.model.values import replace
from termserver.releases.editions import default_folder
from termserver.service import TermServer
from termserver.terminology.registry_views import Verdict, View, canonical_code, view

if TYPE_CHECKING:
    from termserver.database.registry_store import RegistryStore

VERIFIED_AS_ONE = 100
"""So many verified numbers count as one entry read: their answer tells far less."""


class Desk:
    """The registries of one edition; what a caller may see is theirs by ``Standing``, without one what anybody may.

    Safe to share between threads.
    """

    def __init__(self, server: TermServer) -> None:
        self.server = server
        self.limits = EntryLimits()
        self._shapers: dict[tuple[str, Audience, tuple[str, ...]], Shaper] = {}
        self._store: RegistryStore | None = None
        self._sums = Sums()
        self._lock = threading.Lock()

    # which

    def registries(self) -> list[CodeSystem]:
        """The registries of the edition."""
        return [system for system in self.server.systems() if is_registry(system)]

    def registry(self, name: str) -> CodeSystem:
        """The registry by any of its names; raise UnknownSystem, or Problem if it is a list of codes."""
        system = self.server.resolve(name)
        if not is_registry(system):
            raise Problem(
                404,
                "not-a-registry",
                Text(
                    f"«{system.id}» فهرست کد است، نه ثبت؛ نشانی آن /api/codesystems/{system.id} است.",
                    f"'{system.id}' is a list of codes, not a registry; it is at /api/codesystems/{system.id}.",
                ),
            )
        return system

    def shaper(self, system: CodeSystem, standing: Standing | None = None) -> Shaper:
        """What the caller may see of the registry's entries."""
        audience = standing.audience(system.id) if standing else Audience.PUBLIC
        key = system.id, audience, standing.hidden(system.id) if standing else ()
        known = self._shapers.get(key)
        return known if known is not None else self._shapers.setdefault(key, Shaper(system, *key[1:]))

    # entries

    def entry(self, system: CodeSystem, written: str, known_on: str = "") -> tuple[Concept, RecordedEntry | None]:
        """The entry, as it is now or as it was known on that day; raise UnknownCode or Problem."""
        code = canonical_code(system.id, written) or written
        if known_on:
            store = self.records(system)
            recorded = store.entry(system.id, code, known_on)
            if recorded is None:
                raise UnknownCode(
                    f"On {known_on} no entry {written[:40]} was known in {system.id}.",
                    f"در {known_on} ورودی {written[:40]} در «{system.id}» دانسته نبود.",
                )
            return recorded.concept, recorded
        concept = self.server.terminology.entry(system.id, code)
        if concept is None:
            self.server.lookup(Coding(system.id, code))  # says what is nearest, or that nothing is here
            raise UnknownCode(f"There is no entry {code[:40]}.", f"ورودی {code[:40]} نیست.")
        return concept, None

    def history(self, system: CodeSystem, written: str, standing: Standing | None = None) -> list[dict[str, Any]]:
        """Every recorded version of an entry, the oldest first."""
        code = canonical_code(system.id, written) or written
        store = self.records(system)
        versions = store.history(system.id, code)
        if not versions:
            raise UnknownCode(
                f"Nothing was ever recorded of {written[:40]} in {system.id}.",
                f"از {written[:40]} در «{system.id}» هرگز چیزی ثبت نشده است.",
            )
        shaper = self.shaper(system, standing)
        return [
            replace(one, concept=replace(one.concept, properties=shaper.properties(one.concept.properties))).as_json()
            for one in versions
        ]

    def shown(
        self, system: CodeSystem, concept: Concept, on: Day, language: str, standing: Standing | None = None
    ) -> dict[str, Any]:
        """An entry as the caller may see it: its facts (on the day, where one is given), and how it stands."""
        entry = view(system.id, concept)
        seen = self.shaper(system, standing).properties(concept.properties)
        properties = [one for one in seen if not on or one.period.holds(on)]
        said = {
            "registry": system.id,
            "code": concept.code,
            "display": concept.display.in_language(language),
            "display_fa": concept.display.fa,
            "display_en": concept.display.en,
            "status": str(concept.status),
            "period": _period(concept.period),
            "replaced_by": list(concept.replaced_by),
            "designations": [
                {"language": one.language, "use": one.use, "value": one.value} for one in concept.designations
            ],
            "properties": [
                {"code": one.code, "value": record_of(one.value) or one.value, "period": _period(one.period)}
                for one in properties
            ],
            "standing": _told(entry.is_valid(on)) if on else None,
            "timeline": _timeline(entry),
        }
        return {**said, "on": on} if on else said

    # what changed

    def changes(self, system: CodeSystem, after: int, limit: int, standing: Standing | None = None) -> dict[str, Any]:
        """A page of the change feed as the caller may see it; raise Problem where there is no store."""
        shaper = self.shaper(system, standing)
        store = self.records(system)
        cursor = store.state(system.id).cursor
        page = store.changes(system.id, after, limit)
        shown, total = [], 0
        for change in page.changes:
            body = _written(change.body, shaper)
            total += _number(body)
            shown.append(_shown(change, body))
        self._sums.shown(shaper.key, cursor, after, page.next_cursor, total)
        checksum = self._checksum(store, page, shaper) if page.complete else ""
        said: dict[str, Any] = {
            "registry": system.id,
            "changes": shown,
            "next": page.next_cursor,
            "complete": page.complete,
        }
        if page.complete:
            said |= {"checksum": checksum, "entries": page.entries}
        return said

    def _checksum(self, store: "RegistryStore", page: Changes, shaper: Shaper) -> str:
        """The checksum of what the caller holds at the end: of the entries as they are shown, not as they are kept."""
        total = self._sums.whole(shaper.key, page.next_cursor)
        if total is None:
            with self._lock:
                total = self._sums.whole(shaper.key, page.next_cursor)
                if total is None:
                    total = _summed(store, page, shaper, None)
                    if store.state(page.registry).cursor != page.next_cursor:  # a load came between
                        total = _summed(store, page, shaper, page.next_cursor)
                    self._sums.read(shaper.key, page.next_cursor, total)
        return checksum_of((total,))

    # who looked

    def allow(self, address: str, count: float, standing: Standing | None = None) -> None:
        """Raise Problem (429) if the caller has read too many entries."""
        self.limits.allow(address, count, standing)

    # the store

    @property
    def keeps_records(self) -> bool:
        """Whether this node has a store of record."""
        return bool(self._store is not None or os.environ.get("TERMSERVER_DATABASE_URL") or _file())

    def records(self, system: CodeSystem) -> "RegistryStore":
        """The store of record; raise Problem if this node has none."""
        place = os.environ.get("TERMSERVER_DATABASE_URL") or _file()
        if self._store is None and place:
            from termserver.database.registry_store import RegistryStore

            with self._lock:
                self._store = self._store or RegistryStore.open(place)
        if self._store is None:
            raise Problem(
                404,
                "no-store",
                Text(
                    f"این گره تنها انتشارها را دارد؛ سرگذشت «{system.id}» نزد ناشر است.",
                    f"This node has releases only; the history of {system.id} is kept by its publisher.",
                ),
            )
        return self._store

    def close(self) -> None:
        """Close the store, if it was opened, and keep how much was read today."""
        self.limits.close()
        if self._store is not None:
            self._store.close()
            self._store = None


def sum_of(entry: dict[str, Any]) -> int:
    """What an entry of the feed adds to the checksum: the SHA-256 of its canonical JSON as a number."""
    return _number(orjson.dumps(entry, option=orjson.OPT_SORT_KEYS))


def _number(body: bytes) -> int:
    return int.from_bytes(sha256(body).digest(), "big")


def _written(body: bytes, shaper: Shaper) -> bytes:
    """The canonical JSON of an entry as the caller may see it."""
    return orjson.dumps(shaper.entry(orjson.loads(body)), option=orjson.OPT_SORT_KEYS)


def _summed(store: "RegistryStore", page: Changes, shaper: Shaper, cursor: int | None) -> int:
    return sum(_number(_written(body, shaper)) for _, body in store.bodies(page.registry, cursor))


def _file() -> Path | None:
    folder = default_folder()
    path = folder / STORE_FILE if folder is not None else None
    return path if path is not None and path.is_file() else None


def _shown(change: Change, entry: bytes) -> dict[str, Any]:
    """A change, its entry written already: ten thousand open ones would keep the collector busier than all the rest."""
    return {
        "cursor": change.cursor,
        "code": change.code,
        "change": str(change.kind),
        "recorded": change.recorded,
        "entry": orjson.Fragment(entry),
    }


def _period(period: Period) -> dict[str, str] | None:
    return {"start": period.start, "end": period.end} if period else None


def _told(verdict: Verdict) -> dict[str, Any]:
    return {**verdict.as_json(), "says": verdict.says.as_json()}


def _timeline(entry: View) -> list[dict[str, Any]]:
    return [
        {"start": one.period.start, "end": one.period.end, **one.verdict.as_json()}
        for one in entry.standings.stretches()
    ]

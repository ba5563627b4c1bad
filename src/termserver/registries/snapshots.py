"""What is known of a registry becomes a release: a daily snapshot, what differs from the one before, and an extract.

A snapshot holds every entry, the closed ones too, without what nobody may see. The extract for
validators holds no more than tells whether an entry stands on a day: its code, its specialty, and
the periods of its licences, suspensions and the like.
"""

import contextlib
import gzip
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from termserver.build import Progress, build_release
from termserver.database.registry_store import RegistryStore
from termserver.model import garbage
from termserver.model.codes import (
    Audience,
    CodeSystem,
    CodeSystemContent,
    Concept,
    Content,
    Designation,
    Property,
    PropertyDefinition,
    Status,
)
from termserver.model.days import ALWAYS, Day, Period
from termserver.model.registries import Change, LoadKind, LoadStatus, RegistryState, Snapshot, UnknownRegistry
from termserver.model.releases import Edition, Pin
from termserver.model.text import Text
from termserver.model.values import replace, value
from termserver.registries.definition import Definition
from termserver.releases import atomic, stamps
from termserver.releases.digests import sha256
from termserver.releases.shelf import Shelf

EXTRACT = "-extract"
"""What the name of a registry's extract ends with."""
DELTAS = "deltas"
_TELLING = frozenset(
    ("licence", "registration", "active", "certificate", "suspended", "revoked", "locked", "approved", "specialty")
)
"""What tells whether an entry stands on a day (``validation.registries``), and its specialty."""
_TELLING_FIELDS = frozenset(("kind", "reason", "specialty"))


@value
class Made:
    """A release that was made of a registry. ``delta`` is the file of what differs from the snapshot before, if any."""

    pin: Pin
    edition: Edition
    entries: int
    cursor: int
    delta: Path | None = None
    changes: int = 0

    def as_json(self) -> dict[str, Any]:
        return {
            "release": self.pin.as_json(),
            "edition": self.edition.as_json(),
            "entries": self.entries,
            "cursor": self.cursor,
            "delta": self.delta.name if self.delta else None,
            "changes": self.changes,
        }


def concepts(definition: Definition, bodies: Iterable[tuple[str, bytes]], extract: bool = False) -> Iterator[Concept]:
    """The entries as a release holds them; equal facts are one object, which a registry of a nation needs to fit."""
    shared: dict[Any, Property | None] = {}
    periods: dict[tuple[str, str], Period] = {}
    kept = _kept(definition, extract)
    for _, body in bodies:
        said = orjson.loads(body)
        get = said.get
        display = get("display") or {}
        properties = []
        for stated in get("properties", ()):
            code, told, period = stated["code"], stated["value"], stated.get("period")
            fields = kept.get(code)
            if fields is None:
                continue
            if told.__class__ is str and not period:
                known = shared.get((code, told))
                if known is None:
                    known = shared[code, told] = Property(code, told)
                properties.append(known)
                continue
            if told.__class__ is not str:
                if fields:
                    told = {name: one for name, one in told.items() if name in fields}
                told = orjson.dumps(told, option=orjson.OPT_SORT_KEYS).decode()
            properties.append(Property(code, told, _period(period, periods)))
        plain = not extract
        yield Concept(
            said["code"],
            Text(display.get("fa", ""), display.get("en", "")) if plain else Text(said["code"], said["code"]),
            tuple(get("parents", ())) if plain else (),
            Status.RETIRED if get("status") == "retired" else Status.ACTIVE,
            _period(get("period"), periods),
            tuple(get("replaced_by", ())),
            tuple(Designation(one["language"], one["value"], one["use"]) for one in get("designations", ()))
            if plain
            else (),
            tuple(dict.fromkeys(properties)) if extract else tuple(properties),
            get("source", "") if plain else "",
        )


def _period(said: Mapping[str, str] | None, periods: dict[tuple[str, str], Period]) -> Period:
    if not said:
        return ALWAYS
    sides = (said.get("start", ""), said.get("end", ""))
    known = periods.get(sides)
    if known is None:
        known = periods[sides] = Period(*sides)
    return known


def _kept(definition: Definition, extract: bool) -> dict[str, frozenset[str]]:
    """The properties that are kept; of a record with fields that are not, the ones that are, else nothing."""
    kept = {}
    for known in definition.system.properties:
        if known.audience == Audience.NOBODY or (
            extract and (known.code not in _TELLING or known.audience != Audience.PUBLIC)
        ):
            continue
        fields = [field.code for field in known.fields]
        if extract:
            left = [
                name
                for name in fields
                if name in _TELLING_FIELDS and definition.audience(known.code, name) == Audience.PUBLIC
            ]
            kept[known.code] = frozenset(left) or frozenset(("",))
        else:
            left = [name for name in fields if definition.audience(known.code, name) != Audience.NOBODY]
            kept[known.code] = frozenset(left) if len(left) < len(fields) else frozenset()
    return kept


def _system(definition: Definition, version: str, content: Content, extract: bool) -> CodeSystem:
    if not extract:
        return replace(definition.system, version=version, content=content)
    kept = _kept(definition, extract)
    properties: list[PropertyDefinition] = []
    for known in definition.system.properties:
        fields = kept.get(known.code)
        if fields is None:
            continue
        if fields:
            known = replace(
                known,
                fields=tuple(field for field in known.fields if field.code in fields),
                key=tuple(name for name in known.key if name in fields),
            )
        properties.append(known)
    return replace(definition.system, version=version, content=content, properties=tuple(properties))


def make(
    store: RegistryStore,
    definition: Definition,
    day: Day,
    shelf: Shelf | None = None,
    *,
    known_on: str = "",
    complete: bool | None = None,
    extract: bool = False,
    use: bool = True,
    shared: bool = False,
    progress: Progress | None = None,
) -> Made:
    """Make the release of a registry, put it on the shelf and, unless told otherwise, into the current edition.

    It is called after the registry, its version is the day (``2026.11.21``, the second one of a day
    ``2026.11.21.2``). ``known_on`` makes it of what was known then. ``complete`` is the maker's word
    that the registry is whole; unsaid, it is where the last full load lost no row. ``shared`` as in
    ``build_release``.
    """
    state = store.state(definition.id)
    if not state.entries:
        raise UnknownRegistry(
            f"Nothing was ever loaded into the registry {definition.id}. "
            f"Run: termserver registry load {definition.id} FILE",
            f"در ثبت {definition.id} چیزی بارگذاری نشده است. اجرا کنید: termserver registry load {definition.id} FILE",
        )
    cursor = store.cursor_on(definition.id, known_on) if known_on else state.cursor
    shelf = shelf or Shelf()
    name = definition.id + (EXTRACT if extract else "")
    version = _version(store, shelf, name, day)
    content = Content.COMPLETE if (_whole(store, definition.id) if complete is None else complete) else Content.FRAGMENT
    bodies = store.bodies(definition.id, cursor if cursor < state.cursor else None)
    with garbage.none_sought():
        entries = tuple(concepts(definition, bodies, extract))
    system = _system(definition, version, content, extract)
    path = atomic.neighbour(shelf.releases / f"{name}.release")
    try:
        with garbage.none_sought():
            manifest = build_release([CodeSystemContent(system, entries)], path, name, version, progress, shared)
        pin = shelf.adopt(path, manifest)
    finally:
        with contextlib.suppress(OSError):
            stamps.remove(path)
            path.unlink(missing_ok=True)
    delta, changes = None, 0
    if not extract:
        delta, changes = _delta(store, definition, shelf, pin, cursor, state)
        store.remember(Snapshot(definition.id, version, pin.digest, cursor, state.recorded))
    edition = shelf.use_all([pin]) if use else shelf.current() or Edition((), "")
    return Made(pin, edition, len(entries), cursor, delta, changes)


def _whole(store: RegistryStore, registry: str) -> bool:
    """Whether the last full load of a registry lost no row."""
    full = next(
        (load for load in store.loads(registry) if load.kind is LoadKind.FULL and load.status is LoadStatus.APPLIED),
        None,
    )
    return full is not None and not full.summary.get("rows", {}).get("rejected", 1)


def _version(store: RegistryStore, shelf: Shelf, name: str, day: Day) -> str:
    version = day.replace("-", ".")
    taken = {one.version for one in store.snapshots(name)}
    taken |= {one.pin.version for one in shelf.installed() if one.pin.name == name}
    again = [int(found[1]) for one in taken if (found := re.fullmatch(re.escape(version) + r"\.([0-9]+)", one))]
    return version if version not in taken else f"{version}.{max([1, *again]) + 1}"


def _delta(
    store: RegistryStore, definition: Definition, shelf: Shelf, pin: Pin, cursor: int, state: RegistryState
) -> tuple[Path | None, int]:
    """What differs from the snapshot before, as a file beside the releases: a head line, then an entry a line."""
    before = next((one for one in store.snapshots(definition.id) if one.cursor <= cursor), None)
    if before is None:
        return None, 0
    path = shelf.folder / DELTAS / f"{definition.id}-{before.version}-{pin.version}.ndjson.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [_shown(definition, change) for change in store.between(definition.id, before.cursor, cursor)]
    body = b"".join(lines)
    head = {
        "registry": definition.id,
        "from": {"version": before.version, "digest": before.digest, "cursor": before.cursor},
        "to": {"version": pin.version, "digest": pin.digest, "cursor": cursor},
        "changes": len(lines),
        "sha256": sha256(body),
    }
    data = orjson.dumps(head, option=orjson.OPT_APPEND_NEWLINE) + body
    atomic.write(path, gzip.compress(data, mtime=0))
    return path, len(lines)


def _shown(definition: Definition, change: Change) -> bytes:
    """A change without what nobody may see."""
    kept = _kept(definition, False)
    said = orjson.loads(change.body)
    properties = []
    for stated in said.get("properties", ()):
        fields = kept.get(stated["code"])
        if fields is None:
            continue
        if fields and isinstance(stated["value"], dict):
            stated["value"] = {name: one for name, one in stated["value"].items() if name in fields}
        properties.append(stated)
    if properties:
        said["properties"] = properties
    else:
        said.pop("properties", None)
    return orjson.dumps(
        {"cursor": change.cursor, "change": str(change.kind), "recorded": change.recorded, "entry": said},
        option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE,
    )

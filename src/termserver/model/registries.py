"""The words of the baseline registries: what is recorded of an entry, when, and what a load did.

An entry is a ``Concept``; a fact of it a ``Property`` with the period in which it is true in the
world. When it became known is another matter: every load that changes an entry records a new
version of it under the next number of the registry's *cursor*, and no version is ever changed.
"""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from termserver.model.codes import CodeSystem, Concept, Designation, Kind, Property, Status
from termserver.model.days import ALWAYS, Day, Period
from termserver.model.errors import TermserverError
from termserver.model.text import Text
from termserver.model.values import value

Instant = str
"""A moment in UTC as ISO text to the second, ``2026-11-21T08:30:00Z``; comparing two compares the moments."""


_REGISTRIES_OF_THINGS = frozenset(("irc", "generic", "erx", "gtin", "imed-ir"))


def is_registry(system: CodeSystem) -> bool:
    """Whether a code system is one whose codes are entries, kept by a registrar and loaded into the store."""
    return system.kind is Kind.REGISTRY or system.id in _REGISTRIES_OF_THINGS


STORE_FILE = "registries.db"
"""What the store of record is called on a shelf, where it is a file there."""


class RegistryError(TermserverError):
    """The store of the registries cannot be read or written, or a load cannot be done."""


class RegistryBusy(RegistryError):
    """Another load is writing to the registry just now."""


class UnknownRegistry(RegistryError):
    """No registry is known by that name."""


class ChangeKind(StrEnum):
    """What a load did to an entry. A closed one keeps its whole record; the change is the tombstone."""

    ADDED = "added"
    CHANGED = "changed"
    CLOSED = "closed"
    REOPENED = "reopened"


class Verdict(StrEnum):
    """What became of a row of a load."""

    ACCEPTED = "accepted"
    WARNED = "warning"
    REJECTED = "rejected"


class LoadKind(StrEnum):
    """A full file closes the entries that it lacks; a delta says what it closes."""

    FULL = "full"
    DELTA = "delta"


class LoadStatus(StrEnum):
    APPLIED = "applied"
    UNCHANGED = "unchanged"
    STOPPED = "stopped"
    DRY_RUN = "dry-run"


@value
class RecordedEntry:
    """A version of an entry: what was known of it from ``recorded_from`` until before ``recorded_to`` (empty: now)."""

    registry: str
    concept: Concept
    cursor: int
    change: ChangeKind
    recorded_from: Instant
    recorded_to: Instant = ""
    load: int = 0

    def as_json(self) -> dict[str, Any]:
        return {
            "registry": self.registry,
            "cursor": self.cursor,
            "change": str(self.change),
            "recorded_from": self.recorded_from,
            "recorded_to": self.recorded_to,
            "load": self.load,
            "entry": entry_json(self.concept),
        }


@value
class Change:
    """One step of the change feed. ``body`` is the canonical JSON of the whole entry (``entry_json``)."""

    cursor: int
    code: str
    kind: ChangeKind
    recorded: Instant
    body: bytes

    def as_json(self) -> dict[str, Any]:
        return {
            "cursor": self.cursor,
            "code": self.code,
            "change": str(self.kind),
            "recorded": self.recorded,
            "entry": json.loads(self.body),
        }


@value
class Changes:
    """A page of the change feed, oldest first.

    ``complete``: nothing is recorded after ``next_cursor``; then who holds every entry it was ever
    sent, each in its last form, holds ``entries`` of them, and ``checksum`` is their sum
    (``checksum_of``).
    """

    registry: str
    changes: tuple[Change, ...]
    next_cursor: int
    complete: bool
    checksum: str
    entries: int


@value
class RegistryState:
    """A registry as it stands in the store: the last cursor, how many entries were ever there and how many are open."""

    registry: str
    cursor: int = 0
    entries: int = 0
    active: int = 0
    checksum: str = "0" * 64
    recorded: Instant = ""


@value
class Load:
    """One load as the store remembers it. ``summary`` is the JSON of its report without the single rows."""

    number: int
    registry: str
    kind: LoadKind
    status: LoadStatus
    recorded: Instant
    day: Day
    source: str
    file: str
    sha256: str
    first_cursor: int
    last_cursor: int
    summary: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {
            "load": self.number,
            "registry": self.registry,
            "kind": str(self.kind),
            "status": str(self.status),
            "recorded": self.recorded,
            "day": self.day,
            "source": self.source,
            "file": self.file,
            "sha256": self.sha256,
            "first_cursor": self.first_cursor,
            "last_cursor": self.last_cursor,
            "summary": dict(self.summary),
        }


@value
class Snapshot:
    """A release that was made of a registry: what was known when the cursor stood there."""

    registry: str
    version: str
    digest: str
    cursor: int
    recorded: Instant


@value
class RowNote:
    """Something noticed in a row: which rule, at which column or property, the value met, and what was said of it."""

    row: int
    code: str
    verdict: Verdict
    rule: str
    at: str
    value: str
    message: Text

    def as_json(self) -> dict[str, Any]:
        return {
            "row": self.row,
            "code": self.code,
            "verdict": str(self.verdict),
            "rule": self.rule,
            "at": self.at,
            "value": self.value,
            "message": self.message.as_json(),
        }


def note_of(said: Mapping[str, Any]) -> RowNote:
    """The note that such JSON says."""
    verdict, message = Verdict(said["verdict"]), Text(**said["message"])
    return RowNote(said["row"], said["code"], verdict, said["rule"], said["at"], said["value"], message)


def record_text(fields: Mapping[str, Any]) -> str:
    """A record as the value of a property: one JSON object, sorted keys, no spaces, nothing empty.

    >>> record_text({"number": "7", "kind": "office", "place": ""})
    '{"kind":"office","number":"7"}'
    """
    said = {name: said for name, said in fields.items() if said not in ("", None)}
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def record_of(stated: str) -> dict[str, Any]:
    """The fields of a record; empty for a plain value."""
    if not stated.startswith("{"):
        return {}
    try:
        said = json.loads(stated)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def entry_json(concept: Concept) -> dict[str, Any]:
    """An entry in the form of load files and of the change feed; what is empty is left out."""
    said: dict[str, Any] = {"code": concept.code}
    display = {name: words for name, words in concept.display.as_json().items() if words}
    if display:
        said["display"] = display
    if concept.status is not Status.ACTIVE:
        said["status"] = str(concept.status)
    if concept.period:
        said["period"] = _period_json(concept.period)
    if concept.parents:
        said["parents"] = list(concept.parents)
    if concept.replaced_by:
        said["replaced_by"] = list(concept.replaced_by)
    if concept.designations:
        said["designations"] = [
            {"language": one.language, "use": one.use, "value": one.value} for one in concept.designations
        ]
    if concept.properties:
        said["properties"] = [_property_json(one) for one in concept.properties]
    if concept.source:
        said["source"] = concept.source
    return said


def _property_json(known: Property) -> dict[str, Any]:
    said: dict[str, Any] = {"code": known.code, "value": record_of(known.value) or known.value}
    if known.period:
        said["period"] = _period_json(known.period)
    return said


def _period_json(period: Period) -> dict[str, str]:
    return {name: day for name, day in (("start", period.start), ("end", period.end)) if day}


def entry_of(said: Mapping[str, Any]) -> Concept:
    """The entry that such JSON says; records become the canonical text of theirs."""
    get = said.get
    display = get("display") or {}
    return Concept(
        code=said["code"],
        display=Text(display.get("fa", ""), display.get("en", "")),
        parents=tuple(get("parents", ())),
        status=Status(get("status", Status.ACTIVE)),
        period=_period_of(get("period")),
        replaced_by=tuple(get("replaced_by", ())),
        designations=tuple(
            Designation(one["language"], one["value"], one.get("use", "synonym")) for one in get("designations", ())
        ),
        properties=tuple(
            Property(
                one["code"],
                record_text(one["value"]) if isinstance(one["value"], dict) else one["value"],
                _period_of(one.get("period")),
            )
            for one in get("properties", ())
        ),
        source=get("source", ""),
    )


def _period_of(said: Mapping[str, str] | None) -> Period:
    return Period(said.get("start", ""), said.get("end", "")) if said else ALWAYS


def checksum_of(sums: "list[int] | tuple[int, ...]") -> str:
    """The checksum of a registry: the SHA-256 of every entry's canonical JSON, added up modulo 2^256, in hex.

    It does not depend on the order, and one changed entry changes it without reading the others.
    """
    return f"{sum(sums) % (1 << 256):064x}"

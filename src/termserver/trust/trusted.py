"""What is believed of a publisher: the steps of a TUF client, and this house's own rule for what has expired.

Promises: a version that was seen is never gone below; a new root is signed by the old keys and by its
own; whatever is refused leaves what was held as it was. Expired metadata brings nothing new, and takes
nothing away: care must not wait for a committee's calendar.
"""

import datetime
from typing import Protocol

import orjson

from termserver.model.values import replace, value
from termserver.trust import refusals, statement
from termserver.trust.metadata import ROOT, SNAPSHOT, TARGETS, TIMESTAMP, Document, moment
from termserver.trust.statement import Statement

LIMITS = {ROOT: 512_000, TIMESTAMP: 16_384, SNAPSHOT: 65_536, TARGETS: 16_000_000}
"""Bytes of each document; a larger one is none."""
ROTATIONS = 64
"""New roots that one visit follows; a mirror that offers more is keeping us busy."""


class Metadata(Protocol):
    """Where the documents come from."""

    def metadata(self, name: str, limit: int) -> bytes | None:
        """The bytes of that name, at most ``limit`` of them (raise Refused); None if there are none."""


@value
class Held:
    """The last documents that were good, as they came. The root alone may stand by itself."""

    root: bytes
    timestamp: bytes = b""
    snapshot: bytes = b""
    targets: bytes = b""

    def as_bytes(self) -> bytes:
        told = {name: getattr(self, name).decode() for name in (ROOT, TIMESTAMP, SNAPSHOT, TARGETS)}
        return orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Held":
        """What ``as_bytes`` wrote; raise ValueError or KeyError for anything else."""
        said = orjson.loads(data)
        return cls(*(said[name].encode() for name in (ROOT, TIMESTAMP, SNAPSHOT, TARGETS)))


def trust_root(data: bytes) -> Held:
    """Begin to trust: a root that came by a way of its own (a letter, a committee's meeting), signed by itself."""
    root = Document.parse(ROOT, data)
    _demand(root, root)
    return Held(data)


def newest_root(held: Held, source: Metadata) -> Held:
    """Follow the chain of roots, each signed by the keys of the one before and by its own; to be kept at once."""
    root = Document.parse(ROOT, held.root)
    for _ in range(ROTATIONS):
        data = source.metadata(f"{root.version + 1}.root.json", LIMITS[ROOT])
        if data is None:
            return held
        new = Document.parse(ROOT, data)
        if new.version != root.version + 1:
            raise refusals.rolled_back(f"{root.version + 1}.root.json", new.version, root.version + 1)
        _demand(root, new)
        _demand(new, new)
        root, held = new, replace(held, root=data)
    raise refusals.too_much("root.json", ROTATIONS)


def update(held: Held, source: Metadata, now: datetime.datetime) -> Held:
    """What is believed after asking ``source``: the same, or something newer; the root is the newest already.

    Raise Refused if what is offered is not to be believed, Unreachable if nobody answers.
    """
    root = Document.parse(ROOT, held.root)
    _demand_fresh(root, now)
    offered = _needed(source, "timestamp.json", LIMITS[TIMESTAMP])
    timestamp = Document.parse(TIMESTAMP, offered)
    _demand(root, timestamp)
    known = _floor(root, TIMESTAMP, held.timestamp)
    named = timestamp.names("snapshot.json")
    if known is not None:
        if timestamp.version < known.version:
            raise refusals.rolled_back("timestamp.json", timestamp.version, known.version)
        if named.version < (lowest := known.names("snapshot.json").version):
            raise refusals.rolled_back("snapshot.json", named.version, lowest)
        if timestamp.version == known.version and timestamp.payload != known.payload:
            raise refusals.mixed("timestamp.json")
    _demand_fresh(timestamp, now)

    data = _needed(source, f"{named.version}.snapshot.json", LIMITS[SNAPSHOT])
    if not named.fits(data):
        raise refusals.mixed(f"{named.version}.snapshot.json")
    snapshot = Document.parse(SNAPSHOT, data)
    _demand(root, snapshot)
    if snapshot.version != named.version:
        raise refusals.mixed("snapshot.json")
    _demand_fresh(snapshot, now)

    wanted = snapshot.names("targets.json")
    if (before := _floor(root, TARGETS, held.targets)) is not None and wanted.version < before.version:
        raise refusals.rolled_back("targets.json", wanted.version, before.version)
    listed = _needed(source, f"{wanted.version}.targets.json", LIMITS[TARGETS])
    if not wanted.fits(listed):
        raise refusals.mixed(f"{wanted.version}.targets.json")
    targets = Document.parse(TARGETS, listed)
    _demand(root, targets)
    if targets.version != wanted.version:
        raise refusals.mixed("targets.json")
    _demand_fresh(targets, now)
    statement.read(targets)
    return Held(held.root, offered, data, listed)


def statement_of(held: Held) -> Statement | None:
    """What the publisher says, by the targets that are held; None before the first visit."""
    return statement.read(Document.parse(TARGETS, held.targets)) if held.targets else None


def seen_until(held: Held) -> datetime.datetime | None:
    """The publisher's own clock at its last word; a clock of ours that is before it is wrong."""
    said = Document.parse(TIMESTAMP, held.timestamp).said.get("at", "") if held.timestamp else ""
    return moment(said) if said else None


def now_of(held: Held, clock: datetime.datetime) -> datetime.datetime:
    """The instant to go by: our clock, unless the publisher has proved it to be slow."""
    seen = seen_until(held)
    return max(clock, seen) if seen else clock


def stale_since(held: Held, now: datetime.datetime) -> str:
    """The first instant at which something that is held expired; empty while all of it holds."""
    documents = [
        Document.parse(role, data) for role in (ROOT, TIMESTAMP, SNAPSHOT, TARGETS) if (data := getattr(held, role))
    ]
    return min((one.expires for one in documents if one.is_expired(now)), default="")


def _floor(root: Document, role: str, data: bytes) -> Document | None:
    """The held document below which no version goes, while the newest root still believes it.

    Whoever held keys that were taken away may have counted far ahead: under new keys the counting
    begins anew (TUF 5.3.11).
    """
    known = Document.parse(role, data) if data else None
    return known if known is not None and root.count(known).enough else None


def _demand(root: Document, document: Document) -> None:
    count = root.count(document)
    if not count.enough:
        raise refusals.too_few_signatures(document.label, len(count.signed), count.threshold)


def _demand_fresh(document: Document, now: datetime.datetime) -> None:
    if document.is_expired(now):
        raise refusals.expired(document.label, document.expires)


def _needed(source: Metadata, name: str, limit: int) -> bytes:
    data = source.metadata(name, limit)
    if data is None:
        raise refusals.Unreachable(
            f"The publisher has no {name}. Is this the folder or address of a publication?",
            f"ناشر {name} ندارد. آیا این پوشه یا نشانی از آن یک انتشار است؟",
        )
    return data

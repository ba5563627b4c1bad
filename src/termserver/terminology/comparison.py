"""Two versions of a code system side by side: which codes came, went, or are said differently."""

from collections.abc import Iterator

from termserver.model.codes import Concept
from termserver.model.values import value
from termserver.releases.digests import natural
from termserver.terminology.details import decode_concept
from termserver.terminology.systems import OpenSystem
from termserver.terminology.tables import CONCEPT, DETAIL

ADDED, REMOVED, RENAMED, STATUS, MOVED, OTHER = KINDS = ("added", "removed", "renamed", "status", "moved", "other")
_BATCH = 512


@value
class Difference:
    """One code that is not the same in both versions; its ``kinds`` are some of ``KINDS``, the weightiest first."""

    code: str
    kinds: tuple[str, ...]
    before: Concept | None
    after: Concept | None


def compare(before: OpenSystem, after: OpenSystem) -> list[Difference]:
    """What differs, by code; concepts that are the same byte for byte are not even read."""
    old, new = dict(_bodies(before)), dict(_bodies(after))
    found = [Difference(code, *_difference(old.get(code), body)) for code, body in new.items() if old.get(code) != body]
    found += [Difference(code, *_difference(body, None)) for code, body in old.items() if code not in new]
    named = [_named(one) for one in found]
    return sorted(named, key=lambda one: natural(one.code))


def _bodies(system: OpenSystem) -> Iterator[tuple[str, bytes]]:
    """The concepts of the system as the release keeps them, by code key."""
    start = f"{system.number}:"
    codes = {row[1]: row[0][len(start) :] for row in system.reader.span(CONCEPT, start, f"{system.number};")}
    ordinals = list(codes)
    for first in range(0, len(ordinals), _BATCH):
        for ordinal, row in system.reader.many(DETAIL, ordinals[first : first + _BATCH]).items():
            yield codes[ordinal], row[1]


def _difference(old: bytes | None, new: bytes | None) -> tuple[tuple[str, ...], Concept | None, Concept | None]:
    before = decode_concept(old) if old is not None else None
    after = decode_concept(new) if new is not None else None
    if before is None or after is None:
        return (ADDED if before is None else REMOVED,), before, after
    told = (
        (RENAMED, before.display != after.display),
        (STATUS, (before.status, before.period, before.replaced_by) != (after.status, after.period, after.replaced_by)),
        (MOVED, before.parents != after.parents),
    )
    return tuple(kind for kind, differs in told if differs) or (OTHER,), before, after


def _named(one: Difference) -> Difference:
    concept = one.after or one.before
    return Difference(concept.code if concept else one.code, one.kinds, one.before, one.after)

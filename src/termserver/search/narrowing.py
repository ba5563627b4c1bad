"""What narrows a search and what is counted of it: values of properties, tops of hierarchies, days in force.

Sets of ordinals, made when the release is built; a filter is an intersection, a count is its size.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pyroaring import BitMap, FrozenBitMap

from termserver.model.codes import Entry, Status
from termserver.model.days import Day, Period
from termserver.model.fold import key
from termserver.model.ports import ReleaseReader
from termserver.model.releases import Table
from termserver.search.ordinals import NOBODY, members_of, stored, union

VALUES = Table("search_value", ("property TEXT", "value TEXT", "shown TEXT", "members BLOB"), 2)
"""Indexed property and folded value → the value as it is first written, and the ordinals that have it."""
TOPS = Table("search_top", ("ordinal INTEGER", "members BLOB"))
"""A concept that has children and no parent (a chapter, a province) → itself and everything below."""
PERIODS = Table("search_period", ("first TEXT", "last TEXT", "retired INTEGER", "members BLOB"), 3)
"""First and last day, and whether they are retired → the ordinals; those active at all times have no row."""

MOST_VALUES = 5_000
"""A property of more values is not counted by value."""


def tables(entries: Sequence[Entry]) -> Iterator[tuple[Table, Iterable[tuple[Any, ...]]]]:
    """The tables of these entries in static rank order."""
    yield VALUES, list(_values(entries))
    yield TOPS, [(top, stored(BitMap(found))) for top, found in sorted(_tops(entries).items())]
    yield PERIODS, list(_periods(entries))


def _values(entries: Iterable[Entry]) -> Iterator[tuple[str, str, str, bytes]]:
    found: dict[tuple[str, str], tuple[str, list[int]]] = {}
    for entry in entries:
        indexed = {definition.code for definition in entry.system.properties if definition.indexed}
        for stated in entry.concept.properties if indexed else ():
            if stated.code in indexed and key(stated.value):
                place = (stated.code, key(stated.value))
                found.setdefault(place, (stated.value, []))[1].append(entry.ordinal)
    for (name, folded), (shown, members) in sorted(found.items()):
        yield name, folded, shown, stored(BitMap(members))


_STEPS = 100
"""Who goes up so many steps goes round in a circle, perhaps."""


def _tops(entries: Sequence[Entry]) -> dict[int, list[int]]:
    places = {(e.system.id, e.system.version, e.concept.code): e.ordinal for e in entries if e.concept.code}
    above: list[list[int]] = []
    for entry in entries:
        system = entry.system
        known = (places.get((system.id, system.version, code), -1) for code in entry.concept.parents)
        above.append([ordinal for ordinal in known if ordinal >= 0 and ordinal != entry.ordinal])
    tops: dict[int, list[int]] = defaultdict(list)
    known_top: dict[int, int] = {}
    for start in range(len(entries)):
        at = _straight_up(start, above, known_top)
        if at >= 0:
            tops[at].append(start)
            continue
        seen = {start}
        level = [start]
        while level:
            level = [up for at in level for up in above[at] if up not in seen]
            seen.update(level)
        for at in seen:
            if not above[at]:
                tops[at].append(start)
    return {top: members for top, members in tops.items() if len(members) > 1}


def _straight_up(start: int, above: Sequence[Sequence[int]], known: dict[int, int]) -> int:
    """The top over a concept where one way leads up to it, as nearly everywhere; else -1. ``known`` are former tops."""
    passed: list[int] = []
    at = start
    while at not in known and len(above[at]) == 1 and len(passed) < _STEPS:
        passed.append(at)
        at = above[at][0]
    top = known.get(at, -1 if above[at] else at)
    if top >= 0:
        known.update(dict.fromkeys(passed, top))
    return top


def _periods(entries: Iterable[Entry]) -> Iterator[tuple[str, str, int, bytes]]:
    found: dict[tuple[str, str, bool], list[int]] = defaultdict(list)
    for entry in entries:
        own, whole = entry.concept.period, entry.system.period
        first = max(own.start, whole.start)
        last = min(filter(None, (own.end, whole.end)), default="")
        retired = entry.concept.status is Status.RETIRED
        if first or last or retired:
            found[first, last, retired].append(entry.ordinal)
    for (first, last, retired), members in sorted(found.items()):
        yield first, last, int(retired), stored(BitMap(members))


class Narrowing:
    """The sets of one release; each is read when it is asked for."""

    def __init__(self, reader: ReleaseReader, entries: int) -> None:
        self._reader = reader
        self._entries = entries

    def valued(self, name: str, value: str) -> FrozenBitMap:
        """Those with that value of an indexed property, whatever its spelling."""
        row = self._reader.get(VALUES, name, key(value))
        return members_of(row[3]) if row else NOBODY

    def between(self, name: str, low: str, high: str, most: int) -> FrozenBitMap | None:
        """Those with a value from ``low`` to ``high`` (numbers as numbers); None if there are too many to look at."""
        found = []
        for count, (_, folded, shown, members) in enumerate(self._reader.rows(VALUES, name)):
            if count >= most:
                return None
            if _in_range(shown, folded, low, high):
                found.append(members_of(members))
        return union(found)

    def properties(self) -> set[str]:
        """The indexed properties that anything has."""
        found: set[str] = set()
        row = next(self._reader.span(VALUES, "", chr(0x10FFFF), 1), None)
        while row is not None:
            found.add(row[0])
            row = next(self._reader.span(VALUES, row[0] + "\0", chr(0x10FFFF), 1), None)
        return found

    def values(self, name: str, within: FrozenBitMap) -> dict[str, int] | None:
        """How many of ``within`` have each value; None if there are too many values to count."""
        counts: dict[str, int] = {}
        for n, (_, _, shown, members) in enumerate(self._reader.rows(VALUES, name)):
            if n >= MOST_VALUES:
                return None
            number = within.intersection_cardinality(members_of(members))
            if number:
                counts[shown] = number
        return counts

    def tops(self) -> dict[int, FrozenBitMap]:
        """Every top of a hierarchy with what is below."""
        return {top: members_of(members) for top, members in self._reader.rows(TOPS)}

    def in_force(self, day: Day) -> FrozenBitMap:
        """Those that hold on the day; of the retired, those whose last day is known and not past."""
        rest = BitMap(range(self._entries))
        for first, last, retired, members in self._reader.rows(PERIODS):
            if not Period(first, last).holds(day) or (retired and not last):
                rest -= members_of(members)
        return FrozenBitMap(rest)


def _in_range(shown: str, folded: str, low: str, high: str) -> bool:
    try:
        number = float(shown)
        return (not low or float(low) <= number) and (not high or number <= float(high))
    except ValueError:
        return (not low or key(low) <= folded) and (not high or folded <= key(high) + chr(0x10FFFF))

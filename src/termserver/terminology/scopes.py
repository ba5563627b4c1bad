"""Parts of an edition that a search can be kept to: what lies below a code, what a value set holds.

Sets of ordinals by release; the search narrows itself by them without knowing how they came about.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from pyroaring import BitMap, FrozenBitMap

from termserver.model.codes import Include, ValueSet
from termserver.model.ports import ReleaseReader
from termserver.terminology.lookup import find
from termserver.terminology.systems import OpenSystem, Systems
from termserver.terminology.tables import ANCESTORS, CONCEPT, DESCENDANTS

_SPAN = re.compile(r"([A-Za-z][0-9]{2})-([A-Za-z][0-9]{2})")
Scope = Mapping[ReleaseReader, FrozenBitMap]
"""The ordinals of each release; a release that is not named has none."""

_ROMAN = [*("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"), *("XI", "XII", "XIII", "XIV", "XV", "XVI"),
          *("XVII", "XVIII", "XIX", "XX", "XXI", "XXII", "XXIII", "XXIV", "XXV")]  # fmt: skip


class Scopes:
    """The scopes of the systems of an edition."""

    def __init__(self, systems: Systems) -> None:
        self._systems = systems

    def below(self, code: str, among: Iterable[str] = ()) -> Scope:
        """The code and all below it, in every system that knows it; ``system|code`` means one of them.

        E10-E14 is also what lies from E10 to E14 where a system has no block of that name (ICD-10-CM: E08-E13).
        """
        name, bar, rest = code.rpartition("|")
        found: dict[ReleaseReader, FrozenBitMap] = {}
        for system in self._named([name] if bar else among):
            row = find(system, rest if bar else code, self._systems.metadata(system).widths)
            members = self._with_all_below(system, row[1]) if row is not None else self._between(system, rest)
            if members:
                self._add(found, system.reader, members)
        return found

    def chapter(self, code: str, among: Iterable[str] = ()) -> Scope:
        """The top of a hierarchy with all below it: a chapter, written IX or 9."""
        name, bar, rest = code.rpartition("|")
        wanted = {rest, rest.upper(), rest.lower()}
        if rest.upper() in _ROMAN:
            wanted.add(str(_ROMAN.index(rest.upper()) + 1))
        elif rest.isdecimal() and 0 < int(rest) <= len(_ROMAN):
            wanted |= {_ROMAN[int(rest) - 1], str(int(rest))}
        found: dict[ReleaseReader, FrozenBitMap] = {}
        for system in self._named([name] if bar else among):
            for spelled in wanted:
                row = find(system, spelled, ())
                if row is None or system.reader.get(ANCESTORS, row[1]) is not None:
                    continue
                if system.reader.get(DESCENDANTS, row[1]) is not None:
                    self._add(found, system.reader, self._with_all_below(system, row[1]))
        return found

    def members(self, value_set: ValueSet) -> Scope:
        """The concepts of a value set, as far as their systems are here."""
        found: dict[ReleaseReader, FrozenBitMap] = {}
        for include in value_set.include:
            for reader, some in self._of(include).items():
                self._add(found, reader, some)
        for exclude in value_set.exclude:
            for reader, some in self._of(exclude).items():
                found[reader] = found.get(reader, FrozenBitMap()) - some
        return found

    def _named(self, names: Iterable[str]) -> list[OpenSystem]:
        asked = [self._systems.resolve(name) for name in names]
        return [self._systems.stand_in(one) or one for one in asked] or self._systems.all()

    def _of(self, include: Include) -> Scope:
        system = self._systems.find(include.system)
        if system is None:
            return {}
        found = BitMap()
        whole = not include.codes and not include.under
        if whole or include.shape:
            shape = re.compile(include.shape, re.ASCII) if include.shape else None
            found |= self._listed(system, lambda code: shape is None or shape.fullmatch(code) is not None)
        if include.under:
            below = BitMap()
            for code in include.under:
                row = find(system, code, ())
                if row is not None:
                    members = system.reader.get(DESCENDANTS, row[1])
                    below |= BitMap.deserialize(members[1]) if members else BitMap()
            found = found & below if include.shape else found | below
        elif not whole and include.shape:
            found = BitMap()
        for code in include.codes:
            row = find(system, code, self._systems.metadata(system).widths)
            if row is not None:
                found.add(row[1])
        return {system.reader: FrozenBitMap(found)}

    @staticmethod
    def _listed(system: OpenSystem, holds: Callable[[str], bool]) -> BitMap:
        start = f"{system.number}:"
        rows = system.reader.span(CONCEPT, start, f"{system.number};")
        return BitMap([row[1] for row in rows if holds(row[0][len(start) :])])

    @staticmethod
    def _between(system: OpenSystem, span: str) -> FrozenBitMap:
        """The codes of the categories from one to another, both written as in ICD-10."""
        said = _SPAN.fullmatch(span.strip())
        if said is None:
            return FrozenBitMap()
        low, high = said[1].upper(), said[2].upper()
        rows = system.reader.span(CONCEPT, f"{system.number}:{low}", f"{system.number}:{high}\U0010ffff")
        return FrozenBitMap([row[1] for row in rows if "-" not in row[0]])

    @staticmethod
    def _with_all_below(system: OpenSystem, ordinal: int) -> FrozenBitMap:
        row = system.reader.get(DESCENDANTS, ordinal)
        own = FrozenBitMap([ordinal])
        return FrozenBitMap.deserialize(row[1]) | own if row else own

    @staticmethod
    def _add(found: dict[ReleaseReader, FrozenBitMap], reader: ReleaseReader, some: FrozenBitMap) -> None:
        found[reader] = found[reader] | some if reader in found else some


def united(scopes: Iterable[Scope]) -> Scope:
    """What lies in any of the scopes."""
    found: dict[ReleaseReader, list[FrozenBitMap]] = defaultdict(list)
    for scope in scopes:
        for reader, members in scope.items():
            found[reader].append(members)
    return {reader: FrozenBitMap.union(*some) for reader, some in found.items()}

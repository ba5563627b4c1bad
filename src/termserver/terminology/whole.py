"""One code system of an edition as a whole: its concepts by ordinal, in sets, with who stands above and below whom."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache

from pyroaring import BitMap, FrozenBitMap

from termserver.model.codes import CodeSystem, Concept
from termserver.model.releases import Table
from termserver.terminology.closure import NOBODY, Ordinals, opened
from termserver.terminology.details import decode_concept, decode_name
from termserver.terminology.lookup import find
from termserver.terminology.systems import OpenSystem
from termserver.terminology.tables import ANCESTORS, CHILDREN, CONCEPT, DESCENDANTS, DETAIL, unpack

_BATCH = 512
_FEW = 20
_KEPT = 10_000
"""Codes that are above others, and named again and again."""
_LAST = 64
"""Whoever asks for a concept asks for its parents in the next moment."""


class WholeSystem:
    """Reads lazily; what is asked of all concepts at once is kept as compressed sets."""

    def __init__(self, opened_system: OpenSystem, system: CodeSystem) -> None:
        self.system = system
        self._open = opened_system
        self.entry = lru_cache(_LAST)(self._read)
        self._above = lru_cache(_KEPT)(self.ordinal)

    @property
    def size(self) -> int:
        return self._open.concepts

    @cached_property
    def language(self) -> str:
        """The language of most displays: ``fa``, or ``en`` where the first few have no Persian one."""
        number = self._open.number
        first = [row[1] for row in self._open.reader.span(CONCEPT, f"{number}:", f"{number};", _FEW)]
        return "fa" if not first or any(self.entry(ordinal).display.fa for ordinal in first) else "en"

    def ordinal(self, code: str) -> int | None:
        """Where the code stands, in any of its widths; None if it is not listed."""
        row = find(self._open, code, self.system.widths)
        return row[1] if row is not None else None

    def ordinals(self, codes: Iterable[str]) -> FrozenBitMap:
        """Where these codes stand, those that are listed."""
        found = (self.ordinal(code) for code in codes)
        return FrozenBitMap(one for one in found if one is not None)

    def _read(self, ordinal: int) -> Concept:
        row = self._open.reader.get(DETAIL, ordinal)
        return decode_concept(row[1] if row else b'{"c":""}')

    def named(self, ordinal: int) -> tuple[str, str]:
        """The code of a concept and its display, Persian where there is one."""
        row = self._open.reader.get(DETAIL, ordinal)
        found = decode_name(row[1] if row else b'{"c":""}')
        return found.code, found.display.fa or found.display.en

    def simply(self, ordinal: int) -> tuple[str, str] | None:
        """The same of a concept that is in force; None of any other."""
        row = self._open.reader.get(DETAIL, ordinal)
        found = decode_name(row[1] if row else b'{"c":""}')
        return None if found.retired else (found.code, found.display.fa or found.display.en)

    def entries(self) -> Iterator[tuple[int, Concept]]:
        """Every concept with its ordinal, some at a time from the file."""
        ordinals = self.everything
        for start in range(0, len(ordinals), _BATCH):
            some = list(ordinals[start : start + _BATCH])
            rows = self._open.reader.many(DETAIL, some)
            yield from ((ordinal, decode_concept(rows[ordinal][1])) for ordinal in some if ordinal in rows)

    @cached_property
    def _sets(self) -> tuple[FrozenBitMap, FrozenBitMap]:
        number = self._open.number
        everything, retired = BitMap(), BitMap()
        # ':' is followed by ';' in ASCII: all keys of the system and no others
        for _, ordinal, gone, _, _ in self._open.reader.span(CONCEPT, f"{number}:", f"{number};"):
            everything.add(ordinal)
            if gone:
                retired.add(ordinal)
        return FrozenBitMap(everything), FrozenBitMap(retired)

    @property
    def everything(self) -> FrozenBitMap:
        return self._sets[0]

    @property
    def retired(self) -> FrozenBitMap:
        return self._sets[1]

    def parents(self, ordinal: int) -> tuple[int, ...]:
        found = (self._above(code) for code in self.entry(ordinal).parents)
        return tuple(one for one in found if one is not None)

    def children(self, ordinal: int) -> Sequence[int]:
        return self._row(CHILDREN, ordinal)

    def above(self, ordinal: int) -> Sequence[int]:
        return self._row(ANCESTORS, ordinal)

    def below(self, ordinal: int) -> Ordinals:
        row = self._open.reader.get(DESCENDANTS, ordinal)
        return opened(row[1]) if row else NOBODY

    def _row(self, table: Table, ordinal: int) -> Sequence[int]:
        row = self._open.reader.get(table, ordinal)
        return unpack(row[1]) if row else ()

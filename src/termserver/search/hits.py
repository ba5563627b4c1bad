"""What is shown of a concept: kept once for both languages, made into JSON when it is read.

The records of some thousand concepts lie behind one another in one value, of which only the pieces are
read that a page shows: a quarter of the time that as many rows would take.
"""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from sys import byteorder
from typing import Any, cast

import orjson

from termserver.model.codes import Concept, Entry
from termserver.model.ports import ReleaseReader
from termserver.model.releases import Table

HITS = Table("search_hit", ("block INTEGER", "records BLOB"))
"""A block of concepts in rank order → their records: code, Persian and English display and the rest in JSON, a NUL
between them; nothing for no display, and for ``PLAIN_REST``."""
ENDS = Table("search_hit_end", ("block INTEGER", "ends BLOB"))
"""Where each record ends in its block, four bytes each, little-endian."""
PLAIN_REST = b',"designations":[],"status":"active"}'
_SHIFT = 12
_BLOCK = 1 << _SHIFT
_NONE = b'""'
_PAGE = 60
"""Longer pages are shown to programs, and not again soon."""
_MOST_FULL = 4_000
_MOST_SHORT = 16_000
"""So many ready hits are kept of each language, objects and small arrays."""


def tables(entries: Sequence[Entry]) -> Iterator[tuple[Table, Iterator[tuple[Any, ...]]]]:
    """The tables of these entries in static rank order."""
    ends: list[tuple[int, bytes]] = []

    def blocks() -> Iterator[tuple[int, bytes]]:
        for block in range(-(-len(entries) // _BLOCK)):
            records = [record(entry.concept) for entry in entries[block << _SHIFT : (block + 1) << _SHIFT]]
            ends.append((block, _turned(array("I", accumulate(map(len, records)))).tobytes()))
            yield block, b"".join(records)

    yield HITS, blocks()
    yield ENDS, iter(ends)


def record(concept: Concept) -> bytes:
    """What is kept of a concept."""
    designations = [
        {"language": other.language, "use": other.use, "value": other.value} for other in concept.designations
    ]
    rest = b"," + orjson.dumps({"designations": designations, "status": str(concept.status)})[1:]
    display = concept.display
    return b"\0".join(
        (
            orjson.dumps(concept.code),
            orjson.dumps(display.fa) if display.fa else b"",
            orjson.dumps(display.en) if display.en else b"",
            b"" if rest == PLAIN_REST else rest,
        )
    )


def _turned(numbers: "array[int]") -> "array[int]":
    """From this machine's order of bytes to the file's, and back."""
    if byteorder == "big":
        numbers.byteswap()
    return numbers


class Hits:
    """The records of one release."""

    def __init__(self, reader: ReleaseReader, runs: Sequence[tuple[int, bytes]]) -> None:
        """``runs``: where each system's run of ordinals ends, and how the JSON of its hits begins."""
        self._reader = reader
        self._run_ends = [end for end, _ in runs]
        self._heads = [head for _, head in runs]
        self._systems = [
            orjson.dumps(orjson.loads(head.removesuffix(b',"code":') + b"}")["system"]) for head in self._heads
        ]
        self._ends: dict[int, array[int]] = {}
        self._made: tuple[dict[int, bytes], ...] = ({}, {}, {}, {})

    def full(self, ordinals: Sequence[int], language: str) -> list[bytes]:
        """The JSON objects of these ordinals, in their order."""
        persian = language.lower().startswith("fa")
        return self._ready(ordinals, self._made[persian], _MOST_FULL, self._full, persian)

    def short(self, ordinals: Sequence[int], language: str) -> list[bytes]:
        """System, code and display of these ordinals as small JSON arrays, in their order."""
        persian = language.lower().startswith("fa")
        return self._ready(ordinals, self._made[2 + persian], _MOST_SHORT, self._short, persian)

    def _ready(
        self,
        ordinals: Sequence[int],
        ready: dict[int, bytes],
        most: int,
        make: Callable[[Sequence[int], bool], list[bytes]],
        persian: bool,
    ) -> list[bytes]:
        """What was made lately, with what must be made: one key stroke shows much of what the next one does."""
        if len(ordinals) > _PAGE:
            return make(ordinals, persian)
        found = list(map(ready.get, ordinals))
        if None not in found:
            return cast(list[bytes], found)
        missing = [ordinal for ordinal, row in zip(ordinals, found, strict=True) if row is None]
        if len(ready) > most:
            ready.clear()
        made = dict(zip(missing, make(missing, persian), strict=True))
        ready.update(made)
        return [made[ordinal] if row is None else row for ordinal, row in zip(ordinals, found, strict=True)]

    def _full(self, ordinals: Sequence[int], persian: bool) -> list[bytes]:
        heads, run_ends, one = self._heads, self._run_ends, len(self._heads) == 1
        made = []
        for ordinal, piece in zip(ordinals, self._records(ordinals), strict=True):
            code, fa, en, rest = piece.split(b"\0")
            head = heads[0 if one else bisect_right(run_ends, ordinal)]
            shown = ((fa or en) if persian else (en or fa)) or _NONE
            made.append(
                b'%b%b,"display":%b,"display_fa":%b,"display_en":%b%b'
                % (head, code, shown, fa or _NONE, en or _NONE, rest or PLAIN_REST)
            )
        return made

    def _short(self, ordinals: Sequence[int], persian: bool) -> list[bytes]:
        made = []
        for ordinal, piece in zip(ordinals, self._records(ordinals), strict=True):
            code, fa, en, _ = piece.split(b"\0")
            system = self._systems[bisect_right(self._run_ends, ordinal)]
            made.append(b"[%b,%b,%b]" % (system, code, ((fa or en) if persian else (en or fa)) or _NONE))
        return made

    def _records(self, ordinals: Sequence[int]) -> list[bytes]:
        pieces = []
        for ordinal in ordinals:
            block, place = ordinal >> _SHIFT, ordinal & _BLOCK - 1
            ends = self._ends.get(block)
            if ends is None:
                ends = self._ends[block] = self._ends_of(block)
            pieces.append((block, ends[place - 1] if place else 0, ends[place]))
        return self._reader.pieces(HITS, pieces)

    def _ends_of(self, block: int) -> "array[int]":
        row = self._reader.get(ENDS, block)
        return _turned(array("I", row[1] if row else b""))

"""Rows of an index by their key, or by the beginning of it; those asked for lately are kept.

A beginning that goes on from another one by a letter asks for some of the same rows: what the key stroke
before has read is not read again. A row asked for by the *beginning* of a key is the union of the rows below
it: few of them are united on the fly, many have been merged at build time. Merged rows are kept at the
branching points of the sorted keys only, so the first merged row that begins with a prefix is the one for
that prefix.
"""

from collections.abc import Sequence
from typing import Any

from pyroaring import FrozenBitMap

from termserver.model.ports import ReleaseReader
from termserver.model.releases import Table
from termserver.search.kept import Kept
from termserver.search.ordinals import NOBODY, members_of, together
from termserver.search.sieve import LONGEST, Sieve

FEW = 24
"""A prefix of at most so many keys is united on the fly; above that a merged row is kept."""
AFTER = chr(0x10FFFF)

_MOST_REFUSED = 20_000
"""So many beginnings that the sieve has refused are remembered: longer ones begin with the same letters."""

Row = tuple[Any, ...]


class Lists:
    """The lists of one key, or of all that begin so; each is read when it is asked for.

    ``merged``: one row that begins so stands for all of them; else ``rows`` are all of them in order.
    """

    __slots__ = ("_read", "merged", "rows")

    def __init__(self, rows: Sequence[Row] = (), merged: bool = False) -> None:
        self.rows = rows
        self.merged = merged
        self._read: list[FrozenBitMap | None] = [None] * 5

    def of(self, column: int) -> FrozenBitMap:
        """The list in that column; 4 is what is in one of the first two."""
        found = self._read[column]
        if found is None:
            rows = self.rows
            if not rows:
                found = NOBODY
            elif column == 4:
                one, other = self.of(0), self.of(1)
                found = one | other if one and other else one or other
            elif len(rows) == 1:
                found = members_of(rows[0][column + 1])
            else:
                found = together([row[column + 1] for row in rows])
            self._read[column] = found
        return found

    def size(self) -> int:
        return 3 * sum([sum(map(len, row[1:])) for row in self.rows])


NOTHING = Lists()


class Keyed:
    """The lists of one table and of the beginnings of its keys; safe to share between threads."""

    def __init__(self, reader: ReleaseReader, tables: tuple[Table, Table], sieve: Sieve, long: int, room: int) -> None:
        """``tables``: of whole keys and of beginnings; from ``long`` letters on, few keys are expected under a prefix,
        and looked for first; ``room`` bounds what is kept, in bytes."""
        self._reader = reader
        self._table, self._merged = tables
        self._sieve = sieve
        self._long = long
        self._refused: set[str] = set()
        self._whole: Kept[str, Lists] = Kept(room // 2, Lists.size)
        self._begun: Kept[str, Lists] = Kept(room // 2, Lists.size)

    def whole(self, key: str, sifted: str) -> Lists:
        """The lists of exactly that key; ``sifted`` is how the sieve calls it."""
        found = self._whole.get(key)
        if found is None:
            begun = self._begun.get(key)
            if begun is not None and not begun.merged:
                rows = begun.rows
                if not rows or rows[0][0] != key:
                    return NOTHING
                found = begun if len(rows) == 1 else Lists(rows[:1])
            else:
                if not self._sieve.lets_through(f"={sifted}"):
                    return NOTHING
                row = self._reader.get(self._table, key)
                found = Lists((row,)) if row else NOTHING
            self._whole.put(key, found)
        return found

    def beginning(self, prefix: str, sifted: str) -> Lists:
        """The lists of every key that begins with ``prefix`` (not empty)."""
        found = self._begun.get(prefix)
        if found is None:
            found = self._going_on(prefix)
            if found is None:
                sifted = sifted[:LONGEST]
                if sifted in self._refused:
                    return NOTHING
                if not self._sieve.lets_through(sifted):
                    if len(self._refused) > _MOST_REFUSED:
                        self._refused = set()
                    self._refused.add(sifted)
                    return NOTHING
                found = self._below(prefix)
            self._begun.put(prefix, found)
        return found

    def _going_on(self, prefix: str) -> Lists | None:
        """What is known of the prefix by the key stroke before; None if that must be read."""
        former = self._begun.get(prefix[:-1])
        if former is None:
            return None
        rows = former.rows
        if former.merged:
            if rows[0][0].startswith(prefix):
                return former
            return None if prefix.startswith(rows[0][0]) else NOTHING
        some = [row for row in rows if row[0].startswith(prefix)]
        return former if len(some) == len(rows) else Lists(some)

    def _below(self, prefix: str) -> Lists:
        end = prefix + AFTER
        merged = list(self._reader.span(self._merged, prefix, end, 1)) if len(prefix) < self._long else []
        if not merged:
            rows = list(self._reader.span(self._table, prefix, end, FEW + 1))
            if len(rows) <= FEW:
                return Lists(rows)
            merged = list(self._reader.span(self._merged, prefix, end, 1))
        return Lists(merged, bool(merged))

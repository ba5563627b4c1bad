"""Which releases can hold a match at all, told by their sieves: the others are not asked.

An edition is open as several releases, most of them small; what somebody types is in one or two of
them. One hash of a key is held against all of the sieves, and what that told is kept.
"""

from collections.abc import Iterable, Sequence
from zlib import crc32

from termserver.search.kept import Kept
from termserver.search.kinds import Group, Reading
from termserver.search.postings import CODE, TAIL, WHOLE
from termserver.search.query import Chunk
from termserver.search.sieve import LONGEST, Sieve, through
from termserver.search.word_lists import TITLE

_ROOM = 4_000_000


class Reach:
    """Bit n of a number stands for the release at place n: it may have that."""

    def __init__(self, sieves: Sequence[Sieve]) -> None:
        self._filters = tuple((*sieve.filter, 1 << n) for n, sieve in enumerate(sieves))
        self.all = (1 << len(sieves)) - 1
        self._known: Kept[str, int] = Kept(_ROOM, lambda _: 0)
        self._former: Kept[tuple[bool, tuple[Chunk, ...]], int] = Kept(_ROOM // 4, lambda _: 200)
        self._terms: Kept[tuple[int, bool], int] = Kept(_ROOM // 4, lambda _: 0)

    def reading(self, reading: Reading) -> int:
        """Those that can match the reading."""
        text = reading.text
        chunks, every = text.chunks, reading.every_begins
        found = self._begun(CODE, text.joined) | self._begun(WHOLE, text.joined)
        if text.tail:
            found |= self._begun(TAIL, text.joined)
        if len(chunks) == 1:
            found |= self.chunk(chunks[0], True, False)
        else:
            matching = self.all & ~found
            if matching:
                matching &= self._before(chunks[:-1], every)
            found |= matching and matching & self.chunk(chunks[-1], True)
        if reading.groups and found != self.all:
            meant = self.all
            things = [group for group in reading.groups if not group.narrows]
            for group in things or reading.groups:
                meant &= self._group(group, every)
            found |= meant
        return found

    def _before(self, chunks: tuple[Chunk, ...], every: bool) -> int:
        """Those that can have all of the words before the last one, kept for its next letter."""
        known = (every, chunks)
        found = self._former.get(known)
        if found is None:
            found = self.all
            for one in chunks:
                found = found and found & self.chunk(one, every)
            self._former.put(known, found)
        return found

    def any_of(self, reading: Reading) -> int:
        """Those that can match one of its words."""
        found = 0
        for one in reading.text.chunks:
            found |= self.chunk(one, True)
        for group in reading.groups:
            found |= self._named(group)
        return found

    def chunk(self, one: Chunk, begins: bool, codes: bool = True) -> int:
        """Those that can have the chunk."""
        parts = one.parts
        found = self.word(parts[-1], begins)
        if len(parts) > 1:
            for part in parts[:-1]:
                found &= self.word(part, False)
            found |= self.word(one.joined, begins)
        if codes and one.may_be_code:
            found |= self.code(one.joined)
        for other in one.others:
            found |= self.chunk(other, begins, codes)
        return found

    def word(self, word: str, begins: bool) -> int:
        """Those that can have the word, or one that begins so."""
        name = f"*{word}" if begins else word
        found = self._known.get(name)
        if found is None:
            of = self._begun if begins else self._whole
            found = of(TITLE, word)
            if word.startswith("0") and word.isdecimal():
                found |= of(TITLE, word.lstrip("0"))
            self._known.put(name, found)
        return found

    def code(self, begins: str) -> int:
        """Those that can have a code that begins so."""
        return self._begun(CODE, begins)

    def _group(self, group: Group, every: bool) -> int:
        found = self.all
        for n, one in enumerate(group.chunks):
            found &= self.chunk(one, every or (group.last and n == len(group.chunks) - 1))
        return found | self._named(group)

    def _named(self, group: Group) -> int:
        if not group.names:
            return 0
        known = (group.term, bool(group.codes))
        found = self._terms.get(known)
        if found is None:
            found = 0
            for name in group.names:
                found |= self._all_of(name)
            for code in group.codes:
                found |= self.code(code)
            self._terms.put(known, found)
        return found

    def _all_of(self, words: Iterable[str]) -> int:
        found = self.all
        for word in words:
            found = found and found & self.word(word, False)
        return found

    def _whole(self, kind: str, key: str) -> int:
        return self._through(f"={kind}{key}")

    def _begun(self, kind: str, prefix: str) -> int:
        name = kind + prefix[: LONGEST - 1]
        known = self._known.get("\0" + name)
        if known is None:
            known = self._through(name)
            self._known.put("\0" + name, known)
        return known

    def _through(self, name: str) -> int:
        return through(crc32(name.encode("utf-8", "surrogatepass")), self._filters)

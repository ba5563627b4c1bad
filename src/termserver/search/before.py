"""The words of a query in one release: those before the last one, and the last one as far as it is typed.

With every key stroke of the last word those before it are the same: what has them all is kept.
"""

from collections.abc import Sequence
from typing import Protocol

from pyroaring import FrozenBitMap

from termserver.search.keyed import Lists
from termserver.search.ordinals import NOBODY, union
from termserver.search.postings import CODE, Postings, bytes_of
from termserver.search.query import Chunk
from termserver.search.word_lists import ANYWHERE, COLUMN, END, START, TITLE


class Reader(Protocol):
    """Where lists are looked up."""

    postings: Postings

    def chunk(self, kind: str, chunk: Chunk, begins: bool, codes: bool) -> FrozenBitMap: ...


class Before:
    """What has all of these words; each list is worked out when it is asked for."""

    __slots__ = ("_chunks", "_codes", "_ends", "_every", "_lists", "_starts", "_titles", "anywhere")

    def __init__(self, lists: Reader, chunks: Sequence[Chunk], every: bool) -> None:
        """``every``: the words may only be begun."""
        self._lists = lists
        self._chunks = chunks
        self._every = every
        self.anywhere = self._all_of(ANYWHERE)
        """What has them in titles, other names or as codes."""
        self._titles: FrozenBitMap | None = None
        self._codes: FrozenBitMap | None = None
        self._starts: FrozenBitMap | None = None
        self._ends: FrozenBitMap | None = None

    def titles(self) -> FrozenBitMap:
        """What has them in a title."""
        if self._titles is None:
            self._titles = self._all_of(TITLE)
        return self._titles

    def codes(self) -> FrozenBitMap:
        """What has one of them for its code."""
        if self._codes is None:
            whole = self._lists.postings.whole
            self._codes = union([whole(CODE, one.joined) for one in self._chunks if one.may_be_code])
        return self._codes

    def starts(self) -> FrozenBitMap:
        """What has a title that begins with one of them."""
        if self._starts is None:
            self._starts = self._any_of(START)
        return self._starts

    def ends(self) -> FrozenBitMap:
        """What is called one of them by its title."""
        if self._ends is None:
            self._ends = self._any_of(END)
        return self._ends

    def _all_of(self, kind: str) -> FrozenBitMap:
        found: FrozenBitMap | None = None
        for chunk in self._chunks:
            here = self._lists.chunk(kind, chunk, self._every, True)
            found = here if found is None else found & here
            if not found:
                return NOBODY
        return found if found is not None else NOBODY

    def _any_of(self, kind: str) -> FrozenBitMap:
        whole = self._lists.postings.words.whole
        return union([found for chunk in self._chunks for part in chunk.parts if (found := whole(kind, part))])

    def size(self) -> int:
        return 4 * bytes_of(self.anywhere)


class Last:
    """The last word of a query in one release, as far as it is typed; its rows are looked up once."""

    __slots__ = ("_begun", "_chunk", "_lists", "_plain", "_whole")

    def __init__(self, lists: Reader, chunk: Chunk) -> None:
        self._lists = lists
        self._chunk = chunk
        self._plain = chunk.joined.isalpha() and len(chunk.parts) == 1 and not chunk.others
        self._begun: Lists | None = None
        self._whole: Lists | None = None

    def of(self, kind: str, begins: bool, codes: bool) -> FrozenBitMap:
        """What has it, or a word that begins so; or (``codes``) a code that does."""
        if not self._plain:
            return self._lists.chunk(kind, self._chunk, begins, codes)
        return (self._rows_begun() if begins else self._rows()).of(COLUMN[kind])

    def is_word(self) -> bool:
        """Whether it is a whole word, or may be one."""
        return not self._plain or bool(self._rows().rows)

    def codes(self) -> FrozenBitMap:
        """What has it for its code."""
        one = self._chunk
        return self._lists.postings.whole(CODE, one.joined) if not self._plain and one.may_be_code else NOBODY

    def starts(self) -> FrozenBitMap:
        """What has a title that begins with it."""
        return self._any_of(START)

    def starts_begun(self) -> FrozenBitMap:
        """What has a title that begins with a word that begins so."""
        return self._rows_begun().of(COLUMN[START])

    def ends(self) -> FrozenBitMap:
        """What is called so by its title."""
        return self._any_of(END)

    def _any_of(self, kind: str) -> FrozenBitMap:
        if self._plain:
            return self._rows().of(COLUMN[kind])
        whole = self._lists.postings.words.whole
        return union([found for part in self._chunk.parts if (found := whole(kind, part))])

    def _rows(self) -> Lists:
        if self._whole is None:
            self._whole = self._lists.postings.words.lists(self._chunk.parts[-1], False)
        return self._whole

    def _rows_begun(self) -> Lists:
        if self._begun is None:
            self._begun = self._lists.postings.words.lists(self._chunk.parts[-1], True)
        return self._begun

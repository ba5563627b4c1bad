"""Who has a word: one row of a release for each word, with a list for each place where the word may stand."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pyroaring import BitMap, FrozenBitMap

from termserver.model.ports import ReleaseReader
from termserver.model.releases import Table
from termserver.search.keyed import AFTER as AFTER
from termserver.search.keyed import FEW, Keyed, Lists, Row
from termserver.search.ordinals import stored
from termserver.search.sieve import LONGEST, Sieve

TITLE = "w"
"""Words of the Persian and English display, compounds split and joined."""
OTHER = "d"
"""Words that stand only in designations and indexed properties."""
START = "s"
"""Words that begin a display."""
END = "e"
"""Words that end what a title calls the thing: Type 2 diabetes *mellitus* with ..., malignant *neoplasm* of breast."""
ANYWHERE = "a"
"""Words of titles and other words together."""
PLACES = (TITLE, OTHER, START, END)

_COLUMNS = ("titles BLOB", "others BLOB", "starts BLOB", "ends BLOB")
WORDS = Table("search_word", ("word TEXT", *_COLUMNS))
"""Word → ordinals for each of ``PLACES``, as ``stored`` writes them."""
BEGINNINGS = Table("search_begin", ("prefix TEXT", *_COLUMNS))
"""Branching prefix → ordinals of all words below it."""

_LONG = 5
"""From so many letters on, few words are expected under a prefix, and looked for first."""
COLUMN = {ANYWHERE: 4} | {place: n for n, place in enumerate(PLACES)}
_ROOM = 24_000_000

ByPlace = Mapping[str, Mapping[str, Sequence[int]]]
"""Place → word → ordinals."""


def tables(lists: ByPlace) -> Iterator[tuple[Table, Iterable[Row]]]:
    """The tables of these lists."""
    words = _words(lists)
    columns = [[BitMap(lists[place].get(word, ())) for word in words] for place in PLACES]
    yield WORDS, ((word, *map(stored, row)) for word, *row in zip(words, *columns, strict=True))
    yield BEGINNINGS, sorted(_beginnings(words, columns))


def _words(lists: ByPlace) -> list[str]:
    return sorted(set().union(*lists.values()))


def _beginnings(words: Sequence[str], columns: Sequence[Sequence[BitMap]]) -> Iterator[Row]:
    for row in zip(*(merged(words, column, FEW) for column in columns), strict=True):
        yield row[0][0], *(stored(members) for _, members in row)


def merged(keys: Sequence[str], members: Sequence[BitMap], few: int, shortest: int = 1) -> Iterator[tuple[str, BitMap]]:
    """The branching prefixes of the sorted ``keys`` that more than ``few`` keys begin with, and the union of those;
    of at least ``shortest`` letters."""
    # the open branching points of the last key, shallow to deep: letters, keys below, their union
    branches: list[tuple[int, int, BitMap]] = []
    for n, name in enumerate(keys):
        following = keys[n + 1] if n + 1 < len(keys) else ""
        shared = _common(name, following)
        length, below, union = len(name), 1, members[n]
        own = False
        while branches and branches[-1][0] > shared:
            length, count, found = branches.pop()
            found |= union
            below, union, own = below + count, found, True
            if below > few and length >= shortest:
                yield name[:length], union.copy()
        if branches and branches[-1][0] == shared:
            at, count, found = branches.pop()
            found |= union
            branches.append((at, count + below, found))
        else:
            branches.append((shared, below, union if own else union.copy()))


def _common(one: str, other: str) -> int:
    end = min(len(one), len(other))
    if one[:end] == other[:end]:
        return end
    low = 0
    while low < end:  # the first `low` letters agree, some letter before `end` does not
        middle = (low + end + 1) // 2
        if one[:middle] == other[:middle]:
            low = middle
        else:
            end = middle - 1
    return low


def sifted(lists: ByPlace) -> Iterator[str]:
    """What the sieve is asked for: whole words and their beginnings."""
    former = ""
    for word in _words(lists):
        yield f"={TITLE}{word}"
        for end in range(1, min(LONGEST - 1, len(word)) + 1):
            if word[:end] != former[:end]:
                yield TITLE + word[:end]
        former = word


class WordLists:
    """The words of one release, those asked for lately kept in a bounded cache; safe to share between threads."""

    def __init__(self, reader: ReleaseReader, sieve: Sieve) -> None:
        self._words = Keyed(reader, (WORDS, BEGINNINGS), sieve, _LONG, _ROOM)

    def whole(self, place: str, word: str) -> FrozenBitMap:
        """The ordinals that have exactly that word in that place."""
        return self._words.whole(word, TITLE + word).of(COLUMN[place])

    def beginning(self, place: str, prefix: str) -> FrozenBitMap:
        """The ordinals of every word in that place that begins with ``prefix`` (not empty)."""
        return self._words.beginning(prefix, TITLE + prefix).of(COLUMN[place])

    def lists(self, word: str, begins: bool) -> Lists:
        """The lists of that word, or of every word that begins so, by ``COLUMN``."""
        return (self._words.beginning if begins else self._words.whole)(word, TITLE + word)

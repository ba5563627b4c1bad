"""The names of the glossary as a release keeps them, by the words that they hold.

Read at one go and kept: some hundred kilobytes of numbers. A name of several words is looked for under
the rarest of them alone, so «بیماری قلبی» is not one of hundreds to be tried where somebody types «بیماری».
"""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate
from sys import byteorder

from termserver.model.ports import ReleaseReader
from termserver.model.releases import Table
from termserver.search.ordinals import pack

TERMS = Table("search_glossary", ("number INTEGER", "data BLOB"))
"""Nothing without a glossary, else: its words in order, a line each; the terms, a NUL between them; and, four bytes
for each number, little-endian, of the phrases in order where the words of each end, these words by their places, the
term of each, and which of its names it says; then for each word where the phrases end that are it alone, and those;
the same of those whose rarest word it is; and of all that hold it."""

MOST_BEGUN = 120
"""So many words may go on from the beginning of one; of more, only the word itself counts."""
_LAST = chr(0x10FFFF)


def tables(
    terms: Sequence[str], phrases: Sequence[tuple[int, Sequence[str], int]]
) -> Iterator[tuple[Table, list[tuple[int, bytes]]]]:
    """The table of these terms, and of the phrases: the term, the words, which name of the term it is."""
    if not terms:
        yield TERMS, []
        return
    often = Counter(word for _, words, _ in phrases for word in words)
    known = sorted(often)
    place = {word: n for n, word in enumerate(known)}
    alone: list[list[int]] = [[] for _ in known]
    rare: list[list[int]] = [[] for _ in known]
    under: list[list[int]] = [[] for _ in known]
    for n, (_, words, _) in enumerate(phrases):
        for word in words:
            under[place[word]].append(n)
        rarest = min(words, key=lambda word: (often[word], word))
        (rare if len(words) > 1 else alone)[place[rarest]].append(n)
    lists: list[list[int]] = [
        list(accumulate(len(words) for _, words, _ in phrases)),
        [place[word] for _, words, _ in phrases for word in words],
        [term for term, _, _ in phrases],
        [said for _, _, said in phrases],
    ]
    for found in (alone, rare, under):
        lists += [list(accumulate(map(len, found))), [n for some in found for n in some]]
    texts = ["\n".join(known).encode(), "\0".join(terms).encode()]
    yield TERMS, list(enumerate([*texts, *map(pack, lists)]))


class _Lists:
    """The phrases of each word."""

    __slots__ = ("_body", "_ends")

    def __init__(self, ends: "array[int]", body: "array[int]") -> None:
        self._ends, self._body = ends, body

    def of(self, low: int, high: int) -> "array[int]":
        """Those of the words from one place to another (not included)."""
        return self._body[self._ends[low - 1] if low else 0 : self._ends[high - 1] if high else 0]


class Phrases:
    """The names of one release; the words by their places in the alphabet, a phrase and a term by their numbers."""

    def __init__(self, reader: ReleaseReader) -> None:
        known, terms, *lists = [data for _, data in reader.rows(TERMS)]
        self._words: list[str] = known.decode().split("\n")
        self.places = {word: n for n, word in enumerate(self._words)}
        self.terms: list[str] = terms.decode().split("\0")
        numbers = [_numbers(data) for data in lists]
        self.ends, self.held, self.term_of, self.said = numbers[:4]
        self.alone, self.rare, self.under = (_Lists(*numbers[n : n + 2]) for n in (4, 6, 8))

    def words_of(self, phrase: int) -> "array[int]":
        """The places of its words."""
        return self.held[self.ends[phrase - 1] if phrase else 0 : self.ends[phrase]]

    def word(self, place: int) -> str:
        return self._words[place]

    def begins(self, word: str) -> bool:
        """Whether a word begins so."""
        at = bisect_left(self._words, word)
        return at < len(self._words) and self._words[at].startswith(word)

    def nearest(self, begun: str) -> "array[int]":
        """The first name of one word, in the committee's order, that goes on from a beginning; half of it is typed."""
        low, high = self.beginning(begun)
        near = [place for place in range(low, high) if len(self._words[place]) <= 2 * len(begun)]
        found = [phrase for place in near for phrase in self.alone.of(place, place + 1)]
        return array("I", [min(found)] if found else [])

    def beginning(self, word: str) -> tuple[int, int]:
        """The first place of the words that begin so, and the one behind the last; none where that says too little."""
        if len(word) < 2 or word.isdecimal():
            return 0, 0
        low = bisect_left(self._words, word)
        high = bisect_left(self._words, word + _LAST, low)
        return (low, high) if high - low <= MOST_BEGUN else (0, 0)


def _numbers(data: bytes) -> "array[int]":
    found = array("I", data)
    if byteorder == "big":
        found.byteswap()
    return found

"""Words as they were meant: which words of a release are a typing error away from what was typed.

Every word is kept by its beginnings of four to seven letters, each of those under what is left of it
when one letter is deleted (two, where the word is long). The deletions of what was typed meet them
there (symmetric deletes); an edit distance decides. The hashes lie in buckets, all of them in a few long rows.
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate
from sys import byteorder
from typing import Any, NamedTuple
from zlib import crc32

from termserver.model.ports import ReleaseReader
from termserver.model.releases import Table

NEAR = Table("search_near", ("part TEXT", "data BLOB"))
"""Read once, little-endian: ``ends`` of the buckets (four bytes each), and for each hash of a deletion, bucket by
bucket, the ``tags`` (its upper two bytes) and the ``places`` of ``begun`` (four bytes): the beginnings of words, where
each ends told by ``lines``. A beginning has behind it how many concepts are below, and, if it is one of the longest
ones, the words that begin so, else the word that is no more than that, each with its number of concepts."""

SHORTEST = 4
"""Words of fewer letters have no typing errors: everything is near them."""
LONG = 8
"""Words of so many letters may have two."""
_HEAD = 7
_PER_BUCKET = 48
_MOST_BITS = 16


def edits(word: str) -> int:
    """How many typing errors a word may have."""
    return 0 if len(word) < SHORTEST or not word.isalpha() else 2 if len(word) >= LONG else 1


def deletions(word: str, most: int) -> set[str]:
    """What is left of the word when none, one ... ``most`` of its letters are deleted."""
    found = level = {word}
    for _ in range(min(most, len(word) - 1)):
        level = {left[:n] + left[n + 1 :] for left in level for n in range(len(left))}
        found = found | level
    return found


@lru_cache(256)
def _codes(head: str, most: int) -> list[int]:
    """The hashes of the deletions: the same for every release."""
    if not head.isascii():
        return [crc32(left.encode()) for left in deletions(head, most)]
    found = level = {head.encode()}
    for _ in range(min(most, len(head) - 1)):
        level = {left[:n] + left[n + 1 :] for left in level for n in range(len(left))}
        found = found | level
    return list(map(crc32, found))


def distance(one: str, other: str, most: int) -> int:
    """Insertions, deletions, substitutions and swaps of neighbours from one to the other, up to two; of more than
    ``most`` it is one more than that."""
    if one == other:
        return 0
    apart = len(one) - len(other)
    if -2 < apart < 2 and _one_away(one, other, False):
        return 1
    return 2 if most > 1 and -3 < apart < 3 and _two_away(one, other, False) else most + 1


def begun_distance(typed: str, word: str, most: int) -> int:
    """The distance to the nearest beginning of the word, up to two."""
    if word.startswith(typed):
        return 0
    if most and _one_away(typed, word, True):
        return 1
    return 2 if most > 1 and _two_away(typed, word, True) else most + 1


def _one_away(one: str, other: str, begun: bool) -> bool:
    """Whether one edit leads from one to the other, or (``begun``) to a beginning of it; or none."""
    end_one, end_other = len(one), len(other)
    low, end = 0, min(end_one, end_other)
    while low < end and one[low] == other[low]:
        low += 1
    if low == end_one:
        return begun or end_other - low <= 1
    if low == end_other:
        return end_one - low <= 1
    # at the first letter that differs: put wrong, one too many, one left out, or two swapped
    after = one[low + 1 :]
    if begun:
        return (
            other.startswith(after, low + 1)
            or other.startswith(after, low)
            or other.startswith(one[low:], low + 1)
            or (one[low : low + 2] == other[low : low + 2][::-1] and other.startswith(one[low + 2 :], low + 2))
        )
    there = other[low + 1 :]
    return (
        after == there
        or after == other[low:]
        or one[low:] == there
        or (one[low : low + 2] == other[low : low + 2][::-1] and one[low + 2 :] == other[low + 2 :])
    )


def _two_away(one: str, other: str, begun: bool) -> bool:
    """Whether two edits lead there, or fewer."""
    low, end = 0, min(len(one), len(other))
    while low < end and one[low] == other[low]:
        low += 1
    after, there = one[low + 1 :], other[low + 1 :]
    if low == len(one):
        return begun or len(other) - low <= 2
    if low == len(other):
        return len(one) - low <= 2
    return (
        _one_away(after, there, begun)
        or _one_away(after, other[low:], begun)
        or _one_away(one[low:], there, begun)
        or (one[low : low + 2] == other[low : low + 2][::-1] and _one_away(one[low + 2 :], other[low + 2 :], begun))
    )


class NearWord(NamedTuple):
    """A word, or (``begun``) the beginning of one, so many edits away and in so many concepts."""

    letters: str
    far: int
    weight: int
    begun: bool


def tables(words: Mapping[str, int]) -> Iterator[tuple[Table, list[tuple[Any, ...]]]]:
    """The tables for these folded words with their weights; those with digits, or too short, are left out."""
    most: dict[str, int] = {}
    weights: dict[str, int] = defaultdict(int)
    below: dict[str, list[str]] = defaultdict(list)
    for word, weight in sorted(words.items()):
        if edits(word):
            for end in range(SHORTEST, min(len(word), _HEAD) + 1):
                head = word[:end]
                # two errors are looked for in the longest beginning of long words only
                most[head] = max(most.get(head, 1), 2 if end == _HEAD and len(word) >= LONG - 1 else 1)
                weights[head] += weight
            below[word[:_HEAD]].append(f"{word} {weight}")
    begun = sorted(most)
    hashed = [(crc32(left.encode()), n) for n, head in enumerate(begun) for left in deletions(head, most[head])]
    bits = min(_MOST_BITS, max(0, (len(hashed) // _PER_BUCKET).bit_length()))
    mask = (1 << bits) - 1
    hashed.sort(key=lambda pair: (pair[0] & mask, pair[0] >> 16, pair[1]))
    sizes = [0] * (mask + 1)
    for code, _ in hashed:
        sizes[code & mask] += 1
    ends, places = array("I", accumulate(sizes)), array("I", [n for _, n in hashed])
    tags = array("H", [code >> 16 for code, _ in hashed])
    lines = [" ".join((head, str(weights[head]), *below.get(head, ()))).encode() for head in begun]
    rows = [
        ("begun", b"".join(lines)),
        ("ends", _little(ends)),
        ("lines", _little(array("I", accumulate(map(len, lines))))),
        ("places", _little(places)),
        ("tags", _little(tags)),
    ]
    yield NEAR, rows if hashed else []


def _little(numbers: "array[int]") -> bytes:
    if byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _numbers(data: bytes) -> "array[int]":
    numbers = array("I", data)
    if byteorder == "big":
        numbers.byteswap()
    return numbers


class Near:
    """The beginnings of words near to what was typed, in one release."""

    def __init__(self, reader: ReleaseReader) -> None:
        self._reader = reader

    @cached_property
    def _read(self) -> tuple["array[int]", bytes, "array[int]", "array[int]", bytes]:
        """Ends, tags, places, lines and beginnings; some megabytes, read once by who asks for them."""
        rows = dict(self._reader.rows(NEAR))
        ends, places, lines = (_numbers(rows.get(part, b"")) for part in ("ends", "places", "lines"))
        return ends, rows.get("tags", b""), places, lines, rows.get("begun", b"")

    def words(self, typed: str, begun: bool, most: int, only: Callable[[str], bool] | None = None) -> list[NearWord]:
        """The words ``most`` edits away from what was typed (of which ``only`` is true); with ``begun`` the beginnings
        of words, too."""
        ends, tags, places, lines, letters_of = self._read
        mask = len(ends) - 1
        if mask < 0:
            return []
        numbers: set[int] = set()
        for code in _codes(typed[:_HEAD], most):
            bucket = code & mask
            low, high = 2 * ends[bucket - 1] if bucket else 0, 2 * ends[bucket]
            tag = (code >> 16).to_bytes(2, "little")
            at = tags.find(tag, low, high)
            while at >= 0:
                if not at & 1:
                    numbers.add(places[at >> 1])
                at = tags.find(tag, at + 1, high)
        found: list[NearWord] = []
        for number in sorted(numbers):
            line = letters_of[lines[number - 1] if number else 0 : lines[number]].decode()
            letters, weight, *below = line.split(" ")
            if begun and len(typed) < _HEAD:
                far = distance(typed, letters, most)
                if far <= most:
                    found.append(NearWord(letters, far, int(weight), True))
            if only is not None:
                below = [said for n in range(0, len(below), 2) if only(below[n]) for said in below[n : n + 2]]
            if below:
                found += _of_word_list(typed, below, begun, most)
        return found


def _of_word_list(typed: str, below: Sequence[str], begun: bool, most: int) -> Iterator[NearWord]:
    for word, weight in zip(below[::2], below[1::2], strict=True):
        far = begun_distance(typed, word, most) if begun and len(typed) >= _HEAD else distance(typed, word, most)
        if far <= most:
            yield NearWord(word, far, int(weight), False)

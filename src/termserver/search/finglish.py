"""Persian written in Latin letters: which Persian word may have been meant.

Short vowels are written or not, and as each likes, so words are kept by their consonants
(``skeleton``); whether the vowels between them go together is told by ``fits``.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache

from termserver.model.ports import ReleaseReader
from termserver.model.releases import Table

LATIN = Table("search_latin", ("number INTEGER", "lines TEXT"))
"""One row: consonants, and the Persian words that have them, behind each its number of concepts and what stands between
its consonants, a comma between them; a line for each, in order."""
# a consonant of the Latin spelling, digraphs first, and the sign under which it is kept
_DIGRAPHS = {"kh": "x", "sh": "$", "ch": "c", "zh": "j", "gh": "q", "ph": "f", "th": "s", "ck": "k"}
_SINGLE = {letter: letter for letter in "bpstdrzfklmnjxqgh"} | {"c": "k"}
_LATIN = re.compile("|".join([*_DIGRAPHS, "."]))
_PERSIAN = {
    "ب": "b", "پ": "p", "ت": "t", "ط": "t", "ث": "s", "س": "s", "ص": "s", "ج": "j", "ژ": "j", "چ": "c", "ح": "h",
    "ه": "h", "خ": "x", "د": "d", "ذ": "z", "ز": "z", "ض": "z", "ظ": "z", "ر": "r", "ش": "$", "غ": "q", "ق": "q",
    "ف": "f", "ک": "k", "گ": "g", "ل": "l", "م": "m", "ن": "n",
}  # fmt: skip
_SOFT_C = re.compile(r"c(?=[eiy])")
_BETWEEN = re.compile(r"(?<=[aeiouy])s(?=[aeiouy])")
"""An s between vowels, which is mostly spoken as z."""
_WRITTEN = {"ا": "aeo", "و": "ouvw", "ی": "iey"}
"""A long vowel of a Persian word, and the letters one of which stands for it."""

_MOST_BEGUN = 24
"""So many ways to go on from the consonants typed so far are looked at."""

Sounds = tuple[tuple[str, ...], tuple[str, ...]]
"""The consonants, and what stands before the first, between them and after the last."""


def skeleton(word: str) -> str:
    """The consonants of a folded Latin word, doubled ones once, a final h left out.

    >>> skeleton("sekte"), skeleton("ghalbi"), skeleton("khooni")
    ('skt', 'qlb', 'xn')
    """
    return "".join(_latin(word)[0])


def skeletons(word: str) -> set[str]:
    """The skeleton, and the one in which ``sh`` is two letters (eshal, اسهال)."""
    return {"".join(signs) for signs, _ in _spelled(word)}


def _spelled(word: str) -> "list[Sounds]":
    both = (word, word.replace("sh", "s'h")) if "sh" in word else (word,)
    return [_latin(one) for one in both]


def persian_skeleton(word: str) -> str:
    """The consonants of a folded Persian word by the same signs; و, ی, ا, ع and a final ه are taken for vowels.

    >>> persian_skeleton("سکته"), persian_skeleton("قلبی"), persian_skeleton("خونی")
    ('skt', 'qlb', 'xn')
    """
    return "".join(_persian(word)[0])


@lru_cache(1024)
def _latin(word: str) -> Sounds:
    signs: list[str] = []
    gaps = [""]
    for piece in _LATIN.findall(word):
        sign = _DIGRAPHS.get(piece) or _SINGLE.get(piece)
        if not sign:
            gaps[-1] += piece
        elif not signs or gaps[-1] or signs[-1] != sign:
            signs.append(sign)
            gaps.append("")
    if len(signs) > 1 and signs[-1] == "h" and not gaps[-1] and gaps[-2]:
        signs.pop()
        gaps.pop()
    return tuple(signs), tuple(gaps)


@lru_cache(8192)
def _persian(word: str) -> Sounds:
    signs: list[str] = []
    gaps = [""]
    last = len(word) - 1
    for n, letter in enumerate(word):
        sign = _PERSIAN.get(letter)
        if (letter == "ه" and n == last and n > 1) or not sign:
            if letter != "و" or word[n - 1 : n + 2] != "خوا":  # not spoken: استخوان is ostokhan
                gaps[-1] += letter
        elif not signs or gaps[-1] or signs[-1] != sign:
            signs.append(sign)
            gaps.append("")
    return tuple(signs), tuple(gaps)


def tables(known: Mapping[str, int]) -> Iterator[tuple[Table, list[tuple[int, str]]]]:
    """The table of these folded words with their weights."""
    under: dict[str, list[str]] = defaultdict(list)
    for word, weight in sorted(known.items()):
        if len(word) > 1 and word[0] > "\u05ff" and word.isalpha():
            signs, gaps = _persian(word)
            if signs:
                under["".join(signs)].append(f"{word} {weight} {','.join(gaps)}")
    lines = [f"{signs} {' '.join(found)}" for signs, found in sorted(under.items())]
    yield LATIN, [(0, "\n".join(lines))] if lines else []


class Latin:
    """The Persian words of one release by their consonants."""

    def __init__(self, reader: ReleaseReader) -> None:
        self._reader = reader

    @cached_property
    def _lines(self) -> list[str]:
        row = self._reader.get(LATIN, 0)
        return row[1].split("\n") if row else []

    def __bool__(self) -> bool:
        return bool(self._lines)

    def words(self, spelled: str, begun: bool) -> Iterator[tuple[str, int, bool]]:
        """Those that are spelled so in Latin letters, with their number of concepts; with ``begun`` also those that
        only begin so, which is said of them."""
        lines = self._lines
        for sounds in _spelled(spelled):
            signs = "".join(sounds[0])
            if not signs:
                continue
            goes_on = begun and len(signs) > 1
            least = signs if goes_on else f"{signs} "
            at = bisect_left(lines, least)
            for line in lines[at : at + (_MOST_BEGUN if goes_on else 1)]:
                if not line.startswith(least):
                    break
                more, *some = line.split(" ")
                for n in range(0, len(some), 3):
                    gaps = some[n + 2].split(",")
                    exactly = len(more) == len(signs)
                    if (_between if exactly else _begins)(sounds[1], gaps):
                        yield some[n], int(some[n + 1]), not exactly

    def with_consonants(self, signs: str) -> Iterator[tuple[str, int]]:
        """Those with these consonants, however they are spelled, with their number of concepts."""
        at = bisect_left(self._lines, f"{signs} ")
        if at < len(self._lines) and self._lines[at].startswith(f"{signs} "):
            some = self._lines[at].split(" ")
            for n in range(1, len(some), 3):
                yield some[n], int(some[n + 1])


def fits(latin: str, persian: str, begun: bool) -> bool:
    """Whether the Latin spelling reads as the Persian word, or (``begun``) may be its beginning."""
    signs, gaps = _persian(persian)
    for consonants, vowels in _spelled(latin):
        most = len(consonants)
        if consonants == signs and _between(vowels, gaps):
            return True
        if begun and 1 < most < len(signs) and consonants == signs[:most] and _begins(vowels, gaps):
            return True
    return False


def _between(vowels: Sequence[str], gaps: Sequence[str]) -> bool:
    """Whether what is spelled between the consonants goes together with what is written there."""
    last = len(gaps) - 1
    return all(_together(vowels[n], gap, n > 0, n == last) for n, gap in enumerate(gaps))


def _begins(vowels: Sequence[str], gaps: Sequence[str]) -> bool:
    """The same of a spelling behind which the word may go on."""
    most = len(vowels) - 1
    for n in range(most):
        if not _together(vowels[n], gaps[n], n > 0, False):
            return False
    begun, written = vowels[most], gaps[most]
    return not begun or _together(begun, written, True, False) or _together(begun, written[:1], True, False)


def sounds_as(name: str, persian: str) -> bool:
    """Whether a foreign name, as it is written in English, is spelled so in Persian.

    >>> sounds_as("plavix", "پلاویکس"), sounds_as("lasix", "لازیکس"), sounds_as("osvix", "پلاویکس")
    (True, True, False)
    """
    spelled = _SOFT_C.sub("s", "z" + name[1:] if name.startswith("x") else name).replace("x", "ks")
    voiced = _BETWEEN.sub("z", spelled)
    return any(fits(one, persian, False) for one in dict.fromkeys((spelled, voiced, spelled.replace("g", "j"))))


@lru_cache(4096)
def _together(vowels: str, letters: str, inside: bool, last: bool) -> bool:
    """Whether the vowels may be the Latin of what is written before (``inside``: between, or ``last``) consonants."""
    if not letters:
        return len(vowels) < 3 and "v" not in vowels and "w" not in vowels and (not last or vowels in ("", "e", "a"))
    if letters == "ه":
        return vowels in ("", "e", "a", "eh", "ei")
    if not vowels:
        return letters == "ع" or (inside and letters == "ا" and not last)
    if not inside and letters[0] == "ا":
        return len(letters) == 1 or _together(vowels, letters[1:], True, last)
    return all(any(one in vowels for one in _WRITTEN.get(letter, vowels)) for letter in letters)

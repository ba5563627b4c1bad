"""What was meant by a word as it is heard: Persian spelled by ear, and Persian in Latin letters run together.

Asked only where a word is known nowhere and no typing error explains it.
"""

from collections.abc import Callable, Iterator, Sequence

from termserver.search.finglish import persian_skeleton
from termserver.search.near import distance

_ONE_SOUND = str.maketrans("طصثذضظحغعآ", "تسسزززهقاا")
_LEAST = 5
"""Words of so many letters may be two edits away from one that sounds alike, shorter ones one."""
_SHORTEST_PART = 2

Known = Callable[[str], Sequence[tuple[str, int]]]
"""From the consonants of a word to the Persian words that have them, each with its weight."""


def sounding(word: str, known: Known) -> Iterator[tuple[str, int]]:
    """The Persian words that are spoken nearly as this one is, and how often they are there: رماطیسم, روماتیسم."""
    heard = word.translate(_ONE_SOUND)
    most = 2 if len(word) >= _LEAST else 1
    for other, weight in known(persian_skeleton(word)):
        if other != word and distance(heard, other.translate(_ONE_SOUND), most) <= most:
            yield other, weight


def without_ezafe(word: str) -> Iterator[str]:
    """A Latin spelling without the vowel that ties it to the next word.

    >>> list(without_ezafe("sakteye")), list(without_ezafe("diabet"))
    (['sakte'], [])
    """
    for ending in ("ye", "yeh", "ie", "ieh"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            yield word.removesuffix(ending)


def in_two(word: str) -> Iterator[tuple[str, str]]:
    """A word in two parts, the even ones first."""
    ends = range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1)
    for end in sorted(ends, key=lambda end: abs(len(word) - 2 * end)):
        yield word[:end], word[end:]

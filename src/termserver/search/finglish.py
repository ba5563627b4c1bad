"""Persian written in Latin letters: which Persian word may have been meant.

Short vowels are written or not, and as each likes, so words are kept by their consonants
(``skeleton``); whether the vowels between them go together is told by ``fits``.
"""

import re
from functools import lru_cache

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
    return {skeleton(word), skeleton(word.replace("sh", "s'h"))} if "sh" in word else {skeleton(word)}


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


def fits(latin: str, persian: str, begun: bool) -> bool:
    """Whether the Latin spelling reads as the Persian word, or (``begun``) may be its beginning."""
    spelled, sounds = _latin(latin), _persian(persian)
    signs, gaps = sounds
    most = len(spelled[0])
    if spelled[0] != signs[:most]:
        spelled = _latin(latin.replace("sh", "s'h"))
        most = len(spelled[0])
        if spelled[0] != signs[:most]:
            return False
    if len(signs) > most and not (begun and most > 1):
        return False
    ends = len(gaps) - 1
    for n, vowels in enumerate(spelled[1]):
        if n == most and begun and len(signs) > most:
            return not vowels or _together(vowels, gaps[n], n, False) or _together(vowels, gaps[n][:1], n, False)
        if not _together(vowels, gaps[n], n, n == ends):
            return False
    return True


def sounds_as(name: str, persian: str) -> bool:
    """Whether a foreign name, as it is written in English, is spelled so in Persian.

    >>> sounds_as("plavix", "پلاویکس"), sounds_as("lasix", "لازیکس"), sounds_as("osvix", "پلاویکس")
    (True, True, False)
    """
    spelled = _SOFT_C.sub("s", "z" + name[1:] if name.startswith("x") else name).replace("x", "ks")
    voiced = _BETWEEN.sub("z", spelled)
    return any(fits(one, persian, False) for one in dict.fromkeys((spelled, voiced, spelled.replace("g", "j"))))


def _together(vowels: str, letters: str, place: int, last: bool) -> bool:
    """Whether the vowels may be the Latin of what is written between two Persian consonants."""
    if not letters:
        return len(vowels) < 3 and "v" not in vowels and "w" not in vowels and (not last or vowels in ("", "e", "a"))
    if letters == "ه":
        return vowels in ("", "e", "a", "eh", "ei")
    if not vowels:
        return letters == "ع" or (place > 0 and letters == "ا" and not last)
    if not place and letters[0] == "ا":
        return len(letters) == 1 or _together(vowels, letters[1:], 1, last)
    return all(any(one in vowels for one in _WRITTEN.get(letter, vowels)) for letter in letters)

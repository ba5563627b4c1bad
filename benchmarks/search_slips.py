"""Queries with slips in them, seeded: typing errors, the other keyboard, Persian in Latin letters, lay words."""

import random
from collections.abc import Sequence

from termserver.model.fold import fold, words
from termserver.model.glossary import Glossary

SLIPS = (
    "a typing error",
    "3 words, two errors",
    "the other keyboard",
    "Finglish",
    "lay words, Persian",
    "lay words, English",
)
_KEYS = dict(zip("ضصثقفغعهخحجچشسیبلاتنمکگظطزرذدپو", "qwertyuiop[]asdfghjkl;'zxcvbnm,", strict=True))
_SPELLED = {
    "ب": "b", "پ": "p", "ت": "t", "ط": "t", "ث": "s", "س": "s", "ص": "s", "ج": "j", "ژ": "zh", "چ": "ch", "ح": "h",
    "ه": "h", "خ": "kh", "د": "d", "ذ": "z", "ز": "z", "ض": "z", "ظ": "z", "ر": "r", "ش": "sh", "غ": "gh", "ق": "gh",
    "ف": "f", "ک": "k", "گ": "g", "ل": "l", "م": "m", "ن": "n", "ا": "a", "و": "u", "ی": "i", "ع": "a", "\u200c": " ",
}  # fmt: skip
_VOWELS = "اویع"


def slips(titles: Sequence[str], glossary: Glossary, number: int) -> dict[str, list[str]]:
    """So many queries of each class of ``SLIPS``."""
    chance = random.Random(20261122)
    persian = [
        term.fa
        for term in glossary.terms
        if all("\u0600" <= letter < "\u06ff" or letter in " \u200c" for letter in term.fa)
    ]
    english = [name for term in glossary.terms for name in term.variants_en if len(name) > 5]

    def long_words(most: int) -> list[str]:
        found = [word for word in words(chance.choice(titles)) if len(word) > 5 and word.isalpha()]
        return chance.sample(found, min(most, len(found))) or long_words(most)

    def two_wrong() -> str:
        found = long_words(3)
        return " ".join(wrong(word, chance) if n < 2 else word for n, word in enumerate(found))

    makers = (
        lambda: wrong(long_words(1)[0], chance),
        two_wrong,
        lambda: "".join(_KEYS.get(letter, letter) for letter in fold(chance.choice(persian)).replace("\u200c", " ")),
        lambda: finglish(fold(chance.choice(persian)), chance),
        lambda: chance.choice(persian),
        lambda: chance.choice(english),
    )
    return {kind: [make() for _ in range(number)] for kind, make in zip(SLIPS, makers, strict=True)}


def wrong(word: str, chance: random.Random) -> str:
    """The word with one letter left out, put in, put wrong or swapped with its neighbour."""
    at = chance.randrange(1, len(word) - 1)
    other = chance.choice("abcdefghijklmnopqrstuvwxyz")
    return chance.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + other + word[at:],
            word[:at] + other + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
    )


def finglish(text: str, chance: random.Random) -> str:
    """Persian in Latin letters as somebody might write it: short vowels put in by ear."""
    made = ""
    before = " "
    for letter in text:
        consonant = letter in _SPELLED and letter not in _VOWELS and letter != "\u200c"
        if consonant and before in _SPELLED and before not in _VOWELS and before != "\u200c":
            made += chance.choice("aeo")
        made += _SPELLED.get(letter, letter)
        before = letter
    return made

"""One fold for Persian and Latin text: what two people type differently and mean alike.

Used by search, by the lenient comparison of display texts and by the duplicate reports of
the importers; every index stores ``FOLD_VERSION`` and refuses to be read with another one.
"""

import re
import unicodedata
from functools import lru_cache

FOLD_VERSION = 1

ZWNJ = "\u200c"

_LETTERS = {
    "ي": "ی", "ى": "ی", "ے": "ی", "ۍ": "ی", "ې": "ی", "ێ": "ی",
    "ك": "ک", "ڪ": "ک",
    "ة": "ه", "ۀ": "ه", "ە": "ه", "ہ": "ه", "ھ": "ه", "ۂ": "ه", "ۃ": "ه",
    "ٱ": "ا",
    "ۆ": "و", "ۇ": "و",
    "ء": "", "ـ": "",
    "\u00ad": ZWNJ, "\u00ac": ZWNJ, "\u200b": ZWNJ, "\ufeff": ZWNJ,
    "\u200d": "", "\u200e": "", "\u200f": "", "\u061c": "",
    "\u202a": "", "\u202b": "", "\u202c": "", "\u202d": "", "\u202e": "",
    "\u2066": "", "\u2067": "", "\u2068": "", "\u2069": "",
    "ø": "o", "đ": "d", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe",
}  # fmt: skip

_TABLE = {ord(letter): folded for letter, folded in _LETTERS.items()}
for _zero in ("٠", "۰"):
    _TABLE.update({ord(_zero) + n: str(n) for n in range(10)})
# harakat, hamza above and below, superscript alef: what NFKD leaves behind as separate marks
_TABLE.update(dict.fromkeys(range(768, 880), ""))
_TABLE.update(dict.fromkeys(range(1552, 1563), ""))
_TABLE.update(dict.fromkeys(range(1611, 1632), ""))
_TABLE.update(
    {0x0670: "", **{n: "" for n in range(0x06D6, 0x06ED) if n not in (0x06DD, 0x06DE, 0x06E5, 0x06E6, 0x06E9)}}
)

_COMPOUND = re.compile(r"[^\W_]+(?:[\u200c\-\u2010\u2011'\u2019][^\W_]+)+")


def fold(text: str) -> str:
    """The text with its letters, digits and case folded; words, spaces and ZWNJ stay where they are."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKD", text).translate(_TABLE).lower()


def words(text: str) -> list[str]:
    """The folded words in order; a compound (ZWNJ, hyphen, apostrophe) gives its parts, then the joined form.

    >>> words("بیماری‌های قلبی")
    ['بیماری', 'های', 'قلبی', 'بیماریهای']
    """
    chunks = text.split()
    found: list[str] = []
    compounds: list[str] = []
    for chunk in chunks:
        parts, joined, _ = _of_chunk(chunk) if len(chunk) <= _SHORT else _read(chunk)
        found += parts
        compounds += joined
    return found + compounds


def parts(text: str) -> list[str]:
    """The folded words in order, compounds in their parts alone."""
    return [part for chunk in text.split() for part in (_of_chunk(chunk) if len(chunk) <= _SHORT else _read(chunk))[0]]


_SHORT = 48
_WORDS = re.compile(r"[^\W_]+").findall
_NO_WORDS = re.compile(r"[\W_]+").sub


def _read(chunk: str) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """The parts, the compounds joined, and the key of what stands between two blanks."""
    folded = fold(chunk)
    compounds: tuple[str, ...] = ()
    if not (folded.isascii() and "-" not in folded and "'" not in folded):
        compounds = tuple(_NO_WORDS("", compound) for compound in _COMPOUND.findall(folded))
    return tuple(_WORDS(folded)), compounds, _NO_WORDS("", folded)


def chunks(text: str) -> list[tuple[tuple[str, ...], tuple[str, ...], str]]:
    """For each piece between two blanks its parts, its compounds joined, and its key: all of a text read at once."""
    return [_of_chunk(chunk) if len(chunk) <= _SHORT else _read(chunk) for chunk in text.split()]


_of_chunk = lru_cache(32768)(_read)
"""The words of names come again and again: folded once, they are found again in a tenth of the time."""


def key(text: str) -> str:
    """The folded letters and digits alone: equal for two spellings of one name.

    >>> key("مراقبت‌هاي ويژه") == key("مراقبت های ویژه")
    True
    """
    if " " not in text and len(text) <= _SHORT:
        return _of_chunk(text)[2]
    return "".join([(_of_chunk(chunk) if len(chunk) <= _SHORT else _read(chunk))[2] for chunk in text.split()])


def code_key(code: str) -> str:
    """A code as it is looked for: folded, without separators ("e11.9 " and "E119" are one)."""
    return key(code)


def latin_digits(text: str) -> str:
    """The text with Persian and Arabic digits written 0-9, nothing else touched."""
    return text if text.isascii() else text.translate(_DIGITS)


_DIGITS = {ord(zero) + n: str(n) for zero in ("٠", "۰") for n in range(10)}

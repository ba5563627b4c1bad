"""Codes whose letter is written as Persian says it: «ای ۱۱» is E11."""

import re
from collections.abc import Iterator

from termserver.model.fold import latin_digits

_SAID = {
    "ای": "ea", "بی": "b", "سی": "c", "دی": "d", "اف": "f", "جی": "gj", "اچ": "h", "آی": "i", "جِی": "j",
    "کی": "k", "کا": "k", "ال": "l", "ام": "m", "ان": "n", "او": "o", "پی": "p", "کیو": "q", "آر": "r", "اس": "s",
    "تی": "t", "یو": "u", "وی": "v", "دبلیو": "w", "دابلیو": "w", "ایکس": "x", "اکس": "x", "وای": "y", "زد": "z",
}  # fmt: skip
_CODE = re.compile(rf"(?<!\S)({'|'.join(sorted(_SAID, key=len, reverse=True))})[\s\u200c-]*([0-9]{{2}}[0-9.٫]*)(?!\S)")


def written(typed: str) -> Iterator[str]:
    """The query with its first spoken code as it is written, the likeliest letter first; nothing without one.

    >>> list(written("ای ۱۱٫۹")), list(written("جی ۴۰ حاد")), list(written("سی سالگی"))
    (['e11.9', 'a11.9'], ['g40 حاد', 'j40 حاد'], [])
    """
    text = latin_digits(typed)
    found = _CODE.search(text)
    if found is not None:
        for letter in _SAID[found[1]]:
            yield f"{text[: found.start()]}{letter}{found[2].replace('٫', '.')}{text[found.end() :]}"

"""The other keyboard: what would stand there had the layout been switched before typing.

ISIRI 9147 ("Persian (Standard)", Linux ``ir``) and the older Windows "Persian", beside US QWERTY;
where the two Persian ones differ (پ, ژ, ئ), both keys are known.
"""

from termserver.model.fold import latin_digits

_ROWS = (
    ("qwertyuiop[]", "ضصثقفغعهخحجچ"),
    ("asdfghjkl;'", "شسیبلاتنمکگ"),
    ("zxcvbnm,", "ظطزرذدپو"),
    ("HCM", "آژء"),
)
_PERSIAN = {ord(latin): persian for keys, letters in _ROWS for latin, persian in zip(keys, letters, strict=True)}
_PERSIAN[ord("\\")] = "پ"  # the older Windows layout
_PERSIAN |= {ord(upper): _PERSIAN[ord(upper.lower())] for upper in "QWERTYUIOPASDFGJKLZXVBN"}
_LATIN = {ord(persian): latin.lower() for keys, letters in _ROWS for latin, persian in zip(keys, letters, strict=True)}
# what an Arabic or the older layout writes with the same keys
_LATIN |= {ord("ي"): "d", ord("ك"): ";", ord("ئ"): "m", ord("ى"): "d", ord("أ"): "h", ord("إ"): "h", ord("ة"): "z"}
_LATIN |= {ord("\u200c"): " ", ord("؛"): ";", ord("،"): ","}


def other_layout(text: str) -> str:
    """The text as the same keys write it in the other alphabet; the text itself where it has no letters.

    >>> other_layout("ndhfj"), other_layout("یهشذثفثس")
    ('دیابت', 'diabetes')
    """
    if text.isascii():
        return text.translate(_PERSIAN) if any(map(str.isalpha, text)) else text
    persian = sum("\u0600" <= letter <= "\u06ff" for letter in text)
    latin = sum(letter.isascii() and letter.isalpha() for letter in text)
    if not persian and not latin:
        return text
    return latin_digits(text).translate(_LATIN) if persian > latin else text.translate(_PERSIAN)

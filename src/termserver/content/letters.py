"""Letters that look right and are not: Arabic letters in a Persian text, signs that nobody sees."""

import re
import unicodedata
from dataclasses import dataclass

from termserver.model.fold import ZWNJ
from termserver.model.text import Text

_TWINS = {
    "ي": "ی", "ى": "ی", "ے": "ی", "ۍ": "ی", "ې": "ی", "ێ": "ی",
    "ك": "ک", "ڪ": "ک", "ڬ": "گ",
    "ە": "ه", "ہ": "ه", "ھ": "ه", "ۂ": "ۀ", "ۃ": "ة",
    "ٱ": "ا", "ۆ": "و", "ۇ": "و", "ڤ": "و",
    "ـ": "",
    "\u00ad": ZWNJ, "\u00ac": ZWNJ, "\u200b": ZWNJ,
    "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2007": " ", "\u3000": " ",
    **{chr(0x660 + n): chr(0x6F0 + n) for n in range(10)},
}  # fmt: skip
"""A letter that Persian does not write, and the one that is meant; hamza forms and ة stay, Persian writes them."""

_NAMES_FA = {
    "ي": "ی عربی", "ى": "الف مقصوره", "ك": "ک عربی", "ـ": "کشیده", "ە": "ه کردی", "ہ": "ه اردو", "ھ": "ه دوچشم",
    "ے": "ی اردو", "\u00a0": "فاصلهٔ نشکن", "\u00ad": "خط پیوند نادیدنی", "\u200b": "فاصلهٔ بی‌پهنا",
    "\ufeff": "BOM", "\u200e": "نشانهٔ چپ‌به‌راست", "\u200f": "نشانهٔ راست‌به‌چپ", ZWNJ: "نیم‌فاصله", "\t": "Tab",
    "\n": "شکست سطر", "\r": "شکست سطر",
}  # fmt: skip
_NAMES_EN = {
    "ي": "Arabic yeh", "ى": "Arabic alef maksura", "ك": "Arabic kaf", "ـ": "tatweel", "\t": "tab", "\n": "line break",
    "\r": "carriage return", ZWNJ: "zero-width non-joiner", "\ufeff": "byte order mark", "\u00a0": "no-break space",
}  # fmt: skip

# Cc, Cf, Zl, Zp, private use and unassigned BMP signs that show nothing; ZWNJ (200C) is Persian spelling
_UNSEEN_RANGES = "\x00-\x1f\x7f-\x9f\u061c\u180e\u200d-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffd\ue000-\uf8ff"
_UNSEEN = re.compile(f"[{_UNSEEN_RANGES}]")
_WRONG = re.compile(f"[{''.join(map(re.escape, _TWINS))}{_UNSEEN_RANGES}\ufb50-\ufdff\ufe70-\ufefe]")
_UNSEEN_IN_CODE = re.compile(f"[{_UNSEEN_RANGES}\u00a0\u00ad\u1680\u2000-\u200c\u202f\u205f\u3000]")
_STRAY_ZWNJ = re.compile(rf"^{ZWNJ}|{ZWNJ}$|{ZWNJ}{ZWNJ}|{ZWNJ}\s|\s{ZWNJ}")
_ARABIC_SCRIPT = re.compile("[\u0620-\u064a\u066e-\u06d3\u06fa-\u06ff\ufb50-\ufdff\ufe70-\ufefc]")
_PERSIAN_DIGIT = re.compile("[٠-٩۰-۹]")


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that does not belong: which, the how manieth (from 1), and the one that is meant."""

    letter: str
    number: int
    instead: str

    def named(self) -> Text:
        """What the letter is called, with its code point."""
        return name_of(self.letter)

    def hint(self) -> Text:
        """What to write instead."""
        if not self.instead:
            return Text(fa="آن را پاک کنید.", en="Delete it.")
        if self.instead in (" ", ZWNJ):
            named = Text(fa="فاصله", en="a blank") if self.instead == " " else name_of(ZWNJ)
            return Text(fa=f"به جای آن {named.fa} بگذارید.", en=f"Write {named.en} instead.")
        points = " ".join(f"U+{ord(sign):04X}" for sign in self.instead)
        return Text(
            fa=f"به جای آن «{self.instead}» فارسی ({points}) بنویسید.",
            en=f"Write the Persian '{self.instead}' ({points}) instead.",
        )


def name_of(letter: str) -> Text:
    """The name of one letter with its code point: ``Arabic kaf (U+0643)``."""
    point = f"U+{ord(letter):04X}"
    en = _NAMES_EN.get(letter) or unicodedata.name(letter, "sign").lower()
    shown = f"«{letter}» " if letter.isalpha() or letter.isdigit() else ""
    fa = _NAMES_FA.get(letter, f"نویسهٔ {shown}غیرفارسی" if shown else "نویسهٔ نادیدنی")
    return Text(fa=f"{fa} ({point})", en=f"{en} ({point})")


def wrong_in_persian(text: str) -> list[Letter]:
    """The letters that a Persian text does not have, the first of each kind."""
    if text.isascii() and text.isprintable():
        return []
    found: dict[str, Letter] = {}
    for match in _WRONG.finditer(text):
        letter = match.group()
        if letter not in found:
            found[letter] = Letter(letter, match.start() + 1, _instead(letter))
    return list(found.values())


def _instead(letter: str) -> str:
    if letter in _TWINS:
        return _TWINS[letter]
    if letter in "\t\n\r\u2028\u2029":
        return " "
    plain = unicodedata.normalize("NFKC", letter)
    return "" if plain == letter else "".join(_TWINS.get(sign, sign) for sign in plain)


def mended(text: str) -> str:
    """The text with every wrong letter written as it is meant, and blanks single."""
    clean = _WRONG.sub(lambda match: _instead(match.group()), text)
    clean = re.sub(rf"{ZWNJ}+", ZWNJ, re.sub(rf"\s*{ZWNJ}*\s+{ZWNJ}*\s*", " ", clean))
    return clean.strip(f" {ZWNJ}")


def unseen(text: str) -> Letter | None:
    """The first sign of a text in any language that nobody sees (tab, line break, bidi mark …), or None."""
    match = None if text.isprintable() else _UNSEEN.search(text)
    return Letter(match.group(), match.start() + 1, _instead(match.group())) if match else None


def unseen_in_code(code: str) -> Letter | None:
    """The first sign of a code that nobody sees, ZWNJ and odd blanks included, or None."""
    match = None if code.isascii() and code.isprintable() else _UNSEEN_IN_CODE.search(code)
    return Letter(match.group(), match.start() + 1, "") if match else None


def stray_zwnj(text: str) -> int:
    """The place (from 1) of a zero-width non-joiner that joins nothing, or 0."""
    match = _STRAY_ZWNJ.search(text) if ZWNJ in text else None
    return match.start() + 1 if match else 0


def is_persian(text: str) -> bool:
    """Whether most letters of the text are of the Arabic script."""
    return not text.isascii() and 2 * len(_ARABIC_SCRIPT.findall(text)) > sum(map(str.isalpha, text))


def has_persian_digit(text: str) -> bool:
    """Whether a Persian or Arabic digit is in the text."""
    return not text.isascii() and _PERSIAN_DIGIT.search(text) is not None

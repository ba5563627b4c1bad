"""Medical Council numbers: every way they are written, and the one code that number and group make.

Groups share ranges of numbers, so a number alone names nobody. The code in the registry is the
number without leading zeros and then the mark of the group, none for physicians: ``900000``,
``900000د`` (dentist), ``900000م`` (midwife). The marks are those of ``registry-mark`` in
``codesystems/irimc-member-group``.
"""

import re

from termserver.model import fold

MARKS = {
    "physician": "",
    "dentist": "د",
    "pharmacist": "دا",
    "lab": "آ",
    "midwife": "م",
    "physio": "ف",
    "nutrition": "ت",
    "foreign": "ات",
}
"""The mark of each member group."""

_GROUPS = {mark: group for group, mark in MARKS.items()}
_LETTERS = "آابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی"
_WRITTEN = re.compile(rf"([{_LETTERS}]{{1,2}})?-?([0-9]{{1,8}}|[0-9]{{9,11}}(?=\*|ات|$))-?([{_LETTERS}]{{1,2}}|\*)?")
_ARABIC = str.maketrans({"ي": "ی", "ك": "ک"})
_MIDWIFE_AT_TAMIN = "*"


def canonical(written: str, group: str = "") -> str:
    """The code of the registry for a number as people and systems write it; empty if it is none.

    A ``group`` that is known decides the mark, whatever mark is written.

    >>> canonical("د-900000"), canonical("0000900003*"), canonical("۹۰۰۰۰۰", "midwife")
    ('900000د', '900003م', '900000م')
    """
    if not group and written.isascii() and written.isdigit() and written[0] != "0" and len(written) <= 8:
        return written
    bare = fold.latin_digits(written.strip()).translate(_ARABIC).replace(" ", "")
    found = _WRITTEN.fullmatch(bare)
    if found is None or (found.group(1) and found.group(3)):
        return ""
    number = found.group(2).lstrip("0")
    if not number or len(number) > 8:
        return ""
    mark = found.group(1) or found.group(3) or ""
    if group in MARKS:
        mark = MARKS[group]
    elif mark == _MIDWIFE_AT_TAMIN:
        mark = MARKS["midwife"]
    return number + mark


def split(code: str) -> tuple[str, str]:
    """Number and mark of a code of the registry.

    >>> split("900000دا")
    ('900000', 'دا')
    """
    number = code.rstrip(_LETTERS)
    return number, code[len(number) :]


def group_of(code: str) -> str:
    """The group whose mark a code of the registry bears; empty if no group has it."""
    return _GROUPS.get(split(code)[1], "")

"""The code that somebody probably meant: by its name, by its spelling, by its beginning.

A hint is better left out than wrong: short codes are never guessed at by their letters.
"""

from collections.abc import Iterator
from itertools import islice
from string import ascii_uppercase, digits

from termserver.model.fold import code_key as bare_key
from termserver.model.fold import key, words
from termserver.terminology.details import Named, decode_concept, decode_name, names_of
from termserver.terminology.systems import OpenSystem
from termserver.terminology.tables import CONCEPT, DETAIL, DISPLAY, code_key, display_hash

_SHORTEST = 3  # letters of a code below which its neighbours say nothing
_LONGEST = 24
_NAMESAKES = 32
_ALIKE = {"O": "0", "o": "0", "I": "1", "l": "1", "0": "O", "1": "I"}


def nearest(system: OpenSystem, code: str, display: str) -> Named | None:
    """The concept that was meant by ``code`` and ``display``, ``code`` not being in the list; None if none is likely.

    In this order: the concept called ``display`` (or called as ``code`` says, the two being
    swapped), the code in other letters, with other separators or zeros, one letter away, or the
    longest code that it begins with. Takes a millisecond or two at the most.
    """
    code, display = code.strip(), display.strip()
    for name in (display, code):
        found = named(system, name)
        if found is not None:
            return found
    if display and (swapped := _by_codes(system, [display])):
        return swapped
    if not code or len(code) > _LONGEST:
        return None
    if found := _by_codes(system, list(_spellings(code))):
        return found
    if len(bare_key(code)) < _SHORTEST:
        return None
    return _by_codes(system, list(_one_away(code)), display) or _by_codes(system, _beginnings(code))


def named(system: OpenSystem, name: str) -> Named | None:
    """The best concept with that display or designation, letters and digits compared alone."""
    wanted = key(name)
    if not wanted:
        return None
    ordinals = [row[2] for row in islice(system.reader.rows(DISPLAY, system.number, display_hash(name)), _NAMESAKES)]
    for row in system.reader.many(DETAIL, ordinals).values():
        concept = decode_concept(row[1])
        if any(key(known) == wanted for known in names_of(concept)):
            return decode_name(row[1])
    return None


def _by_codes(system: OpenSystem, codes: list[str], display: str = "") -> Named | None:
    """The first of these codes that is there: of those that share most words with ``display``, an active one first."""
    keys = list(dict.fromkeys(code_key(system.number, code, system.folds_case) for code in codes))
    found = system.reader.many(CONCEPT, keys)
    rows = sorted((found[known] for known in keys if known in found), key=lambda row: row[2])
    if not rows:
        return None
    details = system.reader.many(DETAIL, [row[1] for row in rows[:_NAMESAKES]])
    bodies = [details[row[1]][1] for row in rows[:_NAMESAKES]]
    said = set(words(display))
    if said:
        bodies.sort(key=lambda body: -_shared(said, body))
    return decode_name(bodies[0])


def _shared(said: set[str], body: bytes) -> int:
    return max((len(said.intersection(words(name))) for name in names_of(decode_concept(body))), default=0)


def _spellings(code: str) -> Iterator[str]:
    bare = bare_key(code).upper()
    yield from (code.upper(), code.lower(), bare, bare.lower())
    for at, letter in enumerate(code):  # E1l.9 for E11.9
        if letter in _ALIKE:
            yield code[:at] + _ALIKE[letter] + code[at + 1 :]
    for at in range(1, len(bare)):  # E119 for E11.9
        yield f"{bare[:at]}.{bare[at:]}"
    for at in range(1, len(bare)):
        yield f"{bare[:at]}-{bare[at:]}"
    if bare.isdigit():
        short = bare.lstrip("0") or "0"
        yield short
        yield from (short.zfill(width) for width in range(len(short) + 1, 15))


def _one_away(code: str) -> Iterator[str]:
    """Two letters exchanged, one too many, one different, one missing: the likelier slips first."""
    letters = digits if code.isdigit() else digits + (ascii_uppercase if code.upper() == code else code)
    for at in range(len(code) - 1):
        yield code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    for at in reversed(range(len(code))):
        yield code[:at] + code[at + 1 :]
    for at in reversed(range(len(code))):
        yield from (code[:at] + letter + code[at + 1 :] for letter in letters)
    for at in reversed(range(len(code) + 1)):
        yield from (code[:at] + letter + code[at:] for letter in letters)


def _beginnings(code: str) -> list[str]:
    return [code[:end].rstrip(".-/") for end in range(len(code) - 1, _SHORTEST - 1, -1)]

"""Check digits of the identifiers and codes of the trade, each with the source of its rule.

A function takes the text and tells whether its check digit is right; ``expected`` tells the
digit that would be. The shape (length, digits only) is another question, asked before.
"""

from collections.abc import Callable


def _digits(text: str) -> list[int]:
    return [ord(letter) - 48 for letter in text]


def national_code(text: str) -> str:
    """The tenth digit of an Iranian national code (mod 11; exchange.md 4.2)."""
    rest = sum(digit * (10 - n) for n, digit in enumerate(_digits(text[:9]))) % 11
    return str(rest if rest < 2 else 11 - rest)


def legal_person(text: str) -> str:
    """The eleventh digit of a legal person's national id (exchange.md 4.3)."""
    digits = _digits(text[:10])
    shift = digits[9] + 2
    weights = (29, 27, 23, 19, 17, 29, 27, 23, 19, 17)
    rest = sum((digit + shift) * weight for digit, weight in zip(digits, weights, strict=True)) % 11
    return str(rest % 10)


def gs1(text: str) -> str:
    """The last digit of a GTIN of any length (GS1 General Specifications 7.9, mod 10 with weights 3 and 1)."""
    total = sum(digit * (3 if n % 2 == 0 else 1) for n, digit in enumerate(reversed(_digits(text[:-1]))))
    return str(-total % 10)


def luhn(text: str) -> str:
    """The last digit by Luhn's mod 10, hyphens ignored (LOINC Users' Guide, appendix on check digits)."""
    digits = _digits(text.replace("-", "")[:-1])
    total = 0
    for n, digit in enumerate(reversed(digits)):
        doubled = digit * 2 if n % 2 == 0 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


_D5 = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 3, 4, 0, 6, 7, 8, 9, 5), (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7), (4, 0, 1, 2, 3, 9, 5, 6, 7, 8), (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2), (7, 6, 5, 9, 8, 2, 1, 0, 4, 3), (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)  # fmt: skip
_PERMUTE = [tuple(range(10)), (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)]
while len(_PERMUTE) < 8:
    _PERMUTE.append(tuple(_PERMUTE[1][n] for n in _PERMUTE[-1]))
_INVERSE = (0, 4, 3, 2, 1, 5, 6, 7, 8, 9)


def verhoeff(text: str) -> str:
    """The last digit of a SNOMED CT identifier (Verhoeff's dihedral check; SNOMED CT TS, 6.4)."""
    check = 0
    for n, digit in enumerate(reversed(_digits(text[:-1])), start=1):
        check = _D5[check][_PERMUTE[n % 8][digit]]
    return str(_INVERSE[check])


EXPECTED: dict[str, Callable[[str], str]] = {
    "national-code": national_code,
    "legal-person": legal_person,
    "gs1": gs1,
    "luhn": luhn,
    "verhoeff": verhoeff,
}
"""The check-digit rules by the name that content files use."""


def is_right(rule: str, text: str) -> bool:
    """Whether ``text`` (already of the right shape) keeps the check-digit ``rule``.

    Ten equal digits keep the sum of a national code and are still nobody's (exchange.md 4.2);
    a legal person's digits 4 to 9 are not all zero (4.3).
    """
    if rule == "national-code" and len(set(text)) == 1:
        return False
    if rule == "legal-person" and not text[3:9].strip("0"):
        return False
    return text[-1] == EXPECTED[rule](text)

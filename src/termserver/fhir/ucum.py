"""Units of UCUM: read by its grammar, told in words and in base units.

The table beside this file is ucum-essence.xml 2.2, unchanged. This product includes all or a portion of the UCUM table,
UCUM codes, and UCUM definitions or is derived from it, subject to a license from Regenstrief Institute, Inc. and The
UCUM Organization. Your use of the UCUM table, UCUM codes, UCUM definitions also is subject to this license, a copy of
which is available at http://unitsofmeasure.org. The current complete UCUM table, UCUM Specification are available for
download at http://unitsofmeasure.org. The UCUM table and UCUM codes are copyright © 1995-2024, Regenstrief Institute,
Inc. and the Unified Codes for Units of Measures (UCUM) Organization. All rights reserved.
"""

import re
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element, parse

URL = "http://unitsofmeasure.org"
VERSION = "2.2"
_LONGEST, _HIGHEST = 200, 99
_TOKEN = re.compile(r"10[*^]|(?:\[[^\[\]{}]*\]|[A-Za-z%'\"_*^])+")
_EXPONENT = re.compile(r"[+-]?[0-9]+")
_FACTOR = re.compile(r"[0-9]+")
_ANNOTATION = re.compile(r"\{[!-z|~]*\}")


class NoUnit(ValueError):
    """A text that is no unit."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """So much of base units; ``special``: a scale with a zero of its own (degree Celsius, pH) has no factor."""

    factor: Fraction = Fraction(1)
    dimensions: tuple[tuple[str, int], ...] = ()
    special: bool = False

    def times(self, other: "Quantity", power: int = 1) -> "Quantity":
        found = dict(self.dimensions)
        for unit, exponent in other.dimensions:
            found[unit] = found.get(unit, 0) + exponent * power
        kept = tuple(sorted((unit, exponent) for unit, exponent in found.items() if exponent))
        return Quantity(self.factor * other.factor**power, kept, self.special or other.special)

    @property
    def units(self) -> str:
        """In base units: ``g.m-3``; ``1`` for a pure number."""
        return ".".join(f"{unit}{exponent if exponent != 1 else ''}" for unit, exponent in self.dimensions) or "1"

    @property
    def number(self) -> str:
        """The factor with at most twelve digits; empty for a special unit."""
        try:
            return "" if self.special else f"{float(self.factor):.12g}"
        except OverflowError:
            return ""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as it was read."""

    code: str
    name: str
    quantity: Quantity


@dataclass(frozen=True, slots=True)
class _Atom:
    name: str
    property: str
    metric: bool
    special: bool
    unit: str
    value: str


@dataclass
class _Table:
    prefixes: dict[str, tuple[str, Fraction]] = field(default_factory=dict)
    atoms: dict[str, _Atom] = field(default_factory=dict)
    known: dict[str, Quantity] = field(default_factory=dict)


@cache
def _table() -> _Table:
    table = _Table()
    for element in parse(Path(__file__).with_name("ucum-essence.xml")).getroot():
        kind, code = _kind(element), element.get("Code", "")
        said = {_kind(child): child for child in element}
        name = (said["name"].text or "").strip() if "name" in said else code
        if kind == "prefix":
            table.prefixes[code] = name, Fraction(said["value"].get("value", "1"))
        elif kind == "base-unit":
            table.atoms[code] = _Atom(name, _text(said.get("property")), True, False, "", "1")
        elif kind == "unit":
            value = said["value"]
            function = next((child for child in value if _kind(child) == "function"), None)
            source = value if function is None else function
            table.atoms[code] = _Atom(
                name,
                _text(said.get("property")),
                element.get("isMetric") == "yes",
                element.get("isSpecial") == "yes",
                source.get("Unit", "1"),
                source.get("value", "1"),
            )
    return table


def _kind(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _text(element: Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""


def atoms() -> dict[str, str]:
    """The units of the table with their names; the base units first."""
    return {code: atom.name for code, atom in _table().atoms.items()}


def read(code: str) -> Unit:
    """The unit; raise ``NoUnit`` for a text that is none, saying what is wrong."""
    if len(code) > _LONGEST:
        raise NoUnit(f"a unit has at most {_LONGEST} characters")
    reading = _Reading(code)
    quantity, name = reading.main()
    return Unit(code, name, quantity)


class _Reading:
    """One text, read from the left."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def main(self) -> tuple[Quantity, str]:
        if not self._text:
            raise NoUnit("it is empty")
        found = self._term(begin=True)
        if self._at < len(self._text):
            raise NoUnit(f"'{self._text[self._at :][:20]}' cannot stand there")
        return found

    def _term(self, begin: bool) -> tuple[Quantity, str]:
        if begin and self._take("/"):
            quantity, name = self._component()
            total, said = Quantity().times(quantity, -1), f"/ {name}"
        else:
            total, said = self._component()
        while True:
            if self._take("."):
                quantity, name = self._component()
                total, said = total.times(quantity), f"{said} * {name}"
            elif self._take("/"):
                quantity, name = self._component()
                total, said = total.times(quantity, -1), f"{said} / {name}"
            else:
                return total, said

    def _component(self) -> tuple[Quantity, str]:
        if self._take("("):
            inner = self._term(begin=True)
            if not self._take(")"):
                raise NoUnit("a parenthesis is not closed")
            self._match(_ANNOTATION)
            return inner[0], f"({inner[1]})"
        annotation = self._match(_ANNOTATION)
        if annotation:
            return Quantity(), annotation
        # 10* and 10^ are units; other digits are a number
        unit = self._match(_TOKEN)
        if not unit:
            factor = self._match(_FACTOR)
            if not factor or int(factor) == 0:
                raise NoUnit(
                    f"a unit is missing before '{self._text[self._at :][:20]}'" if self._at else "no unit begins so"
                )
            self._match(_ANNOTATION)
            return Quantity(Fraction(int(factor))), factor
        quantity, name = _simple(unit)
        exponent = self._match(_EXPONENT)
        if exponent:
            power = int(exponent) if len(exponent) < 5 else _HIGHEST + 1
            if abs(power) > _HIGHEST or power == 0:
                raise NoUnit(f"the exponent {exponent[:10]} is too high or zero")
            quantity, name = Quantity().times(quantity, power), f"{name}^{power}"
        self._match(_ANNOTATION)
        return quantity, name

    def _take(self, sign: str) -> bool:
        if self._text.startswith(sign, self._at):
            self._at += 1
            return True
        return False

    def _match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            return ""
        self._at = found.end()
        return found[0]


def _simple(token: str) -> tuple[Quantity, str]:
    table = _table()
    atom = table.atoms.get(token)
    if atom is not None:
        return _quantity(token), atom.name
    for length in (2, 1):
        prefix, rest = token[:length], token[length:]
        known, atom = table.prefixes.get(prefix), table.atoms.get(rest)
        if known is not None and atom is not None and atom.metric:
            return Quantity(known[1]).times(_quantity(rest)), f"{known[0]}{atom.name}"
    raise NoUnit(f"'{token[:20]}' is no unit of UCUM")


def _quantity(code: str) -> Quantity:
    table = _table()
    known = table.known.get(code)
    if known is None:
        atom = table.atoms[code]
        if not atom.unit:
            known = Quantity(Fraction(1), ((code, 1),))
        elif atom.special:
            inner = read(atom.unit).quantity
            known = Quantity(Fraction(1), inner.dimensions, True)
        elif code in ("10*", "10^"):
            known = Quantity(Fraction(10))
        else:
            known = Quantity(Fraction(atom.value)).times(read(atom.unit).quantity)
        table.known[code] = known
    return known

"""What is recorded of an entry, as people read it: values with their names, tables of records, lanes of a time line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from termserver.model.codes import CodeSystem, FieldDefinition, Property, PropertyDefinition
from termserver.model.days import Period
from termserver.model.registries import is_registry, record_of
from termserver.model.text import Text
from termserver.service import TermServer
from termserver.terminology.registry_views import View, canonical_code
from termserver.web.registry_words import VALUES
from termserver.web.site import concept_path, number
from termserver.web.time_line import Stretch

_OF_A_LANE = {
    "licence": ("kind",),
    "workplace": ("centre",),
    "contract": ("insurer",),
    "price": ("kind", "per"),
    "coverage": ("insurer",),
    "registration": ("kind",),
    "certificate": ("issuer",),
    "service": ("name",),
    "credential": ("title",),
    "unit": ("name",),
}
"""The fields by which records of a property share a lane."""
_KINDS = {
    "licence": "licence", "registration": "licence", "certificate": "licence", "approved": "licence",
    "suspended": "barred", "revoked": "barred", "locked": "barred",
    "workplace": "place", "contract": "place", "unit": "place", "price": "money", "coverage": "money",
}  # fmt: skip
_FIRST = ("licence", "registration", "certificate", "suspended", "revoked", "approved", "locked", "active", "legal",
          "workplace", "contract", "price", "coverage", "successor", "predecessor")  # fmt: skip
"""What is asked for first; the rest follows as the registry describes it."""
_ON_THE_LINE = frozenset(_FIRST) - {"successor", "predecessor"}
_LANES = 24
_SAMPLES = {"irc": "products-sample"}
"""Where the sample nation keeps what it could not put among the real ones."""
_AMOUNTS = frozenset(("amount", "tariff", "insurer-share", "patient-share"))


@dataclass(frozen=True, slots=True)
class Shown:
    """A value: its text, the address it leads to (or none), and whether it is a code."""

    text: str
    path: str = ""
    code: str = ""
    day: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A plain fact with its values, each with its period."""

    title: str
    values: tuple[tuple[Shown, Period], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The records of a property: the titles of their fields, and a row for each with its period."""

    code: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[tuple[Shown, ...], Period], ...]
    dated: bool

    @property
    def wide(self) -> bool:
        """Whether it needs the whole width of a page."""
        return len(self.heads) + 2 * self.dated > 4


class Reading:
    """Reads the shaped entries of one edition in one language."""

    def __init__(self, server: TermServer, language: str) -> None:
        self._server = server
        self._language = language

    def facts(self, system: CodeSystem, properties: Sequence[Property]) -> tuple[list[Line], list[Sheet]]:
        """Plain facts, then records, each in the order in which the registry describes them."""
        lines: list[Line] = []
        sheets: list[Sheet] = []
        for known in _ordered(system):
            stated = [one for one in properties if one.code == known.code]
            if stated and known.type == "record":
                sheets.append(self._sheet(known, stated))
        for known in system.properties:
            stated = [one for one in properties if one.code == known.code]
            if stated and known.type != "record":
                lines.append(Line(self.says(known.title, known.code), tuple(self._plain(known, stated))))
        return lines, sheets

    def lanes(self, system: CodeSystem, entry: View, properties: Sequence[Property]) -> list[tuple[str, list[Stretch]]]:
        """What has a date, by what it is: licences of a kind, a place of work, a contract."""
        lanes: dict[str, list[Stretch]] = {}
        for known in _ordered(system):
            if known.code not in _ON_THE_LINE:
                continue
            for one in properties:
                if one.code != known.code or not one.period:
                    continue
                label = self._label(known, one)
                lanes.setdefault(label, []).append(Stretch(one.period, _KINDS.get(known.code, "other"), label))
        return list(lanes.items())[:_LANES]

    def value(self, known: PropertyDefinition | FieldDefinition, told: Any) -> Shown:
        """A value as it is read: a code by its name, a link to where it is told."""
        text = str(told)
        if known.system:
            return self.coded(known.system, text)
        if known.type == "day":
            return Shown(text, day=True)
        if known.type == "boolean":
            return Shown(("بله" if self._language == "fa" else "yes") if text.lower() in ("true", "1", "yes") else "—")
        if known.code in _AMOUNTS and text.isdigit():
            return Shown(f"{number(int(text), self._language)} {'ریال' if self._language == 'fa' else 'rial'}")
        if known.type in ("number", "integer") and text.isdigit() and known.code not in ("birth-year",):
            return Shown(number(int(text), self._language))
        word = VALUES.get(text) if isinstance(known, FieldDefinition) else None
        return Shown(self.says(word, text) if word else text)

    def coded(self, system: str, code: str) -> Shown:
        """A code with its name where the edition knows it."""
        found = self._server.terminology.system(system)
        if found is None:
            return Shown(code, code=code)
        name = self._server.terminology.entry(found.id, code)
        if name is None and found.id in _SAMPLES:
            found = self._server.terminology.system(_SAMPLES[found.id]) or found
            name = self._server.terminology.entry(found.id, code)
        if name is None:
            return Shown("", code=code)
        path = entry_path(found, code) if is_registry(found) else concept_path(found.id, code)
        text = name.display.in_language(self._language)
        return Shown(text, path, code if not is_registry(found) else "")

    def says(self, text: Text, otherwise: str) -> str:
        return text.in_language(self._language) or otherwise

    def _plain(self, known: PropertyDefinition, stated: Iterable[Property]) -> Iterable[tuple[Shown, Period]]:
        for one in stated:
            yield self.value(known, one.value), one.period

    def _sheet(self, known: PropertyDefinition, stated: Sequence[Property]) -> Sheet:
        records = [(record_of(one.value), one.period) for one in stated]
        fields = [field for field in known.fields if any(field.code in said for said, _ in records)]
        rows = sorted(records, key=lambda row: row[1].start, reverse=True)
        return Sheet(
            known.code,
            self.says(known.title, known.code),
            tuple(self.says(field.title, field.code) for field in fields),
            tuple(
                (
                    tuple(self.value(field, said[field.code]) if field.code in said else Shown("") for field in fields),
                    of,
                )
                for said, of in rows
            ),
            any(period for _, period in records),
        )

    def _label(self, known: PropertyDefinition, one: Property) -> str:
        title = self.says(known.title, known.code)
        said = record_of(one.value)
        by_code = {field.code: field for field in known.fields}
        names = [self.value(by_code[name], said[name]) for name in _OF_A_LANE.get(known.code, ()) if said.get(name)]
        told = " · ".join(shown.text or shown.code for shown in names)
        return f"{title}: {told}" if told else title


def _ordered(system: CodeSystem) -> list[PropertyDefinition]:
    places = {code: n for n, code in enumerate(_FIRST)}
    return sorted(system.properties, key=lambda known: places.get(known.code, len(places)))


def entry_path(system: CodeSystem, code: str) -> str:
    """The address of an entry's page."""
    return f"/registries/{system.id}/{quote(canonical_code(system.id, code) or code, safe='')}"

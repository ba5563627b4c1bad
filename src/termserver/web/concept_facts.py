"""What is said about one code, put in the order in which a coder asks for it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from termserver.model.codes import Audience, CodeSystem, Kind, Property, PropertyDefinition
from termserver.model.days import Period
from termserver.model.text import Text
from termserver.service import TermServer
from termserver.terminology.terminology import ConceptDetail

_NOTES = frozenset(
    ("includes", "excludes", "excludes1", "excludes2", "use-additional-code", "code-first", "code-also", "note",
     "seventh-character", "inclusion", "exclusion", "definition", "coding-hint", "preferred", "text", "modifier")
)  # fmt: skip
_CODE = re.compile(r"\b[A-Z][0-9][0-9A-Z](?:\.[0-9A-Z]{1,4})?(?:-[A-Z][0-9][0-9A-Z](?:\.[0-9A-Z]{1,4})?)?")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Fact:
    """One value: its pieces, each with the code it names in ``system`` (empty: plain text), and when it holds."""

    pieces: tuple[tuple[str, str], ...]
    period: Period
    system: str = ""
    day: bool = False

    @property
    def text(self) -> str:
        return "".join(piece for piece, _ in self.pieces)


@dataclass(frozen=True, slots=True)
class Facts:
    """The values of one property."""

    code: str
    title: Text
    values: tuple[Fact, ...]


class ConceptFacts:
    """Reads the properties of a concept for people; only what everybody may see."""

    def __init__(self, server: TermServer) -> None:
        self._server = server

    def split(self, detail: ConceptDetail, language: str) -> tuple[list[Facts], list[Facts]]:
        """Notes on use (includes, excludes, code first …), and everything else, in the order of the definitions."""
        known = {definition.code: definition for definition in detail.system.properties}
        by_code: dict[str, list[Property]] = {}
        for one in detail.properties:
            by_code.setdefault(one.code, []).append(one)
        order = [*known, *(code for code in by_code if code not in known)]
        notes: list[Facts] = []
        others: list[Facts] = []
        for code in order:
            definition = known.get(code) or _undefined(code, detail.system)
            if code not in by_code or definition.audience is not Audience.PUBLIC:
                continue
            values = tuple(self._fact(one, definition, detail.system, language) for one in by_code[code])
            facts = Facts(code, definition.title if str(definition.title) else Text(code, code), values)
            (notes if code in _NOTES else others).append(facts)
        return notes, others

    def _fact(self, one: Property, definition: PropertyDefinition, system: CodeSystem, language: str) -> Fact:
        if definition.type == "record":
            return Fact(((_record(one.value, definition, language), ""),), one.period)
        if definition.system:
            name = self._name(definition.system, one.value, language)
            if name is not None:
                pieces = ((one.value, one.value), (f" {name}" if name else "", ""))
                return Fact(pieces, one.period, definition.system)
        if one.code in _NOTES:
            return Fact(tuple(self._linked(one.value, system.id)), one.period, system.id)
        return Fact(((one.value, ""),), one.period, day=_ISO.fullmatch(one.value) is not None)

    def _name(self, system: str, code: str, language: str) -> str | None:
        """What the code is called there; None if it is not to be found."""
        found = self._server.terminology.entry(system, code)
        return found.display.in_language(language) if found is not None else None

    def _linked(self, text: str, system: str) -> Iterable[tuple[str, str]]:
        """The text with the codes in it that the system has."""
        done = 0
        for found in _CODE.finditer(text):
            if self._server.terminology.entry(system, found[0]) is None:
                continue
            yield text[done : found.start()], ""
            yield found[0], found[0]
            done = found.end()
        yield text[done:], ""


def _undefined(code: str, system: CodeSystem) -> PropertyDefinition:
    """What a system does not define is shown, except in a registry, where it may be anybody's secret."""
    audience = Audience.NOBODY if system.kind is Kind.REGISTRY else Audience.PUBLIC
    return PropertyDefinition(code, audience=audience)


def _record(value: str, definition: PropertyDefinition, language: str) -> str:
    """The public fields of a record as one line."""
    try:
        said: dict[str, Any] = orjson.loads(value)
    except ValueError:
        return ""
    shown = [field for field in definition.fields if field.audience is Audience.PUBLIC and field.code in said]
    return " · ".join(f"{field.title.in_language(language) or field.code}: {said[field.code]}" for field in shown)


def fhir_coding(detail: ConceptDetail, language: str) -> dict[str, str]:
    """The code as a FHIR Coding."""
    return {
        "system": detail.system.url,
        "version": detail.system.version,
        "code": detail.code,
        "display": detail.display.in_language(language),
    }

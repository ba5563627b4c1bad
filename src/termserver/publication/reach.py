"""How far a code that goes reaches: fields of documents bound to its list, insurers' maps, entries of registries."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from termserver.model.codes import ConceptMap, ValueSet
from termserver.model.documents import DocumentType
from termserver.model.registries import is_registry, record_of
from termserver.model.text import Text
from termserver.model.values import value
from termserver.service import TermServer
from termserver.terminology.details import decode_concept
from termserver.terminology.systems import OpenSystem
from termserver.terminology.tables import CONCEPT, DETAIL

Gone = frozenset[tuple[str, str]]
"""System and code of each code that is retired or removed."""
_BATCH = 512


@value
class Coverage:
    """A map (an insurer's list against the national one): how many rows it has, and which of them lead nowhere then."""

    map: str
    title: Text
    rows: int
    lost: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {"map": self.map, "title": self.title.as_json(), "rows": self.rows, "lost": list(self.lost)}


@value
class Use:
    """So many entries of a registry hold the code."""

    registry: str
    code: str
    entries: int

    def as_json(self) -> dict[str, Any]:
        return {"registry": self.registry, "code": self.code, "entries": self.entries}


def bound_fields(
    gone: Gone, types: Iterable[DocumentType], value_sets: Iterable[ValueSet]
) -> Iterator[tuple[str, str]]:
    """(list, field of a document type) for every field bound to a list that loses a code, or to a value set of it."""
    lists = {system for system, _ in gone}
    by_name = {name: name for name in lists}
    for known in value_sets:
        for part in known.include:
            if part.system in lists:
                by_name.setdefault(known.id, part.system)
    for type in types:
        seen = set()
        for path, field in type.walk():
            for name in field.binding:
                if name in by_name and path not in seen:
                    seen.add(path)
                    yield by_name[name], f"{type.id} {type.version} {path}"


def coverage(gone: Gone, maps: Iterable[ConceptMap]) -> tuple[Coverage, ...]:
    """The maps that lose a row."""
    found = []
    for known in maps:
        lost = [
            row.source_code
            for row in known.mappings
            if (known.source_system, row.source_code) in gone or (known.target_system, row.target_code) in gone
        ]
        if lost:
            found.append(Coverage(known.id, known.title, len(known.mappings), tuple(dict.fromkeys(lost))))
    return tuple(found)


def uses(gone: Gone, server: TermServer) -> tuple[Use, ...]:
    """How many entries of the registries that the server holds name one of the codes."""
    found: Counter[tuple[str, str]] = Counter()
    systems = server.terminology.systems
    for opened in systems.all():
        known = systems.metadata(opened)
        if not is_registry(known):
            continue
        plain = {one.code: one.system for one in known.properties if one.system}
        fields = {
            one.code: {field.code: field.system for field in one.fields if field.system} for one in known.properties
        }
        named = {*plain.values(), *(system for said in fields.values() for system in said.values())}
        wanted = {(system, code) for system, code in gone if system in named}
        if not wanted:
            continue
        for body in _bodies(opened, [code.encode() for _, code in wanted]):
            held = set()
            for one in decode_concept(body).properties:
                held.add((plain.get(one.code, ""), one.value))
                if fields.get(one.code):
                    said = record_of(one.value)
                    held |= {(system, str(said.get(name, ""))) for name, system in fields[one.code].items()}
            for system, code in held & wanted:
                found[known.id, f"{system} {code}"] += 1
    return tuple(Use(registry, code, count) for (registry, code), count in sorted(found.items()))


def _bodies(system: OpenSystem, codes: list[bytes]) -> Iterator[bytes]:
    """The entries in which one of the codes is written somewhere."""
    start = f"{system.number}:"
    ordinals = [row[1] for row in system.reader.span(CONCEPT, start, f"{system.number};")]
    for first in range(0, len(ordinals), _BATCH):
        for _, row in system.reader.many(DETAIL, ordinals[first : first + _BATCH]).items():
            if any(code in row[1] for code in codes):
                yield row[1]

"""Read and search of CodeSystem, ValueSet, ConceptMap and NamingSystem."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from urllib.parse import quote, urlencode

from termserver.api.fhir.exchange import Exchange, Reply
from termserver.api.fhir.search_parameters import elements, unsearchable, whole_number
from termserver.fhir.definitions import r4_map, r4_naming_system, whole
from termserver.fhir.outcomes import Json, refused
from termserver.fhir.shelves import JsonShelf
from termserver.fhir.stored import StoredSystem
from termserver.fhir.systems import Head, System
from termserver.fhir.versions import split
from termserver.fhir_edition.shelf import EditionShelf
from termserver.model.fold import fold

_PAGE, _MOST = 50, 1000
_STRINGS = ("name", "title", "description", "publisher")
_SUMMARY = frozenset(
    [
        "resourceType",
        "id",
        "meta",
        "language",
        "url",
        "identifier",
        "version",
        "name",
        "title",
        "_title",
        "status",
        "experimental",
        "date",
        "publisher",
        "caseSensitive",
        "valueSet",
        "hierarchyMeaning",
        "compositional",
        "versionNeeded",
        "content",
        "supplements",
        "count",
        "filter",
        "property",
        "immutable",
        "kind",
        "uniqueId",
        "sourceUri",
        "targetUri",
        "sourceScopeUri",
        "targetScopeUri",
    ]
)
_COMMON = {
    "_id": "token",
    "_lastUpdated": "date",
    "url": "uri",
    "version": "token",
    "name": "string",
    "title": "string",
    "description": "string",
    "publisher": "string",
    "status": "token",
    "identifier": "token",
    "date": "date",
}
_RESULT = ("_count", "_offset", "_summary", "_elements", "_sort", "_format", "_total", "_pretty")
_DATE = re.compile(r"(?:gt|lt|ge|le|sa|eb|ne|eq|ap)?[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2}(?:T[0-9:.+Z-]+)?)?)?")
_LISTED = 5000
"""A code system is read with so many concepts at most; larger ones are read without and say so."""


class Resources:
    """What can be read, by type and id."""

    search_parameters: Mapping[str, Mapping[str, str]] = {
        "CodeSystem": {**_COMMON, "system": "uri", "content-mode": "token", "supplements": "reference"},
        "ValueSet": {**_COMMON, "reference": "uri"},
        "ConceptMap": {**_COMMON, "source-system": "uri", "target-system": "uri"},
        "NamingSystem": {**{k: v for k, v in _COMMON.items() if k not in ("title", "identifier")}, "value": "token"},
    }

    def __init__(self, kept: JsonShelf, edition: EditionShelf, updated: str) -> None:
        self._kept = kept
        self._edition = edition
        self._updated = updated

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(self.search_parameters)

    def offered(self) -> Iterator[Head]:
        """The heads of all code systems that are held, those without content left out."""
        systems: list[System] = [*self._kept.every_system(), *self._stored()]
        return (system.head for system in systems if system.head.content not in ("not-present", "example"))

    def _stored(self) -> Iterator[StoredSystem]:
        """The systems of the releases that are not carried as FHIR resources besides."""
        every = self._edition.every_system()
        return (one for one in every if not self._kept.holds(one.head.url, one.head.version))

    @cached_property
    def _all(self) -> dict[str, dict[str, tuple[Json, System | None]]]:
        found: dict[str, dict[str, tuple[Json, System | None]]] = {kind: {} for kind in self.kinds}

        def add(resource: Json, system: System | None = None) -> None:
            id = str(resource.get("id") or len(found[resource["resourceType"]]))
            if id in found[resource["resourceType"]]:
                id = f"{id}-{resource.get('version', '')}"[:64]
            shown = {**resource, "id": id, "meta": {"lastUpdated": self._updated, **resource.get("meta", {})}}
            found[resource["resourceType"]].setdefault(id, (shown, system))

        carried = list(self._kept.resources)
        held = {(one["resourceType"], one.get("url", ""), one.get("version", "")) for one in carried}
        for stored in self._stored():
            add(stored.head.resource, stored)
        for value_set in self._edition.every_value_set():
            if ("ValueSet", value_set.url, value_set.version) not in held:
                add(value_set.resource)
        for concept_map in self._edition.concept_maps():
            if ("ConceptMap", concept_map.url, concept_map.version) not in held:
                add(concept_map.resource)
        for naming in self._edition.naming_systems:
            add(naming)
        for resource in carried:
            if resource.get("resourceType") in found:
                add(resource)
        return found

    def named(self) -> Iterator[Json]:
        """All that says under which names something is known."""
        for kind in ("NamingSystem", "CodeSystem"):
            yield from (resource for resource, _ in self._all[kind].values())

    def definition(self, kind: str, id: str) -> Json:
        """The resource with that id, without its concepts; raise ``FhirProblem`` with 404."""
        known = self._all[kind].get(id)
        if known is None:
            raise refused(404, "not-found", f"There is no {kind}/{id[:80]}", f"{kind}/{id[:80]} نیست")
        return known[0]

    def reply(self, exchange: Exchange, kind: str, rest: list[str]) -> Reply:
        """Search, or read of one resource; raise ``FhirProblem``."""
        if not rest or rest == ["_search"]:
            return Reply(200, self._search(exchange, kind))
        if len(rest) == 1 and exchange.method in ("GET", "HEAD"):
            return Reply(200, self.shown(exchange, kind, rest[0]))
        raise refused(
            404 if exchange.method in ("GET", "HEAD") else 405,
            "not-supported",
            "This server reads and searches; it takes no writes",
            "این سرور می‌خواند و می‌جوید؛ نوشتن نمی‌پذیرد",
        )

    def shown(self, exchange: Exchange, kind: str, id: str) -> Json:
        """One resource as it is sent; raise ``FhirProblem`` with 404."""
        return self._shown(exchange, self._read(kind, id))

    def _read(self, kind: str, id: str) -> Json:
        resource = self.definition(kind, id)
        system = self._all[kind][id][1]
        if system is None or "concept" in resource:
            return dict(resource)
        if not system.head.listed or len(system.everything) > _LISTED:
            return dict(resource)
        head, concepts = whole(system)
        return {**head, "id": resource["id"], "meta": resource["meta"], "concept": list(concepts)}

    def _shown(self, exchange: Exchange, resource: Json) -> Json:
        if exchange.r4 and resource["resourceType"] == "ConceptMap":
            resource = r4_map(resource)
        if exchange.r4 and resource["resourceType"] == "NamingSystem":
            resource = r4_naming_system(resource)
        said = dict(exchange.searched())
        kept = elements(said)
        if kept:
            return {key: value for key, value in resource.items() if key.removeprefix("_") in kept or key in kept}
        if said.get("_summary") == "true":
            return {key: value for key, value in resource.items() if key in _SUMMARY}
        if said.get("_summary") == "text":
            return {key: value for key, value in resource.items() if key in ("resourceType", "id", "meta", "text")}
        return resource

    # search

    def _search(self, exchange: Exchange, kind: str) -> Json:
        pairs = exchange.searched()
        known = self.search_parameters[kind]
        tests: list[Callable[[Json], bool]] = []
        for name, value in pairs:
            plain, _, modifier = name.partition(":")
            if plain in _RESULT:
                continue
            if plain not in known:
                raise unsearchable(kind, name, known)
            tests.append(_test(plain, modifier, value, kind))
        found = [resource for resource, _ in self._all[kind].values() if all(test(resource) for test in tests)]
        return self._bundle(exchange, kind, pairs, _sorted(found, dict(pairs).get("_sort", ""), known))

    def _bundle(self, exchange: Exchange, kind: str, pairs: list[tuple[str, str]], found: list[Json]) -> Json:
        said = dict(pairs)
        count, offset = whole_number(said, "_count", _PAGE), whole_number(said, "_offset", 0)
        count = min(count, _MOST)
        address = f"{exchange.base}/{kind}"
        rest = [(name, value) for name, value in pairs if name not in ("_offset", "_count")]

        def page(at: int) -> str:
            return f"{address}?{urlencode([*rest, ('_count', str(count)), ('_offset', str(at))])}"

        bundle: Json = {"resourceType": "Bundle", "type": "searchset", "total": len(found)}
        links = [{"relation": "self", "url": f"{address}?{urlencode(pairs)}" if pairs else address}]
        if said.get("_summary") == "count" or count == 0:
            return {**bundle, "link": links}
        if offset + count < len(found):
            links.append({"relation": "next", "url": page(offset + count)})
        if offset:
            links.append({"relation": "previous", "url": page(max(0, offset - count))})
        bundle["link"] = links
        entries = [
            {
                "fullUrl": f"{address}/{quote(resource['id'])}",
                "resource": self._shown(exchange, dict(resource)),
                "search": {"mode": "match"},
            }
            for resource in found[offset : offset + count]
        ]
        if entries:
            bundle["entry"] = entries
        return bundle


def _sorted(found: list[Json], by: str, known: Mapping[str, str]) -> list[Json]:
    for name in reversed([part for part in by.split(",") if part]):
        plain = name.removeprefix("-")
        if plain not in known:
            raise refused(400, "invalid", f"_sort: {plain[:40]!r} is not known", f"_sort: {plain[:40]!r} شناخته نیست")
        element = {"_id": "id"}.get(plain, plain)
        found = sorted(found, key=lambda one: str(one.get(element, "")), reverse=name.startswith("-"))
    return found


def _test(name: str, modifier: str, text: str, kind: str) -> Callable[[Json], bool]:
    wanted = [part for part in text.split(",") if part]
    if name in _STRINGS:
        folded = [fold(part) for part in wanted]

        def fits(resource: Json) -> bool:
            known = str(resource.get(name, ""))
            if modifier == "exact":
                return known in wanted
            known = fold(known)
            return any(part in known if modifier == "contains" else known.startswith(part) for part in folded)

        return fits
    if name in ("_lastUpdated", "date"):
        for part in wanted:
            if not _DATE.fullmatch(part):
                raise refused(400, "invalid", f"{name}: {part[:40]!r} is no date", f"{name}: {part[:40]!r} تاریخ نیست")
        return lambda resource: all(_dated(resource, name, part) for part in wanted)
    return lambda resource: any(value in wanted for value in _values(resource, name, kind))


_COMPARED: dict[str, Callable[[str, str], bool]] = {
    "gt": lambda known, said: known[: len(said)] > said,
    "lt": lambda known, said: known[: len(said)] < said,
    "ge": lambda known, said: known[: len(said)] >= said,
    "le": lambda known, said: known[: len(said)] <= said,
    "sa": lambda known, said: known[: len(said)] > said,
    "eb": lambda known, said: known[: len(said)] < said,
    "ne": lambda known, said: known[: len(said)] != said,
    "eq": lambda known, said: known[: len(said)] == said,
    "ap": lambda known, said: known[: len(said)] == said,
}


def _dated(resource: Json, name: str, text: str) -> bool:
    known = str(resource["meta"]["lastUpdated"] if name == "_lastUpdated" else resource.get("date", ""))
    prefix, said = (text[:2], text[2:]) if text[:2] in _COMPARED else ("eq", text)
    return bool(known) and _COMPARED[prefix](known, said)


def _values(resource: Json, name: str, kind: str) -> Iterator[str]:
    if name == "_id":
        yield resource["id"]
    elif name == "identifier":
        for one in resource.get("identifier", ()):
            yield str(one.get("value", ""))
            yield f"{one.get('system', '')}|{one.get('value', '')}"
    elif name == "value":
        yield from (str(one.get("value", "")) for one in resource.get("uniqueId", ()))
    elif name == "content-mode":
        yield str(resource.get("content", ""))
    elif name == "reference":
        for include in (resource.get("compose") or {}).get("include", ()):
            yield str(include.get("system", ""))
            yield from (split(canonical)[0] for canonical in include.get("valueSet", ()))
    elif name in ("source-system", "target-system"):
        yield from (split(str(group.get(name.partition("-")[0], "")))[0] for group in resource.get("group", ()))
    elif name == "system" and kind == "CodeSystem":
        yield str(resource.get("url", ""))
    else:
        yield str(resource.get(name, ""))

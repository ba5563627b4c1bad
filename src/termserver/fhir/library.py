"""Every resource that one request can see: what came with it, what its cache holds, what the server keeps.

What came with the request wins over what is kept under the same url and version.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Protocol
from urllib.parse import unquote

import orjson

from termserver.fhir.code_system import CodeSystem, supplement_of
from termserver.fhir.concept_map import ConceptMap, read_concept_map
from termserver.fhir.outcomes import problem, refused
from termserver.fhir.shape import malformed
from termserver.fhir.supplemented import Supplemented
from termserver.fhir.systems import Json, System
from termserver.fhir.value_set import Filter, Include, ValueSet, read_value_set
from termserver.fhir.versions import joined, pick, split

Parsed = CodeSystem | ValueSet | ConceptMap | Json
"""A supplement stays the JSON that it was."""


class Shelf(Protocol):
    """What the server keeps, by url: every version."""

    def systems(self, url: str) -> Sequence[System]: ...

    def value_sets(self, url: str) -> Sequence[ValueSet]: ...

    def concept_maps(self) -> Iterable[ConceptMap]: ...

    def supplements(self) -> Iterable[Json]: ...

    def system_of_value_set(self, url: str) -> System | None:
        """The code system that says this value set holds all its codes."""


class Parses:
    """Resources by the hash of their content, parsed once; the memory is bounded by their number and size."""

    def __init__(self, most: int = 2000, most_bytes: int = 64 << 20) -> None:
        self._known: OrderedDict[bytes, tuple[Parsed, int]] = OrderedDict()
        self._lock = Lock()
        self._most, self._most_bytes, self._bytes = most, most_bytes, 0

    def parsed(self, resource: Json) -> Parsed:
        try:
            data = orjson.dumps(resource)
        except orjson.JSONEncodeError as error:
            raise refused(
                400,
                "structure",
                "The resource is nested too deeply; say the parents of concepts by a property",
                "منبع بسیار تودرتو است؛ والدها را با property بگویید",
            ) from error
        digest = hashlib.blake2b(data, digest_size=20).digest()
        with self._lock:
            known = self._known.get(digest)
            if known is not None:
                self._known.move_to_end(digest)
                return known[0]
        made = parse(resource)
        with self._lock:
            if digest not in self._known:
                self._known[digest] = made, len(data)
                self._bytes += len(data)
            while len(self._known) > self._most or self._bytes > self._most_bytes:
                _, (_, size) = self._known.popitem(last=False)
                self._bytes -= size
        return made


def parse(resource: Any) -> Parsed:
    """Read a CodeSystem, ValueSet or ConceptMap; raise ``FhirProblem`` for anything else."""
    kind = resource.get("resourceType") if isinstance(resource, dict) else None
    try:
        if kind == "CodeSystem":
            return resource if supplement_of(resource)[0] else CodeSystem(resource)
        if kind == "ValueSet":
            return read_value_set(resource)
        if kind == "ConceptMap":
            return read_concept_map(resource)
    except (TypeError, AttributeError, KeyError) as error:
        raise malformed(resource) from error
    raise refused(
        400,
        "not-supported",
        f"A resource of type {kind} cannot be used here; send CodeSystem, ValueSet or ConceptMap",
        f"منبع نوع {kind} این‌جا به کار نمی‌آید؛ CodeSystem یا ValueSet یا ConceptMap بفرستید",
    )


@dataclass(frozen=True)
class Overlay:
    """Resources of a request or of a cache, in order."""

    items: tuple[Parsed, ...] = ()

    def systems(self, url: str) -> Iterator[System]:
        return (one for one in self.items if isinstance(one, CodeSystem) and one.head.url == url)

    def value_sets(self, url: str) -> Iterator[ValueSet]:
        return (one for one in self.items if isinstance(one, ValueSet) and one.url == url)


class Library:
    """The view of one request."""

    def __init__(self, shelf: Shelf, overlays: Sequence[Overlay] = ()) -> None:
        self._shelf = shelf
        self._overlays = [overlay for overlay in overlays if overlay.items]
        self._supplemented: dict[tuple[int, tuple[str, ...]], System] = {}

    # code systems

    def systems(self, url: str) -> list[System]:
        """Every version of a code system, without supplements."""
        found: dict[str, System] = {}
        for overlay in self._overlays:
            for one in overlay.systems(url):
                found[one.head.version] = one
        for one in self._shelf.systems(url):
            found.setdefault(one.head.version, one)
        return list(found.values())

    def versions(self, url: str) -> list[str]:
        return [system.head.version for system in self.systems(url)]

    def system(self, url: str, version: str = "") -> System | None:
        """The newest version that ``version`` asks for."""
        known = {system.head.version: system for system in self.systems(url)}
        chosen = pick(known, version)
        return known[chosen] if chosen is not None else None

    def supplemented(self, system: System, wanted: Sequence[str]) -> System:
        """The system with those of the wanted supplements that are its own."""
        if not wanted:
            return system
        key = (id(system), tuple(wanted))
        known = self._supplemented.get(key)
        if known is None:
            own = [one for one in map(self.supplement, wanted) if _supplements(one, system)]
            known = self._supplemented[key] = Supplemented(system, own) if own else system
        return known

    def supplement(self, canonical: str) -> Json:
        """The supplement with that canonical; raise ``FhirProblem`` if there is none."""
        url, version = split(canonical)
        found = {str(one.get("version", "")): one for one in self._all_supplements() if one.get("url") == url}
        chosen = pick(found, version)
        if chosen is None:
            raise problem(404, "not-found", "VALUESET_SUPPLEMENT_MISSING", canonical, type="not-found")
        return found[chosen]

    def is_supplement(self, url: str) -> str:
        """The canonical of the supplement with that url; empty if it is none."""
        return next(
            (joined(url, str(one.get("version", ""))) for one in self._all_supplements() if one.get("url") == url), ""
        )

    def _all_supplements(self) -> Iterator[Json]:
        for overlay in self._overlays:
            yield from (one for one in overlay.items if isinstance(one, dict))
        yield from self._shelf.supplements()

    # value sets

    def value_set(self, url: str, version: str = "") -> ValueSet | None:
        """The newest version that ``version`` asks for; also those that FHIR only implies."""
        known: dict[str, ValueSet] = {}
        for overlay in self._overlays:
            for one in overlay.value_sets(url):
                known[one.version] = one
        for one in self._shelf.value_sets(url):
            known.setdefault(one.version, one)
        if known:
            chosen = pick(known, version)
            return known[chosen] if chosen is not None else None
        return self._implied(url, version)

    def _implied(self, url: str, version: str) -> ValueSet | None:
        base, mark, query = url.partition("?fhir_vs")
        if mark:
            return self._implied_by_query(url, base, version, query)
        system = self.system(url, version) or self._of_value_set(url)
        if system is None:
            return None
        return _all_of(url, system, ())

    def _implied_by_query(self, url: str, base: str, version: str, query: str) -> ValueSet | None:
        system = self.system(base, version)
        if system is None:
            return None
        if not query:
            return _all_of(url, system, ())
        kind, _, code = query.removeprefix("=").partition("/")
        if kind == "isa" and code:
            return _all_of(url, system, (Filter("concept", "is-a", unquote(code)),))
        return None

    def _of_value_set(self, url: str) -> System | None:
        for overlay in self._overlays:
            for one in overlay.items:
                if isinstance(one, CodeSystem) and one.head.resource.get("valueSet") == url:
                    return one
        return self._shelf.system_of_value_set(url)

    # maps

    def concept_maps(self) -> Iterator[ConceptMap]:
        seen = set()
        for overlay in self._overlays:
            for one in overlay.items:
                if isinstance(one, ConceptMap):
                    seen.add((one.url, one.version))
                    yield one
        for one in self._shelf.concept_maps():
            if (one.url, one.version) not in seen:
                yield one


def _supplements(supplement: Json, system: System) -> bool:
    url, version = supplement_of(supplement)
    return url == system.head.url and (not version or version == system.head.version)


def _all_of(url: str, system: System, filters: tuple[Filter, ...]) -> ValueSet:
    head = system.head
    said: Json = {"resourceType": "ValueSet", "url": url, "status": head.resource.get("status", "active")}
    if head.version:
        said["version"] = head.version
    for name in ("name", "title", "experimental", "date"):
        if name in head.resource:
            said[name] = head.resource[name]
    include: Json = {"system": head.url}
    if filters:
        include["filter"] = [{"property": f.property, "op": f.op, "value": f.value} for f in filters]
    said["compose"] = {"include": [include]}
    return ValueSet(said, url, head.version, (Include(head.url, head.version, None, filters),))

"""What an edition holds, as the shelf of the FHIR service: systems, value sets, maps, naming systems.

A release may also carry FHIR resources as they are (artefacts of kind ``fhir``, one JSON resource each).
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, partial
from threading import Lock

import orjson

from termserver.fhir import core
from termserver.fhir.concept_map import ConceptMap, read_concept_map
from termserver.fhir.outcomes import Json
from termserver.fhir.resources import concept_map_json, naming_system_json, opened_value_set
from termserver.fhir.shelves import JsonShelf, Kept
from termserver.fhir.stored import StoredSystem
from termserver.fhir.systems import System
from termserver.fhir.value_set import ValueSet
from termserver.model.ports import CodeState
from termserver.releases.file import ReleaseFile
from termserver.releases.records import decode_concept_map, decode_naming_system, decode_value_set
from termserver.service import TermServer
from termserver.terminology.terminology import Terminology
from termserver.terminology.whole import WholeSystem


class EditionShelf:
    """``fhir.library.Shelf`` over one opened edition."""

    def __init__(self, server: TermServer) -> None:
        self._server = server
        self._lock = Lock()
        self._open: dict[str, StoredSystem] = {}
        self._names: dict[str, list[str]] = {}
        self._of_sets: dict[str, str] = {}
        systems = server.terminology.systems
        for system in systems.all():
            metadata = systems.metadata(system)
            for name in {metadata.url, f"urn:oid:{metadata.oid}" if metadata.oid else metadata.url}:
                self._names.setdefault(name, []).append(system.key)

    def names(self) -> Iterator[tuple[str, str]]:
        """Every name of every code system, with the URL of the system."""
        systems = self._server.terminology.systems
        for system in systems.all():
            metadata = systems.metadata(system)
            yield from ((name, metadata.url) for name in metadata.names() if name)

    def every_system(self) -> Iterator[StoredSystem]:
        return (self._system(key) for key in dict.fromkeys(key for keys in self._names.values() for key in keys))

    def _system(self, key: str) -> StoredSystem:
        known = self._open.get(key)
        if known is None:
            breaks = partial(_breaks, self._server.terminology, key)
            made = StoredSystem(self._whole(key), partial(self._server.matching, key), breaks)
            with self._lock:
                known = self._open.setdefault(key, made)
        return known

    def _whole(self, key: str) -> WholeSystem:
        systems = self._server.terminology.systems
        found = systems.find(key) or systems.resolve(key)
        return WholeSystem(found, systems.metadata(found))

    def _url(self, name: str) -> str:
        known = self._server.terminology.system(name)
        return known.url if known is not None else name

    def systems(self, url: str) -> Sequence[System]:
        return [self._system(key) for key in self._names.get(url, ())]

    @cached_property
    def _value_sets(self) -> dict[str, list[ValueSet]]:
        found: dict[str, list[ValueSet]] = {}
        for data in self._artefacts("valueset"):
            made = opened_value_set(decode_value_set(data), self._url)
            if all(known.version != made.version for known in found.get(made.url, ())):
                found.setdefault(made.url, []).append(made)
        return found

    def every_value_set(self) -> Iterator[ValueSet]:
        return (one for known in self._value_sets.values() for one in known)

    def value_sets(self, url: str) -> Sequence[ValueSet]:
        return self._value_sets.get(url, ())

    @cached_property
    def _maps(self) -> list[ConceptMap]:
        return [
            read_concept_map(concept_map_json(decode_concept_map(data), self._url))
            for data in self._artefacts("conceptmap")
        ]

    def concept_maps(self) -> Iterable[ConceptMap]:
        return self._maps

    @cached_property
    def naming_systems(self) -> list[Json]:
        return [naming_system_json(decode_naming_system(data)) for data in self._artefacts("namingsystem")]

    def supplements(self) -> Iterable[Json]:
        return ()

    def system_of_value_set(self, url: str) -> System | None:
        return None

    def _artefacts(self, kind: str) -> Iterator[bytes]:
        for release in self._server.releases:
            for path in release.artefact_paths(kind):
                yield release.artefact(path) or b"{}"


def _breaks(terminology: Terminology, key: str, code: str) -> bool:
    return terminology.state(key, code, "") in (CodeState.BAD_SHAPE, CodeState.BAD_CHECK)


def json_shelf(server: TermServer, version: str) -> JsonShelf:
    """FHIR's own value sets, and the resources that the releases carry as they are."""
    return JsonShelf([*core.resources(version), *(one for release in server.releases for one in _carried(release))])


def _carried(release: ReleaseFile) -> Iterator[Kept]:
    """The resources of a release; each is read from the file when it is first asked for."""
    listed: set[str] = set()
    for index in release.artefact_paths("fhirindex"):
        for path, kind, url, version, value_set, supplement in orjson.loads(release.artefact(index) or b"[]"):
            listed.add(path)
            yield Kept(kind, url, version, partial(_resource, release, path), value_set, bool(supplement))
    for path in release.artefact_paths("fhir"):
        if path not in listed:
            yield Kept.of(_resource(release, path))


def _resource(release: ReleaseFile, path: str) -> Json:
    found: Json = orjson.loads(release.artefact(path) or b"{}")
    return found

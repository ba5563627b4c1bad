"""Shelves of resources: those of JSON in memory, and several shelves taken as one."""

from collections.abc import Iterable, Iterator, Sequence

from termserver.fhir.code_system import CodeSystem
from termserver.fhir.concept_map import ConceptMap
from termserver.fhir.library import Shelf, parse
from termserver.fhir.outcomes import Json
from termserver.fhir.systems import System
from termserver.fhir.value_set import ValueSet


class JsonShelf:
    """``library.Shelf`` over FHIR resources."""

    def __init__(self, resources: Iterable[Json]) -> None:
        self._systems: dict[str, list[System]] = {}
        self._sets: dict[str, list[ValueSet]] = {}
        self._maps: list[ConceptMap] = []
        self._supplements: list[Json] = []
        self._by_set: dict[str, System] = {}
        self.resources: list[Json] = []
        for resource in resources:
            self.resources.append(resource)
            made = parse(resource)
            if isinstance(made, CodeSystem):
                self._systems.setdefault(made.head.url, []).append(made)
                if made.head.resource.get("valueSet"):
                    self._by_set[str(made.head.resource["valueSet"])] = made
            elif isinstance(made, ValueSet):
                self._sets.setdefault(made.url, []).append(made)
            elif isinstance(made, ConceptMap):
                self._maps.append(made)
            else:
                self._supplements.append(made)

    def systems(self, url: str) -> Sequence[System]:
        return self._systems.get(url, ())

    def every_system(self) -> Iterator[System]:
        return (system for systems in self._systems.values() for system in systems)

    def value_sets(self, url: str) -> Sequence[ValueSet]:
        return self._sets.get(url, ())

    def concept_maps(self) -> Iterable[ConceptMap]:
        return self._maps

    def supplements(self) -> Iterable[Json]:
        return self._supplements

    def system_of_value_set(self, url: str) -> System | None:
        return self._by_set.get(url)


class Shelves:
    """Several shelves, the first one first."""

    def __init__(self, shelves: Sequence[Shelf]) -> None:
        self._shelves = shelves

    def systems(self, url: str) -> Sequence[System]:
        return [system for shelf in self._shelves for system in shelf.systems(url)]

    def value_sets(self, url: str) -> Sequence[ValueSet]:
        return [one for shelf in self._shelves for one in shelf.value_sets(url)]

    def concept_maps(self) -> Iterator[ConceptMap]:
        return (one for shelf in self._shelves for one in shelf.concept_maps())

    def supplements(self) -> Iterator[Json]:
        return (one for shelf in self._shelves for one in shelf.supplements())

    def system_of_value_set(self, url: str) -> System | None:
        return next((found for shelf in self._shelves if (found := shelf.system_of_value_set(url))), None)

"""Shelves of resources: those of JSON in memory, and several shelves taken as one."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property

from termserver.fhir.code_system import CodeSystem, supplement_of
from termserver.fhir.concept_map import ConceptMap
from termserver.fhir.library import Parsed, Shelf, parse
from termserver.fhir.outcomes import Json
from termserver.fhir.systems import System
from termserver.fhir.value_set import ValueSet


class Kept:
    """One resource of a shelf: what it is called is known at once, the rest is read when it is asked for."""

    def __init__(
        self,
        kind: str,
        url: str,
        version: str,
        load: Callable[[], Json],
        value_set: str = "",
        is_supplement: bool = False,
    ) -> None:
        self.kind = kind
        self.url = url
        self.version = version
        self.value_set = value_set
        self.is_supplement = is_supplement
        self._load = load

    @classmethod
    def of(cls, resource: Json) -> "Kept":
        kind = str(resource.get("resourceType"))
        return cls(
            kind,
            str(resource.get("url", "")),
            str(resource.get("version", "")),
            lambda: resource,
            str(resource.get("valueSet") or "") if kind == "CodeSystem" else "",
            kind == "CodeSystem" and bool(supplement_of(resource)[0]),
        )

    @property
    def resource(self) -> Json:
        return self._load()

    @cached_property
    def parsed(self) -> Parsed:
        return parse(self._load())


class JsonShelf:
    """``library.Shelf`` over FHIR resources, each parsed when it is first asked for."""

    def __init__(self, resources: Iterable[Json | Kept]) -> None:
        self._kept = [one if isinstance(one, Kept) else Kept.of(one) for one in resources]
        self._systems: dict[str, list[Kept]] = {}
        self._sets: dict[str, list[Kept]] = {}
        self._by_set: dict[str, Kept] = {}
        for one in self._kept:
            if one.kind == "CodeSystem" and not one.is_supplement:
                self._systems.setdefault(one.url, []).append(one)
                if one.value_set:
                    self._by_set[one.value_set] = one
            elif one.kind == "ValueSet":
                self._sets.setdefault(one.url, []).append(one)

    @property
    def resources(self) -> Iterator[Json]:
        return (one.resource for one in self._kept)

    def systems(self, url: str) -> Sequence[System]:
        return [found for one in self._systems.get(url, ()) if isinstance(found := one.parsed, CodeSystem)]

    def every_system(self) -> Iterator[System]:
        return (system for url in self._systems for system in self.systems(url))

    def holds(self, url: str, version: str) -> bool:
        """Whether a code system is here in that version."""
        return any(one.version == version for one in self._systems.get(url, ()))

    def value_sets(self, url: str) -> Sequence[ValueSet]:
        return [found for one in self._sets.get(url, ()) if isinstance(found := one.parsed, ValueSet)]

    def every_value_set(self) -> Iterator[ValueSet]:
        return (found for url in self._sets for found in self.value_sets(url))

    @cached_property
    def _maps(self) -> list[ConceptMap]:
        return [found for one in self._kept if one.kind == "ConceptMap" and isinstance(found := one.parsed, ConceptMap)]

    def concept_maps(self) -> Iterable[ConceptMap]:
        return self._maps

    @cached_property
    def _supplements(self) -> list[Json]:
        return [one.resource for one in self._kept if one.is_supplement]

    def supplements(self) -> Iterable[Json]:
        return self._supplements

    def system_of_value_set(self, url: str) -> System | None:
        found = self._by_set.get(url)
        parsed = found.parsed if found is not None else None
        return parsed if isinstance(parsed, CodeSystem) else None


class Shelves:
    """Several shelves, the first one first."""

    def __init__(self, shelves: Sequence[Shelf]) -> None:
        self._shelves = shelves

    def systems(self, url: str) -> Sequence[System]:
        """Those with content; a stub that says only that there is such a system counts where nothing else does."""
        found = [system for shelf in self._shelves for system in shelf.systems(url)]
        here = [system for system in found if system.head.content != "not-present"]
        return here or found

    def value_sets(self, url: str) -> Sequence[ValueSet]:
        return [one for shelf in self._shelves for one in shelf.value_sets(url)]

    def concept_maps(self) -> Iterator[ConceptMap]:
        return (one for shelf in self._shelves for one in shelf.concept_maps())

    def supplements(self) -> Iterator[Json]:
        return (one for shelf in self._shelves for one in shelf.supplements())

    def system_of_value_set(self, url: str) -> System | None:
        return next((found for shelf in self._shelves if (found := shelf.system_of_value_set(url))), None)

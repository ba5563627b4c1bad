"""A code system with its supplements: the same codes, more names and properties."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from pyroaring import BitMap

from termserver.fhir.outcomes import refused
from termserver.fhir.systems import Concept, Head, Json, System, designation_of, judged, walk
from termserver.fhir.versions import joined


class Supplemented:
    """``systems.System`` over another one; codes that only a supplement has do not exist."""

    def __init__(self, base: System, supplements: Sequence[Json]) -> None:
        self._base = base
        said: dict[int, list[tuple[str, Json]]] = {}
        properties = dict(base.head.properties)
        for supplement in supplements:
            source = joined(str(supplement.get("url", "")), str(supplement.get("version", "")))
            for declared in supplement.get("property", ()):
                properties.setdefault(str(declared.get("code", "")), declared)
            for concept, _ in walk(supplement.get("concept", ())):
                if not isinstance(concept.get("code"), str):
                    raise refused(400, "invalid", "A concept of the supplement has no code", "مفهومی از مکمل کد ندارد")
                ordinal = base.find(concept["code"])
                if ordinal is not None:
                    said.setdefault(ordinal, []).append((source, concept))
        self._said = said
        self.head: Head = replace(base.head, properties=properties)
        self.supplements = tuple(joined(str(one.get("url", "")), str(one.get("version", ""))) for one in supplements)
        self._kept: dict[object, BitMap] = {}

    def find(self, code: str) -> int | None:
        return self._base.find(code)

    def named(self, ordinal: int) -> tuple[str, str]:
        concept = self.concept(ordinal)
        return concept.code, concept.display

    def simply(self, ordinal: int) -> tuple[str, str] | None:
        return None

    def concept(self, ordinal: int) -> Concept:
        concept = self._base.concept(ordinal)
        more = self._said.get(ordinal)
        if not more:
            return concept
        designations, properties, extension = concept.designations, concept.properties, concept.extension
        display = concept.display
        for source, said in more:
            language = str(said.get("language", ""))
            if said.get("display") and not display:
                display = said["display"]
            elif said.get("display") and said["display"] != display:
                designations += (designation_of({"value": said["display"], "language": language}, source),)
            designations += tuple(designation_of(one, source) for one in said.get("designation", ()))
            properties += tuple(said.get("property", ()))
            extension += tuple(said.get("extension", ()))
        status, inactive, abstract = judged(self.head, properties, extension)
        return Concept(
            concept.code, display, concept.definition, designations, properties, extension, status, inactive, abstract
        )

    def each(self) -> Iterator[tuple[int, Concept]]:
        for ordinal, concept in self._base.each():
            yield ordinal, self.concept(ordinal) if ordinal in self._said else concept

    @property
    def everything(self) -> BitMap:
        return self._base.everything

    @cached_property
    def inactive(self) -> BitMap:
        return self._corrected(self._base.inactive, lambda concept: concept.inactive)

    @cached_property
    def abstract(self) -> BitMap:
        return self._corrected(self._base.abstract, lambda concept: concept.abstract)

    def _corrected(self, known: BitMap, holds) -> BitMap:  # type: ignore[no-untyped-def]
        found = BitMap(known)
        for ordinal in self._said:
            (found.add if holds(self.concept(ordinal)) else found.discard)(ordinal)
        return found

    def impossible(self, code: str) -> bool:
        return self._base.impossible(code)

    def parents(self, ordinal: int) -> tuple[int, ...]:
        return self._base.parents(ordinal)

    def children(self, ordinal: int) -> tuple[int, ...]:
        return self._base.children(ordinal)

    def below(self, ordinal: int) -> BitMap:
        return self._base.below(ordinal)

    def above(self, ordinal: int) -> BitMap:
        return self._base.above(ordinal)

    def matching(self, text: str) -> Iterable[BitMap]:
        from termserver.model.fold import fold

        words = fold(text).split()
        more = BitMap(
            ordinal
            for ordinal, said in self._said.items()
            if any(
                all(word in fold(str(one.get("value", ""))) for word in words)
                for _, concept in said
                for one in concept.get("designation", ())
            )
        )
        return *self._base.matching(text), more

    def remembered(self, key: object) -> BitMap | None:
        return self._kept.get(key)

    def remember(self, key: object, found: BitMap) -> BitMap:
        if len(self._kept) > 64:
            self._kept.clear()
        self._kept[key] = found
        return found

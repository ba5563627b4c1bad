"""The code systems of an edition as the operations see them."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Protocol

from pyroaring import BitMap

from termserver.fhir.resources import property_json, system_json
from termserver.fhir.systems import Concept, Designation, Head, Json
from termserver.model import codes

_KEPT = 20_000
_SYNONYM: Json = {"system": "http://snomed.info/sct", "code": "900000000000013009", "display": "Synonym"}
_STATUS: Json = {"code": "status", "valueCode": "retired"}


class Whole(Protocol):
    """What is asked of a code system of an edition; ``terminology.whole.WholeSystem`` fits it."""

    system: codes.CodeSystem

    @property
    def size(self) -> int: ...

    @property
    def language(self) -> str: ...

    def ordinal(self, code: str) -> int | None: ...

    def entry(self, ordinal: int) -> codes.Concept: ...

    def named(self, ordinal: int) -> tuple[str, str]: ...

    def simply(self, ordinal: int) -> tuple[str, str] | None: ...

    def entries(self) -> Iterator[tuple[int, codes.Concept]]: ...

    @property
    def everything(self) -> Any: ...

    @property
    def retired(self) -> Any: ...

    def parents(self, ordinal: int) -> Sequence[int]: ...

    def children(self, ordinal: int) -> Sequence[int]: ...

    def above(self, ordinal: int) -> Sequence[int]: ...

    def below(self, ordinal: int) -> Any: ...


Tiers = Callable[[str], Iterable[Any]]
"""The concepts that fit a user's words, the best kind of match first, as sets of ordinals."""


class StoredSystem:
    """``systems.System`` over a release."""

    def __init__(self, whole: Whole, tiers: Tiers, breaks: Callable[[str], bool]) -> None:
        """``breaks`` tells a code that has not the shape or the check digit of the system."""
        system = whole.system
        self._whole = whole
        self._tiers = tiers
        self._breaks = breaks
        resource = system_json(system, whole.size)
        public = [known for known in system.properties if known.audience is codes.Audience.PUBLIC]
        self._types = {known.code: known.type for known in public if known.type != "record"}
        self.head = Head(
            resource,
            system.url,
            str(resource.get("version", "")),
            str(resource["content"]),
            system.case_sensitive,
            whole.language,
            system.kind is not codes.Kind.REGISTRY,
            {str(said["code"]): said for said in resource.get("property", ())},
        )
        self.supplements: tuple[str, ...] = ()
        self._read = lru_cache(_KEPT)(self._reading)
        self.named = lru_cache(_KEPT)(whole.named)
        self._simply = lru_cache(_KEPT)(whole.simply)
        self._parents = lru_cache(_KEPT)(whole.parents)
        self._kept: OrderedDict[object, BitMap] = OrderedDict()

    def find(self, code: str) -> int | None:
        return self._whole.ordinal(code)

    def concept(self, ordinal: int) -> Concept:
        return self._read(ordinal)

    def simply(self, ordinal: int) -> tuple[str, str] | None:
        return self._simply(ordinal)

    def _reading(self, ordinal: int) -> Concept:
        return self._made(self._whole.entry(ordinal))

    def each(self) -> Iterator[tuple[int, Concept]]:
        return ((ordinal, self._made(entry)) for ordinal, entry in self._whole.entries())

    def _made(self, entry: codes.Concept) -> Concept:
        persian, english = entry.display.fa, entry.display.en
        names = []
        if persian and english:
            names.append(Designation(english, "en"))
        for other in entry.designations:
            names.append(Designation(other.value, other.language, _SYNONYM if other.use == "synonym" else None))
        retired = entry.status is codes.Status.RETIRED
        properties: list[Json] = [dict(_STATUS)] if retired else []
        properties += [{"code": "replacedBy", "valueCode": code} for code in entry.replaced_by]
        properties += [
            property_json(said.code, self._types[said.code], said.value)
            for said in entry.properties
            if said.code in self._types
        ]
        return Concept(
            entry.code,
            persian or english,
            "",
            tuple(names),
            tuple(properties),
            (),
            "retired" if retired else "",
            retired,
        )

    @property
    def everything(self) -> BitMap:
        return BitMap(self._whole.everything)

    @property
    def inactive(self) -> BitMap:
        return BitMap(self._whole.retired)

    @property
    def abstract(self) -> BitMap:
        return BitMap()

    def impossible(self, code: str) -> bool:
        return self._breaks(code)

    def parents(self, ordinal: int) -> tuple[int, ...]:
        return tuple(self._parents(ordinal))

    def children(self, ordinal: int) -> tuple[int, ...]:
        return tuple(self._whole.children(ordinal))

    def below(self, ordinal: int) -> BitMap:
        return BitMap(self._whole.below(ordinal))

    def above(self, ordinal: int) -> BitMap:
        return BitMap(self._whole.above(ordinal))

    def matching(self, text: str) -> Iterable[BitMap]:
        return self._tiers(text)

    def remembered(self, key: object) -> BitMap | None:
        return self._kept.get(key)

    def remember(self, key: object, found: BitMap) -> BitMap:
        self._kept[key] = found
        while len(self._kept) > 256:
            self._kept.popitem(last=False)
        return found

"""A code system read from its FHIR resource: an overlay of a request, or one that the server keeps."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from pyroaring import BitMap

from termserver.fhir.outcomes import refused
from termserver.fhir.systems import Concept, Head, Json, designation_of, judged, plain, value_of, walk
from termserver.model.fold import fold

_REMEMBERED = 256
_SCALARS = ("code", "display", "definition")


def head_of(resource: Json) -> Head:
    """The head of a CodeSystem; its concepts are left out."""
    url = resource.get("url")
    if not isinstance(url, str) or not url:
        raise refused(400, "invalid", "The CodeSystem has no url", "این CodeSystem نشانی url ندارد")
    shown = {key: value for key, value in resource.items() if key not in ("concept", "text")}
    properties = {str(said.get("code", "")): said for said in resource.get("property", ())}
    return Head(
        shown,
        url,
        str(resource.get("version", "")),
        str(resource.get("content", "complete")),
        resource.get("caseSensitive", True) is not False,
        str(resource.get("language", "")),
        True,
        properties,
    )


class CodeSystem:
    """``systems.System`` in memory."""

    def __init__(self, resource: Json) -> None:
        """Raise ``FhirProblem`` for a resource without url, a code that stands twice, a code above itself."""
        self.head = head_of(resource)
        self.supplements: tuple[str, ...] = ()
        self.raw = [self._checked(concept) for concept, _ in walk(resource.get("concept", ()))]
        fold_case = not self.head.case_sensitive
        self._codes: dict[str, int] = {}
        for n, concept in enumerate(self.raw):
            code = concept["code"]
            if self._codes.setdefault(code.casefold() if fold_case else code, n) != n:
                raise refused(
                    400,
                    "invalid",
                    f"The code '{code}' is in CodeSystem '{self.head.vurl}' twice",
                    f"کد «{code}» در «{self.head.vurl}» دو بار آمده است",
                )
        self._kept: OrderedDict[object, BitMap] = OrderedDict()
        self._concepts: dict[int, Concept] = {}
        self._read_family(resource)

    def _checked(self, concept: Any) -> Json:
        if not isinstance(concept, dict) or not isinstance(concept.get("code"), str):
            raise refused(400, "invalid", "A concept of the CodeSystem has no code", "مفهومی از CodeSystem کد ندارد")
        return concept

    def _read_family(self, resource: Json) -> None:
        parents: list[list[int]] = [[] for _ in self.raw]
        position = {id(concept): n for n, concept in enumerate(self.raw)}
        by_property = False
        for concept, above in walk(resource.get("concept", ())):
            n = position[id(concept)]
            if above is not None:
                parents[n].append(position[id(above)])
            for said in concept.get("property", ()):
                kind = self.head.kind(said.get("code", ""))
                if kind not in ("parent", "child"):
                    continue
                other = self.find(plain(value_of(said)[1]))
                if other is None:
                    continue
                lower, upper = (n, other) if kind == "parent" else (other, n)
                if upper not in parents[lower]:
                    parents[lower].append(upper)
                    by_property = True
        children: list[list[int]] = [[] for _ in self.raw]
        for n, found in enumerate(parents):
            for parent in found:
                children[parent].append(n)
        self._parents, self._children = parents, children
        if by_property:
            self._refuse_circles()

    def _refuse_circles(self) -> None:
        waiting = [len(found) for found in self._parents]
        free = [n for n, count in enumerate(waiting) if not count]
        seen = 0
        while free:
            seen += 1
            for child in self._children[free.pop()]:
                waiting[child] -= 1
                if not waiting[child]:
                    free.append(child)
        if seen < len(self.raw):
            code = next(self.raw[n]["code"] for n, count in enumerate(waiting) if count)
            raise refused(
                400,
                "invalid",
                f"The code '{code}' of CodeSystem '{self.head.vurl}' is its own ancestor",
                f"کد «{code}» در «{self.head.vurl}» بالادست خودش است",
            )

    def find(self, code: str) -> int | None:
        return self._codes.get(code if self.head.case_sensitive else code.casefold())

    def concept(self, ordinal: int) -> Concept:
        known = self._concepts.get(ordinal)
        if known is None:
            raw = self.raw[ordinal]
            properties, extension = tuple(raw.get("property", ())), tuple(raw.get("extension", ()))
            known = self._concepts[ordinal] = Concept(
                raw["code"],
                raw.get("display", ""),
                raw.get("definition", ""),
                tuple(designation_of(said) for said in raw.get("designation", ())),
                properties,
                extension,
                *judged(self.head, properties, extension),
            )
        return known

    def named(self, ordinal: int) -> tuple[str, str]:
        raw = self.raw[ordinal]
        return raw["code"], raw.get("display", "")

    def simply(self, ordinal: int) -> tuple[str, str] | None:
        return None

    def each(self) -> Iterator[tuple[int, Concept]]:
        return ((n, self.concept(n)) for n in range(len(self.raw)))

    @cached_property
    def everything(self) -> BitMap:
        return BitMap(range(len(self.raw)))

    @cached_property
    def inactive(self) -> BitMap:
        return BitMap(n for n in range(len(self.raw)) if self.concept(n).inactive)

    @cached_property
    def abstract(self) -> BitMap:
        return BitMap(n for n in range(len(self.raw)) if self.concept(n).abstract)

    def impossible(self, code: str) -> bool:
        return False

    def parents(self, ordinal: int) -> tuple[int, ...]:
        return tuple(self._parents[ordinal])

    def children(self, ordinal: int) -> tuple[int, ...]:
        return tuple(self._children[ordinal])

    def below(self, ordinal: int) -> BitMap:
        return _reached(ordinal, self._children)

    def above(self, ordinal: int) -> BitMap:
        return _reached(ordinal, self._parents)

    @cached_property
    def _texts(self) -> list[str]:
        """What a user's words are looked for in, folded: code, display and designations of each concept."""
        return [
            fold(
                "\n".join(
                    (raw["code"], raw.get("display", ""), *(d.get("value", "") for d in raw.get("designation", ())))
                )
            )
            for raw in self.raw
        ]

    def matching(self, text: str) -> Iterable[BitMap]:
        words = fold(text).split()
        starts, inside = BitMap(), BitMap()
        for n, known in enumerate(self._texts):
            if all(word in known for word in words):
                begun = all(known.startswith(word) or f" {word}" in known or f"\n{word}" in known for word in words)
                (starts if begun else inside).add(n)
        return starts, inside

    def remembered(self, key: object) -> BitMap | None:
        return self._kept.get(key)

    def remember(self, key: object, found: BitMap) -> BitMap:
        self._kept[key] = found
        while len(self._kept) > _REMEMBERED:
            self._kept.popitem(last=False)
        return found


def _reached(start: int, steps: Sequence[Sequence[int]]) -> BitMap:
    found = BitMap()
    waiting = list(steps[start])
    while waiting:
        at = waiting.pop()
        if at not in found:
            found.add(at)
            waiting.extend(steps[at])
    return found


def supplement_of(resource: Json) -> tuple[str, str]:
    """The canonical that a supplement adds to, as (url, version); empty for a code system of its own."""
    if resource.get("content") != "supplement" and not resource.get("supplements"):
        return "", ""
    url, _, version = str(resource.get("supplements", "")).partition("|")
    return url, version

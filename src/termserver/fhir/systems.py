"""A code system as the operations see it: concepts by ordinal, sets of ordinals, the head without concepts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from pyroaring import BitMap

from termserver.fhir import urls
from termserver.fhir.versions import joined

Json = dict[str, Any]

UNLISTED = 1 << 30
"""Ordinals from here on are of codes that no list holds (``fhir.grammars``)."""

INACTIVE = frozenset({"inactive", "retired", "withdrawn"})
SHOWN = INACTIVE | {"deprecated"}
"""Statuses that the answer of a validation tells."""

_URI = "http://hl7.org/fhir/concept-properties#"
_KNOWN = frozenset(
    {"status", "inactive", "notSelectable", "parent", "child", "subsumedBy", "partOf", "abstract", "definition"}
    | {"order", "label", "itemWeight", "effectiveDate", "deprecated", "deprecationDate", "retirementDate", "comment"}
    | {"synonym", "alternateCode"}
)


@dataclass(frozen=True, slots=True)
class Designation:
    """One more name. ``source`` is the supplement that gave it."""

    value: str
    language: str = ""
    use: Json | None = None
    extension: tuple[Json, ...] = ()
    source: str = ""
    additional_use: tuple[Json, ...] = ()

    @property
    def status(self) -> str:
        """``deprecated`` or ``withdrawn`` for a name that should not be used any more."""
        for extension in self.extension:
            if extension.get("url") == urls.STANDARDS_STATUS:
                said = str(extension.get("valueCode", ""))
                return said if said in ("deprecated", "withdrawn") else ""
        if self.use and self.use.get("code") == urls.INACTIVE_NAME:
            return "inactive"
        return ""

    @property
    def is_display(self) -> bool:
        """Whether a user may be shown it in place of the display."""
        return self.use is None or self.use.get("code") in urls.DISPLAY_USES


@dataclass(frozen=True, slots=True)
class Concept:
    """One code with all that is said of it; ``properties`` and ``extension`` as FHIR writes them."""

    code: str
    display: str = ""
    definition: str = ""
    designations: tuple[Designation, ...] = ()
    properties: tuple[Json, ...] = ()
    extension: tuple[Json, ...] = ()
    status: str = ""
    inactive: bool = False
    abstract: bool = False


@dataclass(frozen=True)
class Head:
    """What a code system says of itself."""

    resource: Json
    url: str
    version: str = ""
    content: str = "complete"
    case_sensitive: bool = True
    language: str = ""
    listed: bool = True
    properties: Mapping[str, Json] = field(default_factory=dict)
    grammar: bool = False
    """Whether there are codes without end beside those that are listed."""

    @property
    def vurl(self) -> str:
        return joined(self.url, self.version)

    @cached_property
    def kinds(self) -> dict[str, str]:
        """The code of a property → which well-known property it is, by its URI first."""
        found = {}
        for code, declared in self.properties.items():
            uri = str(declared.get("uri", ""))
            name = uri[len(_URI) :] if uri.startswith(_URI) else code
            found[code] = name if name in _KNOWN else code
            if code == "subsumedBy" or name == "subsumedBy":
                found[code] = "parent"
        return found

    def kind(self, code: str) -> str:
        kind = self.kinds.get(code, code)
        return "parent" if kind == "subsumedBy" else kind


class System(Protocol):
    """One version of a code system, with or without its supplements. Safe to share between threads."""

    head: Head
    supplements: tuple[str, ...]

    def find(self, code: str) -> int | None:
        """The ordinal of a code, in any case of letters where case has no meaning."""

    def concept(self, ordinal: int) -> Concept: ...

    def named(self, ordinal: int) -> tuple[str, str]:
        """The code of a concept and its display: what is told of it beside another one."""

    def simply(self, ordinal: int) -> tuple[str, str] | None:
        """The same, if that is all that a bare row of an expansion shows of it; None: look at the concept."""

    def each(self) -> Iterator[tuple[int, Concept]]:
        """Every concept with its ordinal, for who must look at all of them; none is kept in memory for it."""

    @property
    def everything(self) -> BitMap: ...

    @property
    def inactive(self) -> BitMap: ...

    @property
    def abstract(self) -> BitMap: ...

    def impossible(self, code: str) -> bool:
        """Whether the code breaks the shape or the check digit that all codes of the system have."""

    def parents(self, ordinal: int) -> tuple[int, ...]: ...

    def children(self, ordinal: int) -> tuple[int, ...]: ...

    def below(self, ordinal: int) -> BitMap:
        """All descendants; the code itself is not one."""

    def above(self, ordinal: int) -> BitMap: ...

    def matching(self, text: str) -> Iterable[BitMap]:
        """The concepts that fit a user's words, the best kind of match first; all of them at once are ``everything``
        of what comes back, where they are known before."""

    def remembered(self, key: object) -> BitMap | None: ...

    def remember(self, key: object, found: BitMap) -> BitMap: ...


def value_of(said: Json) -> tuple[str, Any]:
    """The name and the value of ``value[x]``."""
    for name, value in said.items():
        if name.startswith("value"):
            return name, value
    return "", None


def plain(value: Any) -> str:
    """A property's value as filters compare it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return str(value.get("code", value.get("value", "")))
    return "" if value is None else str(value)


def extension_value(extensions: Iterable[Json], url: str) -> Any:
    return next((value_of(extension)[1] for extension in extensions if extension.get("url") == url), None)


def judged(head: Head, properties: Iterable[Json], extension: Iterable[Json]) -> tuple[str, bool, bool]:
    """Status, whether inactive, whether abstract, from what is said about a concept."""
    status, inactive, abstract = "", None, False
    for said in properties:
        kind = head.kind(said.get("code", ""))
        if kind == "status":
            status = plain(value_of(said)[1])
        elif kind == "inactive":
            inactive = plain(value_of(said)[1]) == "true"
        elif kind in ("notSelectable", "abstract") and plain(value_of(said)[1]) == "true":
            abstract = True
    if not status:
        said_status = extension_value(extension, urls.STANDARDS_STATUS)
        status = said_status if said_status in ("deprecated", "withdrawn") else ""
    return status, status in INACTIVE if inactive is None else inactive or status in INACTIVE, abstract


def walk(concepts: Iterable[Json]) -> Iterator[tuple[Json, Json | None]]:
    """Yield every concept of a nested list with the one it stands under, in their order."""
    waiting: list[tuple[Json, Json | None]] = [(concept, None) for concept in concepts]
    waiting.reverse()
    while waiting:
        concept, above = waiting.pop()
        yield concept, above
        inner = concept.get("concept")
        if inner:
            waiting.extend((one, concept) for one in reversed(inner))


def designation_of(said: Json, source: str = "") -> Designation:
    return Designation(
        str(said.get("value", "")),
        str(said.get("language", "")),
        said.get("use"),
        tuple(said.get("extension", ())),
        source,
        tuple(said.get("additionalUse", ())),
    )

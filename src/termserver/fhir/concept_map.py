"""A concept map read from its FHIR resource of R4 or R5, in the words of R5."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from termserver.fhir.outcomes import refused
from termserver.fhir.versions import split

Json = dict[str, Any]

RELATIONSHIPS = {
    "relatedto": "related-to",
    "equal": "equivalent",
    "equivalent": "equivalent",
    "wider": "source-is-narrower-than-target",
    "subsumes": "source-is-narrower-than-target",
    "narrower": "source-is-broader-than-target",
    "specializes": "source-is-broader-than-target",
    "inexact": "related-to",
    "disjoint": "not-related-to",
}
"""The equivalence of R4, which is said of the target, as the relationship of R5, which is said of the source."""
EQUIVALENCES = {
    "related-to": "relatedto",
    "equivalent": "equivalent",
    "source-is-narrower-than-target": "wider",
    "source-is-broader-than-target": "narrower",
    "not-related-to": "disjoint",
}


@dataclass(frozen=True, slots=True)
class Target:
    """Where a code leads. ``said`` is the element itself, for its products and dependencies."""

    code: str
    display: str
    relationship: str
    said: Json


@dataclass(frozen=True)
class Group:
    """The mappings from one system to another."""

    source: str
    source_version: str
    target: str
    target_version: str
    elements: dict[str, tuple[tuple[Target, ...], str]]
    unmapped: Json

    def reversed(self, code: str) -> Iterator[tuple[str, str, Target]]:
        """Yield source code, source display and target of all that lead to ``code``."""
        for source, (targets, display) in self.elements.items():
            for target in targets:
                if target.code == code:
                    yield source, display, target


@dataclass(frozen=True)
class ConceptMap:
    """A map made ready to be asked."""

    resource: Json
    url: str
    version: str
    source_scope: str
    target_scope: str
    groups: tuple[Group, ...]


def read_concept_map(resource: Json) -> ConceptMap:
    return ConceptMap(
        resource,
        str(resource.get("url", "")),
        str(resource.get("version", "")),
        _scope(resource, "source"),
        _scope(resource, "target"),
        tuple(_group(said) for said in resource.get("group", ())),
    )


def _scope(resource: Json, side: str) -> str:
    names = (f"{side}ScopeUri", f"{side}ScopeCanonical", f"{side}Uri", f"{side}Canonical")
    return next((str(resource[name]) for name in names if name in resource), "")


def _group(said: Json) -> Group:
    if not isinstance(said, dict):
        raise refused(400, "structure", "A group of the ConceptMap is no object", "گروه ConceptMap درست نیست")
    source, source_version = split(str(said.get("source", "")))
    target, target_version = split(str(said.get("target", "")))
    elements: dict[str, tuple[tuple[Target, ...], str]] = {}
    for element in said.get("element", ()):
        targets = tuple(
            Target(str(one.get("code", "")), str(one.get("display", "")), _relationship(one), one)
            for one in element.get("target", ())
            if one.get("equivalence") != "unmatched"
        )
        before = elements.get(str(element.get("code", "")), ((), ""))
        elements[str(element.get("code", ""))] = (*before[0], *targets), str(element.get("display", ""))
    return Group(
        source,
        str(said.get("sourceVersion", "")) or source_version,
        target,
        str(said.get("targetVersion", "")) or target_version,
        elements,
        said.get("unmapped") or {},
    )


def _relationship(said: Json) -> str:
    if "relationship" in said:
        return str(said["relationship"])
    return RELATIONSHIPS.get(str(said.get("equivalence", "")), "related-to")

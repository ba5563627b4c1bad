"""Whole definitions as FHIR writes them: every concept of a code system, and what R4 says otherwise than R5."""

from collections.abc import Iterator
from typing import Any

from termserver.fhir.concept_map import EQUIVALENCES
from termserver.fhir.outcomes import Json
from termserver.fhir.systems import Concept, System


def concepts_json(system: System) -> Iterator[Json]:
    """Yield every concept as a CodeSystem lists it, flat, each with its parents as properties."""
    for ordinal in system.everything:
        concept: Concept = system.concept(ordinal)
        said: Json = {"code": concept.code}
        if concept.display:
            said["display"] = concept.display
        designations: list[Any] = [
            {key: value for key, value in (("language", d.language), ("use", d.use), ("value", d.value)) if value}
            for d in concept.designations
        ]
        if designations:
            said["designation"] = designations
        properties = list(concept.properties)
        properties += [{"code": "parent", "valueCode": system.concept(one).code} for one in system.parents(ordinal)]
        if properties:
            said["property"] = properties
        yield said


def r4_map(resource: Json) -> Json:
    """A ConceptMap of R5 as R4 writes it."""
    groups = []
    for group in resource.get("group", ()):
        elements = []
        for element in group.get("element", ()):
            targets = [
                {
                    **{key: value for key, value in target.items() if key != "relationship"},
                    "equivalence": target.get("equivalence")
                    or EQUIVALENCES.get(str(target.get("relationship")), "relatedto"),
                }
                for target in element.get("target", ())
            ]
            if element.get("noMap"):
                targets = [{"equivalence": "unmatched"}]
            kept = {key: value for key, value in element.items() if key not in ("noMap", "target")}
            elements.append({**kept, "target": targets} if targets else kept)
        groups.append({**group, "element": elements})
    return {**resource, "group": groups} if groups else resource


def r4_naming_system(resource: Json) -> Json:
    """A NamingSystem without what came with R5."""
    return {key: said for key, said in resource.items() if key not in ("url", "version", "title", "_title")}

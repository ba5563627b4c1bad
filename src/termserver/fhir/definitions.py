"""Whole definitions as FHIR writes them: every concept of a code system, and what R4 says otherwise than R5."""

from collections.abc import Iterator
from typing import Any

from termserver.fhir.concept_map import EQUIVALENCES
from termserver.fhir.outcomes import Json
from termserver.fhir.systems import Concept, System

PARENT = {"code": "parent", "uri": "http://hl7.org/fhir/concept-properties#parent", "type": "code"}


def whole(system: System) -> tuple[Json, Iterator[Json]]:
    """A CodeSystem with its concepts: the head, and the concepts as they are read, flat, each with its parents.

    The property that names a parent is declared where concepts have parents, under the code that the system has for it.
    """
    head = dict(system.head.resource)
    code = next((code for code, kind in system.head.kinds.items() if kind == "parent"), "")
    if not code and any(system.parents(ordinal) for ordinal in system.everything):
        code = PARENT["code"]
        head["property"] = [*head.get("property", ()), PARENT]
    return head, _concepts(system, code)


def _concepts(system: System, parent: str) -> Iterator[Json]:
    for ordinal in system.everything:
        concept: Concept = system.concept(ordinal)
        said: Json = {"code": concept.code}
        if concept.display:
            said["display"] = concept.display
        if concept.definition:
            said["definition"] = concept.definition
        designations: list[Any] = [
            {key: value for key, value in (("language", d.language), ("use", d.use), ("value", d.value)) if value}
            for d in concept.designations
        ]
        if designations:
            said["designation"] = designations
        properties = list(concept.properties)
        above = ({"code": parent, "valueCode": system.named(one)[0]} for one in system.parents(ordinal))
        properties += [one for one in above if one not in properties]
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

"""FHIR ValueSets and ConceptMaps in the words of the content folders, as far as these can say them."""

from typing import Any

from termserver.importers.fhir_systems import text_of
from termserver.model.codes import ConceptMap, ConceptMapping, Include, ValueSet
from termserver.model.text import Text

Json = dict[str, Any]

_RELATIONSHIPS = {
    "equal": "equivalent",
    "equivalent": "equivalent",
    "wider": "source-is-narrower-than-target",
    "subsumes": "source-is-narrower-than-target",
    "narrower": "source-is-broader-than-target",
    "specializes": "source-is-broader-than-target",
    "disjoint": "not-related-to",
    "unmatched": "not-related-to",
}


def value_set_of(resource: Json, id: str, systems: dict[str, str]) -> ValueSet | None:
    """The value set, or None where the folders have no words for it (imports, filters by property).

    ``systems``: the id of a code system by its url.
    """
    compose = resource.get("compose")
    if not isinstance(compose, dict) or not compose.get("include"):
        return None
    includes = [_includes(one, systems) for one in compose["include"]]
    excludes = [_includes(one, systems) for one in compose.get("exclude", ())]
    if any(one is None for one in (*includes, *excludes)):
        return None
    title = text_of(resource, "title")
    return ValueSet(
        id,
        str(resource["url"]),
        title if str(title) else Text(en=str(resource.get("name") or id)),
        str(resource.get("version") or "not-stated"),
        tuple(part for one in includes for part in one or ()),
        tuple(part for one in excludes for part in one or ()),
        source=str(resource["url"]),
        provisional=resource.get("experimental") is True,
    )


def _includes(said: Json, systems: dict[str, str]) -> list[Include] | None:
    system = systems.get(str(said.get("system", "")).partition("|")[0])
    if system is None or said.get("valueSet"):
        return None
    if said.get("concept"):
        return [Include(system, tuple(str(one.get("code", "")) for one in said["concept"]))]
    filters = said.get("filter") or ()
    if not filters:
        return [Include(system)]
    if len(filters) != 1 or filters[0].get("property") not in ("concept", "code"):
        return None
    op, value = filters[0].get("op"), str(filters[0].get("value", ""))
    if op == "descendent-of":
        return [Include(system, under=(value,))]
    if op == "is-a":
        return [Include(system, codes=(value,)), Include(system, under=(value,))]
    return None


def concept_map_of(resource: Json, id: str, systems: dict[str, str]) -> ConceptMap | None:
    """The map, or None where it leads between more than two systems or ones that are not here."""
    groups = resource.get("group") or ()
    sides = {(str(one.get("source", "")).partition("|")[0], str(one.get("target", "")).partition("|")[0])
             for one in groups}  # fmt: skip
    if len(sides) != 1:
        return None
    source, target = next(iter(sides))
    if source not in systems or target not in systems:
        return None
    rows = []
    for element in (element for group in groups for element in group.get("element", ())):
        targets = element.get("target") or ()
        for one in targets:
            relationship = one.get("relationship") or _RELATIONSHIPS.get(str(one.get("equivalence")), "related-to")
            rows.append(
                ConceptMapping(
                    str(element.get("code", "")),
                    str(one.get("code", "")),
                    str(relationship),
                    str(one.get("comment", "")),
                )
            )
        if not targets:
            rows.append(ConceptMapping(str(element.get("code", "")), "", "not-related-to"))
    title = text_of(resource, "title")
    return ConceptMap(
        id,
        str(resource["url"]),
        title if str(title) else Text(en=str(resource.get("name") or id)),
        str(resource.get("version") or "not-stated"),
        systems[source],
        systems[target],
        tuple(rows),
        source=str(resource["url"]),
        provisional=resource.get("experimental") is True,
    )

"""Code systems, value sets, maps and naming systems of the house as FHIR writes them."""

import re
from collections.abc import Callable

from termserver.fhir.outcomes import Json
from termserver.fhir.systems import extension_value
from termserver.fhir.value_set import ValueSet, read_value_set
from termserver.model import codes
from termserver.model.text import Text

_NOT_STATED = "not-stated"
_TYPES = {"day": "dateTime", "number": "decimal", "boolean": "boolean", "code": "code", "reference": "string"}
_CONCEPT = re.compile(r"[^A-Za-z0-9]+")
_TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"


def fhir_id(id: str) -> str:
    """An id as FHIR allows it."""
    return re.sub(r"[^A-Za-z0-9\-.]", "-", id)[:64]


def _name(id: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in _CONCEPT.split(id) if part) or "Unnamed"


def _title(title: Text) -> Json:
    """The Persian title with the English one as its translation."""
    said: Json = {}
    if str(title):
        said["title"] = title.fa or title.en
    if title.fa and title.en:
        parts = [{"url": "lang", "valueCode": "en"}, {"url": "content", "valueString": title.en}]
        said["_title"] = {"extension": [{"url": _TRANSLATION, "extension": parts}]}
    return said


def titles(resource: Json) -> list[str]:
    """The titles of a resource of the house in every language, as ``_title`` wrote them."""
    translated = (resource.get("_title") or {}).get("extension", ())
    others = (extension_value(one.get("extension", ()), "content") for one in translated)
    return [str(text) for text in (resource.get("title"), *others) if text]


def _head(kind: str, id: str, url: str, title: Text, version: str, provisional: bool) -> Json:
    said: Json = {"resourceType": kind, "id": fhir_id(id), "url": url}
    if version and version != _NOT_STATED:
        said["version"] = version
    # what is provisional is still in use: experimental says so without calling it a draft
    return {**said, "name": _name(id), **_title(title), "status": "active", "experimental": provisional}


def system_json(system: codes.CodeSystem, count: int) -> Json:
    """The CodeSystem without its concepts."""
    said = _head("CodeSystem", system.id, system.url, system.title, system.version, system.provisional)
    said["language"] = "fa"  # of the displays; a value set's language would be asked of every sender
    if system.oid:
        said["identifier"] = [{"system": "urn:ietf:rfc:3986", "value": f"urn:oid:{system.oid}"}]
    if system.publisher:
        said["publisher"] = system.publisher
    if str(system.description):
        said["description"] = system.description.fa or system.description.en
    if system.licence:
        said["copyright"] = system.licence
    said["caseSensitive"] = system.case_sensitive
    if system.hierarchy:
        said["hierarchyMeaning"] = system.hierarchy
    content = str(system.content)
    if system.kind is codes.Kind.REGISTRY:
        # entries are given where every access is logged and limited: at /api/registries
        content, count = str(codes.Content.NOT_PRESENT), 0
    said["content"] = "complete" if content == "fragment" and system.closed else content
    said["count"] = count
    declared = [
        {"code": known.code, "description": known.title.en or known.title.fa, "type": _TYPES.get(known.type, "string")}
        for known in system.properties
        if known.audience is codes.Audience.PUBLIC and known.type != "record"
    ]
    declared.append({"code": "status", "uri": "http://hl7.org/fhir/concept-properties#status", "type": "code"})
    declared.append({"code": "replacedBy", "description": "The code that takes its place", "type": "code"})
    said["property"] = [{key: value for key, value in one.items() if value} for one in declared]
    return said


def property_json(code: str, type: str, value: str) -> Json:
    """One property value, typed where it can be."""
    kind = _TYPES.get(type, "string")
    if kind == "boolean" and value.lower() in ("true", "false", "1", "0"):
        return {"code": code, "valueBoolean": value.lower() in ("true", "1")}
    if kind == "decimal":
        try:
            number = float(value)
        except ValueError:
            return {"code": code, "valueString": value}
        return {"code": code, "valueDecimal": int(number) if number.is_integer() else number}
    if kind in ("code", "dateTime"):
        return {"code": code, f"value{kind[0].upper()}{kind[1:]}": value}
    return {"code": code, "valueString": value}


UrlOf = Callable[[str], str]
"""The URL of a code system by any of its names."""


def value_set_json(value_set: codes.ValueSet, url_of: UrlOf) -> Json:
    said = _head("ValueSet", value_set.id, value_set.url, value_set.title, value_set.version, value_set.provisional)
    compose: Json = {"include": [one for part in value_set.include for one in _includes(part, url_of)]}
    excluded = [one for part in value_set.exclude for one in _includes(part, url_of)]
    if excluded:
        compose["exclude"] = excluded
    said["compose"] = compose
    return said


def _includes(part: codes.Include, url_of: UrlOf) -> list[Json]:
    url = url_of(part.system)
    shape = [{"property": "code", "op": "regex", "value": part.shape}] if part.shape else []
    found: list[Json] = []
    if part.codes:
        found.append({"system": url, "concept": [{"code": code} for code in part.codes]})
    for code in part.under:
        found.append({"system": url, "filter": [{"property": "concept", "op": "descendent-of", "value": code}, *shape]})
    if not part.codes and not part.under:
        found.append({"system": url, **({"filter": shape} if shape else {})})
    return found


def opened_value_set(value_set: codes.ValueSet, url_of: UrlOf) -> ValueSet:
    return read_value_set(value_set_json(value_set, url_of))


def concept_map_json(concept_map: codes.ConceptMap, url_of: UrlOf) -> Json:
    """In the words of R5."""
    said = _head(
        "ConceptMap", concept_map.id, concept_map.url, concept_map.title, concept_map.version, concept_map.provisional
    )
    elements: dict[str, list[Json]] = {}
    for row in concept_map.mappings:
        target: Json = {"code": row.target_code, "relationship": row.relationship}
        if row.comment:
            target["comment"] = row.comment
        targets = elements.setdefault(row.source_code, [])
        if row.target_code:
            targets.append(target)
    said["group"] = [
        {
            "source": url_of(concept_map.source_system),
            "target": url_of(concept_map.target_system),
            "element": [
                {"code": code, "target": targets} if targets else {"code": code, "noMap": True}
                for code, targets in elements.items()
            ],
        }
    ]
    return said


def naming_system_json(naming: codes.NamingSystem) -> Json:
    said = _head("NamingSystem", naming.id, naming.url, naming.title, "", naming.provisional)
    said.pop("experimental")
    said |= {"kind": "identifier", "date": "2026-11-21"}
    unique = [{"type": "uri", "value": naming.url, "preferred": True}]
    unique += [{"type": "other", "value": alias} for alias in naming.aliases]
    said["uniqueId"] = unique
    if naming.example:
        said["usage"] = f"e.g. {naming.example}"
    return said

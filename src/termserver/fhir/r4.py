"""Answers of R5 in the words of R4: what R4 does not know travels as an extension of R5."""

from termserver.fhir import urls
from termserver.fhir.outcomes import Json
from termserver.fhir.systems import value_of


def as_r4(resource: Json) -> Json:
    """The resource for R4; what is R4 already stays as it is."""
    kind = resource.get("resourceType")
    if kind == "ValueSet" and "expansion" in resource:
        resource["expansion"] = _expansion(resource["expansion"])
    elif kind == "Parameters":
        for parameter in resource.get("parameter", ()):
            if "resource" in parameter:
                as_r4(parameter["resource"])
    elif kind == "Bundle":
        for entry in resource.get("entry", ()):
            if "resource" in entry:
                as_r4(entry["resource"])
    return resource


def _expansion(said: Json) -> Json:
    extension = list(said.pop("extension", ()))
    for declared in said.pop("property", ()):
        inner = [{"url": "code", "valueCode": declared["code"]}]
        if declared.get("uri"):
            inner.append({"url": "uri", "valueUri": declared["uri"]})
        extension.append({"url": urls.R5_EXPANSION_PROPERTY, "extension": inner})
    _contains(said)
    return {**({"extension": extension} if extension else {}), **said}


def _contains(said: Json) -> None:
    for one in said.get("contains", ()):
        for known in one.pop("property", ()):
            name, value = value_of(known)
            inner = [{"url": "code", "valueCode": known["code"]}]
            if name:
                inner.append({"url": "value", name: value})
            one.setdefault("extension", []).append({"url": urls.R5_CONTAINS_PROPERTY, "extension": inner})
        for designation in one.get("designation", ()):
            designation.pop("additionalUse", None)
        if "contains" in one:
            _contains(one)

"""A small clinic's code systems, value sets and maps as FHIR resources, and requests about them."""

from typing import Any

from termserver.fhir.library import Library, Overlay, parse
from termserver.fhir.options import Request
from termserver.fhir.parameters import Asked
from termserver.fhir.shelves import JsonShelf

Json = dict[str, Any]
BASE = "https://example.org/fhir"
WARDS = f"{BASE}/CodeSystem/wards"
BIG = f"{BASE}/CodeSystem/beds"

WARDS_1: Json = {
    "resourceType": "CodeSystem",
    "id": "wards",
    "url": WARDS,
    "version": "1.0.0",
    "name": "Wards",
    "language": "fa",
    "status": "active",
    "caseSensitive": False,
    "hierarchyMeaning": "is-a",
    "content": "complete",
    "property": [
        {"code": "floor", "type": "integer"},
        {"code": "status", "uri": "http://hl7.org/fhir/concept-properties#status", "type": "code"},
        {"code": "isUnder", "uri": "http://hl7.org/fhir/concept-properties#parent", "type": "code"},
    ],
    "concept": [
        {
            "code": "IN",
            "display": "بستری",
            "designation": [{"language": "en", "value": "Inpatient"}],
            "concept": [
                {
                    "code": "ICU",
                    "display": "مراقبت ویژه",
                    "definition": "For those who are watched around the clock",
                    "designation": [{"language": "en", "value": "Intensive care"}],
                    "property": [{"code": "floor", "valueInteger": 2}],
                },
                {
                    "code": "NICU",
                    "display": "مراقبت ویژه نوزادان",
                    "designation": [{"language": "en", "value": "Neonatal intensive care"}],
                    "property": [{"code": "floor", "valueInteger": 3}, {"code": "isUnder", "valueCode": "CHILD"}],
                },
                {"code": "OLD", "display": "مسلولین", "property": [{"code": "status", "valueCode": "retired"}]},
            ],
        },
        {"code": "CHILD", "display": "کودکان", "designation": [{"language": "en", "value": "Paediatrics"}]},
    ],
}
WARDS_2: Json = {
    **WARDS_1,
    "version": "2.0.0",
    "concept": [*WARDS_1["concept"], {"code": "DAY", "display": "سرپایی"}],
}
BEDS: Json = {
    "resourceType": "CodeSystem",
    "url": BIG,
    "status": "active",
    "content": "complete",
    "concept": [{"code": f"bed{n}", "display": f"Bed {n}"} for n in range(1500)],
}
PACK: Json = {
    "resourceType": "CodeSystem",
    "url": f"{BASE}/CodeSystem/wards-fr",
    "version": "1",
    "content": "supplement",
    "supplements": WARDS,
    "concept": [{"code": "ICU", "designation": [{"language": "fr", "value": "Réanimation"}]}],
}
TO_OLD: Json = {
    "resourceType": "ConceptMap",
    "url": f"{BASE}/ConceptMap/to-old",
    "version": "1",
    "group": [
        {
            "source": WARDS,
            "target": f"{BASE}/CodeSystem/old",
            "element": [
                {"code": "ICU", "target": [{"code": "7", "equivalence": "wider"}]},
                {"code": "CHILD", "target": [{"equivalence": "unmatched"}]},
            ],
            "unmapped": {"mode": "other-map", "url": f"{BASE}/ConceptMap/rest"},
        }
    ],
}
REST: Json = {
    "resourceType": "ConceptMap",
    "url": f"{BASE}/ConceptMap/rest",
    "group": [
        {"source": WARDS, "target": f"{BASE}/CodeSystem/old", "unmapped": {"mode": "fixed", "code": "99"}},
    ],
}


def value_set(name: str, *include: Json, **more: Any) -> Json:
    compose = {"include": list(include), **{key: more.pop(key) for key in ("exclude", "inactive") if key in more}}
    return {
        "resourceType": "ValueSet",
        "url": f"{BASE}/ValueSet/{name}",
        "status": "active",
        "compose": compose,
        **more,
    }


SHELF = JsonShelf([WARDS_1, WARDS_2, BEDS, PACK, TO_OLD, REST])


def request(*resources: Json, accept_language: str = "", **said: Any) -> Request:
    """A request with ``resources`` as tx-resource; a list repeats a parameter, ``__`` stands for a hyphen."""
    pairs = [
        (name.replace("__", "-"), one)
        for name, value in said.items()
        for one in (value if isinstance(value, list) else [value])
    ]
    overlay = Overlay(tuple(parse(one) for one in resources))
    return Request(Asked(pairs), Library(SHELF, [overlay]), accept_language)


def codes(expanded: Json) -> list[str]:
    """The codes of an expansion in their order, nested ones after the one they stand under."""
    found: list[str] = []

    def walk(said: Json) -> None:
        for one in said.get("contains", ()):
            found.append(one["code"])
            walk(one)

    walk(expanded["expansion"])
    return found


def parameters(resource: Json) -> dict[str, Any]:
    """The parameters of an answer by name; the first where there are several."""
    found: dict[str, Any] = {}
    for one in resource["parameter"]:
        value = next((one[key] for key in one if key.startswith("value")), one.get("resource", one.get("part")))
        found.setdefault(one["name"], value)
    return found


def issue_ids(resource: Json) -> list[str]:
    issues = parameters(resource).get("issues", {}).get("issue", [])
    return sorted(issue["extension"][0]["valueString"] for issue in issues)

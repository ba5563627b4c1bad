"""What is not as FHIR has it is named by its place, with what should stand there: never by an error of the program."""

import json

import pytest

from termserver.fhir.shape import malformed

R4 = "/fhir/r4"


def system(**more):
    return {"resourceType": "CodeSystem", "url": "urn:s", "status": "active", "content": "complete", **more}


def value_set(compose):
    return {"resourceType": "ValueSet", "url": "urn:v", "status": "active", "compose": compose}


def asked(*parameter):
    return {"resourceType": "Parameters", "parameter": [*parameter]}


def concept(**more):
    return system(concept=[{"code": "a", "display": "A", **more}])


SET = value_set({"include": [{"system": "urn:s"}]})
MAP = {"resourceType": "ConceptMap", "url": "urn:v", "status": "active"}
CODING = {"name": "coding", "valueCoding": {"system": "urn:s", "code": "a"}}
INSIDE = "Parameters.parameter[2].resource."


@pytest.mark.parametrize(
    ("operation", "resource", "place", "en", "fa"),
    [
        ("ValueSet", concept(designation="A"), f"{INSIDE}concept[0].designation", "a list; here it is a text", "فهرست"),
        ("ValueSet", concept(designation=[None]), f"{INSIDE}concept[0].designation[0]", "object; here it is null", ""),
        ("ValueSet", concept(extension={"url": "u"}), f"{INSIDE}concept[0].extension", "here it is an object", ""),
        ("ConceptMap", MAP | {"group": 7}, "ConceptMap.group", "a list; here it is a number", "عدد"),
        ("ConceptMap", MAP | {"group": [{"element": [True]}]}, "ConceptMap.group[0].element[0]", "a boolean", "بولی"),
    ],
)  # fmt: skip
def test_the_place_and_what_should_stand_there_are_named(client, operation, resource, place, en, fa):
    url = {"name": "url", "valueUri": "urn:v"}
    parts = [url, CODING, {"name": "tx-resource", "resource": resource}, {"name": "tx-resource", "resource": SET}]
    done = {"ValueSet": "ValueSet/$validate-code", "ConceptMap": "ConceptMap/$translate"}[operation]
    headers = {"content-type": "application/fhir+json", "accept-language": "fa"}
    answer = client.post(f"{R4}/{done}", content=json.dumps(asked(*parts)), headers=headers)
    assert answer.status_code == 400
    (issue,) = answer.json()["issue"]
    assert issue["diagnostics"].startswith(f"{place} must be") and en in issue["diagnostics"]
    assert issue["expression"] == [place]
    assert fa in json.dumps(issue["details"], ensure_ascii=False)


def test_a_bundle_is_looked_through_to_its_entries():
    inside = asked({"name": "x", "resource": value_set([])})
    bundle = {"resourceType": "Bundle", "type": "batch", "entry": [{}, {"resource": inside, "request": 3}]}
    assert "Bundle.entry[1].resource.parameter[0].resource.compose must be an object" in str(malformed(bundle))
    assert "The body.resourceType must be a text" in str(malformed({"resourceType": 7}))


@pytest.mark.parametrize("resource", [system(), value_set({"include": [{"system": "urn:s"}]}), None, [], 7])
def test_where_nothing_is_found_no_place_is_invented(resource):
    said = str(malformed(resource))
    assert said.startswith(("A resource or value", "The body must be an object"))

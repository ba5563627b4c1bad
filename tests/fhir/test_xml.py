"""The same resources in XML."""

import json

import pytest

from termserver.fhir.outcomes import FhirProblem
from termserver.fhir.xml import read, write
from tests.fhir.small_clinic import TO_OLD, WARDS_1, parameters, value_set

XML = {"content-type": "application/fhir+xml", "accept": "application/fhir+xml"}
COUNTRIES = "urn:iso:std:iso:3166"
RICH = {
    "resourceType": "Parameters",
    "parameter": [
        {"name": "url", "valueUri": 'https://example.org/?a=1&b="2"'},
        {"name": "excludeNested", "valueBoolean": False},
        {"name": "count", "valueInteger": 0},
        {"name": "coding", "valueCoding": {"system": COUNTRIES, "code": "IR", "display": "ایران\nتهران"}},
        {"name": "property", "part": [{"name": "code", "valueCode": "x"}, {"name": "value", "valueDecimal": 1.5}]},
        {"name": "tx-resource", "resource": WARDS_1},
        {"name": "tx-resource", "resource": TO_OLD},
        {
            "name": "tx-resource",
            "resource": value_set(
                "x",
                {
                    "system": COUNTRIES,
                    "filter": [{"property": "code", "op": "=", "value": "IR"}],
                    "valueSet": ["urn:a", "urn:b"],
                },
                language="fa",
                _title={"extension": [{"url": "urn:x", "valueCode": "y"}]},
                title="ناحیه",
            ),
        },
    ],
}


def test_what_is_written_in_xml_is_read_back_unchanged():
    assert json.dumps(read(write(RICH)), sort_keys=True) == json.dumps(RICH, sort_keys=True)


@pytest.mark.parametrize("data", [b"<", b"<a/>", b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', b"\xff\xfe<"])
def test_what_is_no_xml_of_fhir_is_refused(data):
    with pytest.raises(FhirProblem) as refusal:
        read(data)
    assert refusal.value.status == 400


def test_operations_speak_xml(client):
    asked = {
        "resourceType": "Parameters",
        "parameter": [{"name": "coding", "valueCoding": {"system": COUNTRIES, "code": "IR"}}],
    }
    answer = client.post("/fhir/r4/CodeSystem/$lookup", content=write(asked), headers=XML)
    assert answer.headers["content-type"].startswith("application/fhir+xml")
    assert parameters(read(answer.content))["display"] == "ایران"
    assert b"<fhirVersion value=" in client.get("/fhir/r4/metadata?_format=xml").content


def test_failures_speak_the_language_of_the_question(client):
    answer = client.get("/fhir/r4/ValueSet/none", headers=XML)
    assert answer.status_code == 404 and answer.content.rstrip().endswith(b"</OperationOutcome>")

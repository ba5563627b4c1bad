"""ValidationResultVO: the Ministry's eight fields, its category numbers, its pattern of words."""

import json
from xml.etree import ElementTree

import pytest
from hand_made_reports import ALL, BAD, BOX, FINE, GENDER, MANDATORY, UNREAD, Written

from termserver.formats.sepas import NAMESPACE, validation_results
from termserver.model.findings import Layer, Location
from termserver.model.values import replace

FIELDS = [
    "MessageID",
    "ErrorMessage",
    "NormalizedErrorMessage",
    "ErrorCategoryType",
    "ErrorCategoryCritical",
    "ErrorCategorySource",
    "ErrorDescription",
    "ErrorSolution",
]


def test_a_finding_is_a_validation_result(written: Written) -> None:
    first = json.loads(written("sepas", (BAD,), "fa"))[0]

    assert list(first) == FIELDS
    assert first == {
        "MessageID": "out/صورت حساب.xml",
        "ErrorMessage": "Gender is invalid.",
        "NormalizedErrorMessage": "Person.Gender is invalid.",
        "ErrorCategoryType": "2",
        "ErrorCategoryCritical": "true",
        "ErrorCategorySource": "code.unknown",
        "ErrorDescription": "چنین کدی در thritaEHR.gender نیست. (Person.Gender.Coded_string, 14:5)",
        "ErrorSolution": "آیا منظور 2 (زن) بود؟",
    }


@pytest.mark.parametrize(
    ("finding", "said"),
    [
        (BOX, "InsuranceBox is invalid."),
        (MANDATORY, "ServiceType is mandatory."),
        (
            replace(MANDATORY, rule="structure.empty", where=Location("Person.NationalCode")),
            "NationalCode is empty!",
        ),
        (
            replace(MANDATORY, where=Location("Composition.Admission.MedicalRecordNumber")),
            "MedicalRecordNumber is mandatory.",
        ),
        (
            replace(BOX, layer=Layer.IDENTIFIER, where=Location("Person.NationalCode.ID")),
            "NationalCode is invalid.",
        ),
        (replace(MANDATORY, where=Location("Person.Gender.Coded_string")), "Coded_string is mandatory."),
        (
            replace(MANDATORY, rule="structure.expected", sepas_category=None, where=Location("Composition.Discharge")),
            "Discharge is empty!",
        ),
        (replace(GENDER, where=Location()), "There is no such code in thritaEHR.gender."),
    ],
)
def test_the_words_are_those_that_sepas_answers_with(finding, said: str) -> None:
    (result,) = validation_results(replace(BAD, findings=(finding,)))

    assert result["ErrorMessage"] == said


def test_a_finding_without_a_category_gets_that_of_its_layer() -> None:
    layers = {layer: replace(GENDER, layer=layer, sepas_category=None) for layer in Layer}
    said = {layer: validation_results(replace(BAD, findings=(one,)))[0] for layer, one in layers.items()}

    assert {str(layer): result["ErrorCategoryType"] for layer, result in said.items()} == {
        "syntax": "16",
        "structure": "4",
        "code": "2",
        "identifier": "7",
        "registry": "7",
        "rule": "10",
    }


def test_the_xml_says_what_the_json_says(written: Written) -> None:
    root = ElementTree.fromstring(written("sepas-xml", ALL, "fa", UNREAD))
    listed = [{field.tag.removeprefix(f"{{{NAMESPACE}}}"): field.text or "" for field in result} for result in root]

    assert root.tag == f"{{{NAMESPACE}}}ArrayOfValidationResultVO"
    assert listed == json.loads(written("sepas", ALL, "fa", UNREAD))


def test_an_accepted_document_without_findings_adds_nothing(written: Written) -> None:
    assert json.loads(written("sepas", (FINE,))) == []

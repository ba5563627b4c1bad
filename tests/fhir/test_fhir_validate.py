"""What $validate-code promises beyond the examples of HL7's suite."""

import pytest

from termserver.fhir.batch import batch_validate
from termserver.fhir.outcomes import FhirProblem
from termserver.fhir.validate import validate_in_system, validate_in_value_set
from tests.fhir.small_clinic import BASE, WARDS, issue_ids, parameters, request, value_set

CARE = value_set("care", {"system": WARDS, "filter": [{"property": "concept", "op": "is-a", "value": "IN"}]})


def checked(*resources, **said):
    return validate_in_value_set(request(*(resources or (CARE,)), **{"url": CARE["url"], **said}))


def test_a_code_of_the_value_set_is_right_in_any_case_of_letters():
    found = parameters(checked(system=WARDS, code="icu"))
    assert found["result"] is True and found["normalized-code"] == "ICU" and found["version"] == "2.0.0"


def test_a_code_outside_is_told_to_be_outside_and_known():
    found = checked(system=WARDS, code="CHILD")
    assert parameters(found)["result"] is False
    assert issue_ids(found) == ["None_of_the_provided_codes_are_in_the_value_set_one"]
    assert parameters(found)["display"] == "کودکان"


def test_a_wrong_name_is_an_error_and_a_warning_for_the_lenient():
    wrong = checked(system=WARDS, code="ICU", display="Kitchen")
    lenient = checked(system=WARDS, code="ICU", display="Kitchen", lenient__display__validation="true")
    assert parameters(wrong)["result"] is False and parameters(lenient)["result"] is True
    assert "'مراقبت ویژه' (fa) or 'Intensive care' (en)" in parameters(wrong)["message"]


def test_names_are_judged_in_the_language_asked_for():
    assert parameters(checked(system=WARDS, code="ICU", display="Intensive care", displayLanguage="en"))["result"]
    assert not parameters(checked(system=WARDS, code="ICU", display="مراقبت ویژه", displayLanguage="en"))["result"]


def test_persian_readers_get_persian_sentences_beside_the_english_ones():
    found = checked(system=WARDS, code="XYZ", accept_language="fa-IR,fa;q=0.9")
    details = parameters(found)["issues"]["issue"][0]["details"]
    assert details["_text"]["extension"][0]["extension"][0]["valueCode"] == "fa"
    assert "_text" not in parameters(checked(system=WARDS, code="XYZ"))["issues"]["issue"][0]["details"]


def test_the_first_coding_that_is_in_decides():
    good, bad = {"system": WARDS, "code": "ICU"}, {"system": WARDS, "code": "nowhere"}
    assert parameters(checked(codeableConcept={"coding": [good, bad]}))["result"] is True
    assert parameters(checked(codeableConcept={"coding": [bad, good]}))["result"] is False


def test_a_system_can_be_inferred_where_one_only_knows_the_code():
    found = parameters(checked(code="ICU", inferSystem="true"))
    assert found["result"] is True and found["system"] == WARDS
    assert issue_ids(checked(code="nope", inferSystem="true")) == [
        "None_of_the_provided_codes_are_in_the_value_set_one",
        "UNABLE_TO_INFER_CODESYSTEM",
    ]


def test_a_system_that_the_value_set_needs_and_nobody_has_is_named():
    far = value_set("far", {"system": "urn:far", "filter": [{"property": "concept", "op": "is-a", "value": "1"}]})
    found = parameters(validate_in_value_set(request(far, url=far["url"], system="urn:far", code="2")))
    assert found["result"] is False and found["x-caused-by-unknown-system"] == "urn:far"


def test_membership_alone_passes_over_names_and_standing():
    found = checked(system=WARDS, code="OLD", display="Kitchen", valueset__membership__only="true")
    assert parameters(found)["result"] is True and "issues" not in parameters(found)


def test_a_code_system_judges_its_own_codes():
    assert parameters(validate_in_system(request(url=WARDS, code="DAY")))["result"] is True
    assert parameters(validate_in_system(request(url=WARDS, version="1.0.0", code="DAY")))["result"] is False
    assert (
        parameters(validate_in_system(request(coding={"system": f"{BASE}/CodeSystem/wards-fr", "code": "ICU"})))[
            "result"
        ]
        is False
    )


def test_any_known_code_is_in_the_set_of_all_value_sets():
    said = {"url": "http://hl7.org/fhir/ValueSet/@all", "system": WARDS}
    assert parameters(validate_in_value_set(request(code="ICU", **said)))["result"] is True
    assert parameters(validate_in_value_set(request(code="X", **said)))["result"] is False


def test_an_unknown_value_set_is_no_answer_but_a_failure():
    with pytest.raises(FhirProblem) as failure:
        checked(url="https://example.org/none", system=WARDS, code="ICU")
    assert failure.value.status == 404


def test_a_batch_answers_each_in_order_and_its_own_parameters_win():
    def one(**said):
        return {"resourceType": "Parameters", "parameter": [{"name": k, "valueString": v} for k, v in said.items()]}

    asked = request(
        CARE,
        url=CARE["url"],
        system=WARDS,
        validation=[one(code="ICU"), one(code="CHILD"), one(url="urn:none", code="ICU"), one()],
    )
    answers = [parameter["resource"] for parameter in batch_validate(asked, False)["parameter"]]
    assert [answer["resourceType"] for answer in answers] == ["Parameters"] * 2 + ["OperationOutcome"] * 2
    assert [parameters(answer)["result"] for answer in answers[:2]] == [True, False]

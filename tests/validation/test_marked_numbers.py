"""Numbers are taken as they are really written: with marks, blanks and prefixes; what is wrong tells the right form."""

import json
from typing import Any

import pytest
from document_changes import changed, put

from termserver.model.findings import Finding, Report, Severity, Verdict
from termserver.service import TermServer

DOCTOR = "Composition.Admission.AttendingDoctor.Identifier.ID"


def _checked(server: TermServer, message: dict[str, Any], path: str, value: object) -> Report:
    return server.check_document(json.dumps(changed(message, put(path, value))).encode(), "a.json")


def _only(report: Report) -> Finding:
    (finding,) = report.findings
    return finding


@pytest.mark.parametrize("number", ["100001", "1234آ", "م-1234", "ن1234", "1234*", "1234ات", "م1234"])
def test_a_council_number_may_carry_a_mark(server: TermServer, bill: dict[str, Any], number: str) -> None:
    assert _checked(server, bill, DOCTOR, number).findings == ()


@pytest.mark.parametrize("number", ["", "12-34", "*1234", "abc1", "123456789"])
def test_not_any_text_is_a_council_number(server: TermServer, bill: dict[str, Any], number: str) -> None:
    assert _checked(server, bill, DOCTOR, number).verdict is Verdict.REJECTED


def test_blanks_after_a_council_number_are_a_note(server: TermServer, bill: dict[str, Any]) -> None:
    found = _only(_checked(server, bill, DOCTOR, "100001  "))

    assert (found.rule, found.severity) == ("identifier.blanks", Severity.INFORMATION)


@pytest.mark.parametrize("word", ["UnIdentified", "UNIDENTIFIED", "unidentified"])
@pytest.mark.parametrize("document", ["bill", "prescription"])
def test_an_unidentified_patient_is_accepted_and_noted(
    server: TermServer, request: pytest.FixtureRequest, document: str, word: str
) -> None:
    report = _checked(server, request.getfixturevalue(document), "Person.NationalCode", word)

    assert (_only(report).rule, _only(report).severity) == ("identifier.remark", Severity.INFORMATION)
    assert report.verdict is Verdict.ACCEPTED


@pytest.mark.parametrize("number", ["+989000000000", "9000000000", "02100000000", "0098 9000000000"])
def test_another_form_of_mobile_number_is_a_warning_with_the_right_form(
    server: TermServer, bill: dict[str, Any], number: str
) -> None:
    found = _only(_checked(server, bill, "Person.MobileNumber", number))

    assert (found.rule, found.severity) == ("identifier.shape", Severity.WARNING)
    assert found.hint is not None and "09000000000" in found.hint.en and "09000000000" in found.hint.fa


@pytest.mark.parametrize("number", ["0000000000", "1111111111"])
def test_equal_digits_are_no_postal_code(server: TermServer, bill: dict[str, Any], number: str) -> None:
    found = _only(_checked(server, bill, "Person.PostalCode", number))

    assert (found.rule, found.severity) == ("identifier.shape", Severity.ERROR)


@pytest.mark.parametrize(
    ("code", "right"), [("E119", "E11.9"), ("e11.9", "E11.9"), ("e119", "E11.9"), ("E11-9", "E11.9"), ("i10", "I10")]
)
def test_a_code_spelt_otherwise_is_an_error_that_says_the_right_spelling(
    server: TermServer, bill: dict[str, Any], code: str, right: str
) -> None:
    found = _only(_checked(server, bill, "Composition.Diagnosis[0].Diagnosis.Coded_string", code))

    assert (found.rule, found.severity) == ("code.shape", Severity.ERROR)
    assert found.hint is not None and right in found.hint.en and right in found.hint.fa


def test_a_text_that_is_no_code_is_told_how_codes_look(server: TermServer, bill: dict[str, Any]) -> None:
    found = _only(_checked(server, bill, "Composition.Diagnosis[0].Diagnosis.Coded_string", "diabetes mellitus"))

    assert found.hint is not None and "E11.9" in found.hint.en
    assert "[0-9]" not in found.hint.en + found.hint.fa


@pytest.mark.parametrize("blank", [" ", "   ", "\t", "0", "000", " 0 "])
def test_a_record_number_of_blanks_or_zeros_is_none(server: TermServer, bill: dict[str, Any], blank: str) -> None:
    found = _only(_checked(server, bill, "Composition.Admission.MedicalRecordNumber", blank))

    assert (found.rule, found.severity) == ("medical-record-number-is-not-zero", Severity.ERROR)


def test_a_negative_amount_is_found_at_every_depth_of_components(server: TermServer, bill: dict[str, Any]) -> None:
    inner = {"PatientContribution": {"Magnitude": -5, "Unit": "Rial"}}
    service = bill["Composition"]["BillServices"][0]["ServiceType"]
    parts = [{"ServiceType": service}, {"ServiceType": service, "RelatedService": [{"RelatedService": [inner]}]}]

    report = _checked(server, bill, "Composition.BillServices[0].RelatedService", parts)

    found = [one for one in report.findings if one.rule == "related-amounts-are-not-negative"]
    assert [one.where.path for one in found] == [
        "Composition.BillServices[0].RelatedService[1].RelatedService[0].RelatedService[0]"
    ]

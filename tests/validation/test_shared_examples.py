"""The examples of the facts: the valid ones accepted alike in both twins, the invalid one found out in every point."""

import json
from pathlib import Path

import pytest
from document_changes import said

from termserver.model.findings import Verdict
from termserver.service import TermServer

DISPENSED = "Composition.DispensedPrescriptions.MedicationDispensed[0]"
CALLED_FOR = {
    "01_medication_prescription": [],
    "02_dispensed_prescription": [
        ("code.unlisted", f"{DISPENSED}.ProductCode.Coded_string"),
        ("tracked-drug-is-confirmed", f"{DISPENSED}.ConfirmationID"),
    ],
    "03_patient_bill_inpatient": [],
    "04_patient_bill_outpatient": [("structure.expected", "Composition.Discharge")],
    "05_laboratory_result": [],
    "06_referral_case": [],
    "07_referral_feedback": [],
    "10_soap_vaccination": [
        ("code.system-unknown", f"Composition.Vaccination[0].{name}.Terminology_id")
        for name in ("PlanCourse", "VaccinationPlan", "Vaccine")
    ],
}
"""What the facts call for: every packet of a bill carries Discharge, this example does not; a product with an IRC is
confirmed by TTAC, and its code is invented; no terminology of vaccines was seen anywhere."""


@pytest.mark.parametrize("engine", ["fast", "reference"])
@pytest.mark.parametrize("name", CALLED_FOR)
def test_the_twins_of_a_valid_document_are_accepted_with_the_same_words(
    server: TermServer, examples: Path, name: str, engine: str
) -> None:
    xml, twin = (
        server.check_document((examples / f"{name}.{form}").read_bytes(), name, engine=engine)
        for form in ("xml", "json")
    )

    assert said(xml) == said(twin) == CALLED_FOR[name]
    assert xml.verdict is twin.verdict is Verdict.ACCEPTED
    assert xml.share == twin.share
    assert 0 < xml.share.checked <= xml.share.codes


EXPECTED_RULES = {
    "Person.NationalCode": "identifier.check-digit",
    "Person.Gender.Coded_string": "code.unknown",
    "Composition.Admission.AdmissionDate.Month": "structure.range",
    "Composition.Admission.MedicalRecordNumber": "medical-record-number-is-not-zero",
    "Composition.Insurance[0].InsuranceBox": "insurance-box-of-insurer",
    "Composition.BillServices[0].Service": "code.shape",
    "Composition.BillServices[0].ServiceType": "structure.mandatory",
    "Composition.BillSummary.TotalCharge": "lines-sum-to-total-charge",
}
CATEGORIES = {"MappingError": 2, "DataValidationError": 1, "MandatoryError": 6, "CalculationError": 9}


def test_the_invalid_bill_has_every_expected_finding_at_its_place(server: TermServer, examples: Path) -> None:
    text = (examples / "11_patient_bill_INVALID.json").read_text("utf-8")
    expected = json.loads((examples / "11_patient_bill_INVALID.expected.json").read_bytes())["expected_findings"]

    report = server.check_document(text.encode(), "11_patient_bill_INVALID.json")

    found = {finding.where.path: finding for finding in report.findings}
    lines = text.splitlines()
    for one in expected:
        finding = found[one["path"]]
        assert finding.rule == EXPECTED_RULES[one["path"]]
        if "category" in one:
            assert finding.sepas_category == CATEGORIES[one["category"]]
        if "sepas_message" in one:
            assert one["sepas_message"] in finding.message.en
        name = one["path"].rpartition(".")[2].partition("[")[0]
        here = lines[finding.where.line - 1][finding.where.column - 1 :]
        assert here.startswith((f'"{name}"', "{")), "a missing field points at its parent"
    assert report.verdict is Verdict.REJECTED
    assert {*found} - {one["path"] for one in expected} == {"Composition.Discharge"}


def test_values_are_masked_unless_asked_for(server: TermServer, examples: Path) -> None:
    data = (examples / "11_patient_bill_INVALID.json").read_bytes()

    masked = server.check_document(data)
    shown = server.check_document(data, show_values=True)

    assert all("1111111111" not in finding.excerpt for finding in masked.findings)
    assert any('"NationalCode": "••••••••••"' in finding.excerpt for finding in masked.findings)
    assert any('"NationalCode": "1111111111"' in finding.excerpt for finding in shown.findings)
    assert "1111111111" not in json.dumps(shown.as_json())


def test_an_envelope_is_sent_back_unopened(server: TermServer, examples: Path) -> None:
    report = server.check_document((examples / "13_sepas_secure_envelope.json").read_bytes())

    assert report.verdict is Verdict.UNDECIDED
    assert [finding.rule for finding in report.findings] == ["document.encrypted"]
    assert report.findings[0].hint is not None
    assert "before encryption" in report.findings[0].hint.en

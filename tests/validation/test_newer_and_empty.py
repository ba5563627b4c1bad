"""What is newer than the schema, or says nothing, is no fault: it is told, set aside, and the rest is judged."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from document_changes import Change, at, changed, drop, put, said

from termserver.model.documents import DocumentType
from termserver.model.findings import Report, Severity, Verdict
from termserver.service import TermServer

Twins = Callable[..., dict[str, bytes]]


def _judged(server: TermServer, twins: Twins, type_id: str, message: dict[str, Any]) -> list[Report]:
    """XML and JSON, both by both engines."""
    documents = twins(type_id, message).items()
    return [
        server.check_document(data, f"a.{form}", type=type_id, engine=engine)
        for form, data in documents
        for engine in ("fast", "reference")
    ]


def _severities(report: Report) -> list[tuple[str, str, Severity]]:
    return sorted((one.rule, one.where.path, one.severity) for one in report.findings)


NEWER = [
    *(f"MsgID.{name}" for name in ("RegisterUID", "MessageUID", "Version", "UniversityID")),
    *(f"MsgID.{name}" for name in ("WithoutId", "LocalId", "Deactivate")),
    *(f"Person.{name}" for name in ("PersonId", "Province", "City", "PictureB64", "Languages")),
    *("Person.DeathDetail", "Person.BirthDetail", "Composition.Admission.OtherIDs"),
]


@pytest.mark.parametrize("path", NEWER)
def test_a_field_of_the_newer_model_is_a_warning(
    server: TermServer, twins: Twins, bill: dict[str, Any], path: str
) -> None:
    reports = _judged(server, twins, "patient-bill", changed(bill, put(path, "x")))

    assert [_severities(one) for one in reports] == [[("structure.newer-field", path, Severity.WARNING)]] * 4
    assert {one.verdict for one in reports} == {Verdict.ACCEPTED}
    assert "not checked" in reports[0].findings[0].message.en


@pytest.mark.parametrize(
    "path",
    [
        "Composition.BillServices[0].OtherIDs",
        *(f"Composition.Diagnosis[0].{name}" for name in ("ConditionVerificationStatus", "ConditionClinicalStatus")),
        *("Composition.Diagnosis[0].ResolutionDateTime", "Composition.Diagnosis[0].bodySite"),
    ],
)
def test_so_is_one_within_a_list_whatever_it_holds(server: TermServer, bill: dict[str, Any], path: str) -> None:
    data = json.dumps(changed(bill, put(path, [{"ID": 1}]))).encode()

    for engine in ("fast", "reference"):
        report = server.check_document(data, "a.json", engine=engine)

        assert (said(report), report.verdict) == ([("structure.newer-field", path)], Verdict.ACCEPTED)


def test_every_type_with_the_class_knows_its_newer_fields(server: TermServer) -> None:
    def knows(known: DocumentType, class_name: str, field: str) -> bool:
        return class_name not in known.classes or field in known.newer_of(class_name)

    for known in server.document_types():
        assert knows(known, "MessageIdentifierVO", "RegisterUID")
        assert knows(known, "PersonInfoVO", "PersonId")
        assert knows(known, "DiagnosisVO", "BodySite")


def test_a_name_that_no_model_has_is_an_error_still(server: TermServer, twins: Twins, bill: dict[str, Any]) -> None:
    for report in _judged(server, twins, "patient-bill", changed(bill, put("MsgID.Versio", "2"))):
        assert said(report) == [("structure.unknown-field", "MsgID.Versio")]


NOTHING = {"Value": None, "Terminology_id": None, "Coded_string": None}
EMPTY: dict[str, tuple[Change, str, Severity]] = {
    "a coded text": (put("Person.Religion", {}), "Person.Religion", Severity.INFORMATION),
    "a coded text of nulls": (put("Person.Religion", NOTHING), "Person.Religion", Severity.INFORMATION),
    "a coded text of empty texts": (
        put("Person.Religion", dict.fromkeys(NOTHING, "")),
        "Person.Religion",
        Severity.INFORMATION,
    ),
    "an identifier": (
        put("Composition.Admission.EMSID", {}),
        "Composition.Admission.EMSID",
        Severity.INFORMATION,
    ),
    "a date": (
        put("Composition.Insurance[0].InsuranceExpirationDate", {"Year": None, "Month": None, "Day": None}),
        "Composition.Insurance[0].InsuranceExpirationDate",
        Severity.INFORMATION,
    ),
    "a part of the message": (
        put("Composition.Admission.PatientLocation", {}),
        "Composition.Admission.PatientLocation",
        Severity.INFORMATION,
    ),
    "an expected coded text": (put("Person.Gender", {}), "Person.Gender", Severity.WARNING),
    "a mandatory coded text": (
        put("Composition.BillServices[0].Service", {}),
        "Composition.BillServices[0].Service",
        Severity.ERROR,
    ),
    "a mandatory part": (put("Composition.Admission.Institute", {}), "Composition.Admission.Institute", Severity.ERROR),
}


@pytest.mark.parametrize("name", EMPTY)
def test_what_says_nothing_counts_as_absent(server: TermServer, twins: Twins, bill: dict[str, Any], name: str) -> None:
    change, path, severity = EMPTY[name]

    reports = _judged(server, twins, "patient-bill", changed(bill, change))

    assert [_severities(one) for one in reports] == [[("structure.empty", path, severity)]] * 4
    assert {one.verdict for one in reports} == {Verdict.REJECTED if severity is Severity.ERROR else Verdict.ACCEPTED}


def test_a_rule_takes_what_says_nothing_for_absent(server: TermServer, twins: Twins, bill: dict[str, Any]) -> None:
    path = "Composition.BillSummary.InsurerBox"

    for report in _judged(server, twins, "patient-bill", changed(bill, put(path, {}))):
        assert said(report) == [("insured-has-box", path), ("structure.empty", path)]


def test_an_empty_diagnosis_of_a_siyab_report_is_a_note(
    server: TermServer, twins: Twins, bill: dict[str, Any], examples: Any
) -> None:
    message = json.loads((examples / "10_soap_vaccination.json").read_bytes())
    diagnosis = {"Status": at(bill, "Composition.Diagnosis[0].Status")}
    message["Composition"]["Diagnosis"] = [diagnosis]
    before = [said(one) for one in _judged(server, twins, "soap", message)]
    diagnosis["Diagnosis"] = {}

    for report, known in zip(_judged(server, twins, "soap", message), before, strict=True):
        new = [one for one in report.findings if (one.rule, one.where.path) not in known]
        assert [(one.rule, one.where.path) for one in new] == [
            ("structure.empty", "Composition.Diagnosis[0].Diagnosis")
        ]
        assert new[0].severity is not Severity.ERROR


def test_an_amount_without_its_number_is_a_warning(server: TermServer, twins: Twins, bill: dict[str, Any]) -> None:
    path = "Composition.BillSummary.ServiceGroupRow[0].ServiceCount.Magnitude"

    for report in _judged(server, twins, "patient-bill", changed(bill, drop(path))):
        assert ("structure.expected", path) in said(report)

"""Insurers' payloads beside Tamin's: each finds its type, and codes are judged by the terminology beside them."""

import json
from pathlib import Path
from typing import Any

import pytest
from document_changes import changed, drop, put, said

from termserver.model.findings import Report, Verdict
from termserver.service import TermServer

VALIDATORS = Path(__file__).resolve().parents[2] / "validators"


def judged(server: TermServer, message: Any, **options: str) -> Report:
    return server.check_document(json.dumps(message, ensure_ascii=False).encode(), **options)


def example(type: str, name: str) -> Any:
    [path] = VALIDATORS.glob(f"{type}/*/examples/valid/{name}.json")
    return json.loads(path.read_bytes())


def test_the_steps_of_the_sample_flow_find_their_types_and_are_accepted(server: TermServer, examples: Path) -> None:
    flow = json.loads((examples / "16_ihio_prescription_flow.json").read_bytes())
    types = {
        "5 POST /service/subscription/check/order": "salamat-check-order",
        "6 POST /service/prescription/save": "salamat-save",
    }
    for step, type in types.items():
        report = judged(server, flow[step])
        assert (report.document_type, said(report), report.verdict) == (type, [], Verdict.ACCEPTED)


@pytest.mark.parametrize(
    ("type", "name", "members"),
    [
        ("salamat-check-order", "drug", ["samadCode"]),
        ("salamat-check-deliver", "drug", ["trackingCode"]),
        ("salamat-save", "prescription", ["citizenSessionId"]),
        ("salamat-deliver", "drugs-and-a-service", ["citizenSessionId"]),
        ("sakhad-prescription", "drug", ["trackingCode"]),
        ("supplementary-policy", "supplementary", ["MsgID"]),
        ("ttac-prescription", "insured-patient", ["MedicalCouncilNumber"]),
        ("ttac-barcode", "tablets", ["BarcodeUid"]),
        ("ttac-reactivation", "returned", ["TrackingCode"]),
    ],
)
def test_a_payload_that_lacks_a_member_is_still_known_where_its_type_is_told(
    server: TermServer, type: str, name: str, members: list[str]
) -> None:
    message = example(type, name)
    assert judged(server, message).document_type == type
    for member in members:
        report = judged(server, changed(message, drop(member)), type=type)
        assert said(report) == [("structure.mandatory", member)]


def test_a_code_is_judged_by_the_terminology_beside_it(server: TermServer) -> None:
    laboratory = example("sakhad-prescription", "laboratory-and-services")

    ministry = judged(server, changed(laboratory, put("detailList[0].code", "002345-700")))
    visit = judged(server, changed(laboratory, put("detailList[1].prescriptionTypeCode", "1")))
    equipment = judged(server, changed(laboratory, put("detailList[2].prescriptionTypeCode", "9")))

    assert said(ministry) == said(visit) == said(equipment) == []


def test_codes_that_cannot_be_told_are_counted_and_rejected_only_where_all_must_be_checked(server: TermServer) -> None:
    laboratory = example("sakhad-prescription", "laboratory-and-services")

    report = judged(server, laboratory)
    strict = server.check_document(json.dumps(laboratory).encode(), require_checked=True)

    assert 0 < report.share.checked < report.share.codes
    assert "LOINC" in dict(report.share.not_present)
    assert strict.verdict is Verdict.UNDECIDED


def test_the_hub_takes_names_in_any_case_as_its_platform_does(server: TermServer) -> None:
    def camel(value: Any) -> Any:
        if isinstance(value, dict):
            return {name[:1].lower() + name[1:]: camel(member) for name, member in value.items()}
        return [camel(item) for item in value] if isinstance(value, list) else value

    report = judged(server, camel(example("supplementary-policy", "full-cover")))

    assert (report.document_type, said(report)) == ("supplementary-policy", [])


def test_a_withdrawn_person_is_no_fault(server: TermServer) -> None:
    report = judged(server, example("supplementary-policy", "withdrawn"))

    assert said(report) == []
    assert report.day == "2026-11-21", "a past day of expiry is how a person is withdrawn"

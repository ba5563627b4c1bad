"""How a document finds its type: JSON among its likes, types of one form, and the namespace of each class."""

import json
from pathlib import Path
from typing import Any

import pytest
from document_changes import said

from termserver.model.findings import Verdict
from termserver.service import TermServer

CENTRE = {"Issuer": "MOHME_IT", "Assigner": "MOHME_IT", "ID": "00000000-0000-4000-8000-000000000001", "Type": "Org_ID"}
REQUESTS = {
    "hid": ("hid-request", []),
    "batchhid": ("hid-batch", []),
    "updatehid": ("hid-update", []),
    "eliminatehid": ("hid-eliminate", [("code.system-unknown", "Reason.Terminology_id")]),
    "verifyhid": ("hid-verify", []),
    "callupinsurance": ("eligibility-inquiry", []),
}
"""The sample writes "?" where the table of reasons would be named: nobody knows its name."""


def checked(server: TermServer, message: Any, **options: str) -> Any:
    return server.check_document(json.dumps(message).encode(), **options)


@pytest.mark.parametrize("operation", REQUESTS)
def test_the_sample_requests_find_their_types_and_are_accepted(
    server: TermServer, examples: Path, operation: str
) -> None:
    samples = json.loads((examples / "12_hid_request_response.json").read_bytes())

    report = checked(server, samples[operation]["request"])

    type, findings = REQUESTS[operation]
    assert report.document_type == type
    assert said(report) == findings
    assert report.verdict is Verdict.ACCEPTED


def test_a_request_is_known_by_its_members_even_where_they_are_null(server: TermServer, examples: Path) -> None:
    samples = json.loads((examples / "12_hid_request_response.json").read_bytes())
    request = samples["eliminatehid"]["request"]

    nulled = checked(server, {**request, "Reason": None})
    without = {name: value for name, value in request.items() if name != "Reason"}
    told = checked(server, without, type="hid-eliminate")

    assert nulled.document_type == "hid-eliminate"
    assert said(nulled) == said(told) == [("structure.mandatory", "Reason")]
    assert checked(server, without).document_type == "hid-verify", "which is what it then says"


def test_the_sample_person_inquiry_is_accepted_and_its_numbers_are_judged(server: TermServer, examples: Path) -> None:
    request = json.loads((examples / "14_person_inquiry.json").read_bytes())["request"]
    asked = {"personInformation": request["personInformation"]}

    assert said(checked(server, asked)) == []
    asked["personInformation"]["nin"] = "0000000018"
    assert said(checked(server, asked)) == [("identifier.check-digit", "personInformation.nin")]


def test_what_stands_in_the_composition_tells_an_admission_from_a_mission(server: TermServer) -> None:
    complaint = {"Description": "درد"}

    for composition, type in (
        ({"Admission": {}}, "admission"),
        ({"Admission": {}, "Insurance": []}, "admission"),
        ({"Admission": {}, "PHEX": [], "ChiefComplaint": complaint}, "ambulance-mission"),
        ({"Admission": {}, "ChiefComplaint": complaint}, "soap"),
        ({"Admission": {}, "BillSummary": {}}, "patient-bill"),
        ({"Admission": {}, "DentalDiagnosis": []}, "dental-care"),
    ):
        assert checked(server, {"Composition": composition}).document_type == type


def test_a_request_that_fits_two_types_alike_asks_for_the_type(server: TermServer) -> None:
    report = checked(server, {"OrgID": CENTRE, "ClientIp": "127.0.0.1", "AppUser": "sample"})

    assert report.verdict is Verdict.UNDECIDED
    assert [finding.rule for finding in report.findings] == ["document.ambiguous-type"]


def test_a_type_of_one_form_is_not_taken_in_the_other(server: TermServer) -> None:
    document = b"<HidRequest/>"

    unknown = server.check_document(document)
    told = server.check_document(document, type="hid-request")

    assert [finding.rule for finding in unknown.findings] == ["document.unknown-type"]
    assert [finding.rule for finding in told.findings] == ["document.form"]
    assert told.verdict is unknown.verdict is Verdict.UNDECIDED


def test_members_of_another_namespace_are_read_as_those_of_the_ministrys_others(server: TermServer, root: Path) -> None:
    folder = root / "validators" / "equipment-inventory" / "1.0" / "examples"
    inventory = "http://it.behdasht.gov.ir/"
    for example in (folder / "valid" / "device.xml", folder / "invalid" / "national-number-agrees.xml"):
        right = example.read_text("utf-8")
        assert inventory in right
        other = right.replace(inventory, "http://thrita.behdasht.gov.ir/VM/")

        assert said(server.check_document(other.encode())) == said(server.check_document(right.encode()))


@pytest.mark.parametrize("name", ["08_death_certificate", "09_admitted"])
@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_the_shared_certificate_and_admission_are_accepted_in_both_twins(
    server: TermServer, examples: Path, name: str, engine: str
) -> None:
    xml, twin = (
        server.check_document((examples / f"{name}.{form}").read_bytes(), name, engine=engine)
        for form in ("xml", "json")
    )

    assert said(xml) == said(twin)
    assert xml.verdict is twin.verdict is Verdict.ACCEPTED
    assert xml.share == twin.share

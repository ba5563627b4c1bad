"""One message, many spellings: what the Ministry's senders write differently is judged alike."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from document_changes import said

from termserver.model.findings import Report, Severity, Verdict
from termserver.service import TermServer

XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
VM = "http://thrita.behdasht.gov.ir/VM/"
FILES = {"patient-bill": "03_patient_bill_inpatient", "medication-prescription": "01_medication_prescription"}


@pytest.fixture(params=FILES)
def xml(request: pytest.FixtureRequest, examples: Path) -> str:
    return (examples / f"{FILES[request.param]}.xml").read_text("utf-8")


def _accepted(server: TermServer, text: str) -> Report:
    report = server.check_document(text.encode(), "spelled")
    assert said(report) == []
    assert report.verdict is Verdict.ACCEPTED
    return report


def _default_namespace(text: str) -> str:
    text = text.replace(f' xmlns:VM="{VM}"', "")
    text = re.sub(r"<VM:(Person|MsgID|Composition)\b", rf'<\1 xmlns="{VM}"', text)
    return text.replace("<VM:", "<").replace("</VM:", "</")


def _child_elements(text: str) -> str:
    """Coded texts and identifiers as elements (the sample savemedicationperscription.xml)."""

    def spelled(found: re.Match[str]) -> str:
        members = re.findall(r'(\w+)="([^"]*)"', found[2])
        inside = "".join(f"<VM:{name}>{value}</VM:{name}>" for name, value in members)
        return f"<VM:{found[1]}>{inside}</VM:{found[1]}>"

    return re.sub(
        r"<VM:(\w+)((?: (?:Value|Terminology_id|Coded_string|Issuer|Assigner|ID|Type)=\"[^\"]*\")+) ?/>", spelled, text
    )


def test_the_namespace_may_be_the_default_one(server: TermServer, xml: str) -> None:
    _accepted(server, _default_namespace(xml))


def test_one_line_is_as_good_as_many(server: TermServer, xml: str) -> None:
    _accepted(server, re.sub(r">\s+<", "><", xml))


def test_a_byte_order_mark_is_passed_over(server: TermServer, xml: str) -> None:
    _accepted(server, "\ufeff" + xml)


def test_coded_texts_may_be_child_elements(server: TermServer, xml: str) -> None:
    _accepted(server, _child_elements(xml))


def test_a_document_called_root_is_known_by_its_content(server: TermServer, xml: str) -> None:
    name = re.search(r"<(\w+MessageVO)", xml)
    assert name

    report = _accepted(server, xml.replace(name[1], "root"))

    assert report.document_type in FILES


@pytest.mark.parametrize(
    "namespace",
    ["http://thrita.behdasht.gov.ir/", "http://thrita.behdasht.gov.ir/ClinicalClass/", "http://sepas.behdasht.gov.ir/"],
)
def test_the_other_namespaces_of_the_wire_are_read(server: TermServer, xml: str, namespace: str) -> None:
    _accepted(server, xml.replace(VM, namespace))


def test_a_namespace_nobody_uses_is_a_fault(server: TermServer, xml: str) -> None:
    report = server.check_document(xml.replace(VM, "urn:other").encode())

    assert report.verdict is Verdict.REJECTED


def test_nil_is_absent(server: TermServer, examples: Path) -> None:
    text = (examples / "03_patient_bill_inpatient.xml").read_text("utf-8")
    xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'

    _accepted(
        server, text.replace("<VM:IS_Queriable>true</VM:IS_Queriable>", f'<VM:IS_Queriable {xsi} xsi:nil="true"/>')
    )


def test_nil_where_a_value_is_due_is_missing(server: TermServer, examples: Path) -> None:
    text = (examples / "03_patient_bill_inpatient.xml").read_text("utf-8")
    xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'

    report = server.check_document(
        text.replace("<VM:Magnitude>1200000</VM:Magnitude>", f'<VM:Magnitude {xsi} xsi:nil="true"/>', 1).encode()
    )

    assert said(report) == [
        ("structure.mandatory", "Composition.BillSummary.ServiceGroupRow[0].TotalCharge.Magnitude"),
    ]


@pytest.mark.parametrize("engine", ["fast", "reference"])
@pytest.mark.parametrize(
    ("element", "named"),
    [
        ("MsgID", "MessageIdentifierVO"),
        ("MsgID", "VM:MessageIdentifierVO"),
        ("Gender", "DO_CODED_TEXT"),
        ("Year", "xsd:int"),
    ],
)
def test_an_element_may_name_its_own_type(server: TermServer, xml: str, element: str, named: str, engine: str) -> None:
    declared = re.sub(rf"<VM:{element}\b", f'<VM:{element} {XSI} xsi:type="{named}"', xml)

    report = server.check_document(declared.encode(), engine=engine)

    assert said(report) == []
    assert report.verdict is Verdict.ACCEPTED


@pytest.mark.parametrize("engine", ["fast", "reference"])
@pytest.mark.parametrize("named", ["VM:PersonInfoVO", "NobodyVO"])
def test_an_element_may_not_name_a_stranger_as_its_type(server: TermServer, xml: str, named: str, engine: str) -> None:
    declared = xml.replace("<VM:MsgID>", f'<VM:MsgID {XSI} xsi:type="{named}">')

    assert said(server.check_document(declared.encode(), engine=engine)) == [("structure.subtype", "MsgID")]


def _renamed(value: Any, rename: Any) -> Any:
    if isinstance(value, dict):
        return {rename(key): _renamed(member, rename) for key, member in value.items()}
    return [_renamed(item, rename) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("rename", [lambda name: name[0].lower() + name[1:], str.lower, str.upper])
def test_names_in_json_may_be_in_any_case(server: TermServer, bill: dict[str, Any], rename: Any) -> None:
    _accepted(server, json.dumps(_renamed(bill, rename), ensure_ascii=False))


def test_a_finding_in_camel_case_still_has_its_place(server: TermServer, bill: dict[str, Any]) -> None:
    camel = _renamed(bill, lambda name: name[0].lower() + name[1:])
    camel["person"]["gender"]["coded_string"] = "7"

    report = server.check_document(json.dumps(camel, ensure_ascii=False, indent=1).encode())

    assert said(report) == [("code.unknown", "Person.Gender.Coded_string")]
    assert '"coded_string"' in report.findings[0].excerpt
    assert report.findings[0].where.line > 1


def test_null_is_absent_and_a_type_mark_is_no_field(server: TermServer, bill: dict[str, Any]) -> None:
    spelled = json.loads(json.dumps(bill))
    spelled["Person"].update({"Religion": None, "OtherContacts": None, "BirthTime": None})
    spelled["Composition"]["Death"] = None
    spelled["$type"] = "Ditas.PatientBillMessageVO, Ditas.SDK"
    spelled["Person"]["$type"] = "PersonInfoVO"

    _accepted(server, json.dumps(spelled, ensure_ascii=False))


def test_an_artefact_of_the_serializer_is_passed_over_with_a_note(server: TermServer, examples: Path) -> None:
    text = (examples / "03_patient_bill_inpatient.xml").read_text("utf-8")

    report = server.check_document(
        text.replace("</VM:Admission>", "<VM:TestSpecified>true</VM:TestSpecified></VM:Admission>").encode()
    )

    assert said(report) == [("structure.serializer-artefact", "Composition.Admission.TestSpecified")]
    assert report.findings[0].severity is Severity.INFORMATION
    assert report.verdict is Verdict.ACCEPTED


def test_two_spellings_of_one_key_are_refused_with_both_places(server: TermServer, bill: dict[str, Any]) -> None:
    twice = json.dumps(bill).replace('"MedicalRecordNumber":', '"medicalRecordNumber": "1", "MedicalRecordNumber":', 1)

    report = server.check_document(twice.encode())

    assert [finding.rule for finding in report.findings] == ["syntax.duplicate-key"]
    assert "line 1, column" in report.findings[0].message.en


@pytest.mark.parametrize("asked", ["patient-bill", "PatientBillMessageVO", "Thrita.DM.Message.PatientBillMessageVO"])
def test_the_sender_may_say_the_type(server: TermServer, bill: dict[str, Any], asked: str) -> None:
    nameless = {**bill, "Composition": {**bill["Composition"]}}
    del nameless["Composition"]["BillSummary"]

    report = server.check_document(json.dumps(nameless).encode(), type=asked)

    assert report.document_type == "patient-bill"
    assert ("structure.mandatory", "Composition.BillSummary") in said(report)


def test_a_namespace_that_nobody_reads_is_called_that(server: TermServer, xml: str) -> None:
    report = server.check_document(xml.replace(VM, "http://thrita.behdasht.gov.ir/VN/").encode())

    assert report.verdict is Verdict.REJECTED
    assert [(finding.rule, finding.where.path) for finding in report.findings] == [
        ("structure.unknown-field", "Person"),
        ("structure.unknown-field", "MsgID"),
        ("structure.unknown-field", "Composition"),
    ]
    assert "VN/', which no receiver reads" in report.findings[0].message.en
    assert report.findings[0].where.line == 3
    assert report.findings[0].hint is not None
    assert VM in report.findings[0].hint.en

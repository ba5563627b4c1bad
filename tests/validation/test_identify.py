"""The type of a document is told by the document; where it cannot be, the candidates are named."""

import pytest

from termserver.model.documents import DocumentType, RuleSet
from termserver.model.errors import UnknownDocumentType, UsageError
from termserver.model.findings import Verdict
from termserver.model.text import Text
from termserver.model.values import replace
from termserver.service import TermServer
from termserver.validation.judge import Documents


@pytest.fixture
def alike(server: TermServer) -> Documents:
    """Two types that nothing distinguishes in JSON."""
    bill = next(known for known in server.document_types() if known.id == "patient-bill")
    classes = {**bill.classes, "ClaimMessageVO": bill.classes[bill.root]}
    claim = replace(bill, id="claim", root="ClaimMessageVO", classes=classes)

    def judged(document_type: DocumentType) -> tuple[DocumentType, list[RuleSet], None]:
        rules = RuleSet(document_type.id, "1.0", "1.0", Text("", ""), ("Composition.Admission.AdmissionDate",), ())
        return document_type, [rules], None

    return Documents([judged(bill), judged(claim)], server.terminology)  # type: ignore[list-item]


def test_what_two_types_claim_is_undecided_and_names_both(alike: Documents) -> None:
    report = alike.check(b'{"Composition": {"BillSummary": {}}}')

    assert report.verdict is Verdict.UNDECIDED
    assert [finding.rule for finding in report.findings] == ["document.ambiguous-type"]
    assert "claim, patient-bill" in report.findings[0].message.en
    assert report.findings[0].hint is not None
    assert "--type" in report.findings[0].hint.en


def test_a_root_called_root_that_two_types_claim_is_undecided(alike: Documents) -> None:
    report = alike.check(b"<root><Composition><BillSummary/></Composition></root>")

    assert report.verdict is Verdict.UNDECIDED


def test_an_unknown_document_names_the_known_types(server: TermServer) -> None:
    report = server.check_document(b"<AppointmentMessageVO/>")

    assert [finding.rule for finding in report.findings] == ["document.unknown-type"]
    assert report.findings[0].hint is not None
    assert "PatientBillMessageVO" in report.findings[0].hint.en


def test_a_type_or_an_engine_nobody_knows_is_a_wrong_question(alike: Documents) -> None:
    with pytest.raises(UnknownDocumentType, match="patient-bill"):
        alike.check(b"<a/>", type="patientbill")
    with pytest.raises(UsageError, match="fast or reference"):
        alike.check(b"<PatientBillMessageVO/>", engine="quick")
    with pytest.raises(UsageError, match="is not a day"):
        alike.check(b"<PatientBillMessageVO/>", as_of="yesterday")


def test_a_root_that_is_nearly_one_of_ours_names_that_one_alone(server: TermServer) -> None:
    hint = server.check_document(b"<PatientBilMessageVO/>").findings[0].hint

    assert hint is not None
    assert "<PatientBillMessageVO> (patient-bill)" in hint.en
    assert "AdmittedMessageVO" not in hint.en
    assert "<PatientBillMessageVO>" in hint.fa


def test_a_list_of_documents_is_told_how_to_be_given(server: TermServer) -> None:
    report = server.check_document(b'[{"Composition": {"BillSummary": {}}}]')

    assert report.verdict is Verdict.UNDECIDED
    assert report.findings[0].hint is not None
    assert "a list (patient-bill)" in report.findings[0].hint.en
    assert ".ndjson" in report.findings[0].hint.en


def test_a_document_in_a_cover_is_found_there(server: TermServer) -> None:
    report = server.check_document(b'{"request": {"Composition": {"BillSummary": {}}}, "response": {"ok": true}}')

    assert report.verdict is Verdict.UNDECIDED
    assert report.findings[0].hint is not None
    assert "request (patient-bill)" in report.findings[0].hint.en


def test_a_type_that_is_nearly_one_of_ours_is_asked_back(server: TermServer) -> None:
    with pytest.raises(UnknownDocumentType, match="Did you mean patient-bill"):
        server.check_document(b"{}", type="patien-bill")

"""A document is judged by its own day."""

import json
from typing import Any

from document_changes import changed, drop, put, said

from termserver.model.findings import Verdict
from termserver.service import TermServer


def _json(message: dict[str, Any]) -> bytes:
    return json.dumps(message, ensure_ascii=False).encode()


def test_the_day_is_that_of_the_discharge(server: TermServer, bill: dict[str, Any]) -> None:
    assert server.check_document(_json(bill)).day == "2026-11-13"  # 22 Aban 1405


def test_without_a_discharge_it_is_that_of_the_admission(server: TermServer, outpatient_bill: dict[str, Any]) -> None:
    assert server.check_document(_json(outpatient_bill)).day == "2026-11-11"


def test_as_of_replaces_the_document_s_day(server: TermServer, bill: dict[str, Any]) -> None:
    assert server.check_document(_json(bill), as_of="1403-12-30").day == "2025-03-20"
    assert server.check_document(_json(bill), as_of="2025-03-20").day == "2025-03-20"


def test_a_document_without_any_day_is_judged_by_the_newest_rules_and_says_so(
    server: TermServer, prescription: dict[str, Any]
) -> None:
    nameless = changed(prescription, drop("Composition.MedicationPrescriptions.IssueDate"))
    nameless = changed(nameless, put("Composition.Admission.AdmissionDate.Day", 31))

    report = server.check_document(_json(nameless))

    assert report.day == ""
    assert report.verdict is Verdict.REJECTED
    assert ("date.impossible", "Composition.Admission.AdmissionDate") in said(report)


def test_unchecked_codes_are_counted_and_can_be_required(server: TermServer, bill: dict[str, Any]) -> None:
    report = server.check_document(_json(bill))
    required = server.check_document(_json(bill), require_checked=True)

    assert report.verdict is Verdict.ACCEPTED
    assert report.share.codes - report.share.checked == sum(number for _, number in report.share.not_present)
    assert required.verdict is Verdict.UNDECIDED
    assert {finding.rule for finding in required.findings} == {"code.not-checked"}

"""Codes are judged by the day on which they were used: in force, not yet, no more, or retired with a successor."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from document_changes import changed, put, said

from termserver.build import build_release
from termserver.content.folders import read
from termserver.model.codes import CodeSystemContent, Concept, Status
from termserver.model.days import Period
from termserver.model.findings import Severity, Verdict
from termserver.model.values import replace
from termserver.service import TermServer

WARD, CONDITION = "ward-type", "condition-on-discharge"


@pytest.fixture(scope="module")
def dated(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TermServer]:
    """The project's content, where ward 400 ends on 21 Aban 1405, condition 2 begins on the 22nd and 1 is retired."""
    content = read(root)

    def concept(system: str, known: Concept) -> Concept:
        if (system, known.code) == (WARD, "400"):
            return replace(known, period=Period(end="2026-11-12"))
        if (system, known.code) == (CONDITION, "2"):
            return replace(known, period=Period(start="2026-11-13"))
        if (system, known.code) == (CONDITION, "1"):
            return replace(known, status=Status.RETIRED, replaced_by=("2",))
        return known

    systems = tuple(
        CodeSystemContent(one.system, tuple(concept(one.system.id, known) for known in one.concepts))
        for one in content.systems
    )
    path = tmp_path_factory.mktemp("dated") / "dated.release"
    build_release(replace(content, systems=systems), path, "dated", "test")
    with TermServer.open(path) as server:
        yield server


def _json(message: dict[str, Any]) -> bytes:
    return json.dumps(message, ensure_ascii=False).encode()


def test_a_code_is_judged_by_the_day_of_its_own_part(dated: TermServer, bill: dict[str, Any]) -> None:
    """Admitted and served on 20 Aban, when ward 400 was there; discharged on the 22nd, when it was not."""
    assert said(dated.check_document(_json(bill))) == []

    later = changed(bill, put("Composition.BillServices[0].StartDate.Day", 22))
    report = dated.check_document(_json(later))

    assert said(report) == [("code.not-in-force", "Composition.BillServices[0].WardType.Coded_string")]
    assert report.verdict is Verdict.REJECTED


def test_as_of_judges_every_part_by_one_day(dated: TermServer, bill: dict[str, Any]) -> None:
    before = dated.check_document(_json(bill), as_of="1405-08-21")
    after = dated.check_document(_json(bill), as_of="1405-08-22")

    assert said(before) == [("code.not-in-force", "Composition.Discharge.ConditionOnDischarge.Coded_string")]
    assert {rule for rule, _ in said(after)} == {"code.not-in-force"}
    assert all("Ward" in path for _, path in said(after))


def test_what_was_remembered_of_one_day_is_not_said_of_another(dated: TermServer, bill: dict[str, Any]) -> None:
    days = ["1405-08-21", "1405-08-22"] * 3

    reports = [said(dated.check_document(_json(bill), as_of=day)) for day in days]

    assert reports[0::2] == [reports[0]] * 3
    assert reports[1::2] == [reports[1]] * 3
    assert reports[0] != reports[1]


def test_a_retired_code_is_a_warning_that_names_its_successor(dated: TermServer, bill: dict[str, Any]) -> None:
    retired = changed(
        bill,
        put(
            "Composition.Discharge.ConditionOnDischarge",
            {"Value": "بهبودی کامل", "Terminology_id": "thritaEHR.conditionOnDischarge", "Coded_string": "1"},
        ),
    )

    report = dated.check_document(_json(retired))

    assert said(report) == [("code.retired", "Composition.Discharge.ConditionOnDischarge.Coded_string")]
    assert report.findings[0].severity is Severity.WARNING
    assert report.findings[0].hint is not None
    assert "2" in report.findings[0].hint.en
    assert report.verdict is Verdict.ACCEPTED


def test_a_rule_set_judges_the_documents_of_its_period(root: Path, tmp_path: Path, bill: dict[str, Any]) -> None:
    content = read(root)
    ended = tuple(replace(one, period=Period("2026-01-01", "2026-06-30")) for one in content.rule_sets)
    path = tmp_path / "ended.release"
    build_release(replace(content, rule_sets=ended), path, "ended", "test")

    with TermServer.open(path) as server:
        after = server.check_document(_json(bill))
        within = server.check_document(_json(bill), as_of="2026-06-30")

    assert after.verdict is Verdict.UNDECIDED
    assert [finding.rule for finding in after.findings] == ["document.no-rule-set"]
    assert within.verdict is Verdict.ACCEPTED


def test_two_rule_sets_take_turns(root: Path, tmp_path: Path, bill: dict[str, Any]) -> None:
    content = read(root)
    bills = next(one for one in content.rule_sets if one.document_type == "patient-bill")
    old = replace(bills, version="0.9", rules=(), period=Period(end="2026-03-20"))
    new = replace(bills, period=Period(start="2026-03-21"))
    path = tmp_path / "two.release"
    build_release(replace(content, rule_sets=(old, new)), path, "two", "test")
    zero = _json(changed(bill, put("Composition.Admission.MedicalRecordNumber", "0")))

    with TermServer.open(path) as server:
        assert said(server.check_document(zero, as_of="2026-03-20")) == []
        assert [rule for rule, _ in said(server.check_document(zero, as_of="2026-03-21"))] == [
            "medical-record-number-is-not-zero"
        ]

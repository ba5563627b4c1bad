"""A cost document is tied to its eligibility id: a reserved one passes at the time of care and is flagged."""

import json
from pathlib import Path
from typing import Any

import pytest
from document_changes import said

from termserver.content.folders import read
from termserver.model.findings import Severity, Verdict
from termserver.service import TermServer

COSTS = ["patient-bill", "dispensed-prescription", "insurer-reimbursement", "dental-care"]


def _insurances(message: dict[str, Any]) -> list[dict[str, Any]]:
    found = message["Composition"]["Insurance"]
    return found if isinstance(found, list) else [found]


def test_every_type_that_carries_an_eligibility_id_flags_a_reserved_one_and_rejects_none(root: Path) -> None:
    content = read(root)
    rule_sets = {one.document_type: one for one in content.rule_sets}
    for known in content.document_types:
        if known.field("Composition.Insurance.SHEBAD") is not None:
            rules = [one for one in rule_sets[known.id].rules if one.id == "eligibility-id-is-final"]
            assert [rule.severity is not Severity.ERROR for rule in rules] == [True], known.id


@pytest.mark.parametrize("type", COSTS)
def test_a_reserved_id_passes_at_the_time_of_care_and_is_flagged_until_updated(server: TermServer, type: str) -> None:
    message = json.loads(server.example(type, "json"))
    insurance = next(one for one in _insurances(message) if one.get("SHEBAD"))
    final = insurance["SHEBAD"]["ID"]
    insurance["SHEBAD"]["ID"] = f"Z{final}"

    reserved = server.check_document(json.dumps(message).encode(), to=("hix", "wix"))
    insurance["SHEBAD"]["ID"] = final
    updated = server.check_document(json.dumps(message).encode(), to=("hix", "wix"))

    assert reserved.verdict is updated.verdict is Verdict.ACCEPTED
    flagged = [(one.rule, one.where.path.rpartition(".")[2]) for one in reserved.findings]
    assert ("eligibility-id-is-final", "ID") in flagged
    assert "eligibility-id-is-final" not in [rule for rule, _ in said(updated)]


@pytest.mark.parametrize("type", COSTS)
def test_an_eligibility_id_of_another_insurer_is_pointed_at(server: TermServer, type: str) -> None:
    message = json.loads(server.example(type, "json"))
    for insurance in _insurances(message):
        insurance["SHEBAD"] |= {"Issuer": "IHIO", "Assigner": "IHIO"}
        insurance["Insurer"]["Coded_string"] = "1"

    report = server.check_document(json.dumps(message).encode())

    assert "eligibility-id-of-insurer" in [rule for rule, _ in said(report)]


def test_the_rules_and_the_list_of_insurers_name_the_same_assigners(root: Path) -> None:
    content = read(root)
    insurers = next(one for one in content.systems if one.system.id == "insurer")
    due = {
        concept.code: one.value
        for concept in insurers.concepts
        for one in concept.properties
        if one.code == "hid-assigner" and concept.code in ("1", "2")
    }
    assert due == {"1": "TAMIN", "2": "IHIO"}
    for rule_set in content.rule_sets:
        for rule in rule_set.rules:
            if rule.id == "eligibility-id-of-insurer":
                for code, assigner in due.items():
                    assert f'implies(code(Insurer) == "{code}", SHEBAD.Issuer == "{assigner}")' in rule.holds

"""A rule comes into force in dated stages; the document's own day says which stage it meets, not the clock."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from document_changes import changed, put, said

from termserver.build import build_release
from termserver.content.check import check
from termserver.content.folders import read
from termserver.model.documents import Rule, Stage
from termserver.model.findings import Severity, Verdict
from termserver.model.values import replace
from termserver.releases.document_records import decode_rule_set, encode_rule_set
from termserver.service import TermServer
from termserver.validation.look_ahead import compared

PLAN = (
    Stage("", None),
    Stage("2026-10-01", Severity.INFORMATION),
    Stage("2026-11-01", Severity.WARNING),
    Stage("2026-12-01", Severity.ERROR),
    Stage("2027-01-01", None),
)
RULE = "medical-record-number-is-not-zero"


@pytest.fixture(scope="module")
def staged(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TermServer]:
    """The project's own rules, one of them with a transition plan."""
    content = read(root)

    def plan(rule: Rule) -> Rule:
        return replace(rule, stages=PLAN) if rule.id == RULE else rule

    rule_sets = tuple(replace(one, rules=tuple(map(plan, one.rules))) for one in content.rule_sets)
    path = tmp_path_factory.mktemp("staged") / "staged.release"
    build_release(dataclasses.replace(content, rule_sets=rule_sets), path, "staged", "test")
    with TermServer.open(path) as server:
        yield server


@pytest.fixture
def forms(bill: dict[str, Any], twins: Callable[..., dict[str, bytes]]) -> dict[str, bytes]:
    return twins("patient-bill", changed(bill, put("Composition.Admission.MedicalRecordNumber", "0")))


@pytest.mark.parametrize(
    "day, severity, verdict",
    [
        ("2026-09-30", None, Verdict.ACCEPTED),
        ("2026-10-01", Severity.INFORMATION, Verdict.ACCEPTED),
        ("2026-11-30", Severity.WARNING, Verdict.ACCEPTED),
        ("2026-12-01", Severity.ERROR, Verdict.REJECTED),
        ("1405-09-10", Severity.ERROR, Verdict.REJECTED),
        ("2027-01-01", None, Verdict.ACCEPTED),
    ],
)
def test_a_rule_is_permitted_required_warned_and_rejected_by_its_plan(
    staged: TermServer, forms: dict[str, bytes], day: str, severity: Severity | None, verdict: Verdict
) -> None:
    for data in forms.values():
        for engine in ("fast", "reference"):
            report = staged.check_document(data, as_of=day, engine=engine)
            found = [one.severity for one in report.findings if one.rule == RULE]
            assert found == ([severity] if severity else [])
            assert report.verdict is verdict


def test_the_day_of_the_document_says_the_stage(staged: TermServer, forms: dict[str, bytes]) -> None:
    report = staged.check_document(forms["json"])

    assert report.day == "2026-11-13"
    assert [one.severity for one in report.findings if one.rule == RULE] == [Severity.WARNING]


def test_a_look_ahead_tells_of_a_stage_to_come(staged: TermServer, forms: dict[str, bytes]) -> None:
    now = staged.check_document(forms["xml"])
    later = staged.check_document(forms["xml"], as_of="2026-12-01")

    told = compared(now, later, "2026-12-01")

    assert told.verdict is Verdict.ACCEPTED
    assert told.findings[0].rule == "document.verdict-changes"
    assert RULE in told.findings[0].message.en


def test_a_plan_is_frozen_into_the_release_as_it_was_written(root: Path) -> None:
    known = read(root).rule_sets[0]
    planned = replace(known, rules=(replace(known.rules[0], stages=PLAN),))

    assert decode_rule_set(encode_rule_set(planned)) == planned


def test_a_plan_out_of_order_is_refused_with_its_line(root: Path, tmp_path: Path) -> None:
    for name in ("codesystems", "schemas"):
        (tmp_path / name).symlink_to(root / name)
    folder = tmp_path / "validators" / "hid-verify" / "1.0"
    folder.mkdir(parents=True)
    own = root / "validators" / "hid-verify" / "1.0"
    (folder / "examples").symlink_to(own / "examples")
    text = (own / "ruleset.yaml").read_text("utf-8")

    def rules(plan: str) -> list[tuple[str, int]]:
        (folder / "ruleset.yaml").write_text(text.rstrip() + "\n" + plan, "utf-8")
        return [(one.rule, one.line) for one in check(tmp_path) if one.file.endswith("ruleset.yaml")]

    line = len(text.rstrip().split("\n"))
    right = "  severity_from:\n  - {severity: none}\n  - {from: 2026-12-01, severity: error}\n"
    assert rules(right) == []
    assert rules(right + "  - {from: 2026-11-01, severity: warning}\n") == [("rule.stages", line + 4)]
    assert rules(right.replace("error", "eror")) == [("yaml.unknown-value", line + 3)]


def test_a_rule_set_without_plans_keeps_its_rules(server: TermServer) -> None:
    rule_set = server.rule_sets()[0]

    assert rule_set.turns() == ()
    assert rule_set.rules_on("2026-11-21") is rule_set.rules
    assert json.dumps([str(rule.severity_on("")) for rule in rule_set.rules])
    assert said(server.check_document(server.example("patient-bill"))) == []

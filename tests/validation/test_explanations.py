"""Whatever a report can name is explained: in both languages, with its reason, its weight, wrong beside right."""

import ast
import re
from pathlib import Path

import pytest

from termserver.model.built_in import built_in
from termserver.model.errors import UnknownRule
from termserver.model.findings import Severity
from termserver.service import TermServer

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "termserver"
EMITTING = [
    *sorted((SOURCE / "validation").glob("*.py")),
    *sorted((SOURCE / "parsing").glob("*.py")),
    SOURCE / "model" / "waivers.py",
    SOURCE / "formats" / "faults.py",
]
ID = re.compile(r"[a-z]+\.[a-z][a-z-]+")
EXAMPLES = sorted((ROOT / "validators").glob("*/*/examples/invalid/*"))
SHAPELESS = ("budget.", "archive.", "batch.")
"""What has no excerpt: it is about sizes, processes and containers."""


def emitted(path: Path) -> set[str]:
    """The texts that look like a rule id, in everything but comparisons and documentation."""
    tree = ast.parse(path.read_text("utf-8"))
    compared = {id(part) for node in ast.walk(tree) if isinstance(node, ast.Compare) for part in ast.walk(node)}
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and ID.fullmatch(node.value)
        if id(node) not in compared
    }


def test_every_finding_that_the_engine_can_make_is_explained_and_none_else() -> None:
    found = set().union(*map(emitted, EMITTING))

    assert found - set(built_in()) == set(), "add them to model/built_in_*.py"
    assert set(built_in()) - found == set(), "nothing makes these findings"


def test_every_finding_of_the_examples_is_explained_as_it_is_found(server: TermServer) -> None:
    for example in EXAMPLES:
        report = server.check_document(example.read_bytes(), example.name)
        for finding in report.findings:
            known = server.explain(finding.rule, report.document_type)
            assert known.layer is finding.layer, example
            assert known.id == finding.rule
            if known.document_type:
                assert (known.document_type, known.severity) == (report.document_type, finding.severity)
                assert known.title == finding.message
                assert known.sepas_category == finding.sepas_category


@pytest.mark.parametrize("id", built_in())
def test_an_engine_finding_is_said_in_both_languages_with_a_reason_and_an_excerpt(server: TermServer, id: str) -> None:
    known = server.explain(id)

    assert known.title.fa and known.title.en and known.why.fa and known.why.en
    assert known.severity in Severity
    assert known.sepas_category is None or known.category.en
    if not id.startswith(SHAPELESS) and known.excerpt.bad:
        assert known.excerpt.bad != known.excerpt.good


def test_every_rule_shows_wrong_beside_right(server: TermServer) -> None:
    for rule_set in server.rule_sets():
        for rule in rule_set.rules:
            known = server.explain(rule.id, rule_set.document_type)
            assert known.excerpt.bad != known.excerpt.good, (rule_set.document_type, rule.id)
            assert known.excerpt.file.startswith(rule.id)
            assert max(known.excerpt.bad.count("\n"), known.excerpt.good.count("\n")) < 25
            assert known.why.en, (rule_set.document_type, rule.id)


def test_a_rule_of_several_types_names_the_others(server: TermServer) -> None:
    known = server.explain("insurance-box-of-insurer", "patient-bill")

    assert known.document_type == "patient-bill"
    assert "medication-prescription" in known.also_in
    assert server.explain("insurance-box-of-insurer", "PatientBillMessageVO") == known


@pytest.mark.parametrize(
    ("id", "type", "near"),
    [
        ("code.unknwn", "", "code.unknown"),
        ("line-balanc", "", "line-balance"),
        ("line-balance", "soap", "patient-bill"),
    ],
)
def test_an_unknown_rule_is_answered_with_the_nearest(server: TermServer, id: str, type: str, near: str) -> None:
    with pytest.raises(UnknownRule) as refused:
        server.explain(id, type)

    assert near in refused.value.text.en
    assert near in refused.value.text.fa

"""The examples of every rule set: valid ones are accepted, an invalid one breaks what it is named after alone."""

from pathlib import Path

import pytest
from document_changes import said

from termserver.content.ruleset_files import shown
from termserver.model.documents import FORMS
from termserver.model.findings import Severity, Verdict
from termserver.service import TermServer

ROOT = Path(__file__).resolve().parents[2] / "validators"
VALID = sorted(ROOT.glob("*/*/examples/valid/*"))
INVALID = sorted(ROOT.glob("*/*/examples/invalid/*"))


def _name(example: Path) -> str:
    return f"{example.parents[3].name}/{example.name}"


@pytest.mark.parametrize("engine", ["fast", "reference"])
@pytest.mark.parametrize("example", VALID, ids=_name)
def test_a_valid_example_is_accepted_without_a_word(server: TermServer, example: Path, engine: str) -> None:
    report = server.check_document(example.read_bytes(), example.name, engine=engine)

    assert said(report) == []
    assert report.verdict is Verdict.ACCEPTED
    assert report.document_type == example.parents[3].name


@pytest.mark.parametrize("engine", ["fast", "reference"])
@pytest.mark.parametrize("example", INVALID, ids=_name)
def test_an_invalid_example_breaks_exactly_the_rule_it_is_named_after(
    server: TermServer, example: Path, engine: str
) -> None:
    rule, as_of = shown(example.name)
    report = server.check_document(example.read_bytes(), example.name, engine=engine, as_of=as_of)

    assert [found for found, _ in said(report)] == [rule]
    rejected = report.findings[0].severity is Severity.ERROR
    assert report.verdict is (Verdict.REJECTED if rejected else Verdict.ACCEPTED)


@pytest.mark.parametrize("example", [path for path in (*VALID, *INVALID) if path.suffix == ".xml"], ids=_name)
def test_twins_say_the_same(server: TermServer, example: Path) -> None:
    twin = example.with_suffix(".json")
    if not twin.exists():
        assert example.stem in ("structure.order", "structure.repeated", "syntax.xml")
        return

    xml, json = (server.check_document(path.read_bytes(), path.name) for path in (example, twin))

    assert said(xml) == said(json)
    assert (xml.verdict, xml.day, xml.share) == (json.verdict, json.day, json.share)


def test_every_rule_has_a_twin_pair_that_breaks_it(root: Path) -> None:
    from termserver.content.folders import read

    content = read(root)
    forms = {known.id: known.forms for known in content.document_types}
    for rule_set in content.rule_sets:
        folder = ROOT / rule_set.document_type / rule_set.version / "examples" / "invalid"
        for rule in rule_set.rules:
            breaking = {path.suffix[1:] for path in folder.iterdir() if shown(path.name)[0] == rule.id}
            assert [form for form in FORMS if form in breaking] == list(forms[rule_set.document_type]), rule.id


def test_a_rule_is_never_silenced_by_a_milder_one(root: Path) -> None:
    from termserver.content.folders import read

    severities = list(Severity)
    for rule_set in read(root).rule_sets:
        known = {rule.id: rule for rule in rule_set.rules}
        for rule in rule_set.rules:
            for other in rule.after:
                assert severities.index(known[other].severity) <= severities.index(rule.severity), (rule.id, other)

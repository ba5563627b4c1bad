"""What a corpus never tries is told: elements that never appear, rules that never find anything."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from termserver.service import TermServer

Run = Callable[..., Any]


def covered(run: Run, *arguments: str) -> dict[str, Any]:
    done = run("coverage", "--json", *arguments)
    assert done.status == 0, done.err
    return {one["type"]: one for one in json.loads(done.out)["types"]}


def test_the_twins_of_a_document_have_the_same_elements(run: Run, root: Path) -> None:
    examples = root / "validators/patient-bill/1.0/examples/valid"
    xml = covered(run, str(examples / "*.xml"))["patient-bill"]
    json_ = covered(run, str(examples / "*.json"))["patient-bill"]
    assert xml["elements"]["appeared"] > 100
    assert xml["elements"] == json_["elements"]


def test_an_element_is_listed_until_a_document_has_it(run: Run, root: Path) -> None:
    examples = root / "validators/patient-bill/1.0/examples/valid"
    living = covered(run, str(examples / "outpatient.xml"))["patient-bill"]["elements"]
    deceased = covered(run, str(examples / "deceased.xml"))["patient-bill"]["elements"]
    assert "Composition.Death" in living["never"]
    assert not any(path.startswith("Composition.Death.") for path in living["never"]), "what is in it is not listed"
    assert "Composition.Death" not in deceased["never"]


def test_a_rule_is_listed_until_a_document_breaks_it(run: Run, root: Path, server: TermServer) -> None:
    examples = root / "validators/patient-bill/1.0/examples"
    rule = "lines-sum-to-total-charge"
    assert rule in covered(run, str(examples / "valid"))["patient-bill"]["rules"]["never"]
    every = covered(run, str(examples))["patient-bill"]["rules"]
    assert rule not in every["never"]
    known = {rule.id for rules in server.rule_sets() if rules.document_type == "patient-bill" for rule in rules.rules}
    assert (every["known"], every["found"]) == (len(known), len(known) - len(every["never"]))


def test_the_text_counts_what_it_does_not_list(run: Run, root: Path, tmp_path: Path) -> None:
    (tmp_path / "nobody.xml").write_text("<NobodyKnowsMe/>")
    out = run("coverage", str(root / "validators/patient-bill/1.0/examples/valid"), str(tmp_path)).out
    assert "rules that never found anything:" in out and "more (--json)" in out
    assert out.endswith("documents of no known type: 1\n")


def test_a_missing_file_is_wrong_usage(run: Run, tmp_path: Path) -> None:
    assert run("coverage", str(tmp_path / "gone.xml")).status == 2

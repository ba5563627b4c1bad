"""``termserver explain``: the rule, its reason, and how wrong and right look."""

import json
from typing import Any

import pytest

from termserver.service import TermServer


def test_a_rule_is_explained_with_its_reason_and_its_examples(run: Any) -> None:
    done = run("explain", "line-balance", "--type", "patient-bill")

    assert done.status == 0
    for words in ("line-balance · error · rule", "why:", "SEPAS category: 9", "holds:", "wrong (", "right:"):
        assert words in done.out


def test_a_finding_of_the_engine_is_explained_in_persian(run: Any) -> None:
    done = run("explain", "code.unknown", "--lang", "fa")

    assert "چرا:" in done.out
    assert "2 خطاهای نگاشت" in done.out


def test_as_json_it_is_what_the_library_says(run: Any, server: TermServer) -> None:
    said = json.loads(run("explain", "code.swapped", "--json").out)

    assert {name: value for name, value in said.items() if name != "release"} == server.explain(
        "code.swapped"
    ).as_json()


@pytest.mark.parametrize(("arguments", "words"), [(["code.unknwn"], "code.unknown"), (["x", "--type", "bill"], "bill")])
def test_a_name_that_nobody_knows_is_wrong_usage(run: Any, arguments: list[str], words: str) -> None:
    done = run("explain", *arguments)

    assert done.status == 2
    assert words in done.err


def test_what_several_types_have_is_shown_as_it_stands_in_the_bill(run: Any) -> None:
    rule, finding = run("explain", "line-balance").out, run("explain", "code.unknown").out

    assert "[patient-bill 1.0]" in rule
    assert "also in: dental-care" in rule
    assert "<PatientBillMessageVO" in finding

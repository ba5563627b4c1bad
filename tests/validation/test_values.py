"""Ordinals, proportions and intervals agree with themselves."""

from typing import Any

import pytest

from termserver.validation.values import JUDGES


def ordinal(code: Any, value: Any) -> dict[str, Any]:
    return {"Symbol": {"Value": "x", "Terminology_id": "thritaEHR.ordinalTerm", "Coded_string": code}, "Value": value}


@pytest.mark.parametrize(
    ("kind", "value", "rules"),
    [
        ("DO_ORDINAL", ordinal("2", 2), []),
        ("DO_ORDINAL", ordinal("2", 2.0), []),
        ("DO_ORDINAL", ordinal("2", 3), ["value.ordinal-differs"]),
        ("DO_ORDINAL", ordinal("۲", 3), []),
        ("DO_ORDINAL", ordinal("+2", 3), []),
        ("DO_ORDINAL", ordinal("2", None), []),
        ("DO_ORDINAL", ordinal("2", True), []),
        ("DO_ORDINAL", {"Value": 3}, []),
        ("DO_PROPORTION", {"numerator": 60, "denominator": 100, "type": 2}, []),
        ("DO_PROPORTION", {"numerator": 60, "denominator": 10, "type": 2}, ["value.proportion-kind"]),
        ("DO_PROPORTION", {"numerator": 6, "denominator": 2, "type": 1}, ["value.proportion-kind"]),
        ("DO_PROPORTION", {"numerator": 1, "denominator": 64, "type": 0}, []),
        ("DO_PROPORTION", {"numerator": 1, "denominator": 64}, []),
        ("DO_PROPORTION", {"numerator": 1, "denominator": 0, "type": 0}, ["value.proportion-by-zero"]),
        ("DO_PROPORTION", {"numerator": 0}, []),
        ("DO_INTERVALINT", {"lowerValue": 0, "upperValue": 0}, []),
        ("DO_INTERVALINT", {"lowerValue": 5, "upperValue": 2}, ["value.interval-reversed"]),
        ("DO_INTERVALINT", {"lowerValue": 5}, []),
    ],
)
def test_a_value_is_judged_by_its_own_meaning(kind: str, value: dict[str, Any], rules: list[str]) -> None:
    assert [problem.rule for problem in JUDGES[kind](value)] == rules

"""The code that was probably meant is named; where that is a guess, nothing is."""

import time

import pytest

from termserver.terminology.terminology import Terminology


@pytest.mark.parametrize(
    ("system", "code", "display", "meant"),
    [
        ("triage", "99", "Very urgent", "T2"),
        ("triage", "99", "بسيار فوري", "T2"),
        ("triage", "Red", "T1", "T1"),  # value and code swapped
        ("triage", "immediate care", "", "T1"),
        ("triage", "x", "T1", "T1"),
        ("triage", "t1", "", "T1"),
        ("icd10cm", "e11.9", "", "E11.9"),
        ("icd10cm", "E119", "", "E11.9"),
        ("icd10cm", "E1l.9", "", "E11.9"),
        ("icd10cm", "E11.99", "", "E11.9"),
        ("icd10cm", "E11.912", "", "E11.9"),
        ("icd10cm", "E1.19", "", "E11.9"),
        ("icd10cm", "E11.5", "diabetes with other complication", "E11.6"),
        ("generic", "5706", "", "5760"),
    ],
)
def test_the_code_that_was_meant(terminology: Terminology, system: str, code: str, display: str, meant: str) -> None:
    found = terminology.nearest(system, code, display)
    assert found is not None
    assert found[0] == meant


@pytest.mark.parametrize(
    ("system", "code", "display"),
    [
        ("triage", "7", ""),
        ("triage", "T7", ""),  # two letters: every other code is one letter away
        ("triage", "", ""),
        ("triage", "", "!!"),
        ("icd10cm", "Z99.9", "Dependence on machines"),
        ("icd10cm", "x" * 10_000, "y" * 10_000),
        ("icd10", "E11.9", ""),
        ("nobody", "1", "One"),
    ],
)
def test_nothing_is_named_where_it_would_be_a_guess(
    terminology: Terminology, system: str, code: str, display: str
) -> None:
    assert terminology.nearest(system, code, display) is None


def test_the_answer_takes_milliseconds(terminology: Terminology) -> None:
    best = 1.0
    for n in range(5):
        before = time.perf_counter()
        terminology.nearest("icd10cm", f"Q7Q7Q7Q7.Q7Q7Q7Q7Q7Q7{n}", "nothing like it")
        best = min(best, time.perf_counter() - before)
    assert best < 0.02

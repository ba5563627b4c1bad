"""Whether a code belongs to a value set is told, or said to be untold."""

import pytest

from termserver.terminology.terminology import Terminology


@pytest.mark.parametrize(
    ("value_set", "system", "code", "belongs"),
    [
        ("urgent", "triage", "T1", True),
        ("urgent", "triage", "T8", False),
        ("urgent", "tree", "A", False),
        ("any-triage", "triage", "T8", True),
        ("any-triage", "triage", "T7", False),
        ("any-triage", "triage", "T9", False),
        ("bites", "tree", "A", True),
        ("bites", "tree", "D1", True),
        ("bites", "tree", "D2", True),
        ("bites", "tree", "C11", False),  # only what is under it
        ("bites", "tree", "E1", False),  # excluded
        ("bites", "tree", "C21", False),
        ("bites", "tree", "Z9", False),
        ("short", "generic", "5760", True),
        ("short", "generic", "05760", True),
        ("short", "generic", "9999", None),  # the list is a fragment
        ("short", "generic", "999", False),
        ("short", "icd10", "E11.9", None),  # the list is not here
        ("short", "icd10", "E119", False),
        ("some", "triage", "T1", True),
        ("some", "triage", "T2", None),
        ("no-such-set", "triage", "T1", None),
    ],
)
def test_a_code_belongs_or_not(
    terminology: Terminology, value_set: str, system: str, code: str, belongs: bool | None
) -> None:
    assert terminology.in_value_set(value_set, system, code) is belongs


def test_a_value_set_tells_its_systems(terminology: Terminology) -> None:
    assert terminology.value_set_systems("short") == ("generic", "icd10")
    assert terminology.value_set_systems("no-such-set") is None

"""Which version a reference means."""

import pytest

from termserver.fhir.versions import matches, newest, pick


@pytest.mark.parametrize(
    ("criteria", "version", "fits"),
    [
        ("1.0.0", "1.0.0", True),
        ("1.x", "1.2", True),
        ("1.x", "1.2.0", False),
        ("1.x.x", "1.2.0", True),
        ("2.*", "2.0", True),
        ("2.*", "2.0.0", False),
        ("1.0?", "1.0.7", True),
        ("1", "1.0.0", False),
        ("*", "anything", True),
        ("http://snomed.info/sct/1", "http://snomed.info/sct/1/version/20260101", True),
    ],
)
def test_wildcards_stand_for_one_part_each(criteria, version, fits):
    assert matches(criteria, version) is fits


def test_numbers_count_as_numbers_and_releases_come_after_their_drafts():
    assert newest(["1.9.0", "1.10.0", "1.2.0"]) == "1.10.0"
    assert newest(["2.0.0-draft", "2.0.0"]) == "2.0.0"
    assert newest(["2025-03", "2024-11", ""]) == "2025-03"


def test_the_newest_that_fits_is_picked():
    assert pick(["1.0.0", "1.2.0", "2.0.0"], "1.x.x") == "1.2.0"
    assert pick(["1.0.0"], "3.0.0") is None
    assert pick(["1.0.0", "2.0.0"], "") == "2.0.0"

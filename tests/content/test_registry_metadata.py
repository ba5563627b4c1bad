"""The baseline registries say every fact of theirs: its type, its fields, who may see it, where it is from."""

from pathlib import Path

import pytest

from termserver.content.folders import read
from termserver.model import med_numbers
from termserver.model.codes import Audience, CodeSystem

REGISTRIES = ("physicians", "centres", "software", "irc", "generic", "erx", "gtin", "imed-ir")


@pytest.fixture(scope="module")
def systems(root: Path) -> dict[str, CodeSystem]:
    return {one.system.id: one.system for one in read(root).systems}


@pytest.mark.parametrize("id", REGISTRIES)
def test_every_property_has_titles_in_both_languages_and_a_source(systems: dict[str, CodeSystem], id: str) -> None:
    for said in systems[id].properties:
        assert said.title.fa and said.title.en and said.source, said.code
        assert (said.type == "record") == bool(said.fields), said.code
        for field in said.fields:
            assert field.title.fa and field.title.en, (said.code, field.code)


def test_national_codes_are_a_hash_that_nobody_sees(systems: dict[str, CodeSystem]) -> None:
    for id in REGISTRIES:
        for said in systems[id].properties:
            if "national-code" in said.code:
                assert said.code == "national-code-hash" and said.audience is Audience.NOBODY


def test_every_kind_of_audience_is_used_where_it_is_due(systems: dict[str, CodeSystem]) -> None:
    of = {(id, said.code): said.audience for id in REGISTRIES for said in systems[id].properties}
    fields = {
        (id, said.code, field.code): field.audience
        for id in REGISTRIES
        for said in systems[id].properties
        for field in said.fields
    }
    assert of["physicians", "licence"] is Audience.PUBLIC
    assert of["physicians", "birth-year"] is Audience.REGISTRAR
    assert fields["physicians", "office", "mobile"] is Audience.REGISTRAR
    assert fields["physicians", "suspended", "reason"] is Audience.PUBLIC
    assert fields["physicians", "suspended", "decision"] is Audience.REGISTRAR
    assert fields["centres", "contract", "number"] is Audience.QUALIFIED


def test_the_marks_of_the_groups_are_those_of_the_committees_list(root: Path) -> None:
    groups = next(one for one in read(root).systems if one.system.id == "irimc-member-group")
    marks = {
        concept.code: next((said.value for said in concept.properties if said.code == "registry-mark"), "")
        for concept in groups.concepts
    }
    assert marks == med_numbers.MARKS


@pytest.mark.parametrize("id", REGISTRIES)
def test_the_page_for_registrars_names_every_fact_and_every_field(
    systems: dict[str, CodeSystem], root: Path, id: str
) -> None:
    page = (root / "docs" / "registries.md").read_text("utf-8")
    for said in systems[id].properties:
        assert f"| `{said.code}`" in page, said.code
        for field in said.fields:
            assert field.code in page, (said.code, field.code)

"""The project's own folders: sound, in canonical form, and quick to read."""

import shutil
import time
from pathlib import Path

import pytest

from termserver.content import canonical, folders
from termserver.content.check import check
from termserver.content.problems import errors
from termserver.model.errors import ContentError


def test_the_projects_folders_pass_the_check(root: Path) -> None:
    found = errors(check(root))
    assert not found, "Run: termserver content check\n" + "\n".join(map(str, found[:20]))


def test_the_projects_folders_are_in_canonical_form(root: Path) -> None:
    found = [path.as_posix() for path in canonical.unformatted(root)]
    assert not found, f"{found} not in canonical form. Run: termserver content format"


def test_formatting_the_projects_folders_changes_no_meaning(root: Path, tmp_path: Path) -> None:
    for name in ("codesystems", "schemas", "validators"):
        shutil.copytree(root / name, tmp_path / name)
    before = folders.read(tmp_path)
    canonical.format(tmp_path)
    assert folders.read(tmp_path) == before
    assert canonical.unformatted(tmp_path) == []


def test_all_folders_are_read_in_less_than_a_second_and_a_half(root: Path) -> None:
    start = time.process_time()
    content = folders.read(root)
    assert time.process_time() - start < 1.5
    assert len(content.systems) > 80


def test_what_cannot_be_read_is_told_with_its_place(zarland) -> None:
    zarland.change("codesystems/ward/codesystem.yaml", "title:", "titel:")
    with pytest.raises(ContentError, match=r"codesystem.yaml:9:1: error: The key 'titel' is not known") as raised:
        folders.read(zarland.root)
    assert "کلید «titel» شناخته نیست" in raised.value.text.fa
    assert "termserver content check" in raised.value.text.en


def test_a_folder_that_holds_no_content_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="has no folder 'codesystems'"):
        folders.read(tmp_path)


def test_everything_in_the_folders_is_read(zarland) -> None:
    content = folders.read(zarland.root)
    disease, drug, ward = (known.system for known in content.systems)
    assert (disease.id, drug.id, ward.id) == ("disease", "drug", "ward")
    assert ward.url == "https://codes.zarland.example/fhir/CodeSystem/ward"
    assert ward.closed and ward.properties[0].indexed and not drug.properties
    heart = content.systems[2].concepts[1]
    assert (heart.code, heart.display.fa, heart.parents, heart.period.start) == (
        "019",
        "قلب و عروق",
        ("001",),
        "2020-03-20",
    )
    assert [(name.language, name.use) for name in heart.designations] == [("fa", "synonym"), ("en", "synonym")]
    assert heart.properties[0].value == "12" and heart.properties[0].period.start == "2024-03-20"
    assert content.systems[2].concepts[3].replaced_by == ("019",)
    assert content.concept_maps[0].mappings[0].target_code == "I21"
    assert content.naming_systems[0].triplets[0].type == "National_Code"
    assert content.rule_sets[0].rules[0].id == "visit-01"
    assert content.document_types[0].root == "VisitVO"
    assert "examples/visit/1.0/valid/one.json" in content.files

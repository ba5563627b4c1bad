"""The glossary is checked like any other content: each mistake with its line, column and remedy."""

import pytest

from termserver.content.canonical import unformatted
from termserver.content.folders import read
from termserver.content.glossary_files import TERMS_FILE
from termserver.model.glossary import GlossaryTerm

METADATA = """\
id: glossary
version: '1'
title:
  fa: واژه‌نامه
  en: Glossary
provisional: true
categories:
  - code: heart
    title:
      fa: قلب
      en: Heart
    in_titles: true
  - code: drug
    title:
      fa: دارو
      en: Drugs
"""
TERMS = """\
term_fa,variants_fa,term_en,variants_en,category
سکتهٔ قلبی,حملهٔ قلبی | انفارکتوس,acute myocardial infarction,heart attack | MI,heart
نارسایی میترال,,mitral (valve) insufficiency,MI,heart
آسپرین,,aspirin,ASA,drug
"""


@pytest.fixture
def glossary(zarland):
    zarland.write("codesystems/glossary/glossary.yaml", METADATA)
    zarland.write("codesystems/glossary/terms.csv", TERMS)
    return zarland


def test_a_sound_glossary_is_read_in_the_committees_order(glossary):
    assert glossary.problems() == []
    assert not [path for path in unformatted(glossary.root) if "glossary" in path.as_posix()]

    known = read(glossary.root).glossary

    assert known is not None and known.provisional
    assert known.terms[0] == GlossaryTerm(
        "سکتهٔ قلبی", "acute myocardial infarction", "heart", ("حملهٔ قلبی", "انفارکتوس"), ("heart attack", "MI")
    )
    assert [category.code for category in known.categories if category.in_titles] == ["heart"]


def test_folders_without_a_glossary_have_none(zarland):
    assert read(zarland.root).glossary is None


@pytest.mark.parametrize(
    ("before", "after", "rule", "line", "column", "hint"),
    [
        ("آسپرین,,aspirin", ",,aspirin", "glossary.missing-term", 4, 1, "delete the row"),
        ("آسپرین,,aspirin", "آسپرین,,", "glossary.missing-term", 4, 9, "delete the row"),
        ("ASA,drug", "ASA,drugs", "glossary.unknown-category", 4, 21, "'drug'"),
        ("| انفارکتوس", "| سکته قلبی", "glossary.repeated-name", 2, 12, "half-spaces"),
        ("آسپرین,,", "آسپرین,انفارکتوس,", "glossary.duplicate-term", 4, 8, "line 2"),
        (",aspirin,", ",Acute Myocardial-Infarction,", "glossary.duplicate-term", 4, 9, "variants_fa of line 2"),
        ("| انفارکتوس", "| ", "glossary.empty-name", 2, 12, "one name"),
        ("آسپرین,,", "Aspirin,,", "glossary.not-persian", 4, 1, "variants_en"),
        ("آسپرین,,", "آسپرين,,", "label.not-persian", 4, 1, "U+06CC"),
        ("aspirin,", "آسپرین,", "label.persian-in-english", 4, 9, "Persian column"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_its_remedy(glossary, before, after, rule, line, column, hint):
    glossary.change(TERMS_FILE, before, after)
    found = glossary.only()
    assert (found.file, found.line, found.column, found.rule) == (TERMS_FILE, line, column, rule)
    assert hint in found.hint.en
    assert found.message.fa and found.hint.fa


def test_codes_are_named_with_the_system_that_they_are_of(glossary):
    glossary.change(TERMS_FILE, "variants_en,category", "variants_en,category,codes")
    glossary.change(TERMS_FILE, "MI,heart\nنار", "MI,heart,I21.9 | I21\nنار")
    glossary.change(TERMS_FILE, "MI,heart\nآسپ", "MI,heart,\nآسپ")
    glossary.change(TERMS_FILE, "ASA,drug", "ASA,drug,")
    assert glossary.only().rule == "glossary.no-system"

    glossary.change("codesystems/glossary/glossary.yaml", "provisional: true", "provisional: true\ncoded_in: icd10")
    assert glossary.problems() == []
    assert read(glossary.root).glossary.terms[0].codes == ("I21.9", "I21")

    glossary.change(TERMS_FILE, "I21.9 | I21", "I21.9 | heart")
    assert glossary.only().rule == "glossary.wrong-code"


def test_an_abbreviation_may_mean_several_things(glossary):
    assert TERMS.count("MI,") == 2
    assert glossary.problems() == []


def test_half_a_glossary_is_refused(glossary):
    (glossary.root / TERMS_FILE).unlink()
    assert glossary.only().rule == "file.missing"


def test_a_misspelt_file_of_the_glossary_does_not_go_unnoticed(glossary):
    glossary.write("codesystems/glossary/term.csv", TERMS)
    assert glossary.only().rule == "file.stray"


def test_a_category_is_there_once(glossary):
    glossary.change("codesystems/glossary/glossary.yaml", "code: drug", "code: heart")
    assert glossary.rules() == {"glossary.duplicate-category", "glossary.unknown-category"}

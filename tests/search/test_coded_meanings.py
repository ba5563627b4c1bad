"""What is said by name is coded by the codes that the glossary names, the likeliest first."""

import json
from pathlib import Path

import pytest
from search_land import codes, finder, system

from termserver.model.codes import CodeSystemContent, Concept, Designation, Property
from termserver.model.glossary import Glossary, GlossaryCategory, GlossaryTerm
from termserver.model.text import Text
from termserver.search.everyday import everyday_name
from termserver.search.search import Search, SearchQuery

BLOCK = (Property("kind", "block"),)
DISEASES = CodeSystemContent(
    system("cm", stands_in_for="icd10", weight=100),
    (
        Concept("J40-J4A", Text("", "Chronic lower respiratory diseases (J40-J4A)"), properties=BLOCK),
        Concept("J45", Text("", "Asthma"), ("J40-J4A",)),
        Concept("J45.2", Text("", "Mild intermittent asthma"), ("J45",)),
        Concept("J45.9", Text("", "Other and unspecified asthma"), ("J45",)),
        Concept("J45.90", Text("", "Unspecified asthma"), ("J45.9",)),
        Concept("J45.99", Text("", "Other asthma"), ("J45.9",)),
        Concept("J46", Text("", "Status asthmaticus"), ("J40-J4A",)),
        Concept("S93.4", Text("", "Sprain of ankle"), ("J40-J4A",)),
        Concept("S93.401", Text("", "Sprain of unspecified ligament of right ankle"), ("S93.4",)),
        Concept("S93.401A", Text("", "Sprain of unspecified ligament of right ankle, initial encounter"), ("S93.401",)),
        Concept(
            "S93.401D", Text("", "Sprain of unspecified ligament of right ankle, subsequent encounter"), ("S93.401",)
        ),
        Concept("S93.401S", Text("", "Sprain of unspecified ligament of right ankle, sequela"), ("S93.401",)),
        Concept("N18", Text("", "Chronic kidney disease"), ("J40-J4A",)),
        Concept("N18.5", Text("", "Chronic kidney disease, stage 5"), ("N18",)),
    ),
)
WARDS = CodeSystemContent(system("wards", weight=190), (Concept("7", Text("آسم")), Concept("8", Text("کودکان"))))
PRODUCTS = CodeSystemContent(
    system("products", weight=50),
    (
        Concept("1", Text("", "OSVIX 75"), designations=(Designation("en", "clopidogrel"),)),
        Concept("2", Text("", "PLAVIX 75 MG TABLET"), designations=(Designation("en", "clopidogrel"),)),
        Concept("3", Text("", "CLOPIDOGREL 75 MG TABLET ORAL")),
    ),
)
GLOSSARY = Glossary(
    "glossary",
    "1",
    Text(),
    (
        GlossaryTerm("آسم", "asthma", "lungs", ("نفس تنگی",), ("wheezy chest",), ("J45", "J46")),
        GlossaryTerm("پیچ‌خوردگی مچ پا", "sprain of ankle", "lungs", (), ("twisted ankle",), ("S93.4",)),
        GlossaryTerm("نارسایی کلیه", "kidney failure", "lungs", (), ("renal failure", "CKF"), ("N18",)),
        GlossaryTerm("شدید", "severe", "qualifier", ("بسیار بد",)),
        GlossaryTerm("کلیه", "kidney", "body"),
        GlossaryTerm("نارسایی", "failure", "body"),
        GlossaryTerm("کلوپیدوگرل", "clopidogrel", "drug", ("پلاویکس", "اسویکس"), ("plavix", "osvix")),
        GlossaryTerm("متخصص کودکان", "pediatrics", "specialty", ("متخصص اطفال",), ("pediatrician",)),
    ),
    (
        GlossaryCategory("specialty", Text(), prefixes=("متخصص", "دکتر")),
        GlossaryCategory("lungs", Text(), beside=("nephron",)),
        GlossaryCategory("qualifier", Text(), narrows=True),
    ),
    coded_in="icd10",
)


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Search:
    folder = tmp_path_factory.mktemp("coded")
    return Search(
        [
            finder(folder / "own.release", WARDS, PRODUCTS, glossary=GLOSSARY),
            finder(folder / "cm.release", DISEASES),
        ]
    )


@pytest.mark.parametrize("typed", ["نفس تنگی", "نفس‌تنگی", "wheezy chest", "wheezy ches", "نفس تنکی"])
def test_a_name_leads_to_its_code_and_to_what_says_no_more_before_the_kinds_of_it(land: Search, typed: str) -> None:
    assert codes(land, typed, systems=("cm",)) == ["J45", "J45.9", "J45.90", "J46", "J45.99", "J45.2"]


def test_the_code_of_what_is_said_stands_before_another_list_with_such_a_title(land: Search) -> None:
    assert codes(land, "آسم")[:2] == ["J45", "J45.9"]
    assert "7" in codes(land, "آسم")


def test_more_words_narrow_the_codes_of_a_name(land: Search) -> None:
    assert codes(land, "نارسایی کلیه stage 5") == ["N18.5"]


@pytest.mark.parametrize("typed", ["آسم شدید", "آسم بسیار بد", "severe wheezy chest"])
def test_a_thing_is_found_without_what_narrows_it(land: Search, typed: str) -> None:
    found = land.find(SearchQuery(typed, systems=("cm",), explain=True))
    assert [json.loads(hit)["code"] for hit in found.hits][:2] == ["J45", "J45.9"]
    assert json.loads(found.hits[0])["why"]["match"] == "meant-less"


@pytest.mark.parametrize("typed", ["CKF", "CKF kidney", "کلیه CKF", "nephron CKF", "renal failure CKF"])
def test_a_thing_may_be_said_twice(land: Search, typed: str) -> None:
    assert codes(land, typed, systems=("cm",))[0] == "N18"


def test_a_word_that_is_half_typed_leads_to_the_code_of_the_nearest_name(land: Search) -> None:
    assert codes(land, "asth") == codes(land, "asthma")
    assert codes(land, "ast")[0] != "J45" or codes(land, "ast") != codes(land, "asthma")


def test_a_measure_may_be_run_together_with_its_unit(land: Search) -> None:
    found = land.find(SearchQuery("plavix 75mg"))
    assert not found.relaxed and codes(land, "plavix 75mg")[0] == "2"


def test_the_plural_of_an_english_name_is_that_name(land: Search) -> None:
    assert codes(land, "twisted ankles")[0] == "S93.4"


def test_words_that_are_left_over_do_not_hide_the_code(land: Search) -> None:
    found = land.find(SearchQuery("wheezy chest since monday"))
    assert found.relaxed == "partial"
    assert codes(land, "wheezy chest since monday")[0] == "J45"


def test_a_name_in_persian_letters_is_that_of_the_same_sound(land: Search) -> None:
    assert codes(land, "پلاویکس") == ["2", "3", "1"]
    assert codes(land, "اسویکس") == ["1", "3", "2"]
    assert codes(land, "plavix") == ["2", "3", "1"]


def test_a_drug_stands_before_the_brands_that_hold_it(land: Search) -> None:
    assert codes(land, "کلوپیدوگرل") == ["3", "1", "2"]


@pytest.mark.parametrize("typed", ["نارسایی kidney", "failure کلیه", "kidney نارسایی"])
def test_a_name_is_understood_half_in_persian_and_half_in_english(land: Search, typed: str) -> None:
    assert codes(land, typed)[0] == "N18"


@pytest.mark.parametrize("typed", ["نفس تنگی دارم", "i have wheezy chest", "wheezychest"])
def test_small_words_and_missing_blanks_do_not_hide_a_name(land: Search, typed: str) -> None:
    assert codes(land, typed, systems=("cm",))[0] == "J45"


def test_the_first_time_stands_before_what_comes_after_it(land: Search) -> None:
    assert codes(land, "S93.401")[1:] == ["S93.401A", "S93.401S", "S93.401D"]
    assert codes(land, "twisted ankle")[-2:] == ["S93.401S", "S93.401D"]


def test_a_code_beside_words_is_itself_first(land: Search) -> None:
    assert codes(land, "J45 asthma")[0] == "J45"


@pytest.mark.parametrize("typed", ["متخصص اطفال", "دکتر اطفال", "دکتر کودکان", "pediatrician"])
def test_a_profession_is_found_with_any_of_its_words_before_it(land: Search, typed: str) -> None:
    assert codes(land, typed) == ["8"]


def test_an_explanation_says_that_the_glossary_names_the_code(land: Search) -> None:
    found = land.find(SearchQuery("نفس تنگی", explain=True, limit=1))
    assert json.loads(found.hits[0])["why"]["match"] == "meant-code"


def test_without_the_system_of_its_codes_the_names_are_left(tmp_path: Path) -> None:
    alone = Search([finder(tmp_path / "own.release", WARDS, PRODUCTS, glossary=GLOSSARY)])
    assert codes(alone, "نفس تنگی") == ["7"]


def test_the_everyday_name_stands_beside_a_title_that_says_just_that(land: Search) -> None:
    reader = land.finders[0].reader
    assert everyday_name(reader, "icd10", "J45", "Asthma") == "آسم"
    assert everyday_name(reader, "icd10", "J45", "Asthma, unspecified") == "آسم"
    assert everyday_name(reader, "icd10", "J46", "Status asthmaticus") == ""
    assert everyday_name(reader, "other", "J45", "Asthma") == ""
    assert everyday_name(land.finders[1].reader, "icd10", "J45", "Asthma") == ""

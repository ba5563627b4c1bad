"""What people call a thing leads to the words of its title: the glossary in the search."""

import pytest
from search_land import codes

from termserver.search.search import Search, SearchQuery


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("دیابت نوع ۲", "E11"),
        ("نوع ۲ دیابت", "E11"),
        ("دیابت نوع 2", "E11"),
        ("سکته قلبی", "I21"),
        ("قلبی سکته", "I21"),
        ("سکته قلب", "I21"),
        ("سکته قلبی حاد", "I21"),
        ("سنگ کلیه", "N20.0"),
        ("سنگ کل", "N20.0"),
        ("کم خونی فقر آهن", "D50"),
        ("کم‌خونی فقر آهن", "D50"),
        ("کمخونی فقر آهن", "D50"),
        ("فقر آهن", "D50"),
        ("heart attack", "I21"),
        ("attack heart", "I21"),
        ("breast cancer", "C50"),
        ("cancer of the breast", "C50"),
        ("سرطان پستان", "C50"),
        ("سرطان سینه", "C50"),
        ("kidney stone", "N20.0"),
        ("T2DM", "E11"),
        ("دیابت type 2", "E11"),
        ("type 2 دیابت", "E11"),
        ("paracetamol", "X1"),
    ],
)
def test_what_people_say_finds_the_code_first(english: Search, typed: str, code: str) -> None:
    found = english.find(SearchQuery(typed))
    assert codes(english, typed)[0] == code
    assert not found.relaxed


@pytest.mark.parametrize("typed", ["سکته قلبم", "قندم زیاده", "سنگ کلیه‌ام"])
def test_what_is_mine_is_found_as_it_is_called(english: Search, typed: str) -> None:
    assert codes(english, typed)[0] in ("I21", "E11", "N20.0")


def test_a_meaning_and_a_word_beside_it_narrow_each_other(english: Search) -> None:
    assert codes(english, "دیابت نوع ۲ complications") == ["E11.8"]
    assert codes(english, "دیابت نوع ۲ با عارضه")[0] == "E11.8"


def test_a_literal_match_stands_before_one_by_meaning(english: Search) -> None:
    found = codes(english, "درمان")
    assert found[0] == "F1"
    assert codes(english, "E11")[0] == "E11"


def test_the_beginning_of_a_name_goes_on(english: Search) -> None:
    found = english.find(SearchQuery("بزرگسالی"))
    assert found.relaxed == "meant" and codes(english, "بزرگسالی")[0] == "E11"


def test_a_meaning_is_kept_to_the_systems_asked_for(english: Search) -> None:
    assert codes(english, "سکته قلبی", systems=("insurer",)) == []


def test_unspecified_before_the_rest_and_both_before_titles_that_only_begin_so(english: Search) -> None:
    assert codes(english, "appendicitis")[:3] == ["K37", "K36", "K35"]
    assert codes(english, "cataract") == ["H26", "H26.9", "H28"]


def test_another_whole_name_stands_before_a_title_that_holds_the_words(english: Search) -> None:
    assert codes(english, "bronchial asthma")[:2] == ["J45", "J45.0"]
    assert codes(english, "asthma bronchial")[0] == "J45"


def test_the_words_of_a_whole_title_in_any_order_are_the_title(english: Search) -> None:
    assert codes(english, "neoplasm breast malignant")[0] == "C50"


def test_without_a_glossary_nothing_is_meant(nation: Search) -> None:
    assert nation.find(SearchQuery("سکته مغزی")).relaxed in ("", "partial")


@pytest.mark.parametrize("typed", ["", "!!!", "\u0301", "\U0001f600"])
def test_what_has_no_letters_means_nothing(english: Search, typed: str) -> None:
    assert english.find(SearchQuery(typed)).total == 0

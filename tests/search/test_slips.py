"""Slips of the finger, the other keyboard, Latin letters for Persian: what was meant is found, and said so."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from search_land import codes, finder, system

from termserver.model.codes import CodeSystemContent, Concept
from termserver.model.text import Text
from termserver.releases.file import ReleaseFile
from termserver.releases.writer import ReleaseWriter
from termserver.search import near
from termserver.search.finglish import fits, persian_skeleton, skeletons
from termserver.search.layouts import other_layout
from termserver.search.search import Search, SearchQuery


@pytest.mark.parametrize(
    ("typed", "meant", "code"),
    [
        ("diabets", "diabetes", "E11"),
        ("dibetes melitus", "diabetes mellitus", "E11"),
        ("daibetes typ", "diabetes typ", "E11"),
        ("miocardial infraction", "myocardial infarction", "I21"),
        ("apendicitis", "appendicitis", "K37"),
        ("asthmma", "asthma", "J45"),
        ("cataratc", "cataract", "H26"),
        ("calculuskidney", "calculus kidney", "N20.0"),
        ("شکستکی", "شکستگی", "F3"),
        ("hert atack", "heart attack", "I21"),
        ("دیلبت نوع ۲", "دیابت نوع 2", "E11"),
        ("سنک کلیه", "سنگ کلیه", "N20.0"),
        ("دیعابط", "دیابت", "E11"),
        ("heart atak", "heart attack", "I21"),
        ("kidnii stone", "kidney stone", "N20.0"),
    ],
)
def test_a_slip_of_the_finger_finds_what_was_meant_and_says_so(
    english: Search, typed: str, meant: str, code: str
) -> None:
    found = english.find(SearchQuery(typed))
    assert code in codes(english, typed)[:3]
    assert (found.relaxed, found.did_you_mean) == ("spelling", meant)


@pytest.mark.parametrize(
    ("typed", "meant", "code"),
    [
        ("ای ۱۱٫۸", "E11.8", "E11.8"),
        ("آی۲۱", "I21", "I21"),
        ("ان ۲۰", "N20", "N20.0"),
        ("ث۱۱", "e11", "E11"),
        ("ث۱۱.۸", "e11 8", "E11.8"),
    ],
)
def test_a_code_is_found_with_its_letter_spoken_or_typed_on_the_other_keyboard(
    english: Search, typed: str, meant: str, code: str
) -> None:
    assert codes(english, typed)[0] == code
    assert english.find(SearchQuery(typed)).did_you_mean == meant


def test_of_words_that_sound_alike_those_are_meant_that_name_a_thing_together(english: Search) -> None:
    found = english.find(SearchQuery("saratan sine"))
    assert (codes(english, "saratan sine")[0], found.did_you_mean) == ("C50", "سرطان سینه")


def test_a_measure_beside_a_name_hides_nothing(english: Search) -> None:
    assert codes(english, "paracetamol 875 mg")[0] == "X1"
    assert "X1" not in codes(english, "875 mg of nobody")[:1]
    assert codes(english, "استامینوفن دو هفته")[0] == "X1"


@pytest.mark.parametrize("typed", ["diabetes", "asthma", "cataract", "E11", "دیابت", "acute myo"])
def test_what_is_right_is_not_guessed_at(english: Search, typed: str) -> None:
    found = english.find(SearchQuery(typed))
    assert found.total and not found.relaxed and not found.did_you_mean


@pytest.mark.parametrize(
    ("typed", "meant", "code"),
    [
        ("ndhfj", "دیابت", "E11"),
        ("ndhfj k,u 2", "دیابت نوع 2", "E11"),
        ("یهشذثفثس", "diabetes", "E11"),
        ("s;ji rgfd", "سکته قلبی", "I21"),
        ("شسفاةش", "asthma", "J45"),
        ("شسفاپش", "asthma", "J45"),
        ("شسفائش", "asthma", "J45"),
    ],
)
def test_the_other_keyboard_layout_is_recognised(english: Search, typed: str, meant: str, code: str) -> None:
    found = english.find(SearchQuery(typed))
    if "ة" in typed:  # an Arabic layout is none of ours
        assert found.relaxed != "layout"
        return
    assert code in codes(english, typed)[:3]
    assert (found.relaxed, found.did_you_mean) == ("layout", meant)


def test_every_letter_comes_back_from_the_other_layout() -> None:
    letters = "ضصثقفغعهخحجچشسیبلاتنمکگظطزرذدپو"
    assert other_layout(other_layout(letters)) == letters
    assert other_layout("") == "" and other_layout("12.5") == "12.5"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("diabet noe 2", "E11"),
        ("diyabet noe 2", "E11"),
        ("estaminofen", "X1"),
        ("sekte ghalbi", "I21"),
        ("sang kolie", "N20.0"),
        ("sang koliye", "N20.0"),
        ("kam khuni faghr ahan", "D50"),
        ("saratan pestan", "C50"),
        ("sekteh ghalbi", "I21"),
        ("shekastegi", "F3"),
        ("sekteye ghalbi", "I21"),
        ("sangekolie", "N20.0"),
        ("esta minofen", "X1"),
    ],
)
def test_persian_in_latin_letters_is_read(english: Search, typed: str, code: str) -> None:
    found = english.find(SearchQuery(typed))
    assert code in codes(english, typed)[:3]
    assert found.relaxed == "transliteration" and not found.did_you_mean.replace("2", "").isascii()


@pytest.mark.parametrize(
    ("latin", "persian"),
    [("ostokhan", "استخوان"), ("eshal", "اسهال"), ("cheshm", "چشم"), ("feshar khoon", "فشار خون"), ("mede", "معده"),
     ("gelu", "گلو"), ("ortopedi", "ارتوپدی"), ("mashhad", "مشهد"), ("esfahan", "اصفهان"), ("riye", "ریه")],
)  # fmt: skip
def test_a_word_is_known_by_its_consonants_and_fits_by_its_vowels(latin: str, persian: str) -> None:
    for one, other in zip(latin.split(), persian.split(), strict=True):
        assert persian_skeleton(other) in skeletons(one)
        assert fits(one, other, False)


@pytest.mark.parametrize(("latin", "persian"), [("noe", "نان"), ("sine", "سنگ"), ("khun", "خانه"), ("dard", "دردها")])
def test_another_word_does_not_fit(latin: str, persian: str) -> None:
    assert not fits(latin, persian, False)


@pytest.mark.parametrize("typed", ["سرطان", "درمان", "دندان"])
def test_words_that_only_look_like_plurals_stay_whole(english: Search, typed: str) -> None:
    found = english.find(SearchQuery(typed))
    assert found.total and not found.relaxed


@pytest.mark.parametrize("typed", ["بیماری‌های قلبی", "بیماریهای قلبی", "بیماری های قلبی", "بیماری‌ها قلبی"])
def test_a_plural_finds_the_singular(english: Search, typed: str) -> None:
    assert "F2" in codes(english, typed)[:2]


@pytest.mark.parametrize(("typed", "code"), [("cataracts", "H26"), ("cysts of kidney", "N28.1")])
def test_an_english_plural_finds_the_singular(english: Search, typed: str, code: str) -> None:
    assert codes(english, typed)[0] == code


@pytest.mark.parametrize(("typed", "code"), [("28.1", "N28.1"), ("20.0", "N20.0"), ("۲۰.۰", "N20.0"), ("219", "I21.9")])
def test_a_code_is_found_without_its_first_letter(english: Search, typed: str, code: str) -> None:
    assert code in codes(english, typed)


def test_the_best_partial_match_is_said_to_be_one(english: Search) -> None:
    found = english.find(SearchQuery("chronic qqqqzz calculus kidney"))
    assert found.relaxed == "partial"
    assert codes(english, "chronic qqqqzz calculus kidney")[0] == "N20.0"
    assert english.find(SearchQuery("qqqqzz wwwwvv")).total == 0


def test_too_little_beside_a_word_that_is_nearly_so_is_a_slip(tmp_path: Path) -> None:
    concepts = [Concept(f"G{n}", Text("", f"Epilepsy of kind {n}")) for n in range(40)]
    rare = Concept("X1", Text("", "Epilepsia partialis"))
    search = Search([finder(tmp_path / "e.release", CodeSystemContent(system("e"), (*concepts, rare)))])
    found = search.find(SearchQuery("epilepsi"))
    assert (found.total, found.relaxed, found.did_you_mean) == (41, "spelling", "epilepsy")
    assert search.find(SearchQuery("epilepsia")).total == 1
    assert not search.find(SearchQuery("epilepsia part")).relaxed


@pytest.mark.parametrize("typed", ["kidney stones", "heartattack", "paraceta mol", "para cetamol tablet"])
def test_words_run_together_or_apart_are_the_same(english: Search, typed: str) -> None:
    assert codes(english, typed)[0] in ("N20.0", "I21", "X1")


def test_pages_of_a_guess_join_to_the_whole(english: Search) -> None:
    for typed in ("diabets", "ndhfj", "sang kolie", "chronic qqqqzz kidney"):
        whole = codes(english, typed)
        assert whole and len(whole) == english.find(SearchQuery(typed)).total
        assert [code for n in range(len(whole)) for code in codes(english, typed, offset=n, limit=1)] == whole


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_the_distance_is_that_of_the_textbook(one: str, other: str) -> None:
    exact = _textbook(one, other)
    for most in (1, 2):
        assert near.distance(one, other, most) == min(exact, most + 1)
        begun = min(_textbook(one, other[:end]) for end in range(len(other) + 1))
        assert near.begun_distance(one, other, most) == min(begun, most + 1)


def _textbook(one: str, other: str) -> int:
    table = [[i + j if not i or not j else 0 for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            change = one[i - 1] != other[j - 1]
            table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + change)
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]


def test_every_word_an_edit_away_is_found(tmp_path: Path) -> None:
    chance = random.Random(3)
    words = {"".join(chance.choice("abcde") for _ in range(chance.randint(4, 11))) for _ in range(300)}
    with ReleaseWriter(tmp_path / "near.release", "near", "1") as writer:
        for table, rows in near.tables(dict.fromkeys(words, 1)):
            writer.table(table, rows)
        writer.finish()
    known = near.Near(ReleaseFile.open(tmp_path / "near.release"))
    for word in words:
        place = chance.randrange(len(word))
        for typed in (word[:place] + word[place + 1 :], f"{word[:place]}x{word[place:]}", _swapped(word, place)):
            if near.edits(typed):
                assert word in {found.letters for found in known.words(typed, False, 1)}, (word, typed)
        if len(word) > near.LONG:
            typed = f"{word[1:place]}x{word[place:]}" if place else f"xx{word}"
            assert word in {found.letters for found in known.words(typed, False, 2)}, (word, typed)


def _swapped(word: str, place: int) -> str:
    at = min(place, len(word) - 2)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]

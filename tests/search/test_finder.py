"""What a coder finds who types into the box, and in which order."""

import json
import threading
from itertools import chain

import pytest
from pyroaring import FrozenBitMap
from search_land import codes

from termserver.model.errors import UsageError
from termserver.search.finder import Finder
from termserver.search.kept import Kept
from termserver.search.query import MOST_HITS
from termserver.search.search import Search, SearchQuery


@pytest.mark.parametrize("text", ["E11.9", "e119", "E119", "e11.9", "  E۱۱.۹ ", "e١١٩"])
def test_a_code_is_found_first_with_or_without_its_dot_in_any_digits(nation: Search, text: str) -> None:
    assert codes(nation, text) == ["E11.9"]


def test_the_beginning_of_a_code_finds_the_codes_below_it(nation: Search) -> None:
    assert codes(nation, "e11") == ["E11", "E11.9", "E11.2"]
    assert set(codes(nation, "E11.")) == {"E11", "E11.9", "E11.2"}


@pytest.mark.parametrize("text", ["5760", "05760", "0000005760", "۵۷۶۰", "۰۵۷۶۰"])
def test_a_generic_code_is_found_in_every_width(nation: Search, text: str) -> None:
    assert codes(nation, text)[0] == "5760"


@pytest.mark.parametrize("text", ["06260152310019", "6260152310019"])
def test_a_product_is_found_by_its_gtin_with_and_without_the_leading_zero(nation: Search, text: str) -> None:
    assert codes(nation, text) == ["1228000001"]


def test_a_gtin_kept_without_its_zero_is_found_with_it(nation: Search) -> None:
    assert codes(nation, "06260000000017") == codes(nation, "6260000000017") == ["1228000002"]


def test_a_property_that_is_not_indexed_finds_nothing(nation: Search) -> None:
    assert codes(nation, "turquoise") == []


@pytest.mark.parametrize("text", ["diabetes typ", "mellitus type 2", "TYPE 2 DIABETES", "2 diabetes type"])
def test_words_are_found_in_any_order_the_last_one_begun(nation: Search, text: str) -> None:
    assert "E11" in codes(nation, text)[:2]


@pytest.mark.parametrize("text", ["تامین", "تأمين", "تأمین اجتماعی", "تامين اجت"])
def test_an_insurer_is_found_however_its_letters_are_typed(nation: Search, text: str) -> None:
    assert codes(nation, text)[0] == "1"


@pytest.mark.parametrize("text", ["کرمان", "كرمان", "کِرمان", "کــرمان"])
def test_a_city_is_found_with_and_without_its_arabic_spelling(nation: Search, text: str) -> None:
    assert codes(nation, text) == ["08", "0801"]


@pytest.mark.parametrize("text", ["بیماری‌های قلبی", "بیماری های قلبی", "بيماريهاي قلبي", "قلبی بیماریهای"])
def test_a_compound_is_found_split_and_joined(nation: Search, text: str) -> None:
    assert codes(nation, text)[0] == "I51"


@pytest.mark.parametrize("text", ["Crohn's", "crohns", "crohn", "Crohn’s dis"])
def test_an_apostrophe_may_be_left_out(nation: Search, text: str) -> None:
    assert codes(nation, text)[0] == "K50"


def test_a_whole_title_comes_before_a_title_that_only_begins_so(nation: Search) -> None:
    assert codes(nation, "cataract")[0] == "H26"
    assert codes(nation, "cat")[:2] == ["A28.1", "H26"]


def test_another_name_finds_the_concept_after_those_with_the_title(nation: Search) -> None:
    assert codes(nation, "diabetic neph") == ["E11.2"]
    assert codes(nation, "نفروپاتی") == ["E11.2"]


def test_a_code_among_words_narrows_them(nation: Search) -> None:
    assert codes(nation, "e11 kidney") == codes(nation, "kidney E11") == ["E11.2"]


def test_every_word_may_be_begun_when_nothing_matches_as_typed(nation: Search) -> None:
    found = nation.find(SearchQuery("diab mell typ"))
    assert found.total == 4 and found.relaxed == "prefixes"
    assert nation.find(SearchQuery("diabetes typ")).relaxed == ""


def test_retired_concepts_come_last_and_can_be_left_out(nation: Search) -> None:
    assert codes(nation, "diabetes")[-1] == "E12"
    assert "E12" not in codes(nation, "diabetes", active_only=True)
    assert (
        nation.find(SearchQuery("diabetes", active_only=True)).total == nation.find(SearchQuery("diabetes")).total - 1
    )


def test_the_search_can_be_kept_to_some_systems(nation: Search) -> None:
    assert codes(nation, "1", systems=("insurer",)) == ["1"]
    assert set(codes(nation, "1", systems=("insurer", "irc"))) == {"1", "1228000001", "1228000002"}
    assert codes(nation, "1", systems=("nobody",)) == []


@pytest.mark.parametrize("text", ["", " ", "...", "؟!", "\u200c", "()\"'*~:", "\ud800", "\x00"])
def test_punctuation_alone_finds_nothing(nation: Search, text: str) -> None:
    assert nation.find(SearchQuery(text)).total == 0


def test_punctuation_is_never_an_operator_in_plain_text(nation: Search) -> None:
    assert codes(nation, 'type "2" (diabetes -mell*') == codes(nation, "type 2 diabetes mell")
    assert nation.find(SearchQuery("diabetes NOT mellitus")).relaxed == "partial"
    assert codes(nation, "heart, disease*") == codes(nation, "heart disease")


def test_a_hit_carries_what_a_list_shows(nation: Search) -> None:
    persian = json.loads(nation.find(SearchQuery("E11", limit=1)).hits[0])
    english = json.loads(nation.find(SearchQuery("E11", limit=1, language="en")).hits[0])
    assert persian == {
        "system": "diseases",
        "native_id": "mini.Diseases",
        "stand_in_for": "who",
        "code": "E11",
        "display": "دیابت نوع ۲",
        "display_fa": "دیابت نوع ۲",
        "display_en": "Type 2 diabetes mellitus",
        "designations": [],
        "status": "active",
    }
    assert english == {**persian, "display": "Type 2 diabetes mellitus"}
    other = json.loads(nation.find(SearchQuery("E11.2")).hits[0])
    assert other["display"] == "Type 2 diabetes mellitus with kidney complications"
    assert other["designations"][0] == {"language": "en", "use": "synonym", "value": "Diabetic nephropathy"}
    assert "stand_in_for" not in json.loads(nation.find(SearchQuery("تامین")).hits[0])


def test_pages_join_to_the_whole_whatever_their_size(nation: Search) -> None:
    for text in ("d", "1", "diabetes", "دیابت"):
        whole = codes(nation, text, limit=MOST_HITS)
        assert len(whole) == nation.find(SearchQuery(text, limit=0)).total == len(set(whole))
        for size in (1, 2, 3, 7):
            pages = [codes(nation, text, limit=size, offset=offset) for offset in range(0, len(whole) + 3, size)]
            assert list(chain.from_iterable(pages)) == whole
        assert codes(nation, text, offset=10**12) == []


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"limit": 1001}, "may be 0 to 1000"),
        ({"limit": -1}, "may be 0 to 1000"),
        ({"offset": -1}, "counts hits from 0"),
        ({"syntax": "sql"}, "'plain' or 'advanced'"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_in_words(nation: Search, asked: dict, says: str) -> None:
    with pytest.raises(UsageError, match=says) as refused:
        nation.find(SearchQuery("x", **asked))
    assert refused.value.text.fa != refused.value.text.en


@pytest.mark.parametrize("syntax", ["plain", "advanced"])
def test_a_query_too_long_is_refused_and_says_how_long_it_may_be(nation: Search, syntax: str) -> None:
    with pytest.raises(UsageError, match="at most 1000"):
        nation.find(SearchQuery("a" * 10_000, syntax=syntax))
    with pytest.raises(UsageError, match="at most 64"):
        nation.find(SearchQuery(" ".join(f"w{n}" for n in range(80)), syntax=syntax))


def test_a_word_said_many_times_is_one_word(nation: Search) -> None:
    assert codes(nation, "diabetes " * 100) == codes(nation, "diabetes")


def test_many_threads_may_search_at_once(nation: Search) -> None:
    texts = ["d", "diabetes typ", "e11", "تامین", "کرمان", "5760", "heart"] * 20
    expected = {text: codes(nation, text) for text in texts}
    wrong: list[str] = []

    def ask() -> None:
        wrong.extend(text for text in texts if codes(nation, text) != expected[text])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_the_cache_stays_within_its_budget(nation: Search) -> None:
    found = nation.finders[0].postings.words.beginning("w", "d")
    cache: Kept[str, FrozenBitMap] = Kept(10_000, len)
    for n in range(1_000):
        cache.put(f"w{n}", found)
        assert cache.get(f"w{n}") is found
    assert 20 < len(cache) < 60
    assert cache.get("w0") is None


def test_a_page_read_again_is_the_same_to_the_last_byte(nation: Search) -> None:
    for text in ("d", "1", "دیابت"):
        for language in ("fa", "en", "fa"):
            whole = nation.find(SearchQuery(text, language=language)).hits
            assert nation.find(SearchQuery(text, language=language, offset=1, limit=3)).hits == whole[1:4]
            assert nation.find(SearchQuery(text, language=language)).hits == whole


TYPED = (
    "type 2 diabetes mellitus",
    "diabetic nephropathy",
    "E11.9",
    "بیماری‌های قلبی",
    "amoxicillin 500",
    "cataract senile",
)


def test_what_the_key_stroke_before_has_read_changes_no_answer(nation: Search) -> None:
    for text in TYPED:
        for end in [*range(1, len(text) + 1), *range(len(text) - 1, 0, -1)]:
            asked = SearchQuery(text[:end], limit=1000, explain=True)
            afresh = Search([Finder(finder.reader) for finder in nation.finders])
            assert nation.find(asked) == afresh.find(asked)
            assert nation.suggest(asked) == afresh.suggest(asked)

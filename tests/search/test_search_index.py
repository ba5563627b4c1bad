"""What the index of a release holds."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap
from search_land import NATION, finder

from termserver.model.errors import ReleaseError
from termserver.model.fold import FOLD_VERSION
from termserver.releases.file import ReleaseFile
from termserver.releases.writer import ReleaseWriter
from termserver.search import index
from termserver.search.finder import Finder
from termserver.search.index import code_forms, first_words
from termserver.search.ordinals import members_of, stored, together
from termserver.search.postings import ABOUT, CODE, LISTS, PARTICULAR
from termserver.search.ranking import in_rank_order
from termserver.search.word_lists import ANYWHERE, TITLE, WORDS, merged


@given(st.lists(st.text("abc", max_size=6).map(lambda word: "w" + word), unique=True, max_size=60), st.integers(1, 9))
def test_a_merged_list_is_kept_exactly_for_the_branching_prefixes_of_many_keys(keys: list[str], few: int) -> None:
    keys.sort()
    kept = dict(merged(keys, [BitMap([n]) for n in range(len(keys))], few))
    for prefix in {key[:end] for key in keys for end in range(1, len(key) + 1)}:
        below = {n for n, key in enumerate(keys) if key.startswith(prefix)}
        first = min((name for name in kept if name.startswith(prefix)), default=None)
        if len(below) > few:
            assert first is not None and set(kept[first]) == below
        else:
            assert first is None


@given(st.lists(st.text("ab", min_size=1, max_size=5), min_size=1, max_size=80), st.text("ab", min_size=1, max_size=4))
def test_a_prefix_finds_the_same_merged_or_united_on_the_fly(words: list[str], prefix: str) -> None:
    keys = sorted({TITLE + word for word in words})
    lists = {key: [n for n, word in enumerate(words) if TITLE + word == key] for key in keys}
    expected = {n for n, word in enumerate(words) if word.startswith(prefix)}
    for few in (1, 3, 1000):
        kept = dict(merged(keys, [BitMap(lists[key]) for key in keys], few))
        first = min((name for name in kept if name.startswith(TITLE + prefix)), default=None)
        on_the_fly = {n for key in keys if key.startswith(TITLE + prefix) for n in lists[key]}
        assert expected == (set(kept[first]) if first else on_the_fly)


def test_a_code_travels_in_the_widths_of_its_system_only() -> None:
    assert code_forms("5760", (5, 10)) == {"5760", "05760", "0000005760"}
    assert code_forms("05760", (5, 10)) == {"5760", "05760", "0000005760"}
    assert code_forms("0801", ()) == {"0801"}
    assert code_forms("E11.9", ()) == {"e119"}
    assert code_forms("123456789012", (5, 10)) == {"123456789012"}


@pytest.mark.parametrize(
    ("title", "first"),
    [
        ("کم‌خونی حاد", {"کم", "کمخونی"}),
        ("(Cat-scratch) disease", {"cat", "catscratch"}),
        ("— «یزد»", {"یزد"}),
        ("…", set()),
    ],
)
def test_a_title_begins_with_its_first_word_split_and_joined(title: str, first: set[str]) -> None:
    assert first_words(title) == first


def test_two_builds_of_the_same_folders_have_the_same_index(tmp_path: Path) -> None:
    digests = []
    for name, contents in (("one", NATION), ("two", NATION[::-1])):
        with ReleaseWriter(tmp_path / name, "same", "1") as writer:
            for table, rows in index.tables(in_rank_order(contents)):
                writer.table(table, rows)
            digests.append(writer.finish().digest)
    assert digests[0] == digests[1]


def test_an_index_folded_by_other_rules_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "old.release"
    with ReleaseWriter(path, "old", "7") as writer:
        writer.table(ABOUT, [("entries", 0), ("fold", 0), ("retired", 0)])
        writer.finish()
    with pytest.raises(ReleaseError, match="old 7 was folded by rules 0"):
        Finder(ReleaseFile.open(path))


def test_an_index_of_another_layout_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "old.release"
    with ReleaseWriter(path, "old", "7") as writer:
        writer.table(ABOUT, [("entries", 3), ("fold", FOLD_VERSION), ("retired", 3)])
        writer.finish()
    with pytest.raises(ReleaseError, match="old 7 was made by another termserver"):
        Finder(ReleaseFile.open(path))


@given(st.lists(st.sets(st.one_of(st.integers(0, 40), st.integers(0, 1_000_000)), max_size=12), max_size=6))
def test_a_list_comes_back_as_it_was_stored(lists: list[set[int]]) -> None:
    spread = [{65536 * (n % 9) + n for n in members} for members in lists]  # in up to nine of roaring's containers
    some = [*lists, *spread, set(range(70)), set(range(65530, 65550)), set()]
    for members in some:
        assert set(members_of(stored(BitMap(members)))) == members
    assert set(together(stored(BitMap(members)) for members in some)) == set().union(*some)


def test_what_the_sieve_holds_back_is_not_there(tmp_path: Path) -> None:
    postings = finder(tmp_path / "nation.release", *NATION).postings
    for name in {name for name, _ in postings.reader.rows(LISTS)} - {PARTICULAR}:
        assert postings.whole(name[0], name[1:])
        for end in range(2, len(name) + 1):
            assert postings.beginning(name[0], name[1:end])
    for word in {row[0] for row in postings.reader.rows(WORDS)}:
        assert postings.words.whole(ANYWHERE, word)
        for end in range(1, len(word) + 1):
            assert postings.words.beginning(ANYWHERE, word[:end])


def test_a_release_without_concepts_answers_with_nothing(tmp_path: Path) -> None:
    empty = finder(tmp_path / "empty.release")
    assert empty.runs == [] and not empty.postings.beginning(CODE, "e")
    with ReleaseWriter(tmp_path / "bare.release", "bare", "1") as writer:
        writer.finish()
    assert Finder(ReleaseFile.open(tmp_path / "bare.release")).runs == []

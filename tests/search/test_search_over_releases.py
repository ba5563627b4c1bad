"""Several releases answer as one."""

import json
from pathlib import Path

import pytest
from search_land import CITIES, DISEASES, INSURERS, NATION, codes, finder, system

from termserver.model.codes import CodeSystemContent, Concept
from termserver.model.text import Text
from termserver.search.search import Search, SearchQuery

QUERIES = ["1", "d", "diabetes", "e11", "کرمان", "5760", "a", "s"]


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Search:
    folder = tmp_path_factory.mktemp("apart")
    return Search([finder(folder / f"{n}.release", content) for n, content in enumerate(NATION[::-1])])


@pytest.mark.parametrize("text", QUERIES)
def test_several_releases_answer_like_one(nation: Search, apart: Search, text: str) -> None:
    one, many = nation.find(SearchQuery(text, limit=100)), apart.find(SearchQuery(text, limit=100))
    assert many.hits == one.hits and many.total == one.total


@pytest.mark.parametrize("size", [1, 3])
def test_pages_over_several_releases_join_to_the_whole(apart: Search, size: int) -> None:
    for text in QUERIES:
        whole = apart.find(SearchQuery(text, limit=100)).hits
        pages = [apart.find(SearchQuery(text, limit=size, offset=at)).hits for at in range(0, len(whole) + 2, size)]
        assert sum(pages, ()) == whole


def test_a_system_that_another_release_answers_for_is_hidden(tmp_path: Path) -> None:
    elder = CodeSystemContent(system("insurer", weight=190), (Concept("1", Text("تامین اجتماعی کهنه")),))
    newer = finder(tmp_path / "newer.release", INSURERS)
    both = Search([finder(tmp_path / "elder.release", elder, CITIES, hidden=frozenset({"insurer"})), newer])
    assert [json.loads(hit)["display"] for hit in both.find(SearchQuery("تامین")).hits] == ["تامین اجتماعی"]
    assert both.find(SearchQuery("کرمان")).total == 2
    assert codes(both, "کرمان OR تامین", syntax="advanced") == ["1", "08", "0801"]
    assert both.find(SearchQuery("1", systems=("insurer",))).total == 1


def test_a_better_match_in_a_light_system_comes_before_a_weaker_one_in_a_heavy_system(tmp_path: Path) -> None:
    light = CodeSystemContent(system("light", weight=1), (Concept("x1", Text("", "Cat")),))
    search = Search([finder(tmp_path / "a.release", DISEASES), finder(tmp_path / "b.release", light)])
    assert codes(search, "cat") == ["x1", "A28.1", "H26"]


def test_an_edition_without_releases_finds_nothing() -> None:
    assert Search([]).find(SearchQuery("x")).total == 0
    assert Search([]).find(SearchQuery("x AND y", syntax="advanced")).total == 0

"""Searches of the project's own content, judged: what somebody types and what they must see."""

import json
from pathlib import Path

import pytest
from search_land import finder

from termserver.content.folders import read
from termserver.model.fold import key
from termserver.search.search import Search, SearchQuery

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Search:
    return Search([finder(tmp_path_factory.mktemp("own") / "own.release", *read(ROOT).systems)])


JUDGED = [
    # typed, the systems it is asked of, (system, code) that must be among the first three
    ("تامین", (), ("insurer", "1")),
    ("تأمين", (), ("insurer", "1")),
    ("تأمین اجتماعی", (), ("insurer", "1")),
    ("نیروهای مسلح", (), ("insurer", "3")),
    ("نيروهاي مسلح", ("insurer",), ("insurer", "3")),
    ("social sec", ("insurer",), ("insurer", "1")),
    ("۱", ("insurer",), ("insurer", "1")),
    ("هرمزگان", ("country-divisions",), ("country-divisions", "14")),
    ("هرمزگان", ("sci-divisions",), ("sci-divisions", "22")),
    ("خراسان رض", ("country-divisions",), ("country-divisions", "04")),
    ("مركزي", ("sci-divisions",), ("sci-divisions", "00")),
    ("گيلان", ("sci-divisions",), ("sci-divisions", "01")),
    ("ایران", ("iso-3166-1",), ("iso-3166-1", "IR")),
    ("إيران", ("iso-3166-1",), ("iso-3166-1", "IR")),
    ("iran", ("iso-3166-1",), ("iso-3166-1", "IR")),
    ("IRN", ("iso-3166-1",), ("iso-3166-1", "IR")),
    ("ir", ("iso-3166-1",), ("iso-3166-1", "IR")),
]


@pytest.mark.parametrize(("text", "systems", "expected"), JUDGED)
def test_what_is_meant_is_among_the_first_three(own: Search, text: str, systems: tuple, expected: tuple) -> None:
    hits = [json.loads(hit) for hit in own.find(SearchQuery(text, systems=systems, limit=3)).hits]
    assert expected in [(hit["system"], hit["code"]) for hit in hits]


@pytest.mark.parametrize(
    ("persian", "arabic"), [("کرمان", "كرمان"), ("یزد", "يزد"), ("کاشان", "كاشان"), ("آبیک", "ابيك")]
)
def test_a_city_is_found_with_and_without_its_arabic_spelling(own: Search, persian: str, arabic: str) -> None:
    found = [own.find(SearchQuery(text)) for text in (persian, arabic)]
    assert found[0].total and found[0] == found[1]
    assert persian.replace("آ", "ا") in json.loads(found[0].hits[0])["display_fa"].replace("آ", "ا")


def test_every_concept_of_the_project_is_found_by_its_code(own: Search) -> None:
    for content in read(ROOT).systems:
        for concept in content.concepts[:40]:
            if not key(concept.code):
                continue  # the RVU marks # * + are punctuation, which finds nothing
            found = own.find(SearchQuery(concept.code, systems=(content.system.id,), limit=5))
            codes = [json.loads(hit)["code"] for hit in found.hits]
            # a system may hold two codes that differ in their separators only
            assert concept.code in codes, f"{content.system.id} {concept.code}: {codes}"

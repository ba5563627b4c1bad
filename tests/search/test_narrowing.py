"""A search is kept to parts of the edition, and what it finds is counted."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from search_land import GLOSSARY, NATION, system

from termserver.build import build_release
from termserver.model.codes import CodeSystemContent, Concept, Property, PropertyDefinition, Status
from termserver.model.days import Period
from termserver.model.errors import QuerySyntaxError, UsageError
from termserver.model.text import Text
from termserver.service import TermServer

CHAPTERS = CodeSystemContent(
    system("book", weight=150, properties=(PropertyDefinition("colour", indexed=True), PropertyDefinition("secret"))),
    (
        Concept("IX", Text("", "Diseases of the circulatory system")),
        Concept("I10-I15", Text("", "Hypertensive diseases"), ("IX",)),
        Concept("I10", Text("", "Essential hypertension"), ("I10-I15",), properties=(Property("colour", "red"),)),
        Concept("I11", Text("", "Hypertensive heart disease"), ("I10-I15",), properties=(Property("colour", "Blue"),)),
        Concept("I12", Text("", "Hypertensive kidney disease"), ("I10-I15",), Status.RETIRED,
                Period("2001-01-01", "2019-12-31"), properties=(Property("colour", "red"), Property("secret", "x"))),
        Concept("I13", Text("", "Hypertensive disease of tomorrow"), ("I10-I15",), period=Period("2030-01-01")),
        Concept("X", Text("", "Diseases of the respiratory system")),
        Concept("J45", Text("", "Asthma, hypertensive"), ("X",)),
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TermServer]:
    path: Path = tmp_path_factory.mktemp("narrow") / "land.release"
    build_release([*NATION, CHAPTERS], path, "land", "1")
    with TermServer.open(path) as opened:
        yield opened


def found(land: TermServer, text: str, **asked: object) -> set[str]:
    return {json.loads(hit)["code"] for hit in land.search(text, limit=1000, **asked).hits}  # type: ignore[arg-type]


ALL = {"I10-I15", "I10", "I11", "I12", "I13", "J45"}


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        ({}, ALL),
        ({"under": ["I10-I15"]}, ALL - {"J45"}),
        ({"under": ["book|IX"]}, ALL - {"J45"}),
        ({"under": ["I11-I14"]}, {"I11", "I12", "I13"}),  # no block of that name
        ({"under": ["book|i12-i99"]}, {"I12", "I13"}),
        ({"under": ["X", "I11"]}, {"J45", "I11"}),
        ({"chapter": ["IX"]}, ALL - {"J45"}),
        ({"chapter": ["9"]}, ALL - {"J45"}),
        ({"chapter": ["x"]}, {"J45"}),
        ({"status": "retired"}, {"I12"}),
        ({"status": "active"}, ALL - {"I12"}),
        ({"on": "2010-05-05"}, ALL - {"I13"}),
        ({"on": "2026-11-21"}, ALL - {"I12", "I13"}),
        ({"on": "2031-01-01"}, ALL - {"I12"}),
        ({"properties": [("colour", "RED")]}, {"I10", "I12"}),
        ({"properties": [("colour", "red")], "status": "active"}, {"I10"}),
        ({"properties": [("secret", "x")]}, set()),
        ({"systems": ["book"], "under": ["I10-I15"], "on": "2026-01-01"}, {"I10-I15", "I10", "I11"}),
    ],
)
def test_a_search_is_kept_to_what_was_asked_for(land: TermServer, asked: dict, codes: set[str]) -> None:
    assert found(land, "hypert", **asked) == codes
    assert land.search("hypert", limit=0, **asked).total == len(codes)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("hypert* AND under:I10-I15", ALL - {"J45"}),
        ("hypert* AND NOT under:I10-I15", {"J45"}),
        ("hypert* chapter:IX status:active", ALL - {"J45", "I12"}),
        ("hypert* فصل:۱۰", {"J45"}),
        ("under:book|I11", {"I11"}),
        ("under:I09-I11 hypert*", {"I10", "I11"}),
        ("colour:red AND NOT status:retired", {"I10"}),
        ("colour:[b TO c]", {"I11"}),
    ],
)
def test_the_query_language_narrows_as_well(land: TermServer, text: str, codes: set[str]) -> None:
    assert found(land, text, syntax="advanced") == codes


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("heart under:ZZ9", 12, "no code 'ZZ9'"),
        ("heart chapter:I11", 14, "no chapter 'I11'"),
        ("secret:x", 0, "no field 'secret'"),
        ("color:red", 0, "did you mean 'colour:'"),
    ],
)
def test_an_unknown_part_is_pointed_at(land: TermServer, text: str, position: int, says: str) -> None:
    with pytest.raises(QuerySyntaxError, match=says) as wrong:
        land.search(text, syntax="advanced")
    assert wrong.value.position == position


def test_facets_are_counted_over_all_that_matches(land: TermServer) -> None:
    facets = land.search("hypert", limit=1, facets=["system", "status", "chapter", "colour"]).facets
    counts = {name: {one.value: one.count for one in some} for name, some in facets.items()}
    assert counts == {
        "system": {"book": 6},
        "status": {"active": 5, "retired": 1},
        "chapter": {"IX": 5, "X": 1},
        "colour": {"red": 2, "Blue": 1},
    }
    assert facets["chapter"][0].title.en == "Diseases of the circulatory system"
    assert facets["chapter"][0].system == "book"


def test_every_facet_value_filters_to_its_count(land: TermServer) -> None:
    facets = land.search("d", limit=0, facets=["system", "status", "chapter", "colour"]).facets
    for name, some in facets.items():
        for one in some:
            asked = {
                "system": {"systems": [one.value]},
                "status": {"status": one.value},
                "chapter": {"chapter": [f"{one.system}|{one.value}"]},
                "colour": {"properties": [("colour", one.value)]},
            }[name]
            assert land.search("d", limit=0, **asked).total == one.count, (name, one)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"facets": ["color"]}, "no facet 'color'"),
        ({"status": "gone"}, "'active' or 'retired'"),
        ({"under": ["ZZ9"]}, "no code 'ZZ9'"),
        ({"chapter": ["I11"]}, "no chapter 'I11'"),
        ({"value_set": "nosuch"}, "no value set 'nosuch'"),
    ],
)
def test_what_cannot_be_narrowed_to_is_said(land: TermServer, asked: dict, says: str) -> None:
    with pytest.raises(UsageError, match=says) as refused:
        land.search("d", **asked)
    assert refused.value.text.fa != refused.value.text.en


def test_a_value_set_keeps_the_search_to_its_members(server: TermServer) -> None:
    from termserver.releases.records import decode_value_set

    for path in server.releases[0].artefact_paths("valueset")[:12]:
        known = decode_value_set(server.releases[0].artefact(path) or b"")
        hits = server.asking("*", value_set=known.id, syntax="advanced", limit=1000).find().hits
        for hit in map(json.loads, hits[:50]):
            assert server.terminology.in_value_set(known.id, hit["system"], hit["code"]), (known.id, hit)
        assert server.search("*", value_set=known.url, syntax="advanced", limit=0).total >= len(hits)


def test_an_explanation_says_why_each_hit_is_where_it_is(land: TermServer) -> None:
    hits = [json.loads(hit) for hit in land.search("heart disease", explain=True, language="en").hits]
    kinds = [hit["why"]["match"] for hit in hits]
    assert kinds[0] == "title-begins" and "title-head" in kinds
    assert all(hit["why"]["says"]["fa"] and hit["why"]["says"]["en"] for hit in hits)
    assert "why" not in json.loads(land.search("heart disease").hits[0])


def test_what_was_typed_is_marked_in_the_displays(land: TermServer) -> None:
    hit = json.loads(land.search("بیماریهای قلبي", highlight=True).hits[0])
    text, marks = hit["display_fa"], hit["marks"]["display_fa"]
    assert [text[first:end] for first, end in marks] == ["بیماری‌های", "قلبی"]
    hit = json.loads(land.search("heart dis", highlight=True, language="en").hits[0])
    first, end = hit["marks"]["display_en"][0]
    assert hit["display_en"][first:end].lower() == "heart"


def test_suggestions_are_small_arrays_in_the_order_of_the_search(land: TermServer) -> None:
    asked = land.asking("diabetes", limit=5, language="en")
    small = [json.loads(row) for row in asked.suggest().hits]
    large = [json.loads(hit) for hit in asked.find().hits]
    assert small == [[hit["system"], hit["code"], hit["display"]] for hit in large]


def test_a_stream_gives_every_hit_once_in_order(land: TermServer) -> None:
    whole = list(land.search("d", limit=1000).hits)
    streamed = [hit for some in land.asking("d", limit=3).each() for hit in some]
    assert streamed == whole and len(whole) > 9


def test_the_glossary_is_not_needed_to_narrow(land: TermServer) -> None:
    assert GLOSSARY.terms and land.glossary is None
    assert found(land, "asthma", chapter=["X"]) == {"J45"}

"""What is picked often stands earlier among its equals; what is kept of it is a code, a day and a number."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from search_land import codes, finder, system

from termserver.model.codes import CodeSystemContent, Concept
from termserver.model.errors import UsageError
from termserver.model.text import Text
from termserver.search import picks
from termserver.search.search import Search, SearchQuery

TODAY = date(2026, 11, 22)
DISEASES = CodeSystemContent(
    system("cm", weight=100),
    (
        Concept("A1", Text("", "Fracture of arm")),
        Concept("A2", Text("", "Fracture of foot")),
        Concept("A3", Text("", "Fracture of wrist")),
        Concept("A4", Text("", "Fracture")),
    ),
)
SERVICES = CodeSystemContent(system("services", weight=50), (Concept("A3", Text("", "Fracture of plaster")),))


@pytest.fixture
def land(tmp_path: Path) -> Search:
    return Search([finder(tmp_path / "a.release", DISEASES), finder(tmp_path / "b.release", SERVICES)])


def use(search: Search, **weights: float) -> None:
    for one in search.finders:
        one.use({("cm", code): weight for code, weight in weights.items()})


def test_often_picked_codes_stand_first_among_equals_and_only_there(land: Search) -> None:
    assert codes(land, "fracture") == ["A4", "A1", "A2", "A3", "A3"]
    use(land, A3=100, A2=4)
    assert codes(land, "fracture") == ["A4", "A3", "A2", "A1", "A3"]
    assert [codes(land, "fracture", offset=n, limit=1)[0] for n in range(5)] == ["A4", "A3", "A2", "A1", "A3"]


def test_a_few_picks_change_nothing(land: Search) -> None:
    use(land, A3=2.9)
    assert codes(land, "fracture")[:4] == ["A4", "A1", "A2", "A3"]


def test_an_explanation_says_how_often_a_code_is_picked(land: Search) -> None:
    use(land, A3=100, A2=4)
    hits = [json.loads(hit) for hit in land.find(SearchQuery("fracture", explain=True)).hits]
    assert [hit["why"].get("picked", 0) for hit in hits] == [0, 4, 1, 0, 0]


def test_nothing_but_codes_days_and_numbers_is_kept(tmp_path: Path) -> None:
    counts = picks.PickCounts(tmp_path)
    for _ in range(25):
        counts.add("cm", "A3", TODAY)
    counts.add("cm", "A1", TODAY)
    counts.write(TODAY)
    assert (tmp_path / picks.FILE).read_text() == "system,code,day,picks\ncm,A1,2026-11-22,1\ncm,A3,2026-11-22,25\n"
    assert {path.name for path in tmp_path.iterdir()} == {picks.FILE, f"{picks.FILE}.lock"}


def test_two_processes_count_into_one_file(tmp_path: Path) -> None:
    one, other = picks.PickCounts(tmp_path), picks.PickCounts(tmp_path)
    for counts in (one, other, one):
        counts.add("cm", "A3", TODAY)
        counts.write(TODAY)
    assert picks.read(tmp_path) == {("cm", "A3", "2026-11-22"): 3}


def test_picks_fade_grow_together_by_month_and_are_gone_after_a_year(tmp_path: Path) -> None:
    counts = picks.PickCounts(tmp_path)
    for age in (0, 60, 61, 400):
        counts.add("cm", "A3", TODAY - timedelta(age))
    counts.write(TODAY)
    kept = picks.read(tmp_path)
    assert kept == {("cm", "A3", "2026-11-22"): 1, ("cm", "A3", "2026-09-01"): 2}
    assert 1.7 < picks.weights(kept, TODAY)["cm", "A3"] < 2
    assert picks.weights(kept, TODAY + timedelta(600))["cm", "A3"] < 0.01


def test_counts_are_forgotten_by_code_by_system_and_all(tmp_path: Path) -> None:
    counts = picks.PickCounts(tmp_path)
    for system_id, code in (("cm", "A1"), ("cm", "A2"), ("cm", "A2"), ("services", "A3"), ("x", "1")):
        counts.add(system_id, code, TODAY)
    counts.write(TODAY)
    assert picks.forget(tmp_path, "cm", "A2") == 2
    assert picks.forget(tmp_path, "cm") == 1
    assert {key[0] for key in picks.read(tmp_path)} == {"services", "x"}
    assert picks.forget(tmp_path) == 2 and picks.read(tmp_path) == {}


@pytest.mark.parametrize("text", ["query,who\nflu,anna\n", "system,code,day,picks\ncm,A1,yesterday,1\n", "\0\n", "{}"])
def test_another_file_in_its_place_is_refused_and_can_be_forgotten(tmp_path: Path, text: str) -> None:
    (tmp_path / picks.FILE).write_text(text)
    with pytest.raises(UsageError, match="weights forget"):
        picks.read(tmp_path)
    assert picks.forget(tmp_path) == 0
    assert not (tmp_path / picks.FILE).exists()

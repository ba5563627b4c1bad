"""The static rank order of a release."""

from search_land import DISEASES, INSURERS, NATION, system

from termserver.model.codes import CodeSystemContent, Concept, Status
from termserver.model.text import Text
from termserver.search.ranking import depths, in_rank_order


def test_active_comes_before_retired_and_heavy_systems_before_light_ones() -> None:
    entries = in_rank_order(reversed(NATION))
    keys = [(entry.concept.status is Status.RETIRED, -entry.system.weight) for entry in entries]
    assert keys == sorted(keys)
    assert [entry.ordinal for entry in entries] == list(range(len(entries)))


def test_general_comes_before_special_and_short_titles_first() -> None:
    codes = [entry.concept.code for entry in in_rank_order([DISEASES])]
    assert codes.index("E10-E14") < codes.index("E11") < codes.index("E11.9")
    assert codes.index("H26") < codes.index("I51")


def test_the_order_does_not_depend_on_the_order_of_the_folders() -> None:
    forward = [(entry.system.id, entry.concept.code) for entry in in_rank_order([DISEASES, INSURERS])]
    backward = [(entry.system.id, entry.concept.code) for entry in in_rank_order([INSURERS, DISEASES])]
    assert forward == backward


def test_depth_is_the_shortest_way_up_and_survives_cycles_and_unknown_parents() -> None:
    concepts = [
        Concept("a", Text("a")),
        Concept("b", Text("b"), ("a",)),
        Concept("c", Text("c"), ("b", "a")),
        Concept("x", Text("x"), ("y",)),
        Concept("y", Text("y"), ("x",)),
        Concept("lost", Text("lost"), ("nowhere",)),
    ]
    assert depths(concepts) == {"a": 0, "b": 1, "c": 1, "x": 0, "y": 0, "lost": 0}
    assert len(in_rank_order([CodeSystemContent(system("s"), tuple(concepts))])) == 6

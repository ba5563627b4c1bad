"""The judged set keeps what it promises: enough queries of every class, honest origins, grades that can be read."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks" / "relevance"
CLASSES = {"fa", "en", "mixed", "typo", "code", "drug", "name", "city"}
OWN = ("written for this set", "names of the sample nation", "the wishes of the coders", "benchmarks/")
GRADE = re.compile(r"[^|*:]+\*?:[123]")


def read(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    return read("judged.csv")


def test_every_class_has_enough_queries(rows: list[dict[str, str]]) -> None:
    counts = Counter(row["class"] for row in rows)
    assert len(rows) >= 300
    assert set(counts) == CLASSES
    assert min(counts.values()) >= 25


@pytest.mark.parametrize("name", ["judged.csv", "third.csv"])
def test_half_of_the_queries_name_no_system(name: str) -> None:
    rows = read(name)
    assert sum(not row["system"] for row in rows) >= len(rows) / 2


def test_a_third_of_the_queries_comes_from_elsewhere(rows: list[dict[str, str]]) -> None:
    assert all(row["origin"] for row in rows)
    assert sum(not row["origin"].startswith(OWN) for row in rows) >= len(rows) / 3


@pytest.mark.parametrize("name", ["judged.csv", "holdout.csv", "third.csv"])
def test_every_query_has_a_good_answer_and_no_code_twice(name: str) -> None:
    for row in read(name):
        assert row["class"] in CLASSES and row["origin"]
        said = row["expected"].split(" | ")
        assert all(GRADE.fullmatch(one) for one in said), row
        codes = [one.rpartition(":")[0] for one in said]
        assert len(codes) == len(set(codes)), row
        assert any(one[-1] in "23" and "*" not in one for one in said), row


def test_no_query_is_asked_twice(rows: list[dict[str, str]]) -> None:
    asked = Counter((row["query"], row["system"]) for row in (*rows, *read("holdout.csv"), *read("third.csv")))
    assert asked.most_common(1)[0][1] == 1

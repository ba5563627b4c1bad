"""No class of judged queries falls: what ``python -m benchmarks relevance`` measures, held against its floors."""

import csv
import gc
import sys
from pathlib import Path

import pytest

from termserver.releases.file import ReleaseFile
from termserver.releases.writer import ReleaseWriter
from termserver.search import index
from termserver.search.finder import Finder
from termserver.search.ranking import in_rank_order
from termserver.search.search import Search

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.relevance_bench import HOLDOUT, THIRD_SET, measured_apart, ours_of
from benchmarks.relevance_data import CLASSES, FOLDER, Score, content

pytest.importorskip("simple_icd_10_cm", reason="the judged set is asked of ICD-10-CM: pip install simple-icd-10-cm")


with (FOLDER / "floors.csv").open(encoding="utf-8", newline="") as _file:
    FLOORS = {row["class"]: (float(row["success"]), float(row["ndcg"])) for row in csv.DictReader(_file)}


def test_every_class_has_a_floor() -> None:
    assert set(FLOORS) == {*CLASSES, "all", HOLDOUT, THIRD_SET}
    assert all(success >= 0.85 and ndcg >= 0.85 for success, ndcg in FLOORS.values())
    assert FLOORS["all"][0] >= 0.93 and FLOORS["all"][1] >= 0.95


@pytest.mark.slow
def test_no_class_falls_below_its_floor(tmp_path: Path) -> None:
    scores = _scores(tmp_path)
    fallen = {
        kind: (score.success, score.ndcg)
        for kind, score in scores.items()
        if score.success < FLOORS[kind][0] or score.ndcg < FLOORS[kind][1]
    }
    assert not fallen, f"success@1 and nDCG@10 are below benchmarks/relevance/floors.csv: {fallen}"


def _scores(folder: Path) -> dict[str, Score]:
    gc.disable()  # nothing made here is thrown away before the end
    try:
        made = content(folder)
        entries = in_rank_order(made.systems)
        with ReleaseWriter(folder / "judged.release", "judged", "1") as writer:
            for tables in (index.list_tables(entries, made.glossary), index.hit_tables(entries)):
                for table, rows in tables:
                    writer.table(table, rows)
            writer.finish()
    finally:
        gc.enable()
    with ReleaseFile.open(folder / "judged.release") as file:
        return measured_apart(ours_of(Search([Finder(file)])))

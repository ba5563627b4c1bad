"""What the judged queries are asked of, and how an answer is graded.

The data: ICD-10-CM, the content folders, the small sample nation, and a list of common drug products
(``relevance/products.csv``: real generic and brand names, invented codes).
"""

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from termserver.build import build_release
from termserver.content.folders import Content, read
from termserver.importers import icd10cm
from termserver.model.codes import CodeSystem, CodeSystemContent, Concept, Designation
from termserver.model.codes import Content as Extent
from termserver.model.text import Text
from termserver.registries.sample import SMALL, Nation, sample_content
from termserver.registries.sample_lists import NationalLists
from termserver.service import TermServer

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(__file__).with_name("relevance")
CLASSES = ("fa", "en", "mixed", "typo", "code", "drug", "name", "city")
DEPTH = 10


@dataclass(frozen=True)
class Judged:
    """One query with the codes that answer it: 3 exactly right, 2 good, 1 acceptable.

    A grade of ``E11*`` holds for every code that begins so and is not graded by itself; such codes
    are welcome on the page, and none of them is missed if it is not there.
    """

    query: str
    kind: str
    system: str
    grades: dict[str, int]
    below: dict[str, int]
    origin: str

    def grade(self, code: str) -> int:
        if code in self.grades:
            return self.grades[code]
        return max((grade for start, grade in self.below.items() if code.startswith(start)), default=0)


@dataclass(frozen=True)
class Score:
    """How one answer did: its first hit is good, the reciprocal rank of the first good hit, nDCG of ten."""

    success: float
    reciprocal: float
    ndcg: float


FILES = ("judged.csv", "holdout.csv")
THIRD = "third.csv"
"""Written later in four parts, each before the search was asked any of it, and scored by itself."""
"""``holdout.csv`` was written at one go before the search was asked a single one of its queries."""


@cache
def judged(*files: str) -> tuple[Judged, ...]:
    """The judged queries of these files, or of all, in their order."""
    rows: list[dict[str, str]] = []
    for name in files or FILES:
        with (FOLDER / name).open(encoding="utf-8", newline="") as file:
            rows += csv.DictReader(file)
    found = []
    for row in rows:
        grades: dict[str, int] = {}
        below: dict[str, int] = {}
        for said in row["expected"].split(" | "):
            code, _, grade = said.rpartition(":")
            (below if code.endswith("*") else grades)[code.rstrip("*")] = int(grade)
        found.append(Judged(row["query"], row["class"], row["system"], grades, below, row["origin"]))
    return tuple(found)


def score(query: Judged, codes: Sequence[str]) -> Score:
    """Grade the first ten codes of an answer."""
    grades = [query.grade(code) for code in dict.fromkeys(codes)][:DEPTH]
    rank = next((n for n, grade in enumerate(grades, 1) if grade >= 2), 0)
    best = _gain(sorted(query.grades.values(), reverse=True)[:DEPTH])
    return Score(
        success=float(rank == 1),
        reciprocal=1 / rank if rank else 0.0,
        ndcg=min(1.0, _gain(grades) / best),
    )


def _gain(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / math.log2(n + 1) for n, grade in enumerate(grades, 1))


def mean(scores: Sequence[Score]) -> Score:
    count = len(scores)
    return Score(
        sum(one.success for one in scores) / count,
        sum(one.reciprocal for one in scores) / count,
        sum(one.ndcg for one in scores) / count,
    )


def content(folder: Path) -> Content:
    """All of the data; ``folder`` is for the release by which the sample nation is coded."""
    folders = read(ROOT)
    path = folder / "standards.release"
    build_release(folders, path, "standards", "1")
    with TermServer.open(path) as server:
        lists = NationalLists(server.terminology)
        nation = sample_content(Nation(SMALL, lists), lists)
    sampled = {one.system.id for one in nation}
    kept = tuple(one for one in folders.systems if one.system.id not in sampled)
    return replace(folders, systems=(*kept, *nation, icd10cm.read(), products()))


def products() -> CodeSystemContent:
    """Common drug products as the drug sheets write them; a brand has its generic as another name."""
    system = CodeSystem(
        id="bench-products",
        url="https://termserver.example/CodeSystem/bench-products",
        title=Text("فرآورده‌های سنجش", "Products of the benchmark"),
        version="1",
        content=Extent.EXAMPLE,
        weight=190,  # it stands for the whole list, of which ERX and IRC hold a few entries here
    )
    with (FOLDER / "products.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    concepts = (
        Concept(
            row["code"],
            Text(en=row["name"]),
            designations=(Designation("en", row["generic"]),) if row["generic"] else (),
        )
        for row in rows
    )
    return CodeSystemContent(system, tuple(concepts))

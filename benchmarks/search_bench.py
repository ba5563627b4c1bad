"""Search on ICD-10-CM: our posting lists beside Whoosh and SQLite FTS5, the same queries in one run.

Every retriever gets the same folded words (Persian designations are invented here, word by word,
and exist nowhere else), the same seeded queries, and returns its first 20. CPU time of one thread.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.retrievers.fts5 import Fts5Retriever
from benchmarks.retrievers.postings import PostingRetriever
from benchmarks.retrievers.whoosh_retriever import WhooshRetriever
from benchmarks.search_judged import JUDGED
from termserver.importers import icd10cm
from termserver.model.codes import CodeSystemContent, Designation, Entry
from termserver.model.fold import words
from termserver.model.values import replace
from termserver.search.ranking import in_rank_order

QUERIES = 200
SECONDS = 2.0
"""How long one retriever may spend on one class of queries; the slow ones answer fewer of them."""
_SYLLABLES = """
    با بی دا در را رو سا سی شا شی کا کی گا گو لا لی ما می نا نو وا هی یا تب دل سر غم فن قل
""".split()  # noqa: SIM905


def persian(word: str) -> str:
    """An invented Persian word for a Latin one, always the same; a compound now and then."""
    chance = random.Random(word)
    made = "".join(chance.choice(_SYLLABLES) for _ in range(chance.randint(1, 4)))
    return f"{made}\u200cها" if chance.random() < 0.1 else made


def corpus() -> list[Entry]:
    """ICD-10-CM in static rank order, each concept with an invented Persian name."""
    content = icd10cm.read()
    concepts = tuple(
        replace(
            concept,
            designations=(
                *concept.designations,
                Designation("fa", " ".join(persian(word) for word in words(concept.display.en))),
            ),
        )
        for concept in content.concepts
    )
    return in_rank_order([CodeSystemContent(content.system, concepts)])


def queries(entries: Sequence[Entry]) -> dict[str, list[str]]:
    """The classes of queries, seeded: drawn from the corpus as a typist would produce them."""
    chance = random.Random(20261121)

    def title() -> list[str]:
        return words(chance.choice(entries).concept.display.en)

    def name() -> list[str]:
        return [word for word in entries[chance.randrange(len(entries))].concept.designations[-1].value.split() if word]

    def begun(word: str, least: int = 1) -> str:
        return word[: chance.randint(least, max(least, len(word)))]

    def some(found: list[str], most: int) -> list[str]:
        return chance.sample(found, min(most, len(found)))

    def three() -> str:
        found = some(title(), 3)
        return " ".join([*found[:-1], begun(found[-1], 2)])

    def persian_three() -> str:
        found = some(name(), 3)
        return " ".join([*found[:-1], begun(found[-1], 2)])

    def code() -> str:
        folded = chance.choice(entries).concept.code
        return begun(folded, 2)

    made = {
        "1 letter": lambda: chance.choice(title())[:1],
        "3 letters": lambda: chance.choice(title())[:3],
        "a whole word": lambda: chance.choice(title()),
        "3 words, the last begun": three,
        "beginning of a code": code,
        "no hit": lambda: f"{chance.choice(title())} zq{begun(chance.choice(title()), 3)}",
        "Persian, 2 letters": lambda: chance.choice(name())[:2],
        "Persian, 3 words, the last begun": persian_three,
    }
    return {kind: [make() for _ in range(QUERIES)] for kind, make in made.items()}


def measured(find, asked: Sequence[str]) -> list[float]:
    """The CPU microseconds of each query, as many as the time allows (three at least)."""
    spent = []
    until = time.thread_time() + SECONDS
    for text in asked:
        start = time.thread_time_ns()
        find(text)
        spent.append((time.thread_time_ns() - start) / 1000)
        if time.thread_time() > until and len(spent) >= 3:
            break
    return spent


def percentile(spent: Sequence[float], share: float) -> float:
    return sorted(spent)[min(len(spent) - 1, int(len(spent) * share))]


def shown(microseconds: float) -> str:
    return f"{microseconds:.0f} µs" if microseconds < 1000 else f"{microseconds / 1000:.1f} ms"


def size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def run() -> str:
    """The comparison as Markdown: build, then p50 / p99 of every class with the ratio to ours."""
    entries = corpus()
    classes = queries(entries)
    retrievers = [
        PostingRetriever(),
        Fts5Retriever(),
        Fts5Retriever(bm25=True),
        WhooshRetriever(),
        WhooshRetriever(scored=True),
    ]
    head = [f"## Search in {len(entries):,} concepts of ICD-10-CM", ""]
    head += [
        f"{QUERIES} seeded queries of each class (slow retrievers: as many as {SECONDS:.0f} s of CPU allow): CPU time "
        "of a query, p50 / p99; × is the p50 beside ours. Ours is the whole answer, ready JSON and exact total; the "
        "others give the codes of the first 20. *Judged*: the expected code is on the first page.",
        "",
    ]
    build = ["| | build, CPU s | size, MB | judged |", "|---|---|---|---|"]
    ours: dict[str, float] = {}
    table = [
        "| | " + " | ".join(retriever.name for retriever in retrievers) + " |",
        "|---|" + "---|" * len(retrievers),
    ]
    cells: dict[str, list[str]] = {kind: [] for kind in classes}
    with tempfile.TemporaryDirectory(prefix="termserver-bench-") as parent:
        for n, retriever in enumerate(retrievers):
            shared = isinstance(retriever, WhooshRetriever)  # the two read one index
            folder = Path(parent) / ("whoosh" if shared else str(n))
            folder.mkdir(exist_ok=True)
            before = time.process_time()
            retriever.build(entries, folder)
            took = time.process_time() - before
            read = retriever.codes if isinstance(retriever, PostingRetriever) else list
            right = sum(code in read(retriever.find(text)) for text, code in JUDGED)  # type: ignore[arg-type]
            same = shared and n > 0 and isinstance(retrievers[n - 1], WhooshRetriever)
            cost = ("the same", "the same") if same else (f"{took:.1f}", f"{size(folder) / 1e6:.0f}")
            build.append(f"| {retriever.name} | {cost[0]} | {cost[1]} | {right} of {len(JUDGED)} |")
            for kind, texts in classes.items():
                spent = measured(retriever.find, texts)
                middle = statistics.median(spent)
                ratio = "" if n == 0 else f" (×{middle / ours[kind]:.1f})"
                ours.setdefault(kind, middle)
                cells[kind].append(f"{shown(middle)} / {shown(percentile(spent, 0.99))}{ratio}")
            retriever.close()
    table += [f"| {kind} | " + " | ".join(row) + " |" for kind, row in cells.items()]
    return "\n".join([*head, *table, "", *build])


if __name__ == "__main__":
    print(run())

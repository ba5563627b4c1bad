"""Search on ICD-10-CM: our posting lists beside Whoosh and SQLite FTS5, the same queries in one run.

Every retriever gets the same folded words (Persian designations are invented here, word by word,
and exist nowhere else), the same seeded queries, and returns its first 20. CPU time of one thread. What takes long to
make (Whoosh's index, our 500,000 concepts) is made once and kept (``search_kept.py``).
"""

import gc
import os
import random
import signal
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.edition import ROOT
from benchmarks.retrievers.fts5 import Fts5Retriever
from benchmarks.retrievers.interface import Retriever
from benchmarks.retrievers.postings import PostingRetriever
from benchmarks.retrievers.whoosh_retriever import WhooshRetriever
from benchmarks.search_judged import JUDGED
from benchmarks.search_kept import kept
from benchmarks.search_slips import SLIPS, slips
from termserver.content.folders import read
from termserver.importers import icd10cm
from termserver.model.codes import CodeSystem, CodeSystemContent, Concept, Content, Designation, Entry
from termserver.model.fold import words
from termserver.model.glossary import Glossary
from termserver.model.text import Text
from termserver.model.values import replace
from termserver.releases.file import ReleaseFile
from termserver.search.finder import Finder
from termserver.search.ranking import in_rank_order
from termserver.search.search import Search, SearchQuery

QUERIES = 200
SECONDS = 0.3
"""How long one retriever may spend on one class of queries; the slow ones answer fewer of them."""
PATIENCE = 1.0
"""So many seconds of CPU are waited for one answer."""
PEOPLE = 401_495
"""So many invented professionals make 500,000 concepts of ICD-10-CM."""
_SYLLABLES = """
    با بی دا در را رو سا سی شا شی کا کی گا گو لا لی ما می نا نو وا هی یا تب دل سر غم فن قل
""".split()  # noqa: SIM905


def persian(word: str) -> str:
    """An invented Persian word for a Latin one, always the same; a compound now and then."""
    chance = random.Random(word)
    made = "".join(chance.choice(_SYLLABLES) for _ in range(chance.randint(1, 4)))
    return f"{made}\u200cها" if chance.random() < 0.1 else made


def glossary() -> Glossary:
    """The project's own Persian-English glossary."""
    found = read(ROOT).glossary
    assert found is not None
    return found


def people(number: int) -> CodeSystemContent:
    """So many invented professionals, each with a name and a place."""
    chance = random.Random(7)
    names = [persian(f"n{n}") for n in range(12_000)]
    places = [persian(f"p{n}") for n in range(400)]
    system = CodeSystem("people", "urn:bench:people", Text(en="people"), "1", Content.COMPLETE, weight=50)
    return CodeSystemContent(
        system,
        tuple(
            Concept(
                f"{10_000_000 + n}",
                Text(f"{chance.choice(names)} {chance.choice(names)} {chance.choice(places)}"),
            )
            for n in range(number)
        ),
    )


def corpus(more: Sequence[CodeSystemContent] = ()) -> list[Entry]:
    """ICD-10-CM in static rank order, each concept with an invented Persian name; and ``more``."""
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
    return in_rank_order([CodeSystemContent(content.system, concepts), *more])


def queries(entries: Sequence[Entry]) -> dict[str, list[str]]:
    """The classes of queries, seeded: drawn from the corpus as a typist would produce them."""
    chance = random.Random(20261121)
    icd = [entry for entry in entries if entry.system.id == "icd10cm"]

    def title() -> list[str]:
        return words(chance.choice(icd).concept.display.en)

    def name() -> list[str]:
        return [word for word in chance.choice(icd).concept.designations[-1].value.split() if word]

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
        folded = chance.choice(icd).concept.code
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
    found = {kind: [make() for _ in range(QUERIES)] for kind, make in made.items()}
    return found | slips([entry.concept.display.en for entry in icd], glossary(), QUERIES)


class _GivenUp(Exception):
    """An answer took longer than anybody waits."""


def _give_up(*_: object) -> None:
    raise _GivenUp


def answered(find, text: str) -> tuple[Sequence[Any], float]:
    """The answer, nothing where it takes longer than ``PATIENCE``; and the microseconds of CPU until then."""
    former = signal.signal(signal.SIGPROF, _give_up)
    signal.setitimer(signal.ITIMER_PROF, PATIENCE)
    found: Sequence[Any] = ()
    start = time.thread_time_ns()
    try:
        found = find(text)
    except _GivenUp:
        pass
    finally:
        spent = (time.thread_time_ns() - start) / 1000
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, former)
    return found, spent


def measured(find, asked: Sequence[str]) -> tuple[list[float], float]:
    """The CPU microseconds of each query, as many as the time allows, and the share of them that find anything."""
    spent = []
    found = 0
    gc.collect()
    gc.freeze()  # the corpus is ours, not the retriever's: looking through it for garbage is no part of a search
    until = time.thread_time() + SECONDS
    for text in asked:
        hits, microseconds = answered(find, text)
        spent.append(microseconds)
        found += bool(hits)
        if time.thread_time() > until:
            break
    return spent, found / len(spent)


def times(spent: Sequence[float]) -> str:
    """The median and the 99th percentile; of few queries the slowest."""
    return f"{shown(statistics.median(spent))} / {shown(percentile(spent, 0.99))}"


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
    retrievers: list[Retriever] = [
        PostingRetriever(glossary()),  # type: ignore[list-item]
        Fts5Retriever(),
        Fts5Retriever(bm25=True),
        WhooshRetriever(),
        WhooshRetriever(scored=True),
    ]
    try:
        from benchmarks.retrievers.tantivy_retriever import TantivyRetriever
    except ImportError:  # not needed by anything else: pip install tantivy
        pass
    else:
        retrievers[1:1] = [TantivyRetriever(), TantivyRetriever(near=True)]
    head = [f"## Search in {len(entries):,} concepts of ICD-10-CM", ""]
    head += [
        f"{QUERIES} seeded queries of each class, each asked once, of an index just opened: CPU time of a query, p50 / "
        f"p99; × is the p50 beside ours. A class ends for a retriever after {SECONDS} s of CPU, and an answer is given "
        f"up after {PATIENCE:.0f} s: where fewer queries were asked by then, their number stands behind the times, and "
        "the p99 is that of the slowest. "
        "Ours is the whole answer, ready JSON and exact total, and *warm* the same queries a second time; the others "
        "give the codes of the first 20. *Judged*: the expected code is on the first page. The last classes are slips "
        "and lay words: behind the times, how many of the queries found anything; what a peer cannot do finds nothing, "
        "quickly.",
        "",
    ]
    build = ["| | build, CPU s | size, MB | judged |", "|---|---|---|---|"]
    ours: dict[str, float] = {}
    table = [
        "| | " + " | ".join([retrievers[0].name, "… warm", *(peer.name for peer in retrievers[1:])]) + " |",
        "|---|---|" + "---|" * len(retrievers),
    ]
    cells: dict[str, list[str]] = {kind: [] for kind in classes}
    with tempfile.TemporaryDirectory(prefix="termserver-bench-") as parent:
        for n, retriever in enumerate(retrievers):
            note = ""
            if isinstance(retriever, WhooshRetriever):  # the two read one index
                folder, said, now = kept("whoosh", _lines(entries), lambda to, one=retriever: _built(one, entries, to))
                retriever.build(entries, folder)
                took, note = said["seconds"], "" if now else " (earlier)"
            else:
                folder = Path(parent) / str(n)
                folder.mkdir()
                before = time.process_time()
                retriever.build(entries, folder)
                took = time.process_time() - before
            for kind, texts in classes.items():
                spent, found = measured(retriever.find, texts)
                middle = statistics.median(spent)
                ratio = "" if n == 0 else f" (×{middle / ours[kind]:.1f})"
                ours.setdefault(kind, middle)
                some = f", {found:.0%} found" if kind in SLIPS else ""
                few = f", {len(spent)} asked" if len(spent) < len(texts) else ""
                cells[kind].append(f"{times(spent)}{ratio}{some}{few}")
            if n == 0:
                for kind, texts in classes.items():
                    cells[kind].append(times(measured(retriever.find, texts)[0]))
            read = retriever.codes if isinstance(retriever, PostingRetriever) else list
            right = sum(code in read(answered(retriever.find, text)[0]) for text, code in JUDGED)
            cost = f"{took:.1f}{note} | {size(folder) / 1e6:.0f}"
            build.append(f"| {retriever.name} | {cost} | {right} of {len(JUDGED)} |")
            retriever.close()
    table += [f"| {kind} | " + " | ".join(row) + " |" for kind, row in cells.items()]
    busy = f"Load average of the machine meanwhile, of everything that ran: {os.getloadavg()[1]:.1f} (2 cores)."
    return "\n".join([*head, *table, "", *build, "", *half_a_million(), "", busy])


def _lines(entries: Sequence[Entry]) -> Iterator[str]:
    """What the entries say, for telling whether they are those of an index that was kept."""
    return (f"{entry.concept.code} {entry.concept.display.en}\n" for entry in entries)


def _built(retriever: Retriever, entries: Sequence[Entry], folder: Path) -> dict[str, Any]:
    retriever.build(entries, folder)
    retriever.close()
    return {}


def half_a_million() -> list[str]:
    """Ours on ICD-10-CM and invented professionals, 500,000 concepts in all."""
    terms = (f"{term.fa} {term.en} {term.variants_fa} {term.variants_en} {term.codes}\n" for term in glossary().terms)
    folder, said, now = kept("half-a-million", [str(PEOPLE), *terms], _half_a_million_built)
    ours = PostingRetriever(glossary())
    ours.build((), folder)
    lines = [f"### {said['entries']:,} concepts: ICD-10-CM and invented professionals", ""]
    lines += ["| | p50 / p99 | warm |", "|---|---|---|"]
    cold = {kind: times(measured(ours.find, texts)[0]) for kind, texts in said["classes"].items()}
    for kind, texts in said["classes"].items():
        lines.append(f"| {kind} | {cold[kind]} | {times(measured(ours.find, texts)[0])} |")
    ours.close()
    room = (folder / "bench.release").stat().st_size
    when = "" if now else " (earlier, and kept)"
    lines += [
        "",
        f"Built in {said['seconds']:.0f} s of CPU{when}, {room / 1e6:.0f} MB, {room / said['names']:.0f} bytes for "
        f"each name; {opening(folder)}.",
    ]
    return lines


def _half_a_million_built(folder: Path) -> dict[str, Any]:
    entries = corpus([people(PEOPLE)])
    ours = PostingRetriever(glossary())
    ours.build(entries, folder)
    ours.close()
    names = sum(bool(e.concept.display.fa) + bool(e.concept.display.en) + len(e.concept.designations) for e in entries)
    return {"entries": len(entries), "names": names, "classes": queries(entries)}


def opening(folder: Path) -> str:
    """How long it takes to open the index and answer the first query."""
    path = folder / "bench.release"
    ReleaseFile.open(path).close()
    start = time.perf_counter()
    file = ReleaseFile.open(path)
    Search([Finder(file)]).find(SearchQuery("diab"))
    took = time.perf_counter() - start
    file.close()
    return f"opened, with the first answer, in {took * 1000:.0f} ms"


if __name__ == "__main__":
    print(run())

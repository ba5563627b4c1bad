"""Who puts the right code first: termserver beside Whoosh, SQLite FTS5 and plain substrings, the same data.

The queries, their grades and where each came from stand in ``relevance/judged.csv``.
"""

import json
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from benchmarks.relevance_data import CLASSES, DEPTH, THIRD, Judged, Score, content, judged, mean, score
from benchmarks.retrievers.fts5 import Fts5Retriever
from benchmarks.retrievers.interface import Retriever, titles_of
from benchmarks.retrievers.substring import SubstringRetriever
from benchmarks.retrievers.whoosh_retriever import WhooshRetriever
from termserver.build import build_release
from termserver.model.codes import Entry
from termserver.model.fold import key
from termserver.model.glossary import Glossary
from termserver.search.ranking import in_rank_order
from termserver.search.search import Search, SearchQuery
from termserver.service import TermServer

HOLDOUT = "hold-out alone"
THIRD_SET = "third set alone"
Ask = Callable[[Judged], list[str]]


class Peers:
    """One kind of retriever: an index of everything, and one for each system that a query names."""

    def __init__(self, make: Callable[[], Retriever], entries: Sequence[Entry], folder: Path) -> None:
        self.name = make().name
        self._make, self._entries, self._folder = make, entries, folder
        self._made: dict[str, Retriever] = {}

    def ask(self, query: Judged) -> list[str]:
        return self.find(query.query, query.system)

    def find(self, text: str, system: str) -> list[str]:
        if system not in self._made:
            folder = self._folder / (system or "everything")
            folder.mkdir(parents=True, exist_ok=True)
            asked = [entry for entry in self._entries if system in ("", entry.system.id)]
            self._made[system] = self._make()
            self._made[system].build(asked, folder)
        return self._made[system].find(text)

    def close(self) -> None:
        for made in self._made.values():
            made.close()


class Translated:
    """Queries put into the words of titles by the glossary, the longest run of words first.

    A single word that titles have anyway is left as it is.
    """

    def __init__(self, glossary: Glossary, entries: Iterable[Entry]) -> None:
        self._known = {word for entry in entries for word in titles_of(entry)}
        self._titles: dict[str, str] = {}
        for term in glossary.terms:
            for name in term.names():
                self._titles.setdefault(key(name), term.en)

    def of(self, text: str) -> str:
        words = text.split()
        found: list[str] = []
        while words:
            for n in range(len(words), 0, -1):
                run = key(" ".join(words[:n]))
                title = "" if n == 1 and run.isascii() and run in self._known else self._titles.get(run, "")
                if title or n == 1:
                    found.append(title or words[0])
                    words = words[n:]
                    break
        return " ".join(found)


def ours(server: TermServer) -> Ask:
    def ask(query: Judged) -> list[str]:
        systems = [query.system] if query.system else []
        return [json.loads(hit)["code"] for hit in server.search(query.query, systems=systems, limit=DEPTH).hits]

    return ask


def ours_of(search: Search) -> Ask:
    """The same of an index alone."""

    def ask(query: Judged) -> list[str]:
        asked = SearchQuery(query.query, (query.system,) if query.system else (), DEPTH)
        return [json.loads(hit)["code"] for hit in search.find(asked).hits]

    return ask


def measured(ask: Ask, queries: Iterable[Judged]) -> dict[str, Score]:
    """The mean of every class, and of all."""
    scores: dict[str, list[Score]] = {kind: [] for kind in CLASSES}
    for query in queries:
        scores[query.kind].append(score(query, ask(query)))
    found = {kind: mean(some) for kind, some in scores.items()}
    return found | {"all": mean([one for some in scores.values() for one in some])}


def measured_apart(ask: Ask) -> dict[str, Score]:
    """All queries by class; the hold-out of them and the third set, both written before the search was asked, by
    themselves."""
    alone = {HOLDOUT: "holdout.csv", THIRD_SET: THIRD}
    return measured(ask, judged()) | {name: measured(ask, judged(file))["all"] for name, file in alone.items()}


def run() -> str:
    """The comparison as Markdown: success@1, MRR and nDCG@10 of every class."""
    queries = judged()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        made = content(folder)
        build_release(made, folder / "bench.release", "bench", "1")
        entries = in_rank_order(made.systems)
        results: dict[str, dict[str, Score]] = {}
        with TermServer.open(folder / "bench.release") as server:
            results["**termserver**"] = measured_apart(ours(server))
        for make in (lambda: WhooshRetriever(scored=True), lambda: Fts5Retriever(bm25=True), SubstringRetriever):
            peers = Peers(make, entries, folder / make().name[:6])
            results[peers.name] = measured_apart(peers.ask)
            if made.glossary and isinstance(make(), Fts5Retriever):
                by = Translated(made.glossary, entries)
                helped = measured_apart(lambda query, p=peers, by=by: p.find(by.of(query.query), query.system))
                results[f"{peers.name}, after our glossary"] = helped
            peers.close()
    return table(queries, results, len(entries))


def table(queries: Sequence[Judged], results: dict[str, dict[str, Score]], concepts: int) -> str:
    counts = {kind: sum(query.kind == kind for query in queries) for kind in CLASSES} | {"all": len(queries)}
    counts |= {HOLDOUT: len(judged("holdout.csv")), THIRD_SET: len(judged(THIRD))}
    everywhere = sum(not query.system for query in queries)
    lines = [
        f"## The right code first: {len(queries)} judged queries on {concepts:,} concepts",
        "",
        f"ICD-10-CM, the committee's lists, the small sample nation and common drug products; {everywhere} queries are "
        "asked across all systems. success@1 / MRR / nDCG@10; a hit is good from grade 2. Queries, grades and origins: "
        "`benchmarks/relevance/judged.csv`, and `holdout.csv`, written before the search was asked any of it; so was "
        "`third.csv`, in no other row.",
        "",
        f"| class | queries | {' | '.join(results)} |",
        f"|---|---|{'---|' * len(results)}",
    ]
    for kind, count in counts.items():
        cells = (
            f"{one[kind].success:.2f} / {one[kind].reciprocal:.2f} / {one[kind].ndcg:.2f}" for one in results.values()
        )
        lines.append(f"| {kind} | {count} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(run())

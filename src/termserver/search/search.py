"""The search of an edition: the finders of its releases answer together, as if they were one."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import zip_longest

from pyroaring import FrozenBitMap

from termserver.search.finder import NOTHING, Finder, Run, Tiers
from termserver.search.glossary import TERMS, Terms
from termserver.search.kinds import Reading
from termserver.search.postings import NOBODY
from termserver.search.query import SearchQuery, SearchResult, check, plain
from termserver.search.relaxed import Relaxing

__all__ = ["Search", "SearchQuery", "SearchResult"]

Resolve = Callable[[str], Sequence[str]]
"""From a system's name, as an advanced query writes it, to folder ids; empty if nobody knows it."""


class Search:
    """The search over several releases; immutable, safe to share between threads.

    Hits are ordered by the kind of match, then active before retired, weight of the system,
    system id and static rank; totals add.
    """

    def __init__(self, finders: Iterable[Finder], resolve: Resolve | None = None) -> None:
        """``resolve`` says which systems a name means; else the names in the indexes are asked."""
        self.finders = tuple(finders)
        self._resolve = resolve or self._by_name
        runs = [(run, n) for n, finder in enumerate(self.finders) for run in finder.runs]
        self._runs = sorted(runs, key=lambda pair: (pair[0].rank, pair[1], pair[0].first))
        self._stretches = list(_stretches(self._runs))
        terms = next((Terms(finder.reader) for finder in self.finders if finder.reader.get(TERMS, 0)), None)
        self._relaxing = Relaxing(self.finders, terms)

    def find(self, query: SearchQuery) -> SearchResult:
        """One page of hits and the exact total. Raise UsageError for a query that cannot be asked.

        Where nothing matches a plain query as typed, every word may be the beginning of one.
        """
        check(query)
        allowed = [finder.allowed(query.systems, query.active_only) for finder in self.finders]
        asked = list(zip(self.finders, allowed, strict=True))
        relaxed = meant = ""
        if query.syntax == "advanced":
            from termserver.search.query_language import parse  # only advanced queries pay for Whoosh

            tree = parse(query.text, self._resolve, self.names)
            found = [finder.advanced(tree, some) for finder, some in asked] if tree else []
        else:
            text = plain(query.text)
            found = self._plain(self._relaxing.reading(text), asked)
            if text.chunks and not any(tiers.total for tiers in found):
                for looser in self._relaxing.looser(query.text, text):
                    found = self._plain(looser.reading, asked)
                    if any(tiers.total for tiers in found):
                        relaxed, meant = looser.how, looser.said
                        break
                else:
                    found = self._partial(query.text, asked)
                    relaxed = "partial" if found else ""
        total = sum(tiers.total for tiers in found)
        return SearchResult(tuple(self._page(found, query, total)), total, relaxed, meant)

    @staticmethod
    def _plain(reading: Reading, asked: Sequence[tuple[Finder, FrozenBitMap | None]]) -> list[Tiers]:
        return [finder.plain(reading, some) for finder, some in asked]

    def _partial(self, typed: str, asked: Sequence[tuple[Finder, FrozenBitMap | None]]) -> list[Tiers]:
        """What matches most of the words."""
        reading = self._relaxing.partial(typed)
        levels = [finder.partial(reading, some) for finder, some in asked]
        for level in range(max(map(len, levels), default=0), 0, -1):
            found = [tiers[level - 1] if len(tiers) >= level else NOTHING for tiers in levels]
            if any(tiers.total for tiers in found):
                return found
        return []

    def _page(self, found: list[Tiers], query: SearchQuery, total: int) -> list[bytes]:
        hits: list[bytes] = []
        skip = query.offset
        wanted = min(query.limit, total - skip)
        if wanted <= 0:
            return hits
        some = [(n, tiers) for n, tiers in enumerate(found) if tiers.total]
        finders = [n for n, _ in some]
        for named in zip_longest(*(tiers.best_first() for _, tiers in some), fillvalue=("", NOBODY)):
            kind = [members for _, members in named]
            here = sum(map(len, kind))
            if here <= skip:
                skip -= here
                continue
            for n, ordinals in self._in_order(dict(zip(finders, kind, strict=True)), skip, wanted - len(hits)):
                hits += self.finders[n].hits(ordinals, query.language)
            if len(hits) == wanted:
                break
            skip = 0
        return hits

    def _in_order(self, kind: dict[int, FrozenBitMap], skip: int, wanted: int) -> Iterator[tuple[int, list[int]]]:
        """The members of one kind of match after the first ``skip``, at most ``wanted``, by finder."""
        if len(kind) == 1:
            ((finder, members),) = kind.items()
            yield finder, list(members[skip : skip + wanted])
            return
        for finder, first, end in self._stretches:
            members = kind.get(finder, NOBODY)
            here = members.range_cardinality(first, end) if members else 0
            if here <= skip:
                skip -= here
                continue
            before = members.rank(first - 1) if first else 0
            taken = list(members[before + skip : before + min(here, skip + wanted)])
            yield finder, taken
            skip = 0
            wanted -= len(taken)
            if not wanted:
                return

    def _by_name(self, name: str) -> Sequence[str]:
        wanted = name.lower()
        return sorted({run.system for run, _ in self._runs if wanted in run.names})

    def names(self) -> set[str]:
        """Every name by which an indexed system is known, lower case."""
        return {name for run, _ in self._runs for name in run.names}


def _stretches(runs: Iterable[tuple[Run, int]]) -> Iterator[tuple[int, int, int]]:
    """Finder, first ordinal and end (not included) of what may be read at one go, in the order of all ``runs``."""
    last, start, stop = -1, 0, 0
    for run, finder in runs:
        if finder == last and run.first >= stop:  # what lies between is hidden and in no answer
            stop = run.end
            continue
        if last >= 0:
            yield last, start, stop
        last, start, stop = finder, run.first, run.end
    if last >= 0:
        yield last, start, stop

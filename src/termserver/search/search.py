"""The search of an edition: the finders of its releases answer together, as if they were one."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pyroaring import FrozenBitMap

from termserver.model.ports import ReleaseReader
from termserver.search.facets import count
from termserver.search.finder import NOTHING, Finder, Run, Scope, Tiers
from termserver.search.glossary import Terms
from termserver.search.kinds import Reading
from termserver.search.ordinals import NOBODY
from termserver.search.phrases import TERMS
from termserver.search.query import MOST_HITS, FacetCount, SearchQuery, SearchResult, check, plain
from termserver.search.reach import Reach
from termserver.search.relaxed import Relaxing
from termserver.search.shown import asked_words, explained, marked
from termserver.search.tree import Known

__all__ = ["Search", "SearchQuery", "SearchResult"]

Resolve = Callable[[str], Sequence[str]]
"""From a system's name, as an advanced query writes it, to folder ids; empty if nobody knows it."""
PartOf = Callable[[str, str], Scope]
"""From "under" or "chapter" and a code to what lies there; empty if there is no such code."""


Show = Callable[[Finder, Sequence[int], str], list[bytes]]
"""From a finder, ordinals and the language to what is shown of them."""
_ANYTHING = SearchQuery("")


def _no_part(kind: str, code: str) -> Scope:
    return {}


@dataclass(slots=True)
class _Answer:
    """What matches, by finder, and how the query was read."""

    found: list[Tiers]
    reading: Reading | None = None
    relaxed: str = ""
    meant: str = ""

    @property
    def total(self) -> int:
        return sum([tiers.total for tiers in self.found])


class Search:
    """The search over several releases; immutable, safe to share between threads.

    Hits are ordered by the kind of match, then active before retired, weight of the system,
    system id and static rank; totals add.
    """

    def __init__(self, finders: Iterable[Finder], resolve: Resolve | None = None, part: PartOf | None = None) -> None:
        """``resolve`` says which systems a name means (else the names in the indexes are asked), ``part`` what lies
        "under" a code or in a "chapter" (else nothing does)."""
        self.finders = tuple(finders)
        self._resolve = resolve or self._by_name
        self._part = part
        runs = [(run, n) for n, finder in enumerate(self.finders) for run in finder.runs]
        self._runs = sorted(runs, key=lambda pair: (pair[0].rank, pair[1], pair[0].first))
        self._stretches = list(_stretches(self._runs))
        terms = next((Terms(finder.reader) for finder in self.finders if finder.reader.get(TERMS, 0)), None)
        self._everybody = [(finder, finder.allowed(_ANYTHING) if finder.hidden else None) for finder in self.finders]
        self._reach = Reach([finder.postings.sieve for finder in self.finders])
        self._relaxing = Relaxing(self.finders, terms, self._reach)

    def find(self, query: SearchQuery, scopes: Sequence[Scope] = ()) -> SearchResult:
        """One page of hits and the exact total, in all of the ``scopes``. Raise UsageError for what cannot be asked.

        Where nothing matches a plain query as typed, it is read ever more loosely (``relaxed.py``).
        """
        answer = self._answer(query, scopes)
        page = list(self._page(answer.found, query.limit, query.offset, answer.total))
        hits = self._shown(page, query.language, Finder.hits)
        if query.explain:
            places = [(n, kind, ordinal) for n, kind, ordinals in page for ordinal in ordinals]
            hits = [self._explained(hit, *place) for hit, place in zip(hits, places, strict=True)]
        if query.highlight:
            words = asked_words(answer.reading) if answer.reading else frozenset()
            hits = [marked(hit, words) for hit in hits]
        facets = self._facets(query, answer.found) if query.facets else {}
        return SearchResult(tuple(hits), answer.total, answer.relaxed, answer.meant, facets)

    def _shown(self, page: Sequence[tuple[int, str, list[int]]], language: str, show: Show) -> list[bytes]:
        """The hits of a page as ``show`` has them, read at one go for each release."""
        releases = {n for n, _, _ in page}
        if len(releases) == 1:
            (n,) = releases
            return show(self.finders[n], [ordinal for _, _, ordinals in page for ordinal in ordinals], language)
        ready = {
            n: iter(show(self.finders[n], [o for m, _, ordinals in page if m == n for o in ordinals], language))
            for n in releases
        }
        return [next(ready[n]) for n, _, ordinals in page for _ in ordinals]

    def _explained(self, hit: bytes, finder: int, kind: str, ordinal: int) -> bytes:
        run = self.finders[finder].run_of(ordinal)
        return explained(hit, kind, run.weight, ordinal - run.first, self.finders[finder].how_used(ordinal))

    def suggest(self, query: SearchQuery, scopes: Sequence[Scope] = ()) -> SearchResult:
        """As ``find``; each hit is a small JSON array: system, code, display."""
        answer = self._answer(query, scopes)
        page = list(self._page(answer.found, query.limit, query.offset, answer.total))
        rows = self._shown(page, query.language, Finder.short)
        return SearchResult(tuple(rows), answer.total, answer.relaxed, answer.meant)

    def each(self, query: SearchQuery, scopes: Sequence[Scope] = ()) -> Iterator[list[bytes]]:
        """All hits from ``offset`` on, some at a time; ``limit`` says how many at once."""
        offset = query.offset
        while True:
            answer = self._answer(query, scopes)
            page = list(self._page(answer.found, query.limit or MOST_HITS, offset, answer.total))
            some = self._shown(page, query.language, Finder.hits)
            if not some:
                return
            yield some
            offset += len(some)

    def tiers(self, reader: ReleaseReader, query: SearchQuery) -> Tiers:
        """What matches in one release, the best kind of match first."""
        found = self._answer(query, ()).found
        here = next((n for n, finder in enumerate(self.finders) if finder.reader is reader), -1)
        return found[here] if 0 <= here < len(found) else NOTHING

    def _answer(self, query: SearchQuery, scopes: Sequence[Scope]) -> "_Answer":
        check(query)
        if scopes or query.systems or query.status or query.active_only or query.on or query.properties:
            asked = [(finder, finder.allowed(query, scopes)) for finder in self.finders]
        else:
            asked = self._everybody
        if query.syntax == "advanced":
            from termserver.search.query_language import parse  # only advanced queries pay for Whoosh

            known = Known(self._resolve, self.names, self.properties, self._part or _no_part)
            tree = parse(query.text, known)
            return _Answer([finder.advanced(tree, some) for finder, some in asked] if tree else [])
        text = plain(query.text)
        reading = self._relaxing.reading(text)
        found = self._plain(reading, asked)
        total = sum([tiers.total for tiers in found])
        if not text.chunks or total:
            more = self._relaxing.too_little(text, total) if text.chunks else None
            if more is None:
                return _Answer(found, reading)
            return _Answer(self._plain(more.reading, asked), more.reading, more.how, more.said)
        for looser in self._relaxing.looser(query.text, reading):
            found = self._plain(looser.reading, asked)
            if any(tiers.total for tiers in found):
                return _Answer(found, looser.reading, looser.how, looser.said)
        reading = self._relaxing.partial(query.text)
        found = self._partial(reading, asked)
        return _Answer(found, reading, "partial" if found else "")

    def _plain(self, reading: Reading, asked: Sequence[tuple[Finder, FrozenBitMap | None]]) -> list[Tiers]:
        if not reading.text.chunks:
            return []
        can = self._reach.reading(reading)
        return [
            finder.plain(reading, some) if can >> n & 1 and (some is None or some) else NOTHING
            for n, (finder, some) in enumerate(asked)
        ]

    def _partial(self, reading: Reading, asked: Sequence[tuple[Finder, FrozenBitMap | None]]) -> list[Tiers]:
        """What matches most of the words."""
        can = self._reach.any_of(reading)
        levels = [finder.partial(reading, some) if can >> n & 1 else [] for n, (finder, some) in enumerate(asked)]
        for level in range(max(map(len, levels), default=0), 0, -1):
            found = [tiers[level - 1] if len(tiers) >= level else NOTHING for tiers in levels]
            if any(tiers.total for tiers in found):
                return found
        return []

    def _page(self, found: list[Tiers], limit: int, skip: int, total: int) -> Iterator[tuple[int, str, list[int]]]:
        """The ordinals of one page, best first: the place of the finder, the kind of match, the ordinals."""
        wanted = min(limit, total - skip)
        if wanted <= 0:
            return
        some = [(n, tiers) for n, tiers in enumerate(found) if tiers.total]
        if len(some) == 1:
            ((n, tiers),) = some
            for _, name, members in tiers.best_first():
                here = len(members)
                if here <= skip:
                    skip -= here
                    continue
                yield n, name, list(members if here <= wanted and not skip else members[skip : skip + wanted])
                wanted -= here - skip
                if wanted <= 0:
                    return
                skip = 0
            return
        for name, kind in _side_by_side(some):
            here = sum(map(len, kind.values()))
            if here <= skip:
                skip -= here
                continue
            for n, ordinals in self._in_order(kind, skip, wanted):
                wanted -= len(ordinals)
                yield n, name, ordinals
            if not wanted:
                return
            skip = 0

    def _facets(self, query: SearchQuery, found: list[Tiers]) -> dict[str, tuple[FacetCount, ...]]:
        pairs = [(finder, tiers.everything) for finder, tiers in zip(self.finders, found or [NOTHING], strict=False)]
        return {name: count(name, pairs, self.properties) for name in dict.fromkeys(query.facets)}

    def properties(self) -> set[str]:
        """The indexed properties that a query may ask for."""
        return {name for finder in self.finders for name in finder.narrowing.properties()}

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


def _side_by_side(found: Iterable[tuple[int, Tiers]]) -> Iterator[tuple[str, dict[int, FrozenBitMap]]]:
    """The kinds of several finders, best first, each with its members in the finders that have any."""
    open_still = {n: tiers.best_first() for n, tiers in found}
    waiting = {n: first for n, kinds in open_still.items() if (first := next(kinds, None))}
    while waiting:
        place = min(kind[0] for kind in waiting.values())
        here = {n: kind for n, kind in waiting.items() if kind[0] == place}
        yield next(name for _, name, _ in here.values()), {n: members for n, (_, _, members) in here.items()}
        for n in here:
            following = next(open_still[n], None)
            if following:
                waiting[n] = following
            else:
                del waiting[n]


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

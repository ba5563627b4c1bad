"""The search of one release: sets of ordinals, the best kind of match first.

A page is read from ever weaker sets, each in static rank order; nothing is scored. What a kind of
match is worth stands in ``kinds.py``, and only there.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import orjson
from pyroaring import FrozenBitMap

from termserver.model.fold import code_key
from termserver.model.ports import ReleaseReader
from termserver.search.before import Before
from termserver.search.hits import Hits
from termserver.search.kept import Kept
from termserver.search.kinds import Kind, Kinds, Reading
from termserver.search.narrowing import Narrowing
from termserver.search.near import Near
from termserver.search.ordinals import NOBODY, union
from termserver.search.postings import CODE, SYSTEMS, Postings
from termserver.search.query import Chunk, SearchQuery
from termserver.search.tree import Node
from termserver.search.word_lists import ANYWHERE, OTHER, TITLE

LAST = 1000
"""The place of what is left behind all kinds."""
_FIRST_PARTIAL = 100
"""The place of the rarest word's matches, behind the codes of what is said."""
OFTEN = (81.0, 27.0, 9.0, 3.0)
"""Picks of about so many, elder ones counting less, put a code before the others of its kind; fewer do nothing."""
_BEFORE = 8_000_000
"""The bytes of lists that are kept for the words before the last one."""
_MOST_PARTS = 8
"""A best partial match looks at so many of the words, the rarest ones."""
Scope = Mapping[ReleaseReader, FrozenBitMap]
"""A part of the edition: the ordinals of each release; one that is not named has none."""


@dataclass(frozen=True, slots=True)
class Run:
    """The ordinals ``first`` to ``end`` (not included): one system, all active or all retired."""

    first: int
    end: int
    system: str
    weight: int
    names: tuple[str, ...]
    head: bytes
    retired: bool

    @property
    def stands_in_for(self) -> str:
        """The system in whose place it answers, or ""."""
        said: dict[str, str] = orjson.loads(self.head.removesuffix(b',"code":') + b"}")
        return said.get("stand_in_for", "")

    @property
    def rank(self) -> tuple[bool, int, str]:
        """Where the run stands among those of all releases."""
        return self.retired, -self.weight, self.system


class Tiers:
    """The matches of one query in one release, from the best kind to the weakest.

    The sets are worked out when they are asked for, so a page that is full early costs little.
    """

    __slots__ = ("_kinds", "_used", "everything", "total")

    def __init__(
        self, everything: FrozenBitMap, kinds: Iterator[Kind] = iter(()), used: Sequence[FrozenBitMap] = ()
    ) -> None:
        """``kinds`` are the sets of each kind of match, best first, whatever else is in them; what of a kind is in
        the first set of ``used`` stands before what is in the next."""
        self._used = used
        self.everything = everything
        self.total = len(everything)
        self._kinds = kinds

    def __iter__(self) -> Iterator[FrozenBitMap]:
        """The members of each kind, best first."""
        return (members for _, _, members in self.best_first())

    def best_first(self) -> Iterator[Kind]:
        """The kinds that have members, each with the ordinals whose best match it is; to be read once."""
        everything, left = self.everything, self.total
        taken = NOBODY
        for place, name, kind in self._kinds:
            found = everything & kind if kind else NOBODY
            if taken:
                found = found - taken
            if found:
                if self._used:
                    yield from self._by_use(place, name, found)
                else:
                    yield place, name, found
                left -= len(found)
                if not left:
                    return
                taken = taken | found if taken else found
        if left:
            yield LAST * (len(self._used) + 1), "rest", everything - taken

    def _by_use(self, place: int, name: str, found: FrozenBitMap) -> Iterator[Kind]:
        """The members of a kind, the more used ones first."""
        place *= len(self._used) + 1
        for n, often in enumerate(self._used):
            here = found & often
            if here:
                yield place + n, name, here
                found = found - here
        if found:
            yield place + len(self._used), name, found


NOTHING = Tiers(NOBODY)


class Finder:
    """The search of one opened release; immutable, safe to share between threads."""

    def __init__(self, reader: ReleaseReader, hidden: frozenset[str] = frozenset()) -> None:
        """``hidden`` are the ids of systems that another release of the edition answers for.

        Raise ReleaseError if the index was folded by other rules than ours.
        """
        self.reader = reader
        self.postings = Postings(reader)
        self.near = Near(reader)
        self.narrowing = Narrowing(reader, self.postings.entries)
        retired_from = self.postings.retired_from
        rows = reader.rows(SYSTEMS) if reader.has(SYSTEMS) else iter(())
        runs = [
            Run(first, first + entries, system, weight, tuple(names.split("\n")), head, first >= retired_from)
            for first, entries, system, weight, names, head in rows
        ]
        self.hidden = hidden
        self.runs = [run for run in runs if run.system not in hidden]
        self._some_hidden = len(self.runs) < len(runs)
        self._hits = Hits(reader, [(run.end, run.head) for run in runs])
        self._before: Kept[tuple[bool, tuple[Chunk, ...]], Before] = Kept(_BEFORE, Before.size)
        self._tops: dict[int, FrozenBitMap] | None = None
        self.used: tuple[FrozenBitMap, ...] = ()

    # which concepts are asked at all

    def allowed(self, query: SearchQuery, scopes: Sequence[Scope] = ()) -> FrozenBitMap | None:
        """The ordinals that the query is asked of at all and that are not hidden; None if that is everybody."""
        wanted = sorted(set(query.systems))
        states = (query.active_only or query.status == "active", query.status == "retired")
        found: FrozenBitMap | None = None
        if wanted or self._some_hidden or any(states):
            name = f"@{states}\n" + "\n".join(wanted)
            found = self.postings.kept(name, lambda _: self._ordinals(wanted, *states))
        narrower = [scope.get(self.reader, NOBODY) for scope in scopes]
        if query.on:
            narrower.append(self.postings.kept(f"@on {query.on}", lambda _: self.narrowing.in_force(query.on)))
        narrower += [self.narrowing.valued(name, value) for name, value in query.properties]
        for some in narrower:
            found = some if found is None else found & some
        return found

    def use(self, weights: Mapping[tuple[str, str], float]) -> None:
        """Put what is picked often before the rest of its kind from now on; once, before the first query."""
        levels: list[list[FrozenBitMap]] = [[] for _ in OFTEN]
        for (system, code), weight in weights.items():
            level = next((n for n, least in enumerate(OFTEN) if weight >= least), None)
            found = self.postings.whole(CODE, code_key(code)) if level is not None else NOBODY
            if found and level is not None:
                levels[level].append(found & self.of_systems([system]))
        self.used = tuple(union(some) for some in levels)

    def how_used(self, ordinal: int) -> int:
        """0 for what is not picked often, else how often by the steps of ``OFTEN``, the most often the highest."""
        return next((len(OFTEN) - n for n, often in enumerate(self.used) if ordinal in often), 0)

    def of_systems(self, systems: Iterable[str]) -> FrozenBitMap:
        """The ordinals of these systems."""
        return self._ordinals(list(systems), False, False)

    def _ordinals(self, systems: Sequence[str], active: bool, retired: bool) -> FrozenBitMap:
        runs = [run for run in self.runs if not systems or run.system in systems]
        return in_runs(run for run in runs if not (active and run.retired) and not (retired and not run.retired))

    def run_of(self, ordinal: int) -> Run:
        """The run that an ordinal which is not hidden belongs to."""
        return self.runs[bisect_right([run.end for run in self.runs], ordinal)]

    def is_hidden(self, ordinal: int) -> bool:
        """Whether another release of the edition answers for its system."""
        return not any(run.first <= ordinal < run.end for run in self.runs)

    def tops(self) -> dict[int, FrozenBitMap]:
        """Every top of a hierarchy with what is below; read once."""
        if self._tops is None:
            self._tops = self.narrowing.tops()
        return self._tops

    # which of them match

    def plain(self, reading: Reading, allowed: FrozenBitMap | None) -> Tiers:
        """What matches all chunks, the last one as the beginning of a word, or what they mean."""
        if not reading.text.chunks:
            return NOTHING
        kinds = Kinds(self, reading)
        everything = kinds.everything(allowed)
        return Tiers(everything, kinds.best_first(), self.used) if everything else NOTHING

    def partial(self, reading: Reading, allowed: FrozenBitMap | None) -> list[Tiers]:
        """What matches at least one of the words, at least two ...; those with the rarer words first."""
        if not reading.text.chunks:
            return []
        kinds = Kinds(self, reading)
        telling, measures = kinds.partial(allowed)
        sets = sorted(telling, key=len)[:_MOST_PARTS]
        coded = [(n, "meant-code", some) for n, some in enumerate(kinds.coded_first()) if some]
        levels: list[FrozenBitMap] = []
        for found in sets:
            higher = [found & level for level in levels]
            levels.append(NOBODY)
            for n, more in enumerate([found, *higher]):
                levels[n] = levels[n] | more
        measured = FrozenBitMap.union(NOBODY, *measures)
        ordered = [some for found in sets for some in ((found & measured, found) if measured else (found,))]
        others = [(_FIRST_PARTIAL + n, "partial", found) for n, found in enumerate(ordered)]
        return [Tiers(level, iter((*coded, *others)), self.used) for level in levels]

    def advanced(self, tree: Node, allowed: FrozenBitMap | None) -> Tiers:
        """What a query tree asks for: first what matches it in displays alone, then the rest."""
        from termserver.search.evaluation import Evaluation  # only advanced queries pay for it

        asked = Evaluation(self)
        everything = asked.of(tree, ANYWHERE)
        if allowed is not None:
            everything = everything & allowed
        return Tiers(everything, ((0, name, asked.of(tree, TITLE)) for name in ("titles",)), self.used)

    def chunk(self, kind: str, chunk: Chunk, begins: bool, codes: bool) -> FrozenBitMap:
        """What has all parts of the chunk or its joined form, or (``codes``) a code that begins so; or one of its
        others."""
        read = self.words
        parts = chunk.parts
        found = read(kind, parts[-1], begins)
        if len(parts) > 1:
            found = meet([found, *(read(kind, part, False) for part in parts[:-1])])
            found = found | read(kind, chunk.joined, begins)
        if codes and kind == ANYWHERE and chunk.may_be_code:
            found = found | self.postings.beginning(CODE, chunk.joined)
        if chunk.others:
            return FrozenBitMap.union(found, *(self.chunk(kind, other, begins, codes) for other in chunk.others))
        return found

    def before(self, chunks: tuple[Chunk, ...], every: bool) -> Before:
        """What is known of the words before the last one (``every``: only begun)."""
        known = (every, chunks)
        found = self._before.get(known)
        if found is None:
            found = Before(self, chunks, every)
            self._before.put(known, found)
        return found

    def coded(self, system: str, code: str, begins: bool) -> FrozenBitMap:
        """What has the code, or one that begins so, in the system or what stands in for it; nobody without a system."""
        if not system:
            return NOBODY
        name = f"@coded {system} {code}{'*' if begins else ''}"
        return self.postings.kept(name, lambda _: self._coded(system, code, begins))

    def _coded(self, system: str, code: str, begins: bool) -> FrozenBitMap:
        if not code:
            return in_runs(run for run in self.runs if system in (run.system, run.stands_in_for))
        read = self.postings.beginning if begins else self.postings.whole
        found = read(CODE, code)
        return found & self.coded(system, "", True) if found else NOBODY

    def words(self, kind: str, word: str, begins: bool) -> FrozenBitMap:
        """The ordinals of a word (or its beginning) in titles, or anywhere."""
        read = self.postings.words.beginning if begins else self.postings.words.whole
        found = read(kind, word)
        if kind == ANYWHERE and word.startswith("0") and word.isdecimal() and word.strip("0"):
            # a number is also found without the zeros it was padded with
            found = found | read(OTHER, word.lstrip("0"))
        return found

    # what is shown of them

    def hits(self, ordinals: Sequence[int], language: str) -> list[bytes]:
        """The ready JSON objects of these ordinals, in their order."""
        return self._hits.full(ordinals, language)

    def short(self, ordinals: Sequence[int], language: str) -> list[bytes]:
        """System, code and display of these ordinals as small JSON arrays, in their order."""
        return self._hits.short(ordinals, language)


def meet(lists: list[FrozenBitMap]) -> FrozenBitMap:
    """What is in all of the lists, the smallest taken first."""
    lists.sort(key=len)
    found = lists[0]
    for other in lists[1:]:
        if not found:
            return NOBODY
        found = found & other
    return found


def in_runs(runs: Iterable[Run]) -> FrozenBitMap:
    """The ordinals of these runs."""
    lists = [FrozenBitMap(range(run.first, run.end)) for run in runs]
    return FrozenBitMap.union(*lists) if lists else NOBODY

"""The search of one release: sets of ordinals, the best kind of match first.

A page is read from ever weaker sets, each in static rank order; nothing is scored. What a kind of
match is worth stands in ``Tiers``, and only there.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pyroaring import FrozenBitMap

from termserver.model.ports import ReleaseReader
from termserver.search.postings import CODE, HITS, NOBODY, OTHER, PLAIN_REST, START, SYSTEMS, TITLE, WHOLE, Postings
from termserver.search.query import Chunk, PlainText
from termserver.search.tree import Node

ANYWHERE = "a"
"""Words of titles and other words together."""


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
    def rank(self) -> tuple[bool, int, str]:
        """Where the run stands among those of all releases."""
        return self.retired, -self.weight, self.system


class Tiers:
    """The matches of one query in one release, from the best kind to the weakest.

    The sets are worked out when they are asked for, so a page that is full early costs little.
    """

    def __init__(self, everything: FrozenBitMap, kinds: Sequence[Callable[[], FrozenBitMap]] = ()) -> None:
        self.everything = everything
        self.total = len(everything)
        self._kinds = kinds
        self._found: list[FrozenBitMap] = []
        self._rest = everything

    def tier(self, n: int) -> FrozenBitMap:
        """The ordinals whose best kind of match is the ``n``-th; the last tier is whatever is left."""
        while len(self._found) <= n:
            if not self._rest:
                return NOBODY
            place = len(self._found)
            found = self._rest
            if place < len(self._kinds):
                found = found & self._kinds[place]()
            self._found.append(found)
            if found:
                self._rest = self._rest - found
        return self._found[n]


class Finder:
    """The search of one opened release; immutable, safe to share between threads."""

    def __init__(self, reader: ReleaseReader, hidden: frozenset[str] = frozenset()) -> None:
        """``hidden`` are the ids of systems that another release of the edition answers for.

        Raise ReleaseError if the index was folded by other rules than ours.
        """
        self.reader = reader
        self.postings = Postings(reader)
        retired_from = self.postings.retired_from
        rows = reader.rows(SYSTEMS) if reader.has(SYSTEMS) else iter(())
        runs = [
            Run(first, first + entries, system, weight, tuple(names.split("\n")), head, first >= retired_from)
            for first, entries, system, weight, names, head in rows
        ]
        self.hidden = hidden
        self.runs = [run for run in runs if run.system not in hidden]
        self._some_hidden = len(self.runs) < len(runs)
        self._ends = [run.end for run in runs]
        self._heads = [run.head for run in runs]

    # which concepts are asked at all

    def allowed(self, systems: Iterable[str] = (), active_only: bool = False) -> FrozenBitMap | None:
        """The ordinals of these systems (none named: all) that are not hidden; None if that is everybody."""
        wanted = sorted(set(systems))
        if not wanted and not self._some_hidden and not active_only:
            return None
        name = f"@{active_only}\n" + "\n".join(wanted)
        return self.postings.kept(name, lambda _: self._ordinals(wanted, active_only))

    def _ordinals(self, systems: Sequence[str], active_only: bool) -> FrozenBitMap:
        runs = [run for run in self.runs if not systems or run.system in systems]
        return in_runs(run for run in runs if not (active_only and run.retired))

    # which of them match

    def plain(self, text: PlainText, allowed: FrozenBitMap | None, every_word_begins: bool = False) -> Tiers:
        """What matches all chunks, the last one as the beginning of a word (or all of them so)."""
        chunks = text.chunks
        if not chunks:
            return Tiers(NOBODY)
        alone = len(chunks) == 1
        whole, beginning = self.postings.whole, self.postings.beginning

        def matching(kind: str, last_begins: bool) -> FrozenBitMap:
            last = len(chunks) - 1
            return meet(
                [
                    self.chunk(kind, chunk, every_word_begins or (last_begins and n == last), not alone)
                    for n, chunk in enumerate(chunks)
                ]
            )

        def starting(last_begins: bool) -> FrozenBitMap:
            last = chunks[-1].parts[-1]
            lists = [whole(START, part) for chunk in chunks for part in chunk.parts]
            if last_begins:
                lists.append(beginning(START, last))
            return FrozenBitMap.union(*lists)

        codes, titles = beginning(CODE, text.joined), beginning(WHOLE, text.joined)
        everything = matching(ANYWHERE, True) | codes | titles
        if allowed is not None:
            everything = everything & allowed
        return Tiers(
            everything,
            (
                lambda: whole(CODE, text.joined),
                lambda: whole(WHOLE, text.joined),
                lambda: titles & matching(TITLE, False),
                lambda: codes | titles,
                lambda: matching(TITLE, False) & starting(False),
                lambda: matching(TITLE, True) & starting(True),
                lambda: matching(TITLE, False),
                lambda: matching(TITLE, True),
                lambda: matching(ANYWHERE, False),
            ),
        )

    def advanced(self, tree: Node, allowed: FrozenBitMap | None) -> Tiers:
        """What a query tree asks for: first what matches it in displays alone, then the rest."""
        from termserver.search.evaluation import Evaluation  # only advanced queries pay for it

        asked = Evaluation(self)
        everything = asked.of(tree, ANYWHERE)
        if allowed is not None:
            everything = everything & allowed
        return Tiers(everything, (lambda: asked.of(tree, TITLE),))

    def chunk(self, kind: str, chunk: Chunk, begins: bool, codes: bool) -> FrozenBitMap:
        """What has all parts of the chunk or its joined form, or (``codes``) a code that begins so."""
        read = self.words
        parts = chunk.parts
        found = meet([read(kind, part, False) for part in parts[:-1]] + [read(kind, parts[-1], begins)])
        if len(parts) > 1:
            found = found | read(kind, chunk.joined, begins)
        if codes and kind == ANYWHERE and chunk.may_be_code:
            found = found | self.postings.beginning(CODE, chunk.joined)
        return found

    def words(self, kind: str, word: str, begins: bool) -> FrozenBitMap:
        """The ordinals of a word (or its beginning) in titles, or anywhere."""
        read = self.postings.beginning if begins else self.postings.whole
        if kind != ANYWHERE:
            return read(kind, word)
        return self.postings.kept(f"{ANYWHERE}{word}{'*' if begins else ''}", lambda _: self._anywhere(word, begins))

    def _anywhere(self, word: str, begins: bool) -> FrozenBitMap:
        read = self.postings.beginning if begins else self.postings.whole
        found = read(TITLE, word) | read(OTHER, word)
        bare = word.lstrip("0") if word.startswith("0") and word.isdecimal() else ""
        # a number is also found without the zeros it was padded with
        return found | read(OTHER, bare) if bare else found

    # what is shown of them

    def hits(self, ordinals: Sequence[int], language: str) -> list[bytes]:
        """The ready JSON objects of these ordinals, in their order."""
        rows = self.reader.many(HITS, ordinals)
        persian = language.lower().startswith("fa")
        shown = []
        for ordinal in ordinals:
            _, code, fa, en, more = rows[ordinal]
            first, second = (fa, en) if persian else (en, fa)
            display = first if first != b'""' else second
            head = self._heads[bisect_right(self._ends, ordinal)]
            shown.append(
                b'%s%s,"display":%s,"display_fa":%s,"display_en":%s%s'
                % (head, code, display, fa, en, more or PLAIN_REST)
            )
        return shown


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

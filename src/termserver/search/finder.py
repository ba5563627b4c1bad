"""The search of one release: sets of ordinals, the best kind of match first.

A page is read from ever weaker sets, each in static rank order; nothing is scored. What a kind of
match is worth stands in ``Tiers``, and only there.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from pyroaring import FrozenBitMap

from termserver.model.ports import ReleaseReader
from termserver.search.kept import Kept
from termserver.search.postings import CODE, HITS, NOBODY, OTHER, PLAIN_REST, START, SYSTEMS, TITLE, WHOLE, Postings
from termserver.search.query import Chunk, PlainText
from termserver.search.tree import Node

ANYWHERE = "a"
"""Words of titles and other words together."""
_SHOWN = 8_000_000
"""How many bytes of hits are kept ready for each language."""


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

    __slots__ = ("_kinds", "everything", "total")

    def __init__(self, everything: FrozenBitMap, kinds: Iterator[FrozenBitMap] = iter(())) -> None:
        """``kinds`` are the sets of each kind of match, best first, whatever else is in them."""
        self.everything = everything
        self.total = len(everything)
        self._kinds = kinds

    def best_first(self) -> Iterator[FrozenBitMap]:
        """For each kind the ordinals whose best match it is, then whatever is left; to be read once."""
        rest = self.everything
        for kind in self._kinds:
            found = rest & kind if kind else NOBODY
            yield found
            if found:
                rest = rest - found
                if not rest:
                    return
        yield rest


NOTHING = Tiers(NOBODY)


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
        self._persian: Kept[int, bytes] = Kept(_SHOWN, len)
        self._other: Kept[int, bytes] = Kept(_SHOWN, len)

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
        if not text.chunks:
            return NOTHING
        codes = self.postings.beginning(CODE, text.joined)
        titles = self.postings.beginning(WHOLE, text.joined)
        everything = self._matching(text.chunks, every_word_begins)
        if codes or titles:
            everything = FrozenBitMap.union(everything, codes, titles)
        if allowed is not None:
            everything = everything & allowed
        if not everything:
            return NOTHING
        return Tiers(everything, self._kinds(text, everything, codes, titles, every_word_begins))

    def _matching(self, chunks: Sequence[Chunk], every: bool) -> FrozenBitMap:
        """What has all of the chunks anywhere, the last one begun."""
        if len(chunks) == 1:
            return self.chunk(ANYWHERE, chunks[0], True, False)
        found = self.chunk(ANYWHERE, chunks[0], every, True)
        found = self._narrowed(found, ANYWHERE, chunks[1:-1], every, True)
        return self._narrowed(found, ANYWHERE, chunks[-1:], True, True)

    def _kinds(
        self, text: PlainText, everything: FrozenBitMap, codes: FrozenBitMap, titles: FrozenBitMap, every: bool
    ) -> Iterator[FrozenBitMap]:
        """The kinds of match, best first; what needs many lists is taken out of ``everything`` step by step."""
        whole, beginning = self.postings.whole, self.postings.beginning
        first, last = text.chunks[:-1], text.chunks[-1:]
        parts = [part for chunk in text.chunks for part in chunk.parts]
        several = bool(first)
        yield whole(CODE, text.joined) if codes else NOBODY
        yield whole(WHOLE, text.joined) if titles else NOBODY
        in_titles = self._narrowed(everything, TITLE, first, every, several)
        all_whole = self._narrowed(in_titles, TITLE, last, every, several)
        yield titles & all_whole
        yield codes | titles
        yield _any_of(all_whole, (whole(START, part) for part in parts))
        last_begun = all_whole if every else self._narrowed(in_titles, TITLE, last, True, several)
        yield _any_of(last_begun, (*(whole(START, part) for part in parts), beginning(START, parts[-1])))
        yield all_whole
        yield last_begun
        in_any = self._narrowed(everything, ANYWHERE, first, every, several)
        yield self._narrowed(in_any, ANYWHERE, last, every, several)

    def _narrowed(
        self, found: FrozenBitMap, kind: str, chunks: Sequence[Chunk], begins: bool, codes: bool
    ) -> FrozenBitMap:
        """What of ``found`` has all of the chunks; given up at the first one that nobody has."""
        for chunk in chunks:
            if not found:
                return NOBODY
            found = found & self.chunk(kind, chunk, begins, codes)
        return found

    def advanced(self, tree: Node, allowed: FrozenBitMap | None) -> Tiers:
        """What a query tree asks for: first what matches it in displays alone, then the rest."""
        from termserver.search.evaluation import Evaluation  # only advanced queries pay for it

        asked = Evaluation(self)
        everything = asked.of(tree, ANYWHERE)
        if allowed is not None:
            everything = everything & allowed
        return Tiers(everything, (asked.of(tree, TITLE) for _ in range(1)))

    def chunk(self, kind: str, chunk: Chunk, begins: bool, codes: bool) -> FrozenBitMap:
        """What has all parts of the chunk or its joined form, or (``codes``) a code that begins so."""
        read = self.words
        parts = chunk.parts
        found = read(kind, parts[-1], begins)
        if len(parts) > 1:
            found = meet([found, *(read(kind, part, False) for part in parts[:-1])])
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
        persian = language.lower().startswith("fa")
        kept = self._persian if persian else self._other
        shown = kept.many(ordinals)
        if None in shown:
            made = self._made([n for n, hit in zip(ordinals, shown, strict=True) if hit is None], persian)
            kept.update(made)
            shown = [hit or made[n] for n, hit in zip(ordinals, shown, strict=True)]
        return cast("list[bytes]", shown)

    def _made(self, ordinals: Sequence[int], persian: bool) -> dict[int, bytes]:
        made = {}
        for ordinal, (_, code, fa, en, more) in self.reader.many(HITS, ordinals).items():
            first, second = (fa, en) if persian else (en, fa)
            display = first if first != b'""' else second
            head = self._heads[bisect_right(self._ends, ordinal)]
            made[ordinal] = b'%s%s,"display":%s,"display_fa":%s,"display_en":%s%s' % (
                head, code, display, fa, en, more or PLAIN_REST,
            )  # fmt: skip
        return made


def _any_of(found: FrozenBitMap, lists: Iterable[FrozenBitMap]) -> FrozenBitMap:
    """What of ``found`` is in any of the lists."""
    if not found:
        return NOBODY
    here = [found & members for members in lists if members]
    return FrozenBitMap.union(*here) if here else NOBODY


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

"""The kinds of match of a plain query, best first: the one place that says what is worth more.

A literal match stands before one by the meaning (the glossary) of the same quality, and both before
whatever matches less. Sets are worked out when they are asked for; a page that is full early costs little.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice, product
from typing import Protocol

from pyroaring import FrozenBitMap

from termserver.model.fold import key
from termserver.search.before import Before, Last
from termserver.search.glossary import PASSED_OVER, Name
from termserver.search.heads import head_words
from termserver.search.ordinals import NOBODY, union
from termserver.search.postings import CODE, PARTICULAR, TAIL, UNTITLED, WHOLE, Postings, bag
from termserver.search.query import Chunk, PlainText
from termserver.search.word_lists import ANYWHERE, END, START, TITLE

UNITS = frozenset("mg mcg g gr ml cc iu میلی گرم میلیگرم میکروگرم سیسی واحد".split())  # noqa: SIM905
"""What a number before it counts: «amoxicillin 500 mg»."""
_MEASURES = UNITS | frozenset(
    "چند روز هفته ماه سال ساعت several hour hours day days week weeks month months year years".split()  # noqa: SIM905
)
_NUMBER = 5
"""A number of so many digits names something."""
_MOST_CODES = 12
"""So many codes of a term are put first at most."""
_MOST_TITLES = 12
"""So many ways to say a whole title are looked up at most."""

Kind = tuple[int, str, FrozenBitMap]
"""Its place among all kinds, the same in every release; how explanations call it, and what is of it."""


@dataclass(frozen=True, slots=True)
class Group:
    """Words of a query that say one thing together, and its names in other words (none: the words alone).

    ``said`` is the very name in Latin letters; ``codes`` of the system ``coded_in`` are what it is
    coded by. ``narrows``: it only says something of another thing («شدید»).
    """

    chunks: tuple[Chunk, ...]
    last: bool
    term: int = -1
    names: tuple[Name, ...] = ()
    said: Name = ()
    coded_in: str = ""
    codes: tuple[str, ...] = ()
    narrows: bool = False

    @property
    def own(self) -> Name:
        """Its words as they were typed."""
        return tuple([part for chunk in self.chunks for part in chunk.parts])

    @property
    def category(self) -> str:
        """The widest of its codes that is of the category of the first one; "" without codes."""
        return min((code for code in self.codes if code[:3] == self.codes[0][:3]), key=len, default="")


@dataclass(frozen=True)
class Reading:
    """One way to read a query: its words, and what they mean together (no groups: nothing beside themselves)."""

    text: PlainText
    every_begins: bool = False
    groups: tuple[Group, ...] = ()

    @cached_property
    def bags(self) -> list[int]:
        """The sets of words of which a whole title would consist."""
        chunks = self.text.chunks
        split = {part for chunk in chunks for part in chunk.parts}
        joined = {chunk.joined for chunk in chunks}
        forms = [split] if joined == split else [split, joined]
        return _bags(forms if split.isdisjoint(PASSED_OVER) else [*forms, split - PASSED_OVER])

    @cached_property
    def said(self) -> tuple[int, ...]:
        """The sets of words of the titles that would say what is meant."""
        return _said(tuple([group.names or (group.own,) for group in self.groups]))


@lru_cache(4096)
def _said(ways: tuple[tuple[Name, ...], ...]) -> tuple[int, ...]:
    said = [{word for name in names for word in name} for names in islice(product(*ways), _MOST_TITLES)]
    return tuple(_bags(said + [words - PASSED_OVER for words in said if not words.isdisjoint(PASSED_OVER)]))


def _bags(forms: Iterable[set[str]]) -> list[int]:
    return list(dict.fromkeys([bag(form) for form in forms if form]))


class Lists(Protocol):
    """What a kind is made of."""

    postings: Postings

    def chunk(self, kind: str, chunk: Chunk, begins: bool, codes: bool) -> FrozenBitMap: ...
    def words(self, kind: str, word: str, begins: bool) -> FrozenBitMap: ...
    def before(self, chunks: tuple[Chunk, ...], every: bool) -> Before: ...
    def coded(self, system: str, code: str, begins: bool) -> FrozenBitMap: ...


class Kinds:
    """The kinds of one reading in one release."""

    __slots__ = ("_all", "_before", "_codes", "_last", "_less", "_lists", "_meant", "_reading", "_tails", "_titles")

    def __init__(self, lists: Lists, reading: Reading) -> None:
        self._lists = lists
        self._reading = reading
        text, postings = reading.text, lists.postings
        first, self._last = text.chunks[:-1], Last(lists, text.chunks[-1])
        self._before = lists.before(first, reading.every_begins) if first else None
        self._codes = postings.beginning(CODE, text.joined)
        self._titles = postings.beginning(WHOLE, text.joined)
        self._tails = postings.beginning(TAIL, text.joined) if text.tail else NOBODY
        self._meant = self._groups(ANYWHERE) if reading.groups else NOBODY
        self._less = self._without_what_narrows() if len(reading.groups) > 1 else []
        self._all = NOBODY

    def everything(self, allowed: FrozenBitMap | None) -> FrozenBitMap:
        """Whatever matches at all."""
        found = self._matching()
        more = [some for some in (self._codes, self._titles, self._tails, self._meant, *self._less) if some]
        if more:
            found = FrozenBitMap.union(found, *more)
        self._all = found if allowed is None else found & allowed
        return self._all

    def _matching(self) -> FrozenBitMap:
        """What has all of the chunks anywhere, the last one begun."""
        before = self._before
        if before is None:
            return self._last.of(ANYWHERE, True, False)
        found = before.anywhere
        return found & self._last.of(ANYWHERE, True, True) if found else NOBODY

    def best_first(self) -> Iterator[Kind]:
        """The kinds that have members, best first; what needs many lists is taken out of everything step by step."""
        text, every, meant = self._reading.text, self._reading.every_begins, self._meant
        postings = self._lists.postings
        whole = postings.whole
        codes, titles = self._codes, self._titles
        before, last, several = self._before, self._last, self._before is not None
        exactly = whole(CODE, text.joined) if codes else NOBODY
        if before is not None:
            exactly = union([exactly, before.codes() & self._all, last.codes() & self._all])
        if exactly:
            yield 0, "code", exactly
        coded = self._coded() if self._reading.groups else ()
        if coded:
            if titles:
                yield (
                    1,
                    "title",
                    whole(WHOLE, text.joined) & self._lists.coded(self._reading.groups[0].coded_in, "", True),
                )
            for n, some in enumerate(coded):
                yield 2 + n, "meant-code", some
        if self._tails:
            yield 18, "code-tail", self._tails
        titled, rest, named = postings.of_bags(self._reading.bags)
        if titles:
            yield 19, "title", whole(WHOLE, text.joined)
        if titled:
            yield 20, "title-words", titled
        said = UNTITLED
        in_meant: FrozenBitMap | None = None
        if meant:
            yield 21, "meant-as-said", self._as_said()
            said = postings.of_names(self._reading.said) if self._may_be_titled() else UNTITLED
            yield 22, "meant-title", said[0]
            if len(self._reading.groups) > 1 and any(group.codes for group in self._reading.groups):
                in_meant = self._groups(TITLE)
                yield 23, "meant-below", self._narrower(in_meant)
        yield 24, "title-rest", rest
        if meant:
            yield 25, "meant-title-rest", said[1]
            yield 26, "meant-begins", self._beginning()
        yield 27, "name", named
        if meant:
            yield 28, "meant-name", said[2]
        if self._reading.groups:
            yield 29, "meant-below", self._below()
        in_titles = self._all & before.titles() if before is not None else self._all
        all_whole = in_titles & last.of(TITLE, every, several) if in_titles else NOBODY
        begun = titles & all_whole if titles and all_whole else NOBODY
        heads = _either(all_whole, before.ends() if before is not None else None, last.ends()) if all_whole else NOBODY
        if in_meant is None:
            in_meant = self._groups(TITLE) if meant else NOBODY
        starting = self._starting(in_meant) if in_meant else NOBODY
        if begun or heads or starting:
            particular = postings.whole(PARTICULAR[0], PARTICULAR[1:])
            if particular:  # a category before what it holds
                yield 31, "title-begins", begun - particular
                yield 32, "title-head", heads - particular
                yield 33, "meant-first-word", starting - particular
            yield 34, "title-begins", begun
            yield 35, "title-head", heads
        if codes or titles:
            yield 36, "begins", codes | titles
        if in_titles:
            starts = before.starts() if before is not None else None
            if all_whole:
                yield 37, "first-word", _either(all_whole, starts, last.starts())
            last_begun = all_whole if every else in_titles & last.of(TITLE, True, several)
            if last_begun:
                yield 38, "first-word-begun", _either(last_begun, starts, last.starts() | last.starts_begun())
        if meant:
            yield 39, "meant-first-word", starting
        yield 40, "words", all_whole
        if in_titles:
            yield 41, "words-begun", last_begun
        yield 42, "meant", in_meant
        for n, some in enumerate(self._less):
            yield 43 + n, "meant-less", some
        in_any = self._all & before.anywhere if before is not None else self._all
        yield 60, "other-names", in_any & last.of(ANYWHERE, every, several)
        yield 61, "meant-other-names", meant
        yield 62, "other-names-begun", self._all

    def _may_be_titled(self) -> bool:
        """Whether a title can consist of the names: those of a word that is none yet are of no title."""
        group = self._reading.groups[-1]
        return bool(group.names) or not group.last or self._last.is_word()

    # by the codes that the glossary names

    def _coded(self) -> list[FrozenBitMap]:
        """What the one thing that is said is coded by, the likeliest first: its first code, the plain parts of that one
        and the other codes."""
        groups = self._reading.groups
        return self._codes_of(groups[0]) if len(groups) == 1 else []

    def _codes_of(self, group: Group) -> list[FrozenBitMap]:
        found = [self._lists.coded(group.coded_in, code, False) for code in group.codes[:_MOST_CODES]]
        if found:
            # where its parts are named, too, they are the likelier ones
            named = any(code.startswith(group.codes[0]) for code in group.codes[1:])
            postings, name = self._lists.postings, ("below", group.coded_in, group.codes[0])
            below = postings.kept(name, lambda _: postings.plain_below(found[0]))
            found.insert(len(found) if named else 1, below)
        return found

    def _without_what_narrows(self) -> list[FrozenBitMap]:
        """What the one thing is that is said beside words that only narrow it, in case that nothing is so narrow."""
        things = [group for group in self._reading.groups if not group.narrows]
        if len(things) != 1 or not (things[0].names or things[0].codes):
            return []
        return self._codes_of(things[0]) if things[0].codes else [self._by_names(ANYWHERE, things[0])]

    def _below(self) -> FrozenBitMap:
        """What else is of the category of the one thing that is said."""
        groups = self._reading.groups
        if len(groups) != 1 or not groups[0].codes:
            return NOBODY
        return self._lists.coded(groups[0].coded_in, groups[0].category, True)

    def _narrower(self, found: FrozenBitMap) -> FrozenBitMap:
        """What of ``found`` is of the category of one of several things that are said."""
        groups = self._reading.groups
        lists = [self._lists.coded(group.coded_in, group.category, True) for group in groups if group.codes]
        return _any_of(found, lists)

    # less than everything

    def coded_first(self) -> list[FrozenBitMap]:
        """The codes that are typed, and what the things that are said are coded by: those said in more words first."""
        groups = sorted((group for group in self._reading.groups if group.codes), key=lambda group: -len(group.chunks))
        whole = self._lists.postings.whole
        codes = [whole(CODE, one.joined) for one in self._reading.text.chunks if one.may_be_code]
        return [*codes, *(some for group in groups for some in self._codes_of(group))]

    def partial(self, allowed: FrozenBitMap | None) -> tuple[list[FrozenBitMap], list[FrozenBitMap]]:
        """What matches each of the words, in their own letters or by what they mean: of the telling words, and of the
        measures and what only narrows beside them."""
        chunks = self._reading.text.chunks
        named = {chunk for group in self._reading.groups if group.names for chunk in group.chunks}
        narrow = {chunk for group in self._reading.groups if group.narrows for chunk in group.chunks}
        measures = [
            chunk in narrow or (not chunk.others and chunk not in named and _is_measure(chunk.joined))
            for chunk in chunks
        ]
        sets: tuple[list[FrozenBitMap], list[FrozenBitMap]] = ([], [])
        for n, chunk in enumerate(chunks):
            found = self._lists.chunk(ANYWHERE, chunk, n == len(chunks) - 1, True)
            for group in self._reading.groups:
                if group.names and chunk in group.chunks:
                    found = found | self._group(ANYWHERE, group)
            found = found if allowed is None else found & allowed
            if found:
                sets[measures[n] and not all(measures)].append(found)
        return sets

    # by meaning

    def _groups(self, kind: str) -> FrozenBitMap:
        """What says every group, in its own words or in other ones."""
        found: FrozenBitMap | None = None
        for group in self._reading.groups:
            here = self._group(kind, group)
            found = here if found is None else found & here
            if not found:
                return NOBODY
        return found if found is not None else NOBODY

    def _group(self, kind: str, group: Group) -> FrozenBitMap:
        if not group.names:
            return self._in_own_words(kind, group)
        named = self._by_names(kind, group)
        if len(self._reading.groups) == 1:
            return named
        if group.last:
            return named | self._in_own_words(kind, group)
        name = (kind, self._reading.every_begins, len(group.codes), group.term, group.chunks)
        return self._lists.postings.kept(name, lambda _: named | self._in_own_words(kind, group))

    def _by_names(self, kind: str, group: Group) -> FrozenBitMap:
        name = f"n{kind}{len(group.codes)} {group.term}"
        return self._lists.postings.kept(name, lambda _: self._named(kind, group))

    def _in_own_words(self, kind: str, group: Group) -> FrozenBitMap:
        own = None
        for n, chunk in enumerate(group.chunks):
            begins = self._reading.every_begins or (group.last and n == len(group.chunks) - 1)
            here = self._lists.chunk(kind, chunk, begins, True)
            own = here if own is None else own & here
        return own if own is not None else NOBODY

    def _named(self, kind: str, group: Group) -> FrozenBitMap:
        found = [self._lists.coded(group.coded_in, code, True) for code in group.codes]
        for name in group.names:
            here: FrozenBitMap | None = None
            for word in name:
                if word in PASSED_OVER:  # long lists, and a title says much the same without them
                    continue
                members = self._lists.words(kind, word, False)
                here = members if here is None else here & members
                if not here:
                    break
            if here:
                found.append(here)
        return union(found)

    def _as_said(self) -> FrozenBitMap:
        """What has a title that begins with the name that sounds as what was typed."""
        said = [key(" ".join(group.said)) for group in self._reading.groups if group.said]
        return _any_of(self._meant, [self._lists.postings.beginning(WHOLE, name) for name in said]) if said else NOBODY

    def _beginning(self) -> FrozenBitMap:
        """What is titled by the one thing that is said and goes on, where no code is named: products by their drug."""
        groups = self._reading.groups
        if len(groups) != 1 or groups[0].codes or not groups[0].names:
            return NOBODY
        titled = self._meant & self._lists.postings.beginning(WHOLE, key(" ".join(groups[0].names[0])))
        return titled - self._lists.coded(groups[0].coded_in, "", True) if titled else NOBODY

    def _starting(self, found: FrozenBitMap) -> FrozenBitMap:
        """Those of ``found`` whose title begins as one of the names does, or calls the thing so."""
        names = [name for group in self._reading.groups for name in group.names[:2]]
        whole, beginning = self._lists.postings.words.whole, self._lists.postings.beginning
        if len(self._reading.groups) == 1:
            lists = [beginning(WHOLE, key(" ".join(name))) for name in names]
        else:
            lists = [whole(START, name[0]) for name in names if name]
        lists += [whole(END, word) for name in names[:1] for word in _head_words(" ".join(name))]
        return _any_of(found, lists)


def _is_measure(word: str) -> bool:
    """Whether a word measures something and names nothing: «۵۰۰», mg, «هفته»."""
    return word in _MEASURES or (word.isdecimal() and len(word) < _NUMBER)


_head_words = lru_cache(4096)(head_words)


def _either(found: FrozenBitMap, one: FrozenBitMap | None, other: FrozenBitMap) -> FrozenBitMap:
    """What of ``found`` is in one of the two."""
    if not one:
        return found & other if other else NOBODY
    return (found & one) | (found & other) if other else found & one


def _any_of(found: FrozenBitMap, lists: Iterable[FrozenBitMap]) -> FrozenBitMap:
    """What of ``found`` is in any of the lists."""
    if not found:
        return NOBODY
    here = [found & members for members in lists if members]
    return FrozenBitMap.union(*here) if here else NOBODY

"""The kinds of match of a plain query, best first: the one place that says what is worth more.

A literal match stands before one by the meaning (the glossary) of the same quality, and both before
whatever matches less. Sets are worked out when they are asked for; a page that is full early costs little.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, product
from typing import Protocol

from pyroaring import FrozenBitMap

from termserver.model.fold import key
from termserver.search.glossary import PASSED_OVER, Name
from termserver.search.heads import head_words
from termserver.search.ordinals import NOBODY, union
from termserver.search.postings import CODE, PARTICULAR, TAIL, WHOLE, Postings, bag
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
        return list(dict.fromkeys(bag(form) for form in (split, joined, split - PASSED_OVER) if form))

    @cached_property
    def said(self) -> list[int]:
        """The sets of words of the titles that would say what is meant."""
        ways: list[Sequence[Name]] = []
        for group in self.groups:
            own = tuple(part for chunk in group.chunks for part in chunk.parts)
            ways.append(group.names or (own,))
        said = [{word for name in names for word in name} for names in islice(product(*ways), _MOST_TITLES)]
        return list(dict.fromkeys(bag(form) for words in said for form in (words, words - PASSED_OVER) if form))


class Lists(Protocol):
    """What a kind is made of."""

    postings: Postings

    def chunk(self, kind: str, chunk: Chunk, begins: bool, codes: bool) -> FrozenBitMap: ...
    def words(self, kind: str, word: str, begins: bool) -> FrozenBitMap: ...
    def coded(self, system: str, code: str, begins: bool) -> FrozenBitMap: ...


class Kinds:
    """The kinds of one reading in one release."""

    __slots__ = ("_all", "_codes", "_less", "_lists", "_meant", "_reading", "_tails", "_titles")

    def __init__(self, lists: Lists, reading: Reading) -> None:
        self._lists = lists
        self._reading = reading
        text, postings = reading.text, lists.postings
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
        chunks, every = self._reading.text.chunks, self._reading.every_begins
        if len(chunks) == 1:
            return self._lists.chunk(ANYWHERE, chunks[0], True, False)
        found = self._lists.chunk(ANYWHERE, chunks[0], every, True)
        found = self._narrowed(found, ANYWHERE, chunks[1:-1], every, True)
        return self._narrowed(found, ANYWHERE, chunks[-1:], True, True)

    def best_first(self) -> Iterator[Kind]:
        """The kinds that have members, best first; what needs many lists is taken out of everything step by step."""
        text, every, meant = self._reading.text, self._reading.every_begins, self._meant
        postings = self._lists.postings
        whole, words = postings.whole, postings.words
        codes, titles = self._codes, self._titles
        first, last = text.chunks[:-1], text.chunks[-1:]
        several = bool(first)
        exactly = whole(CODE, text.joined) if codes else NOBODY
        if several:
            exactly = union([exactly, *(whole(CODE, one.joined) & self._all for one in text.chunks if one.may_be_code)])
        if exactly:
            yield 0, "code", exactly
        coded = self._coded()
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
        yield 20, "title-words", titled
        yield 21, "meant-as-said", self._as_said()
        said = postings.of_bags(self._reading.said) if meant else (NOBODY, NOBODY, NOBODY)
        yield 22, "meant-title", said[0]
        in_meant: FrozenBitMap | None = None
        if meant and len(self._reading.groups) > 1 and any(group.codes for group in self._reading.groups):
            in_meant = self._groups(TITLE)
            yield 23, "meant-below", self._narrower(in_meant)
        yield 24, "title-rest", rest
        yield 25, "meant-title-rest", said[1]
        yield 26, "meant-begins", self._beginning()
        yield 27, "name", named
        yield 28, "meant-name", said[2]
        yield 29, "meant-below", self._below()
        in_titles = self._narrowed(self._all, TITLE, first, every, several)
        all_whole = self._narrowed(in_titles, TITLE, last, every, several)
        parts = [part for chunk in text.chunks for part in chunk.parts] if in_titles else []
        begun = titles & all_whole if titles and all_whole else NOBODY
        heads = _any_of(all_whole, (words.whole(END, part) for part in parts)) if all_whole else NOBODY
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
            starts = [words.whole(START, part) for part in parts]
            yield 37, "first-word", _any_of(all_whole, starts)
            last_begun = all_whole if every else self._narrowed(in_titles, TITLE, last, True, several)
            if last_begun:
                yield 38, "first-word-begun", _any_of(last_begun, (*starts, words.beginning(START, parts[-1])))
        yield 39, "meant-first-word", starting
        yield 40, "words", all_whole
        if in_titles:
            yield 41, "words-begun", last_begun
        yield 42, "meant", in_meant
        for n, some in enumerate(self._less):
            yield 43 + n, "meant-less", some
        in_any = self._narrowed(self._all, ANYWHERE, first, every, several)
        yield 60, "other-names", self._narrowed(in_any, ANYWHERE, last, every, several)
        yield 61, "meant-other-names", meant
        yield 62, "other-names-begun", self._all

    def _narrowed(
        self, found: FrozenBitMap, kind: str, chunks: Sequence[Chunk], begins: bool, codes: bool
    ) -> FrozenBitMap:
        """What of ``found`` has all of the chunks; given up at the first one that nobody has."""
        for chunk in chunks:
            if not found:
                return NOBODY
            found = found & self._lists.chunk(kind, chunk, begins, codes)
        return found

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
            found.insert(len(found) if named else 1, self._lists.postings.plain_below(found[0]))
        return found

    def _without_what_narrows(self) -> list[FrozenBitMap]:
        """What the one thing is that is said beside words that only narrow it, in case that nothing is so narrow."""
        things = [group for group in self._reading.groups if not group.narrows]
        if len(things) != 1 or not (things[0].names or things[0].codes):
            return []
        return self._codes_of(things[0]) if things[0].codes else [self._named(ANYWHERE, things[0])]

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
        measures beside them."""
        chunks = self._reading.text.chunks
        named = {chunk for group in self._reading.groups if group.names for chunk in group.chunks}
        measures = [not chunk.others and chunk not in named and _is_measure(chunk.joined) for chunk in chunks]
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
        named = NOBODY
        if group.names:
            name = f"n{kind}{len(group.codes)} {group.term}"
            named = self._lists.postings.kept(name, lambda _: self._named(kind, group))
            if len(self._reading.groups) == 1:
                return named
        own = None
        for n, chunk in enumerate(group.chunks):
            begins = self._reading.every_begins or (group.last and n == len(group.chunks) - 1)
            here = self._lists.chunk(kind, chunk, begins, True)
            own = here if own is None else own & here
        return named if own is None else named | own

    def _named(self, kind: str, group: Group) -> FrozenBitMap:
        found = [self._lists.coded(group.coded_in, code, True) for code in group.codes]
        for name in group.names:
            here: FrozenBitMap | None = None
            for word in name:
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
        lists += [whole(END, word) for name in names[:1] for word in head_words(" ".join(name))]
        return _any_of(found, lists)


def _is_measure(word: str) -> bool:
    """Whether a word measures something and names nothing: «۵۰۰», mg, «هفته»."""
    return word in _MEASURES or (word.isdecimal() and len(word) < _NUMBER)


def _any_of(found: FrozenBitMap, lists: Iterable[FrozenBitMap]) -> FrozenBitMap:
    """What of ``found`` is in any of the lists."""
    if not found:
        return NOBODY
    here = [found & members for members in lists if members]
    return FrozenBitMap.union(*here) if here else NOBODY

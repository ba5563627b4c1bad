"""What people call a thing leads to the words that titles use for it: the glossary as search reads it.

A term is known by its names; a query that holds all words of one name, in any order, may be read as
any other name of that term. «سکته قلبی حاد» is then "acute myocardial infarction" and «حاد».
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from termserver.model.fold import ZWNJ, code_key, fold, key, words
from termserver.model.glossary import Glossary, GlossaryCategory
from termserver.model.ports import ReleaseReader
from termserver.model.releases import Table
from termserver.model.text import Text
from termserver.search import phrases as kept_phrases
from termserver.search.finglish import sounds_as
from termserver.search.heads import LITTLE
from termserver.search.phrases import MOST_BEGUN, Phrases

PASSED_OVER = frozenset("of the in and with a an to by for و در از به با برای ها های هایی ی".split())  # noqa: SIM905
"""Words that neither name a thing nor part one from another."""
BESIDES = PASSED_OVER | frozenset(
    """on my i have has had is am was are been the his her he she me down off from at into out up very really
    feel feeling feels get got getting keep keeps having suffering suffers patient complaint complains
    شدن شده شدم کردن کرده داشتن دارم دارد داره داشته بودن است هست بود رفتن خیلی بیمار دچار مبتلا مبتلی من ما
    میشود می کند شکایت علت علائم میکند میکنه کنه میشه میره میرود میزنه میزند میاد میاید دارد گرفته افتاده
    when while during since if it its this that there""".split()  # noqa: SIM905
)
"""Words that may be left over beside a name: «سرگیجه دارم»."""
_MOST_WORDS = 15
_MOST_GOING_ON = 6
_LETTERS = re.compile(r"[^\W_]+")
_UNKNOWN = GlossaryCategory("", Text())
_MOST_IN_TITLES, _MOST_IN_TITLES_CODED = 14, 8
"""So many names of a term are looked for in titles, and of one that has codes; by the others it is only known."""
_NARROWS = "-"
"""Stands for the codes of a term that only narrows another thing."""

Slot = Sequence[str]
"""What one word of a query may stand for; mostly itself alone."""
Name = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """The names of a term in words, what titles say first; its codes, and the system that they are of."""

    names: tuple[Name, ...]
    coded_in: str = ""
    codes: tuple[str, ...] = ()
    narrows: bool = False


@dataclass(frozen=True, slots=True)
class Meaning:
    """A term said in a query: the places of the words that say it, and its names in other words.

    ``said`` is the name that says the same in Latin letters; no codes if the words only begin to say it.
    """

    places: tuple[int, ...]
    term: int
    names: tuple[Name, ...]
    said: Name = ()
    coded_in: str = ""
    codes: tuple[str, ...] = ()
    narrows: bool = False


def tables(glossary: Glossary | None) -> Iterator[tuple[Table, list[tuple[int, bytes]]]]:
    """The table of the glossary; an empty one without it."""
    terms: list[str] = []
    phrases: list[tuple[int, Sequence[str], int]] = []
    categories = {known.code: known for known in glossary.categories} if glossary else {}
    for term in glossary.terms if glossary else ():
        about = categories.get(term.category, _UNKNOWN)
        names = dict.fromkeys((term.en, term.fa, *term.variants_fa, *term.variants_en))
        number = len(terms)
        before = about.prefixes
        bare = [_without(before, name) or name for name in (term.fa, *term.variants_fa)] if before else []
        shown = (term.en, *bare, *names)
        lines = _short_first(list(dict.fromkeys(line for name in shown for line in _lines(name) if line)))
        lines = lines[: _MOST_IN_TITLES_CODED if term.codes else _MOST_IN_TITLES]
        codes = " ".join([glossary.coded_in, *map(code_key, term.codes)]) if glossary else ""
        if about.narrows and not term.codes:
            codes = _NARROWS
        terms.append("\n".join([codes, *lines]))
        names |= dict.fromkeys(f"{word} {name}" for name in bare for word in before)
        names |= dict.fromkeys(more for name in (term.en, *term.variants_en) if (more := _plural(name)))
        short = [name for name in term.variants_en if _is_abbreviation(name)]
        if short:  # «سکته» beside MI, heart beside ASD: one thing said twice
            said_so = {word for line in lines for word in line.split() if len(word) > 2} | set(map(key, about.beside))
            said_so -= LITTLE | BESIDES
            names |= dict.fromkeys(f"{name} {word}" for name in short for word in sorted(said_so))
        latin = [(n, key(line)) for n, line in enumerate(lines) if line.isascii() and " " not in line]
        for form in dict.fromkeys(form for name in names for form in _forms(name)):
            # what says nothing is a name of its own only where nothing else is said
            said = lines.index(" ".join(form)) if " ".join(form) in lines and form[0].isascii() else 0
            if not said and len(form) == 1:
                said = next((n for n, line in latin if n and sounds_as(line, form[0])), 0)
            phrases.append((number, list(dict.fromkeys(form)), said))
    yield from kept_phrases.tables(terms, phrases)


def glossary_words(glossary: Glossary | None) -> set[str]:
    """Every folded word of the names."""
    return {word for term in (glossary.terms if glossary else ()) for name in term.names() for word in words(name)}


def _without(prefixes: Iterable[str], name: str) -> str:
    """The name without the word of ``prefixes`` that stands before it; "" if none does."""
    found = (name[len(prefix) + 1 :].strip() for prefix in prefixes if name.startswith(f"{prefix} "))
    return next(found, "")


def _short_first(lines: list[str]) -> list[str]:
    """What titles and the committee say first, then the others, those of the fewest words first: they are in titles."""
    return lines[:2] + sorted(lines[2:], key=lambda line: line.count(" "))


def _is_abbreviation(name: str) -> bool:
    """Whether an English name is one by which a thing is known for short: COPD, AFib, T2DM."""
    return name.isalnum() and 1 < len(name) < 7 and sum(map(str.isupper, name)) > 1


def _plural(name: str) -> str:
    """The plural of an English name that does not end in s; "" of one that does, and of abbreviations.

    >>> _plural("swollen ankle"), _plural("UTI"), _plural("allergy")
    ('swollen ankles', '', 'allergies')
    """
    last = name.rpartition(" ")[2]
    if not (last.isascii() and last.isalpha() and last.islower()) or len(last) < 4 or last.endswith(("s", "x", "z")):
        return ""
    return f"{name[:-1]}ies" if last.endswith("y") and last[-2] not in "aeiou" else f"{name}s"


def _lines(name: str) -> Iterator[str]:
    """A name in its folded words, compounds in their parts, and joined where that is another way to write it."""
    split = " ".join(_LETTERS.findall(fold(name)))
    yield split
    if ZWNJ in name:
        yield " ".join(key(chunk) for chunk in name.split())


def _forms(name: str) -> Iterator[Name]:
    """A name's words, split and with its compounds joined, as far as they say something."""
    split = _telling(_LETTERS.findall(fold(name)))
    joined = _telling([key(chunk) for chunk in name.split()])
    for form in dict.fromkeys((split, joined)):
        if 0 < len(form) <= _MOST_WORDS:
            yield form


def _telling(found: Iterable[str]) -> Name:
    return tuple(word for word in found if word and word not in PASSED_OVER)


class Terms:
    """The glossary of one release."""

    def __init__(self, reader: ReleaseReader) -> None:
        self._reader = reader
        self._terms: dict[int, Term] = {}

    @cached_property
    def _names(self) -> Phrases:
        return Phrases(self._reader)

    def begins(self, word: str) -> bool:
        """Whether a word of the glossary begins so."""
        return self._names.begins(word)

    def holds(self, word: str) -> bool:
        """Whether it is a word of the glossary."""
        return word in self._names.places

    def in_both(self, slot: Slot) -> Slot:
        """The words with those of one word that name the same thing: fracture and شکستگی."""
        known = self._names
        found = dict.fromkeys(slot)
        for word in slot:
            place = known.places.get(word)
            for phrase in () if place is None else known.alone.of(place, place + 1):
                names = self.term(known.term_of[phrase]).names
                found.update((name[0], None) for name in names if len(name) == 1)
        return tuple(found)

    def meanings(self, slots: Sequence[Slot]) -> list[Meaning]:
        """The terms that the query says, longest names first, none of whose words says another one too.

        The last slot may be the beginning of a word.
        """
        known = self._names
        places, last = known.places, len(slots) - 1
        least = 2 if last else 4  # of a word alone the first letters say too little
        telling = [word for word in slots[last] if len(word) >= least and word not in PASSED_OVER]
        begun = [some for word in telling if (some := known.beginning(word))[1]]
        held: dict[int, int] = {}  # the known words, and the slots that they stand in, a bit for each
        alone: dict[int, _Said] = {}
        guessed = False
        for n, slot in enumerate(slots):
            in_full = False
            for far, word in enumerate(slot):
                place = places.get(word)
                if place is not None:
                    held[place] = held.get(place, 0) | 1 << n
                    for phrase in known.alone.of(place, place + 1):
                        alone[phrase] = (1, True, 0, -far, -phrase, 1 << n)
                        in_full = True
            if n == last and not in_full:  # a whole word that says a thing is not the beginning of another one
                nearest = [] if last else [phrase for word in telling for phrase in known.nearest(word)]
                for phrase in nearest or (
                    one for some in begun for one in sorted(known.alone.of(*some))[:_MOST_GOING_ON]
                ):
                    alone[phrase] = (1, bool(nearest), 0, 0, -phrase, 1 << n)
            guessed = guessed or len(slot) > 1
        said = list(alone.values())
        if last and (len(held) > 1 or (held and begun)):
            said += self._longer(slots, held, begun, guessed)
        return self._apart(said, len(slots)) if said else []

    def _longer(
        self, slots: Sequence[Slot], held: dict[int, int], begun: Sequence[tuple[int, int]], guessed: bool
    ) -> "Iterator[_Said]":
        """The names of several words that are said, by their rarest words."""
        known, most, at_last = self._names, len(slots), 1 << len(slots) - 1
        some = {phrase for place in held for phrase in known.rare.of(place, place + 1)}
        some.update(*(known.rare.of(low, high) for low, high in begun))
        ends, all_words, lacking = known.ends, known.held, 1 if begun else 0
        for phrase in some:
            start, end = ends[phrase - 1] if phrase else 0, ends[phrase]
            if end - start > most:
                continue
            words = all_words[start:end]
            missing = [word for word in words if word not in held]
            if len(missing) > lacking:
                continue
            at = 0
            for word in words:
                at |= held.get(word, 0)
                for low, high in begun:
                    if low <= word < high:
                        at |= at_last
            if at.bit_count() < len(words):
                continue
            if missing and not (at & at_last and known.word(missing[0]).startswith(tuple(slots[-1]))):
                continue
            nearest, farthest = (at & -at).bit_length(), at.bit_length()
            far = self._far(words, at, slots) if guessed else 0
            yield len(words), not missing, nearest - farthest, -far, -phrase, at

    def _far(self, words: Sequence[int], at: int, slots: Sequence[Slot]) -> int:
        """How far behind the likeliest words of their slots those of a name stand."""
        needed = {self._names.word(place) for place in words}
        return sum(
            next((n for n, word in enumerate(slot) if word in needed), 0)
            for place, slot in enumerate(slots)
            if at >> place & 1
        )

    def _apart(self, said: "list[_Said]", slots: int) -> list[Meaning]:
        """Of what is said what stands beside one another, the best first; several terms of the same words are one."""
        said.sort(reverse=True)
        taken = 0
        found: dict[int, dict[int, Meaning]] = {}
        for size, whole_words, _, _, phrase, at in said:
            if at in found:
                if whole_words and len(found[at]) < _MOST_GOING_ON:
                    meaning = self._meaning(-phrase, at, True, slots)
                    found[at].setdefault(meaning.term, meaning)
            elif not at & taken:
                taken |= at
                meaning = self._meaning(-phrase, at, whole_words or size > 1, slots)
                found[at] = {meaning.term: meaning}
        return [meaning for meanings in found.values() for meaning in meanings.values()]

    def _meaning(self, phrase: int, at: int, clear: bool, slots: int) -> Meaning:
        """``clear``: its words are said so far that it may be coded."""
        number, said = self._names.term_of[phrase], self._names.said[phrase]
        term = self.term(number)
        places = tuple(n for n in range(slots) if at >> n & 1)
        name = term.names[said] if said else ()
        return Meaning(places, number, term.names, name, term.coded_in, term.codes if clear else (), term.narrows)

    def going_on(self, slots: Sequence[Slot]) -> list[int]:
        """The terms one of whose names has all these words and some more, shortest names first."""
        known, last = self._names, len(slots) - 1
        found: set[int] | None = None
        for n, slot in enumerate(slots):
            telling = [word for word in slot if word not in PASSED_OVER]
            here: set[int] = set()
            for word in telling:
                place = known.places.get(word)
                if place is not None:
                    here.update(known.under.of(place, place + 1))
                if n == last:
                    here.update(known.under.of(*known.beginning(word)))
            if telling:
                found = here if found is None else found & here
                if not found:
                    return []
        ordered = sorted(found or (), key=lambda phrase: (len(known.words_of(phrase)), phrase))
        return list(dict.fromkeys(known.term_of[phrase] for phrase in ordered[:_MOST_GOING_ON]))

    def completed(self, slots: Sequence[Slot]) -> list[str]:
        """The words that make a name of one word from each of the slots and one more."""
        known = self._names
        places = [{place for word in slot if (place := known.places.get(word)) is not None} for slot in slots]
        lists: list[list[int]] = [
            [phrase for place in some for phrase in known.under.of(place, place + 1)] for some in places
        ]
        fewest: list[int] = min(lists, key=len)
        said = set().union(*places)
        found: dict[str, None] = {}
        longer = 0
        for phrase in sorted(set(fewest)):
            words = known.words_of(phrase)
            if len(words) == len(slots) + 1 and all(not some.isdisjoint(words) for some in places):
                found.update((known.word(place), None) for place in words if place not in said)
                longer += 1
                if longer == MOST_BEGUN:
                    break
        return list(found)

    def names(self, term: int) -> tuple[Name, ...]:
        """The names of a term in words; what titles say comes first."""
        return self.term(term).names

    def term(self, number: int) -> Term:
        """The term of that number."""
        found = self._terms.get(number)
        if found is None:
            said, *lines = self._names.terms[number].split("\n")
            coded_in, *codes = said.removeprefix(_NARROWS).split(" ")
            names = tuple(tuple(line.split()) for line in lines)
            found = self._terms[number] = Term(names, coded_in, tuple(codes), said == _NARROWS)
        return found


_Said = tuple[int, bool, int, int, int, int]
"""A name that is said: how many words it has; whether all are said in full; how near they stand together and how
likely they are, the best 0; its number and the places of its slots (a bit for each). What is greater is better."""

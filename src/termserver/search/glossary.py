"""What people call a thing leads to the words that titles use for it: the glossary as search reads it.

A term is known by its names; a query that holds all words of one name, in any order, may be read as
any other name of that term. «سکته قلبی حاد» is then "acute myocardial infarction" and «حاد».
"""

import re
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from sys import byteorder

from termserver.model.fold import ZWNJ, code_key, fold, key, words
from termserver.model.glossary import Glossary, GlossaryCategory
from termserver.model.ports import ReleaseReader
from termserver.model.releases import Table
from termserver.model.text import Text
from termserver.search.finglish import sounds_as
from termserver.search.heads import LITTLE
from termserver.search.kept import Kept

TERMS = Table("search_term", ("number INTEGER", "names TEXT", "codes TEXT"))
"""The folded names of a term, one a line: what titles say first, then the Persian name, then the others; the system
it is coded in and its codes, folded, a blank between them; nothing where it only narrows another thing."""
PHRASES = Table("search_phrase", ("number INTEGER", "term INTEGER", "words TEXT", "said INTEGER"))
"""A name as it is looked for: its words without those that say nothing, in order; which name of the term is that
in Latin letters («پلاویکس», Plavix), 0 if none is or the first one."""
TERM_WORDS = Table("search_term_word", ("word TEXT", "phrases BLOB"))
"""Word → the phrases that hold it: 16 × number + how many words the phrase has, four bytes each."""

PASSED_OVER = frozenset("of the in and with a an to by for و در از به با برای ها های هایی ی".split())  # noqa: SIM905
"""Words that neither name a thing nor part one from another."""
BESIDES = PASSED_OVER | frozenset(
    """on my i have has had is am was are been the his her he she me down off from at into out up very really
    feel feeling feels get got getting keep keeps having suffering suffers patient complaint complains
    شدن شده شدم کردن کرده داشتن دارم دارد داره داشته بودن است هست بود رفتن خیلی بیمار دچار مبتلا مبتلی من ما
    میشود می کند شکایت علت علائم""".split()  # noqa: SIM905
)
"""Words that may be left over beside a name: «سرگیجه دارم»."""
_MOST_WORDS = 15
_MOST_BEGUN = 48
"""So many words may go on from the beginning of one; of more, only the word itself counts."""
_MOST_GOING_ON = 6
Phrases = tuple[frozenset[int], frozenset[int]]
"""Those that are the word alone, and the longer ones."""
_NOTHING: Phrases = (frozenset(), frozenset())
_LETTERS = re.compile(r"[^\W_]+")
_UNKNOWN = GlossaryCategory("", Text())

Slot = Sequence[str]
"""What one word of a query may stand for; mostly itself alone."""
Name = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """The names of a term in words, what titles say first; its codes, and the system that they are of."""

    names: tuple[Name, ...]
    coded_in: str = ""
    codes: tuple[str, ...] = ()


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


def tables(glossary: Glossary | None) -> Iterator[tuple[Table, list[tuple[object, ...]]]]:
    """The tables of the glossary; empty ones without it."""
    terms: list[tuple[object, ...]] = []
    phrases: list[tuple[object, ...]] = []
    under: dict[str, list[int]] = defaultdict(list)
    categories = {known.code: known for known in glossary.categories} if glossary else {}
    for term in glossary.terms if glossary else ():
        about = categories.get(term.category, _UNKNOWN)
        names = dict.fromkeys((term.en, term.fa, *term.variants_fa, *term.variants_en))
        number = len(terms)
        before = about.prefixes
        bare = [_without(before, name) or name for name in (term.fa, *term.variants_fa)] if before else []
        shown = (term.en, *bare, *names)
        lines = list(dict.fromkeys(line for name in shown for line in _lines(name) if line))
        codes = " ".join([glossary.coded_in, *map(code_key, term.codes)]) if glossary else ""
        if about.narrows and not term.codes:
            codes = ""
        terms.append((number, "\n".join(lines), codes))
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
            place = len(phrases)
            said = lines.index(" ".join(form)) if " ".join(form) in lines and form[0].isascii() else 0
            if not said and len(form) == 1:
                said = next((n for n, line in latin if n and sounds_as(line, form[0])), 0)
            phrases.append((place, number, " ".join(form), said))
            for word in set(form):
                under[word].append(16 * place + len(set(form)))
    yield TERMS, terms
    yield PHRASES, phrases
    yield TERM_WORDS, [(word, _packed(found)) for word, found in sorted(under.items())]


def glossary_words(glossary: Glossary | None) -> set[str]:
    """Every folded word of the names."""
    return {word for term in (glossary.terms if glossary else ()) for name in term.names() for word in words(name)}


def _without(prefixes: Iterable[str], name: str) -> str:
    """The name without the word of ``prefixes`` that stands before it; "" if none does."""
    found = (name[len(prefix) + 1 :].strip() for prefix in prefixes if name.startswith(f"{prefix} "))
    return next(found, "")


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


def _packed(numbers: list[int]) -> bytes:
    packed = array("I", sorted(numbers))
    if byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def _unpacked(data: bytes) -> "array[int]":
    packed = array("I")
    packed.frombytes(data)
    if byteorder == "big":
        packed.byteswap()
    return packed


class Terms:
    """The glossary of one release."""

    def __init__(self, reader: ReleaseReader) -> None:
        self._reader = reader
        self._whole: Kept[str, Phrases] = Kept(4_000_000, lambda some: 60 * (len(some[0]) + len(some[1])))
        self._begun: Kept[str, Phrases] = Kept(4_000_000, lambda some: 60 * (len(some[0]) + len(some[1])))
        self._terms: Kept[int, Term] = Kept(2_000_000, lambda term: 200 * len(term.names))
        self._phrases: Kept[int, tuple[int, frozenset[str], int]] = Kept(2_000_000, lambda _: 200)

    @cached_property
    def _index(self) -> tuple[dict[str, bytes], list[str]]:
        """Every word with its phrases, and the words in order; some thousand, read once."""
        found = dict(self._reader.rows(TERM_WORDS))
        return found, list(found)

    def begins(self, word: str) -> bool:
        """Whether a word of the glossary begins so."""
        words = self._index[1]
        at = bisect_left(words, word)
        return at < len(words) and words[at].startswith(word)

    def holds(self, word: str) -> bool:
        """Whether it is a word of the glossary."""
        return word in self._index[0]

    def in_both(self, slot: Slot) -> Slot:
        """The words with those of one word that name the same thing: fracture and شکستگی."""
        found = dict.fromkeys(slot)
        for word in slot:
            for packed in self._with(word)[0]:
                names = self.term(self._phrase(packed >> 4)[0]).names
                found.update((name[0], None) for name in names if len(name) == 1)
        return tuple(found)

    def meanings(self, slots: Sequence[Slot]) -> list[Meaning]:
        """The terms that the query says, longest names first, none of whose words says another one too.

        The last slot may be the beginning of a word.
        """
        last = len(slots) - 1
        whole: dict[int, list[int]] = {}
        clear: dict[int, bool] = {}  # names of one word: whether that is said in full, or as good as that
        known: list[frozenset[int]] = []  # for each slot the longer names that hold its words
        for n, slot in enumerate(slots):
            telling = [word for word in slot if word not in PASSED_OVER]
            some = [self._with(word) for word in telling]
            alone = [packed for one, _ in some for packed in one]
            in_full = bool(alone)
            if n == last:
                least = 2 if last else 4  # of a word alone the first letters say too little
                begun = [self._beginning(word) for word in telling if len(word) >= least]
                some += begun
                if not alone:  # a whole word that says a thing is not the beginning of another one
                    nearest = (
                        [] if last else [packed for word in telling if len(word) > 3 for packed in self._nearest(word)]
                    )
                    alone = nearest or [packed for one, _ in begun for packed in one]
                    in_full = bool(nearest)
            for packed in alone:
                whole[packed] = [n]
                clear[packed] = in_full
            longer = [held for _, held in some if held]
            known.append(longer[0].union(*longer[1:]) if longer else _NOTHING[1])
        twice: set[int] = set()
        for one, other in combinations(filter(None, known), 2):
            twice |= one & other
        for packed in twice:
            at = [n for n, longer_ones in enumerate(known) if packed in longer_ones]
            if len(at) >= packed & 15:
                whole[packed] = at
        if not whole:
            return []
        guessed = any(len(slot) > 1 for slot in slots)
        # the longest first; of two the one that is said in whole words, then the one whose words stand together, then
        # the one of the likelier words
        said = sorted(
            [
                (1, clear[packed], -packed, packed) if packed & 15 == 1 else self._said(packed, at, slots)
                for packed, at in whole.items()
            ],
            key=lambda one: (
                one[0],
                one[1],
                whole[one[3]][0] - whole[one[3]][-1],
                -self._far(one[3], whole[one[3]], slots) if guessed else 0,
                one[2],
            ),
            reverse=True,
        )
        taken: set[int] = set()
        found: dict[tuple[int, ...], dict[int, Meaning]] = {}
        for right, whole_words, _, packed in said:
            if not right:
                continue
            places = tuple(whole[packed])
            if places in found:
                if whole_words and len(found[places]) < _MOST_GOING_ON:
                    meaning = self._meaning(packed, places, True)
                    found[places].setdefault(meaning.term, meaning)
            elif taken.isdisjoint(places):
                taken.update(places)
                meaning = self._meaning(packed, places, whole_words or right > 1)
                found[places] = {meaning.term: meaning}
        return [meaning for meanings in found.values() for meaning in meanings.values()]

    def _meaning(self, packed: int, places: tuple[int, ...], clear: bool) -> Meaning:
        """``clear``: its words are said so far that it may be coded."""
        number, _, said = self._phrase(packed >> 4)
        term = self.term(number)
        name = term.names[said] if said else ()
        return Meaning(places, number, term.names, name, term.coded_in, term.codes if clear else ())

    def _said(self, packed: int, at: list[int], slots: Sequence[Slot]) -> tuple[int, bool, int, int]:
        """How many words the phrase has if they are all said (0: they are not), and whether in whole words."""
        needed = self._phrase(packed >> 4)[1]
        missing = needed.difference(*(slots[n] for n in at))
        right = len(needed)
        if missing:
            (*more, begun), last = missing, len(slots) - 1
            if more or at[-1] != last or not any(begun.startswith(word) for word in slots[last]):
                right = 0
        return right, not missing, -packed, packed

    def _far(self, packed: int, at: list[int], slots: Sequence[Slot]) -> int:
        """How far behind the likeliest words of their slots those of the phrase stand."""
        needed = self._phrase(packed >> 4)[1]
        return sum(next((n for n, word in enumerate(slots[place]) if word in needed), 0) for place in at)

    def going_on(self, slots: Sequence[Slot]) -> list[int]:
        """The terms one of whose names has all these words and some more, shortest names first."""
        last = len(slots) - 1
        found: set[int] | None = None
        for n, slot in enumerate(slots):
            here: set[int] = set()
            for word in slot:
                if word in PASSED_OVER:
                    continue
                here.update(*self._with(word))
                if n == last:
                    here.update(*self._beginning(word))
            if here or not all(word in PASSED_OVER for word in slot):
                found = here if found is None else found & here
        ordered = sorted(found or (), key=lambda packed: (packed & 15, packed))
        return list(dict.fromkeys(self._phrase(packed >> 4)[0] for packed in ordered[:_MOST_GOING_ON]))

    def completed(self, slots: Sequence[Slot]) -> list[str]:
        """The words that make a name of one word from each of the slots and one more."""
        found: frozenset[int] | None = None
        for slot in slots:
            here = frozenset().union(*(held for word in slot for held in self._with(word)))
            found = here if found is None else found & here
        said = {word for slot in slots for word in slot}
        longer = sorted(packed for packed in found or () if packed & 15 == len(slots) + 1)
        return list(
            dict.fromkeys(word for packed in longer[:_MOST_BEGUN] for word in self._phrase(packed >> 4)[1] - said)
        )

    def names(self, term: int) -> tuple[Name, ...]:
        """The names of a term in words; what titles say comes first."""
        return self.term(term).names

    def term(self, number: int) -> Term:
        """The term of that number."""
        known = self._terms.get(number)
        if known is None:
            row = self._reader.get(TERMS, number)
            coded_in, *codes = row[2].split(" ") if row else ("",)
            names = tuple(tuple(line.split()) for line in row[1].split("\n")) if row else ()
            known = Term(names, coded_in, tuple(codes))
            self._terms.put(number, known)
        return known

    def _phrase(self, number: int) -> tuple[int, frozenset[str], int]:
        known = self._phrases.get(number)
        if known is None:
            row = self._reader.get(PHRASES, number)
            known = (row[1], frozenset(row[2].split()), row[3]) if row else (0, frozenset(), 0)
            self._phrases.put(number, known)
        return known

    def _with(self, word: str) -> Phrases:
        known = self._whole.get(word)
        if known is None:
            packed = self._index[0].get(word)
            if packed is None:
                return _NOTHING
            known = _parted([packed])
            self._whole.put(word, known)
        return known

    def _beginning(self, word: str) -> Phrases:
        if len(word) < 2 or word.isdecimal():
            return _NOTHING
        known = self._begun.get(word)
        if known is None:
            found, words = self._index
            low, high = bisect_left(words, word), bisect_left(words, word + chr(0x10FFFF))
            alone, longer = _parted([found[one] for one in words[low:high]] if high - low <= _MOST_BEGUN else [])
            known = (frozenset(sorted(alone)[:_MOST_GOING_ON]), longer)
            self._begun.put(word, known)
        return known

    def _nearest(self, begun: str) -> frozenset[int]:
        """The names of one word that go on from a beginning in the fewest letters, half of them typed."""
        found, words = self._index
        low, high = bisect_left(words, begun), bisect_left(words, begun + chr(0x10FFFF))
        for word in sorted(words[low:high], key=len) if high - low <= _MOST_BEGUN else ():
            alone = _parted([found[word]])[0]
            if alone:
                return alone if len(word) <= 2 * len(begun) else _NOTHING[0]
        return _NOTHING[0]


def _parted(lists: Iterable[bytes]) -> Phrases:
    phrases = frozenset(_unpacked(b"".join(lists)))
    alone = frozenset([number for number in phrases if number & 15 == 1])
    return alone, phrases - alone

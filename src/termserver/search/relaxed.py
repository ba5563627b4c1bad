"""What may have been meant where nothing is found as typed.

In this order, each said as such: every word only begun; the keyboard's other layout, typing errors,
Persian in Latin letters, words run together or apart; what goes on from a name of the glossary; and
last the best partial match. A query that finds something never comes here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Protocol

from termserver.search.finglish import fits, skeletons
from termserver.search.glossary import BESIDES, PASSED_OVER, Slot, Terms
from termserver.search.kept import Kept
from termserver.search.kinds import UNITS, Group, Lists, Reading
from termserver.search.layouts import other_layout
from termserver.search.near import LONG, SHORTEST, Near, edits
from termserver.search.postings import CODE, LATIN
from termserver.search.query import Chunk, PlainText, chunk, pieces, plain
from termserver.search.reach import Reach
from termserver.search.slips import FINGLISH, LAYOUT, SPELLING, Way, in_words, put_together
from termserver.search.spoken_codes import written
from termserver.search.word_lists import AFTER, ANYWHERE

_MOST_OTHERS = 8
_MOST_GUESSED = 12
"""Of a longer query no word is guessed at: it is no slip of the finger."""
_MOST_LETTERS = 32
_TOO_LITTLE = 3
_FAR_MORE = 10
"""So many times as many concepts must have a word that is nearly the one begun, where few have that."""
_PLURALS = (("ies", "y"), ("es", ""), ("s", ""), ("هایی", ""), ("های", ""), ("ها", ""))
_ALIKE = {
    letter: letters.replace(letter, "")
    for letters in ("سصث", "زذضظ", "تط", "هح", "قغ", "کگ", "جچ", "بپ", "اع")
    for letter in letters
}


class Source(Lists, Protocol):
    """What is asked of the finder of one release."""

    near: Near


@dataclass(frozen=True, slots=True)
class Loosened:
    """A looser reading: what was loosened, and what was probably meant ("" where that is what was typed)."""

    how: str
    reading: Reading
    said: str = ""


class Relaxing:
    """Reads queries, as they are and as they may have been meant, over the finders of an edition."""

    def __init__(self, finders: Sequence[Source], terms: Terms | None, reach: Reach) -> None:
        self._finders = finders
        self._terms = terms
        self._reach = reach
        self._ways: Kept[tuple[str, bool], tuple[Way, ...]] = Kept(4_000_000, lambda ways: 200 * len(ways))

    def reading(self, text: PlainText) -> Reading:
        """The query with what the glossary says of its words."""
        return Reading(text, False, self._groups(text.chunks))

    def _groups(self, chunks: Sequence[Chunk]) -> tuple[Group, ...]:
        """The words parted by what they mean; none if the glossary knows none of them."""
        if self._terms is None or len(chunks) > _MOST_GUESSED:
            return ()
        owners: list[tuple[int, ...]] = []
        slots: list[Slot] = []
        for n in range(len(chunks) - 1):  # chicken pox is said of chickenpox
            joined = chunks[n].joined + chunks[n + 1].joined
            if self._terms.holds(joined):
                owners.append((n, n + 1))
                slots.append((joined,))
        for n, one in enumerate(chunks):
            if one.others:
                owners.append((n,))
                slots.append(tuple(dict.fromkeys(other.joined for other in (one, *one.others))))
                continue
            for part in one.parts:
                owners.append((n,))
                slots.append((part,))
        if any(word.isascii() for slot in slots for word in slot) and not all(
            word.isascii() for slot in slots for word in slot
        ):  # fracture ران is said of the Persian name, too
            slots = [self._terms.in_both(slot) for slot in slots]
        meanings = self._terms.meanings(slots)
        if not meanings:
            return ()
        groups: dict[tuple[int, ...], Group] = {}
        several, last = len(chunks) > 1, len(chunks) - 1
        taken: set[int] = set()
        spans = [len({n for place in meaning.places for n in owners[place]}) for meaning in meanings]
        for _, meaning in sorted(zip(spans, meanings, strict=True), key=lambda pair: -pair[0]):
            at = tuple(dict.fromkeys(n for place in meaning.places for n in owners[place]))
            if several and len(at) == 1 and slots[meaning.places[0]][0] in meaning.names[0]:
                # titles say it so; another name of one word among others only blurs them
                if not meaning.coded_in and at not in groups and taken.isdisjoint(at):
                    taken.update(at)
                    groups[at] = Group(tuple(chunks[n] for n in at), last in at, narrows=True)
                continue
            known = groups.get(at)
            twice = next((place for place, group in groups.items() if group.term == meaning.term), None)
            if known is None and twice and taken.isdisjoint(at):  # heart attack MI
                taken.update(at)
                former = groups.pop(twice)
                groups[twice + at] = replace(former, chunks=former.chunks + tuple(chunks[n] for n in at))
            elif known is not None:
                groups[at] = replace(
                    known,
                    names=known.names + meaning.names,
                    term=known.term * 100_000 + meaning.term,
                    codes=known.codes + meaning.codes,
                    coded_in=known.coded_in or meaning.coded_in,
                )
            elif taken.isdisjoint(at):
                taken.update(at)
                said = tuple(chunks[n] for n in at)
                groups[at] = Group(
                    said,
                    last in at,
                    meaning.term,
                    meaning.names,
                    meaning.said,
                    meaning.coded_in,
                    meaning.codes,
                    not meaning.coded_in,
                )
        if not any(group.names for group in groups.values()):
            return ()
        for n, one in enumerate(chunks):
            if n not in taken and not all(part in BESIDES for part in one.parts):
                groups[(n,)] = Group((one,), n == last)
        return tuple(groups[at] for at in sorted(groups))

    def looser(self, typed: str, strict: Reading) -> Iterator[Loosened]:
        """Ever looser readings; the first one that finds something is the one to take."""
        text = strict.text
        chunks = text.chunks
        for code in () if typed.isascii() else written(typed):
            yield Loosened(SPELLING, self.reading(plain(code)), code.upper())
        if len(chunks) > 1:
            yield Loosened("prefixes", _begun(strict))
        if len(chunks) == 1 and chunks[0].may_be_code and len(text.joined) > 1:
            yield Loosened("code", Reading(replace(text, tail=True)))
        if len(chunks) <= _MOST_GUESSED and len(typed) < 20 * _MOST_LETTERS:
            yield from self._guessed(typed)
        going_on = self._going_on(chunks)
        if going_on:
            yield going_on

    def too_little(self, text: PlainText, total: int) -> Loosened | None:
        """What may be meant where a few concepts have a word that begins so and many one that is nearly so."""
        last = text.chunks[-1]
        if total > _TOO_LITTLE or len(last.parts) > 1 or len(last.joined) <= SHORTEST or not last.joined.isalpha():
            return None
        if self._has(last.joined, False):
            return None
        near = [way for way in self._near(last.joined, False, 1) if way.far == 1 and way.weight > _FAR_MORE * total]
        if not near:
            return None
        near.sort(key=lambda way: -way.weight)
        meant = Chunk(last.parts, last.joined, tuple(way.word for way in near[:2]))
        chunks = (*text.chunks[:-1], meant)
        said = " ".join([*(" ".join(one.parts) for one in text.chunks[:-1]), near[0].word.joined])
        return Loosened(SPELLING, self.reading(PlainText(chunks, text.joined)), said)

    def partial(self, typed: str) -> Reading:
        """The words, each with what may be meant by it: what matches most of them is the best that there is."""
        typed_ones = [(piece, one) for piece in pieces(typed)[:_MOST_GUESSED] if (one := chunk(piece))]
        last = len(typed_ones) - 1
        chunks: dict[Chunk, None] = {}
        for n, (piece, one) in enumerate(typed_ones):
            if all(part in PASSED_OVER for part in one.parts):
                continue
            if n and one.joined in UNITS and typed_ones[n - 1][1].joined.isdecimal():
                continue
            others = () if self.known(one, n == last) else tuple(way.word for way in self.ways(piece, one, n == last))
            chunks[Chunk(one.parts, one.joined, others)] = None
        text = PlainText(tuple(chunks), "".join(one.joined for one in chunks))
        return self.reading(text)

    def _guessed(self, typed: str) -> Iterator[Loosened]:
        typed_ones = pieces(typed)
        own = [chunk(piece) for piece in typed_ones]
        last = max((n for n, one in enumerate(own) if one), default=-1)
        known = [one is None or self.known(one, n == last) for n, one in enumerate(own)]
        for everything in (False, True):
            if all(known) and not everything:
                continue
            ways = [
                () if one is None or (known[n] and not everything) else self.ways(typed_ones[n], one, n == last)
                for n, one in enumerate(own)
            ]
            lost = [one for n, one in enumerate(own) if one and not ways[n] and not known[n]]
            if lost and self._nowhere(lost, own):
                return
            if lost and not everything:
                continue
            for words, how in put_together(own, ways, known):
                chunks = tuple(words)
                meant = self.reading(PlainText(chunks, "".join(one.joined for one in chunks)))
                said = in_words(words, meant.groups)
                yield Loosened(how, meant, said)
                if len(chunks) > 1:
                    yield Loosened(how, _begun(meant), said)

    def _nowhere(self, lost: Sequence[Chunk], own: Sequence[Chunk | None]) -> bool:
        """Whether one of the words begins no word at all, and no two of all of them are one to the glossary."""
        joined = [one.joined for one in own if one]
        if self._terms is not None and any(self._terms.holds(one + other) for one, other in pairwise(joined)):
            return False
        return any(not self.known(one, True) for one in lost)

    def known(self, one: Chunk, last: bool) -> bool:
        """Whether some release or the glossary has the word, or (``last``) one that begins so."""
        if one.may_be_code:
            can = self._reach.code(one.joined)
            if can and any(finder.postings.beginning(CODE, one.joined) for finder in self._of(can)):
                return True
        words = (one.joined,) if len(one.parts) == 1 else (*one.parts, one.joined)
        here = [self._has(word, last or len(word) < 3) for word in words]
        return here[-1] or (len(words) > 1 and all(here[:-1]))

    def _has(self, word: str, begun: bool) -> bool:
        can = self._reach.word(word, begun)
        if can and any(finder.words(ANYWHERE, word, begun) for finder in self._of(can)):
            return True
        return self._terms is not None and (self._terms.begins(word) if begun else self._terms.holds(word))

    def _of(self, can: int) -> Iterator[Source]:
        return (finder for n, finder in enumerate(self._finders) if can >> n & 1)

    def ways(self, piece: str, one: Chunk, last: bool) -> tuple[Way, ...]:
        """What may have been meant by a piece of the query, the likeliest first."""
        if len(piece) > _MOST_LETTERS:
            return ()
        found = self._ways.get((piece, last))
        if found is None:
            found = tuple(self._made(piece, one, last))
            self._ways.put((piece, last), found)
        return found

    def _made(self, piece: str, one: Chunk, last: bool) -> list[Way]:
        letters = other_layout(piece)
        # no Persian word stands on the keys of a Latin one and a comma
        switched = chunk(letters) if piece.isascii() or letters.replace(".", "").isalnum() else None
        if switched is not None and switched != one and len(switched.joined) > 1 and self.known(switched, last):
            return [Way(switched, LAYOUT, 0, 0)]
        word = one.joined
        found: dict[str, Way] = {}
        if word.isalpha():
            persian = list(self._persian(word, last))
            # two errors are not looked for in what reads as Persian
            most = min(edits(word), 1) if any(not way.begun for way in persian) else edits(word)
            near = self._near(word, last, most) if most else self._alike(word, last)
            for way in (*self._plural(word), *near, *persian):
                found.setdefault(way.word.joined, way)
            if not found:
                apart = sorted(self._parted(word), key=lambda way: way.weight)
                found = {way.word.joined: way for way in apart}
        least = min((way.far for way in found.values()), default=0)
        some = [way for way in found.values() if way.far <= max(1, least)]
        some.sort(key=lambda way: (way.far, way.begun, -way.weight, way.word.joined))
        # four letters are near many English words; the Persian ones have their place beside those
        kept = {id(way) for way in [way for way in some if way.how == FINGLISH][: _MOST_OTHERS // 2]}
        kept |= {id(way) for way in [way for way in some if id(way) not in kept][: _MOST_OTHERS - len(kept)]}
        return [way for way in some if id(way) in kept]

    def _plural(self, word: str) -> Iterator[Way]:
        for ending, instead in _PLURALS:
            bare = word.removesuffix(ending) + instead
            if word.endswith(ending) and len(bare) > 2 and self._has(bare, False):
                yield Way(Chunk((bare,), bare), SPELLING, 0, 0)
                return

    def _alike(self, word: str, last: bool) -> Iterator[Way]:
        """A short Persian word with one letter put for another that sounds or looks alike."""
        if len(word) != SHORTEST - 1:
            return
        for n, letter in enumerate(word):
            for other in _ALIKE.get(letter, ""):
                meant = word[:n] + other + word[n + 1 :]
                if self._has(meant, last):
                    yield Way(Chunk((meant,), meant), SPELLING, 1, 0)

    def _near(self, word: str, last: bool, most: int) -> Iterator[Way]:
        for far in range(1, most + 1):
            found: dict[str, tuple[int, int, bool]] = {}
            for finder in self._finders:
                for near in finder.near.words(word, last, far):
                    former = found.get(near.letters, (near.far, 0, near.begun))
                    found[near.letters] = (near.far, former[1] + near.weight, near.begun and former[2])
            if found:
                for letters, (near_by, weight, begun) in found.items():
                    # a beginning that only goes on from another one adds nothing to it
                    if not begun or not any(letters != o and letters.startswith(o) for o in found):
                        yield Way(Chunk((letters,), letters), SPELLING, near_by, weight, begun)
                return

    def _persian(self, word: str, last: bool) -> Iterator[Way]:
        """The Persian words that may be spelled so in Latin letters."""
        if not word.isascii() or len(word) < 2:
            return
        for consonants in skeletons(word):
            if not consonants:
                continue
            begun = last and len(consonants) > 1
            weights: dict[str, int] = {}
            for finder in self._persian_ones:
                read = finder.postings.reader
                rows = (
                    read.span(LATIN, consonants, consonants + AFTER, 24)
                    if begun
                    else filter(None, [read.get(LATIN, consonants)])
                )
                for _, listed in rows:
                    some = listed.split(" ")
                    for known, weight in zip(some[::2], some[1::2], strict=True):
                        weights[known] = weights.get(known, 0) + int(weight)
            for known, weight in weights.items():
                if fits(word, known, begun):
                    only_begun = begun and not fits(word, known, False)
                    yield Way(
                        Chunk((known,), known),
                        FINGLISH,
                        2 if only_begun and len(word) >= LONG else 1,
                        weight,
                        only_begun,
                    )

    @cached_property
    def _persian_ones(self) -> list[Source]:
        """The finders that have Persian words at all."""
        return [finder for finder in self._finders if any(finder.postings.reader.span(LATIN, "", AFTER, 1))]

    def _parted(self, word: str) -> Iterator[Way]:
        """Two words run together."""
        if len(word) < LONG - 2:
            return
        for end in range(2, len(word) - 1):
            one, other = word[:end], word[end:]
            if self._has(one, False) and self._has(other, False):
                yield Way(Chunk((one, other), word), SPELLING, 1, min(end, len(word) - end))

    def _going_on(self, chunks: Sequence[Chunk]) -> Loosened | None:
        """The names that have all these words and some more."""
        if self._terms is None or len(chunks) > _MOST_GUESSED:
            return None
        slots = [tuple(one.parts) for one in chunks]
        found = self._terms.going_on(slots)
        if not found:
            return None
        names = tuple(name for term in found for name in self._terms.names(term))
        number = -2
        for term in found:
            number = number * 100_000 - term
        text = PlainText(tuple(chunks), "".join(one.joined for one in chunks))
        said = " ".join(self._terms.names(found[0])[0])
        return Loosened("meant", Reading(text, False, (Group(tuple(chunks), True, number, names),)), said)


def _begun(reading: Reading) -> Reading:
    """The same with every word only begun; what the words mean stays."""
    return Reading(reading.text, True, reading.groups)

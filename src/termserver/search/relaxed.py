"""What may have been meant where nothing is found as typed.

In this order, each said as such: every word only begun; the keyboard's other layout, typing errors,
Persian in Latin letters, words run together or apart; what goes on from a name of the glossary; and
last the best partial match. A query that finds something never comes here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from termserver.model.fold import key
from termserver.search.glossary import BESIDES, PASSED_OVER, Slot, Terms
from termserver.search.kinds import UNITS, Group, Reading
from termserver.search.near import SHORTEST, distance
from termserver.search.query import Chunk, PlainText, chunk, pieces, plain
from termserver.search.reach import Reach
from termserver.search.slips import LAYOUT, SPELLING, in_words, put_together
from termserver.search.spoken_codes import written
from termserver.search.ways import MOST_LETTERS, Source, Ways

_MOST_GUESSED = 12
"""Of a longer query no word is guessed at: it is no slip of the finger."""
_MOST_SAID = 6
"""Of so many words no name of the glossary is looked for that has another word."""
_FORMS_OF_ADDRESS = frozenset("دکتر دکترا خانم آقای آقا اقای اقا سرکار جناب dr doctor mr mrs ms".split())  # noqa: SIM905
_TOO_LITTLE = 3
_FAR_MORE = 10
"""So many times as many concepts must have a word that is nearly the one begun, where few have that."""


@dataclass(frozen=True, slots=True)
class Loosened:
    """A looser reading: what was loosened, and what was probably meant ("" where that is what was typed)."""

    how: str
    reading: Reading
    said: str = ""


class Relaxing:
    """Reads queries, as they are and as they may have been meant, over the finders of an edition."""

    def __init__(self, finders: Sequence[Source], terms: Terms | None, reach: Reach) -> None:
        self._terms = terms
        self._ways = Ways(finders, terms, reach)

    def reading(self, text: PlainText) -> Reading:
        """The query with what the glossary says of its words."""
        return Reading(text, False, self._groups(text.chunks))

    def _groups(self, chunks: Sequence[Chunk]) -> tuple[Group, ...]:
        """The words parted by what they mean; none if the glossary knows none of them."""
        if self._terms is None or not 0 < len(chunks) <= _MOST_GUESSED:
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
                bare = part[:-1]  # پای چپ and پام are said of پا, چشمی of چشم
                tied = len(part) > 2 and part[-1] in "یم" and self._terms.holds(bare)
                slots.append((part, bare) if tied else (part,))
        latin = [word.isascii() for slot in slots for word in slot]
        if True in latin and False in latin:  # fracture ران is said of the Persian name, too
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
            if any(len(chunks[n].parts) > 1 for n in at) and not _is_whole(meaning.places, at, owners):
                continue  # post-traumatic is not "traumatic"
            if several and len(at) == 1 and slots[meaning.places[0]][0] in meaning.names[0]:
                # titles say it so; another name of one word among others only blurs them
                if (meaning.codes or meaning.narrows) and taken.isdisjoint(at):
                    taken.update(at)
                    said = tuple(chunks[n] for n in at)
                    groups[at] = Group(
                        said,
                        last in at,
                        coded_in=meaning.coded_in,
                        codes=meaning.codes,
                        narrows=meaning.narrows,
                    )
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
                    meaning.narrows,
                )
        if not any(group.names for group in groups.values()) and not (
            any(group.codes for group in groups.values()) and any(group.narrows for group in groups.values())
        ):
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
        if len(chunks) <= _MOST_GUESSED and len(typed) < 20 * MOST_LETTERS:
            yield from self._guessed(typed)
            yield from self._joined(typed)
        going_on = self._going_on(chunks)
        if going_on:
            yield going_on
        yield from self._nearly_said(chunks)

    def too_little(self, text: PlainText, total: int) -> Loosened | None:
        """What may be meant where a few concepts have a word that begins so and many one that is nearly so."""
        last = text.chunks[-1]
        if total > _TOO_LITTLE or len(last.parts) > 1 or len(last.joined) <= SHORTEST or not last.joined.isalpha():
            return None
        if self._ways.has(last.joined, False):
            return None
        near = [
            way for way in self._ways.near(last.joined, False, 1) if way.far == 1 and way.weight > _FAR_MORE * total
        ]
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
            if len(typed_ones) > 1 and all(part in BESIDES or part in _FORMS_OF_ADDRESS for part in one.parts):
                continue
            if n and one.joined in UNITS and typed_ones[n - 1][1].joined.isdecimal():
                continue
            others = (
                ()
                if self._ways.known(one, n == last)
                else tuple(way.word for way in self._ways.of(piece, one, n == last))
            )
            chunks[Chunk(one.parts, one.joined, others)] = None
        text = PlainText(tuple(chunks), "".join(one.joined for one in chunks))
        return self.reading(text)

    def _guessed(self, typed: str) -> Iterator[Loosened]:
        typed_ones = pieces(typed)
        own = [chunk(piece) for piece in typed_ones]
        last = max((n for n, one in enumerate(own) if one), default=-1)
        known = [one is None or self._ways.known(one, n == last) for n, one in enumerate(own)]
        tried: list[tuple[Chunk, ...]] = []
        for everything in (False, True):
            if all(known) and not everything:
                continue
            ways = [
                () if one is None or (known[n] and not everything) else self._ways.of(typed_ones[n], one, n == last)
                for n, one in enumerate(own)
            ]
            lost = [one for n, one in enumerate(own) if one and not ways[n] and not known[n]]
            if lost and self._nowhere(lost, own):
                return
            if lost and not everything:
                continue
            others = [any(way.how == LAYOUT for way in some) for some in ways]
            if everything and not all(others[n] for n, one in enumerate(own) if one and one.joined.isalpha()):
                # the keyboard did not stand in the other language for a word that there is
                ways = [tuple(way for way in some if not known[n] or way.how != LAYOUT) for n, some in enumerate(ways)]
            for words, how in put_together(own, ways, known):
                chunks = tuple(words)
                if chunks in tried:
                    continue
                tried.append(chunks)
                meant = self.reading(PlainText(chunks, "".join(one.joined for one in chunks)))
                said = in_words(words, meant.groups)
                yield Loosened(how, meant, said)
                if len(chunks) > 1:
                    yield Loosened(how, _begun(meant), said)

    def _joined(self, typed: str) -> Iterator[Loosened]:
        """The query with two of its pieces as one word that the glossary has: sarma khordegi is سرماخوردگی."""
        if self._terms is None:
            return
        typed_ones = pieces(typed)
        own = [chunk(piece) for piece in typed_ones]
        known = [one is None or self._ways.known(one, False) for one in own]
        for n in range(len(typed_ones) - 1):
            if known[n] and known[n + 1]:
                continue  # two words that there are
            for way in self._ways.run_together(typed_ones[n] + typed_ones[n + 1]):
                chunks = tuple(one for one in (*own[:n], way.word, *own[n + 2 :]) if one)
                said = " ".join(other.joined for other in chunks)
                yield Loosened(way.how, self.reading(PlainText(chunks, key(said))), said)

    def _nearly_said(self, chunks: Sequence[Chunk]) -> Iterator[Loosened]:
        """The query with one word put for another that is like it and makes a name of the whole: chicken pops."""
        if self._terms is None or not 1 < len(chunks) < _MOST_SAID:
            return
        for n, one in enumerate(chunks):
            others = [tuple(other.parts) for other in (*chunks[:n], *chunks[n + 1 :])]
            for word in self._terms.completed(others) if len(one.joined) >= SHORTEST - 1 else ():
                if word[0] == one.joined[0] and distance(one.joined, word, 2) <= 2:
                    meant = (*chunks[:n], Chunk((word,), word), *chunks[n + 1 :])
                    said = " ".join(other.joined for other in meant)
                    yield Loosened(SPELLING, self.reading(PlainText(meant, key(said))), said)

    def _nowhere(self, lost: Sequence[Chunk], own: Sequence[Chunk | None]) -> bool:
        """Whether one of the words begins no word at all, and no two of all of them are one to the glossary."""
        joined = [one.joined for one in own if one]
        if self._terms is not None and any(self._terms.holds(one + other) for one, other in pairwise(joined)):
            return False
        return any(not self._ways.known(one, True) for one in lost)

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


def _is_whole(places: Sequence[int], at: Sequence[int], owners: Sequence[tuple[int, ...]]) -> bool:
    """Whether these places are all parts of the chunks ``at``, or the chunks joined."""
    joined = {n for place in places if len(owners[place]) > 1 for n in owners[place]}
    return all(place in places for place, (n, *more) in enumerate(owners) if not more and n in at and n not in joined)


def _begun(reading: Reading) -> Reading:
    """The same with every word only begun; what the words mean stays."""
    return Reading(reading.text, True, reading.groups)

"""What may have been meant by one word: the other layout of the keyboard, typing errors, Persian in Latin letters,
words run together, and what only sounds so."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import product
from typing import Protocol

from termserver.search.finglish import Latin
from termserver.search.glossary import Terms
from termserver.search.kept import Kept
from termserver.search.kinds import Lists
from termserver.search.layouts import other_layout
from termserver.search.near import LONG, SHORTEST, Near, edits
from termserver.search.postings import CODE
from termserver.search.query import Chunk, chunk
from termserver.search.reach import Reach
from termserver.search.slips import FINGLISH, LAYOUT, SPELLING, Way
from termserver.search.sounds import in_two, sounding, without_ezafe
from termserver.search.word_lists import ANYWHERE

_MOST_OTHERS = 8
MOST_LETTERS = 32
_PLURALS = (("ies", "y"), ("es", ""), ("s", ""), ("هایی", ""), ("های", ""), ("ها", ""))
_ALIKE = {
    letter: letters.replace(letter, "")
    for letters in ("سصث", "زذضظ", "تط", "هح", "قغ", "کگ", "جچ", "بپ", "اع")
    for letter in letters
}


class Source(Lists, Protocol):
    """What is asked of the finder of one release."""

    near: Near


class Ways:
    """Guesses at single words over the finders of an edition; those asked for lately are kept."""

    def __init__(self, finders: Sequence[Source], terms: Terms | None, reach: Reach) -> None:
        self._finders = finders
        self._terms = terms
        self._reach = reach
        self._ways: Kept[tuple[str, bool], tuple[Way, ...]] = Kept(4_000_000, lambda ways: 200 * len(ways))

    def known(self, one: Chunk, last: bool) -> bool:
        """Whether some release or the glossary has the word, or (``last``) one that begins so."""
        if one.may_be_code:
            can = self._reach.code(one.joined)
            if can and any(finder.postings.beginning(CODE, one.joined) for finder in self._of(can)):
                return True
        words = (one.joined,) if len(one.parts) == 1 else (*one.parts, one.joined)
        here = [self.has(word, last or len(word) < 3) for word in words]
        return here[-1] or (len(words) > 1 and all(here[:-1]))

    def has(self, word: str, begun: bool) -> bool:
        can = self._reach.word(word, begun)
        if can and any(finder.words(ANYWHERE, word, begun) for finder in self._of(can)):
            return True
        return self._terms is not None and (self._terms.begins(word) if begun else self._terms.holds(word))

    def _of(self, can: int) -> Iterator[Source]:
        return (finder for n, finder in enumerate(self._finders) if can >> n & 1)

    def of(self, piece: str, one: Chunk, last: bool) -> tuple[Way, ...]:
        """What may have been meant by a piece of the query, the likeliest first."""
        if len(piece) > MOST_LETTERS:
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
            near = self.near(word, last, most) if most else self._alike(word, last)
            for way in (*self._plural(word), *near, *persian):
                found.setdefault(way.word.joined, way)
            if not found:
                apart = sorted(self._parted(word), key=lambda way: way.weight)
                found = {way.word.joined: way for way in apart}
            if not found:
                found = {way.word.joined: way for way in self._heard(word)}
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
            if word.endswith(ending) and len(bare) > 2 and self.has(bare, False):
                yield Way(Chunk((bare,), bare), SPELLING, 0, 0)
                return

    def _alike(self, word: str, last: bool) -> Iterator[Way]:
        """A short Persian word with one letter put for another that sounds or looks alike."""
        if len(word) != SHORTEST - 1:
            return
        for n, letter in enumerate(word):
            for other in _ALIKE.get(letter, ""):
                meant = word[:n] + other + word[n + 1 :]
                if self.has(meant, last):
                    yield Way(Chunk((meant,), meant), SPELLING, 1, 0)

    def near(self, word: str, last: bool, most: int) -> Iterator[Way]:
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
        found: dict[str, Way] = {}
        for latin in self._persian_ones:
            for known, weight, begun in latin.words(word, last):
                far = 2 if begun and len(word) >= LONG else 1
                former = found.get(known)
                weight += former.weight if former else 0
                found[known] = Way(Chunk((known,), known), FINGLISH, far, weight, begun)
        yield from found.values()

    def _with_consonants(self, consonants: str) -> list[tuple[str, int]]:
        """The Persian words that have these consonants, with their weights."""
        weights: dict[str, int] = {}
        for latin in self._persian_ones:
            for known, weight in latin.with_consonants(consonants):
                weights[known] = weights.get(known, 0) + weight
        return list(weights.items())

    def _heard(self, word: str) -> Iterator[Way]:
        """What sounds so: a Persian word spelled by ear; in Latin letters, one with its ezafe or two run together."""
        if len(word) < SHORTEST:
            return
        if not word.isascii():
            for meant, weight in sounding(word, self._with_consonants):
                yield Way(Chunk((meant,), meant), SPELLING, 1, weight)
            return
        for bare in without_ezafe(word):
            yield from (way for way in self._persian(bare, False) if not way.begun)
        if self._terms is None:
            return
        for one, other in in_two(word) if len(word) >= LONG - 1 else ():
            firsts = [way.word.joined for way in self._persian(one, False)]
            seconds = [way.word.joined for way in self._persian(other, False)] if firsts else []
            for pair in product(firsts, seconds):
                if any(len(meaning.places) > 1 for meaning in self._terms.meanings([(part,) for part in pair])):
                    yield Way(Chunk(pair, "".join(pair)), FINGLISH, 1, 1)

    @cached_property
    def _persian_ones(self) -> list[Latin]:
        """The Persian words of the releases that have any."""
        return [latin for finder in self._finders if (latin := Latin(finder.postings.reader))]

    def _parted(self, word: str) -> Iterator[Way]:
        """Two words run together."""
        if len(word) < LONG - 2:
            return
        for end in range(2, len(word) - 1):
            one, other = word[:end], word[end:]
            if self.has(one, False) and self.has(other, False):
                yield Way(Chunk((one, other), word), SPELLING, 1, min(end, len(word) - end))

"""What may have been meant by one word: the other layout of the keyboard, typing errors, Persian in Latin letters,
words run together, and what only sounds so."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import product
from typing import Protocol

from termserver.model.fold import key
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


_FOLDED = frozenset(letter for letter in "ضصثقفغعهخحجچشسیبلاتنمکگظطزرذدپوژ" if key(letter) == letter)
"""Letters of the keyboard that are written as they are looked up."""
_Guess = tuple[int, bool, int, str, str, tuple[str, ...]]
"""How far away, whether only begun, less the number of concepts; the letters, how they were guessed, and the words of
two that are run together. The least is the likeliest."""


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
        """Whether some release or the glossary has the word, or (``begun``) one that begins so."""
        if self._terms is not None and (self._terms.begins(word) if begun else self._terms.holds(word)):
            return True
        can = self._reach.word(word, begun)
        return bool(can) and any(finder.words(ANYWHERE, word, begun) for finder in self._of(can))

    def _of(self, can: int) -> Iterator[Source]:
        return (finder for n, finder in enumerate(self._finders) if can >> n & 1)

    def run_together(self, piece: str) -> Iterator[Way]:
        """The words of the glossary that may have been meant by two pieces of the query in one."""
        one = chunk(piece)
        if self._terms is None or one is None or len(piece) > MOST_LETTERS:
            return
        switched = self._switched(piece, one)
        if switched is not None and self.known(switched, False):
            if self._terms.holds(switched.joined):
                yield Way(switched, LAYOUT, 0, 0)
            return
        if not one.joined.isascii() or not one.joined.isalpha():
            return  # two Persian words that are nearly one are too many
        holds, word = self._terms.holds, one.joined
        found = {guess[3]: guess for guess in self._persian(word, False) if holds(guess[3])}
        if len(piece) >= LONG:
            for finder in self._finders:
                for letters, far, weight, _ in finder.near.words(word, False, edits(word), holds):
                    former = found.get(letters)
                    if former is None or former[4] == SPELLING:
                        found[letters] = far, False, (former[2] if former else 0) - weight, letters, SPELLING, ()
        yield from map(_way, sorted(found.values())[:_MOST_OTHERS])

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
        switched = self._switched(piece, one)
        if switched is not None and self.known(switched, last):
            return [Way(switched, LAYOUT, 0, 0)]
        word = one.joined
        found: dict[str, _Guess] = {}
        if word.isalpha():
            persian = list(self._persian(word, last))
            # two errors are not looked for in what reads as Persian
            most = min(edits(word), 1) if any(not guess[1] for guess in persian) else edits(word)
            near = self._near(word, last, most) if most else self._alike(word, last)
            for guess in (*self._plural(word), *near, *persian):
                found.setdefault(guess[3], guess)
            if not found:
                found = {guess[3]: guess for guess in self._parted(word)[-1:] or self._heard(word)}
        least = max(1, min((guess[0] for guess in found.values()), default=0))
        some = sorted([guess for guess in found.values() if guess[0] <= least])
        if len(some) > _MOST_OTHERS:  # four letters are near many English words; the Persian ones have their place
            persian = [guess for guess in some if guess[4] == FINGLISH][: _MOST_OTHERS // 2]
            others = [guess for guess in some if guess not in persian][: _MOST_OTHERS - len(persian)]
            some = sorted(persian + others)
        return list(map(_way, some))

    def _switched(self, piece: str, one: Chunk) -> Chunk | None:
        """The piece on the other keyboard, if that is another word."""
        letters = other_layout(piece)
        if len(letters) > 1 and _FOLDED.issuperset(letters):
            return Chunk((letters,), letters) if piece != letters else None
        # no Persian word stands on the keys of a Latin one and a comma
        found = chunk(letters) if piece.isascii() or letters.replace(".", "").isalnum() else None
        return found if found is not None and found != one and len(found.joined) > 1 else None

    def _plural(self, word: str) -> "Iterator[_Guess]":
        for ending, instead in _PLURALS:
            bare = word.removesuffix(ending) + instead
            if word.endswith(ending) and len(bare) > 2 and self.has(bare, False):
                yield 0, False, 0, bare, SPELLING, ()
                return

    def _alike(self, word: str, last: bool) -> "Iterator[_Guess]":
        """A short Persian word with one letter put for another that sounds or looks alike."""
        if len(word) != SHORTEST - 1:
            return
        for n, letter in enumerate(word):
            for other in _ALIKE.get(letter, ""):
                meant = word[:n] + other + word[n + 1 :]
                if self.has(meant, last):
                    yield 1, False, 0, meant, SPELLING, ()

    def near(self, word: str, last: bool, most: int) -> list[Way]:
        """The words that are so many typing errors away at most: the nearest ones of them."""
        return list(map(_way, self._near(word, last, most)))

    def _near(self, word: str, last: bool, most: int) -> "Iterator[_Guess]":
        for far in range(1, most + 1):
            found: dict[str, tuple[int, int, bool]] = {}
            for finder in self._finders:
                for letters, near_by, weight, begun in finder.near.words(word, last, far):
                    former = found.get(letters)
                    if former is None:
                        found[letters] = (near_by, weight, begun)
                    else:
                        found[letters] = (near_by, former[1] + weight, begun and former[2])
            if found:
                for letters, (near_by, weight, begun) in found.items():
                    # a beginning that only goes on from another one adds nothing to it
                    if not begun or not any(letters[:end] in found for end in range(SHORTEST, len(letters))):
                        yield near_by, begun, -weight, letters, SPELLING, ()
                return

    def _persian(self, word: str, last: bool) -> "Iterator[_Guess]":
        """The Persian words that may be spelled so in Latin letters."""
        if not word.isascii() or len(word) < 2:
            return
        found: dict[str, _Guess] = {}
        for latin in self._persian_ones:
            for known, weight, begun in latin.words(word, last):
                far = 2 if begun and len(word) >= LONG else 1
                former = found.get(known)
                found[known] = far, begun, (former[2] if former else 0) - weight, known, FINGLISH, ()
        yield from found.values()

    def _with_consonants(self, consonants: str) -> list[tuple[str, int]]:
        """The Persian words that have these consonants, with their weights."""
        weights: dict[str, int] = {}
        for latin in self._persian_ones:
            for known, weight in latin.with_consonants(consonants):
                weights[known] = weights.get(known, 0) + weight
        return list(weights.items())

    def _heard(self, word: str) -> "Iterator[_Guess]":
        """What sounds so: a Persian word spelled by ear; in Latin letters, one with its ezafe or two run together."""
        if len(word) < SHORTEST:
            return
        if not word.isascii():
            for meant, weight in sounding(word, self._with_consonants):
                yield 1, False, -weight, meant, SPELLING, ()
            return
        for bare in without_ezafe(word):
            yield from self._persian(bare, False)
        if self._terms is None:
            return
        holds, begins = self._terms.holds, self._terms.begins
        for one, other in in_two(word) if len(word) >= LONG - 1 else ():
            firsts = [guess[3] for guess in self._persian(one, False) if holds(guess[3])]
            seconds = [guess[3] for guess in self._persian(other, False) if begins(guess[3])] if firsts else []
            for pair in product(firsts, seconds):
                if any(len(meaning.places) > 1 for meaning in self._terms.meanings([(part,) for part in pair])):
                    yield 1, False, -1, "".join(pair), FINGLISH, pair

    @cached_property
    def _persian_ones(self) -> list[Latin]:
        """The Persian words of the releases that have any."""
        return [latin for finder in self._finders if (latin := Latin(finder.postings.reader))]

    def _parted(self, word: str) -> "list[_Guess]":
        """Two words run together, the more even ones last."""
        if len(word) < LONG - 2:
            return []
        found: list[_Guess] = [
            (1, False, -min(end, len(word) - end), word, SPELLING, (word[:end], word[end:]))
            for end in range(2, len(word) - 1)
            if self.has(word[:end], False) and self.has(word[end:], False)
        ]
        return sorted(found, key=lambda guess: -guess[2])


def _way(guess: _Guess) -> Way:
    far, begun, less, joined, how, parts = guess
    return Way(Chunk(parts or (joined,), joined), how, far, -less, begun)

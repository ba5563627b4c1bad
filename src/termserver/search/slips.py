"""What may have been meant by each word of a query, put together to whole queries."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from termserver.model.fold import fold
from termserver.search.kinds import Group
from termserver.search.query import Chunk

LAYOUT, SPELLING, FINGLISH = "layout", "spelling", "transliteration"


class Way(NamedTuple):
    """One word that may have been meant."""

    word: Chunk
    how: str
    far: int
    weight: int
    begun: bool = False


def put_together(
    own: Sequence[Chunk | None], ways: Sequence[Sequence[Way]], known: Sequence[bool]
) -> Iterator[tuple[dict[Chunk, str], str]]:
    """The chunks with what may be meant by each and the likeliest words for it, and how that was guessed.

    One slip explains all of the words, if it can; then each may be another one.
    """
    some_ways = [some for some in ways if some]
    if len(some_ways) > 1:
        for how in (LAYOUT, SPELLING, FINGLISH):
            if all(any(way.how == how for way in some) for some in some_ways):
                yield _joined(own, [[way for way in some if way.how == how] for some in ways], known, how)
    hows = [how for some in some_ways for how in dict.fromkeys(way.how for way in some)]
    if hows:
        how = max((SPELLING, FINGLISH, LAYOUT), key=hows.count)
        yield _joined(own, [sorted(some, key=lambda way: way.how != how) for some in ways], known, how)


def _joined(
    own: Sequence[Chunk | None], ways: Sequence[Sequence[Way]], known: Sequence[bool], how: str
) -> tuple[dict[Chunk, str], str]:
    words: dict[Chunk, str] = {}
    for one, some, is_known in zip(own, ways, known, strict=True):
        if one is None:
            continue
        if not some:
            words[one] = " ".join(one.parts)
            continue
        best, *more = some
        said = " ".join((one if is_known and best.how != how else best.word).parts)
        others = tuple(way.word for way in more)
        if is_known:  # what was typed is a word, too
            words[Chunk(one.parts, one.joined, (best.word, *others))] = said
        else:
            words[Chunk(best.word.parts, best.word.joined, others)] = said
    return words, how


def in_words(words: Mapping[Chunk, str], groups: Sequence[Group]) -> str:
    """What was searched, in words: of those that may be meant the ones that say a name of the glossary together."""
    better: dict[str, str] = {}
    for group in groups:
        for name in group.names if len(group.chunks) > 1 else ():
            said = [
                next((one.joined for one in (chunk, *chunk.others) if one.joined in name), "") for chunk in group.chunks
            ]
            if all(said):
                better |= zip([chunk.joined for chunk in group.chunks], said, strict=True)
                break
    return fold(" ".join(better.get(chunk.joined, word) for chunk, word in words.items()))

"""Who is above whom, through any number of parents: the transitive closure, computed once per release.

Interval labels would be smaller and are wrong where a concept has several parents.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from termserver.model.errors import ContentError


class Ordinals(Protocol):
    """A set of concepts that nobody changes."""

    def __contains__(self, ordinal: int, /) -> bool: ...
    def __iter__(self) -> Iterator[int]: ...
    def __len__(self) -> int: ...


NOBODY: Ordinals = frozenset()


def ancestors(parents: Sequence[Sequence[int]], names: Sequence[str]) -> list[list[int]]:
    """For every concept its ancestors, nearest first, each once; ``parents`` by position.

    Raise ContentError if a concept is its own ancestor; ``names`` say which.
    """
    found: list[list[int] | None] = [None] * len(parents)
    for start in range(len(parents)):
        open_: list[int] = [start]
        inside = {start}
        while open_:
            at = open_[-1]
            if found[at] is not None:
                inside.discard(open_.pop())
                continue
            waiting = next((parent for parent in parents[at] if found[parent] is None), None)
            if waiting is None:
                found[at] = _above(parents[at], found, parents)
                inside.discard(open_.pop())
            elif waiting in inside:
                raise ContentError(
                    f"'{names[waiting]}' is its own ancestor. Mend the parents of: {_round(open_, waiting, names)}.",
                    f"«{names[waiting]}» بالادست خودش است. والدها را درست کنید: {_round(open_, waiting, names)}.",
                )
            else:
                open_.append(waiting)
                inside.add(waiting)
    return [above if above is not None else [] for above in found]


def _above(
    parents: Sequence[int], found: Sequence[list[int] | None], all_parents: Sequence[Sequence[int]]
) -> list[int]:
    if len(parents) == 1:
        return [parents[0], *(found[parents[0]] or ())]
    if not parents:
        return []
    merged: dict[int, None] = {}
    level: list[int] = list(parents)
    while level:  # breadth first: all parents, then what stands one step higher, and so on
        merged.update(dict.fromkeys(level))
        higher = dict.fromkeys(above for at in level for above in all_parents[at] if above not in merged)
        level = list(higher)
    return list(merged)


def _round(open_: Sequence[int], waiting: int, names: Sequence[str]) -> str:
    return ", ".join(names[at] for at in open_[open_.index(waiting) :])


def compressed(members: Sequence[int]) -> bytes:
    """A set of ordinals in Roaring's portable form."""
    from pyroaring import BitMap

    found = BitMap(members)
    found.run_optimize()
    return bytes(found.serialize())


def opened(data: bytes) -> Ordinals:
    from pyroaring import FrozenBitMap  # few questions need a set; a start without it is 2 ms shorter

    found: Ordinals = FrozenBitMap.deserialize(data)
    return found


def united(sets: Iterable[Ordinals]) -> Ordinals:
    """One set of all the members of ``sets``."""
    from pyroaring import BitMap, FrozenBitMap

    members = BitMap()
    for found in sets:
        members |= BitMap(found)
    united: Ordinals = FrozenBitMap(members)
    return united

"""How many hits there are of each kind: exact counts over everything that matches, not over a page."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence

import orjson
from pyroaring import FrozenBitMap

from termserver.model.errors import UsageError
from termserver.model.text import Text
from termserver.search.finder import Finder
from termserver.search.narrowing import MOST_VALUES
from termserver.search.query import FacetCount

Matches = Sequence[tuple[Finder, FrozenBitMap]]
OWN = ("system", "status", "chapter")
MOST_SHOWN = 100
"""So many values of a property are told, the commonest ones."""


def count(name: str, found: Matches, properties: Callable[[], Collection[str]]) -> tuple[FacetCount, ...]:
    """The values of one facet with their numbers, the commonest first. Raise UsageError if there is no such facet."""
    if name == "system":
        return _systems(found)
    if name == "status":
        return _states(found)
    if name == "chapter":
        return _tops(found)
    known = sorted(properties())
    if name not in known:
        listed = ", ".join((*OWN, *known))
        raise UsageError(
            f"There is no facet {name!r}. Known are: {listed}.", f"وجه «{name}» وجود ندارد. این‌ها شناخته‌اند: {listed}."
        )
    return _values(name, found)


def _systems(found: Matches) -> tuple[FacetCount, ...]:
    counts: Counter[str] = Counter()
    for finder, members in found:
        for run in finder.runs:
            counts[run.system] += members.range_cardinality(run.first, run.end)
    return _ordered(counts)


def _states(found: Matches) -> tuple[FacetCount, ...]:
    counts: Counter[str] = Counter()
    for finder, members in found:
        active = members.range_cardinality(0, finder.postings.retired_from)
        counts["active"] += active
        counts["retired"] += len(members) - active
    return _ordered(counts)


def _ordered(counts: Counter[str]) -> tuple[FacetCount, ...]:
    return tuple(FacetCount(value, number) for value, number in counts.most_common(MOST_SHOWN) if number)


def _tops(found: Matches) -> tuple[FacetCount, ...]:
    counted = []
    for finder, members in found:
        here = {
            top: number for top, below in finder.tops().items() if (number := members.intersection_cardinality(below))
        }
        tops = [top for top in here if not finder.is_hidden(top)]
        for top, hit in zip(tops, map(orjson.loads, finder.hits(tops, "fa")), strict=True):
            title = Text(hit["display_fa"], hit["display_en"])
            counted.append(FacetCount(hit["code"], here[top], hit["system"], title))
    return tuple(sorted(counted, key=lambda one: (-one.count, one.system, one.value)))


def _values(name: str, found: Matches) -> tuple[FacetCount, ...]:
    counts: Counter[str] = Counter()
    for finder, members in found:
        here = finder.narrowing.values(name, members)
        if here is None:
            raise UsageError(
                f"{name!r} has more than {MOST_VALUES} different values; they are not counted. Filter by one instead.",
                f"«{name}» بیش از {MOST_VALUES} مقدار دارد و شمرده نمی‌شود. با یکی از آن‌ها محدود کنید.",
            )
        counts.update(here)
    return _ordered(counts)

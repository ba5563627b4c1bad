"""Chance that is the same for the same seed, on every machine: one stream for each entity, and the order of changes."""

import datetime
from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import gcd
from random import Random
from typing import Any, TypeVar

from termserver.model.days import Day

_T = TypeVar("_T")
Json = dict[str, Any]


class Chance:
    """Random choices about one thing; only ``Random.random`` is used, which Python keeps the same for ever."""

    __slots__ = ("_random", "_seed")

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._random = Random(0)

    def of(self, kind: int, number: int) -> "Chance":
        """Begin the choices about the ``number``-th thing of a kind; the same stream whenever it is asked for."""
        self._random.seed((self._seed << 64) ^ (kind << 48) ^ number)
        return self

    def share(self) -> float:
        """A number from 0 to below 1."""
        return self._random.random()

    def below(self, n: int) -> int:
        return int(self._random.random() * n)

    def between(self, first: int, last: int) -> int:
        """A whole number, both ends included."""
        return first + int(self._random.random() * (last - first + 1))

    def pick(self, among: Sequence[_T]) -> _T:
        return among[int(self._random.random() * len(among))]

    def happens(self, share: float) -> bool:
        return self._random.random() < share

    def hexdigits(self) -> str:
        """32 digits."""
        return "".join([f"{int(self._random.random() * 65_536):04x}" for _ in range(8)])


@lru_cache(maxsize=40_000)
def iso(ordinal: int) -> Day:
    """The ISO day of a day's number."""
    return datetime.date.fromordinal(ordinal).isoformat()


def ordinal(day: Day) -> int:
    return datetime.date.fromisoformat(day).toordinal()


def period(start: int, end: int | None = None) -> Json:
    """A period between numbered days."""
    return {"start": iso(start)} if end is None else {"start": iso(start), "end": iso(end)}


def fact(code: str, value: Any, during: Json | None = None) -> Json:
    """A property in the form of load files; empty fields of a record are left out."""
    if value.__class__ is dict:
        value = {name: said for name, said in value.items() if said != ""}
    return {"code": code, "value": value, "period": during} if during else {"code": code, "value": value}


class Turns:
    """Whose turn it is to change: everybody once before anybody twice, without a list of them.

    The ``e``-th change is that of entity ``(step * e + offset) mod entities``.
    """

    def __init__(self, chance: Chance, kind: int, entities: int, a_day: int) -> None:
        self.entities = entities
        self.a_day = a_day
        chance.of(kind, 0)
        step = int(entities * (0.38 + 0.24 * chance.share())) | 1
        while gcd(step, entities) != 1:
            step += 2
        self._step = step % entities or 1
        self._offset = chance.below(entities)
        self._back = pow(self._step, -1, entities) if entities > 1 else 0

    def whose(self, event: int) -> int:
        return (self._step * event + self._offset) % self.entities

    def of_day(self, day: int) -> range:
        """The changes of the ``day``-th day, from 1."""
        return range((day - 1) * self.a_day, day * self.a_day)

    def events(self, entity: int, days: int) -> Iterator[tuple[int, int]]:
        """(change, day) of an entity in the first ``days`` days, in order."""
        if entity >= self.entities:
            return
        first = self._back * (entity - self._offset) % self.entities
        for event in range(first, days * self.a_day, self.entities):
            yield event, event // self.a_day + 1

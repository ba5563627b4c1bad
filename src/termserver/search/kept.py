"""A bounded cache without a lock: what was asked for lately is kept, the rest forgotten in one go."""

from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

_EACH = 200
"""About what a key and the room in the table take, in bytes."""


class Kept(Generic[K, V]):
    """Two generations: what was asked for lately survives when the elder generation is dropped.

    Every step is one operation on a dict, so threads may share it without a lock; at worst two of
    them make the same value.
    """

    def __init__(self, budget: int, size: Callable[[V], int]) -> None:
        """``budget`` bounds what is kept, in bytes; ``size`` tells the bytes of a value."""
        self._young: dict[K, V] = {}
        self._elder: dict[K, V] = {}
        self._room = self._half = budget // 2
        self._size = size

    def get(self, key: K) -> V | None:
        """The value of ``key``, or None if it is not kept."""
        found = self._young.get(key)
        if found is None:
            found = self._elder.get(key)
            if found is not None:
                self.put(key, found)
        return found

    def put(self, key: K, value: V) -> None:
        """Keep ``value`` for the next time."""
        self._room -= _EACH + self._size(value)
        if self._room < 0:
            self._elder, self._young = self._young, {}
            self._room = self._half
        self._young[key] = value

    def __len__(self) -> int:
        return len(self._young) + len(self._elder)

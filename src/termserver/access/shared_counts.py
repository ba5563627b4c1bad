"""Counts that the processes of one server share: two numbers for each caller, in a file that all of them have mapped.

Nothing is locked: between the reading and the writing of a count lies less than a microsecond, and what two processes
count in the same one may be counted once. That is enough for shares, and costs half a microsecond.
"""

import hashlib
import mmap
import os
from pathlib import Path
from struct import Struct

FOLDER = "TERMSERVER_SERVED_METRICS"
"""Where the processes of one server share what they count; not set where there is one."""
_SLOTS = 65_536
_TRIED = 8
"""So many places beside each other may be a caller's; the one that rested longest gives way."""
_SLOT = Struct("=Qdd")
_NUMBERS = Struct("=dd")


class SharedCounts:
    """The table in ``path``, made where it is not there; raise OSError if it can be neither."""

    def __init__(self, path: Path, slots: int = _SLOTS) -> None:
        size = slots * _SLOT.size
        with path.open("a+b") as file:
            if os.fstat(file.fileno()).st_size < size:
                file.truncate(size)
            self._held = mmap.mmap(file.fileno(), size)
        self._slots = slots

    @classmethod
    def of_server(cls, name: str) -> "SharedCounts | None":
        """The table of that name of this server; None where it has one process."""
        folder = os.environ.get(FOLDER)
        return cls(Path(folder, f"{name}.counts")) if folder else None

    def place(self, caller: str, first: float, since: float) -> "Place":
        """The caller's place; where they have none yet it begins with these two numbers."""
        key = int.from_bytes(hashlib.blake2b(caller.encode(), digest_size=8).digest(), "big") or 1
        start = key % self._slots
        oldest, rested = 0, float("inf")
        for n in range(_TRIED):
            at = (start + n) % self._slots * _SLOT.size
            known, _, when = _SLOT.unpack_from(self._held, at)
            if known == key:
                return Place(self._held, key, at)
            if not known:
                oldest = at
                break
            if when < rested:
                oldest, rested = at, when
        _SLOT.pack_into(self._held, oldest, key, first, since)
        return Place(self._held, key, oldest)


class Place:
    """Where one caller is counted."""

    __slots__ = ("_at", "_held", "_key")

    def __init__(self, held: mmap.mmap, key: int, at: int) -> None:
        self._held, self._key, self._at = held, key, at

    def read(self) -> tuple[float, float] | None:
        """The two numbers; None if the place is another caller's by now."""
        known, first, since = _SLOT.unpack_from(self._held, self._at)
        return (first, since) if known == self._key else None

    def write(self, first: float, since: float) -> None:
        _NUMBERS.pack_into(self._held, self._at + 8, first, since)

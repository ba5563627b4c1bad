"""How many entries of registries somebody may read in a day; what was read is kept over a restart.

The counts live in memory, one for all processes of a server, and are written to a file every half minute, so that a
crash forgets half a minute.
"""

import contextlib
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import orjson

from termserver.access.shared_counts import SharedCounts
from termserver.model.days import Day, today
from termserver.releases import atomic

_EVERY = 30.0
_MOST = 100_000
_TEHRAN = timedelta(hours=3.5)


class Quotas:
    """The counts of one day; safe to share between threads."""

    def __init__(
        self,
        file: Path | None = None,
        counts: SharedCounts | None = None,
        day: Callable[[], Day] = today,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._file = file
        self._counts = counts
        self._today = day
        self._clock = clock
        self._lock = threading.Lock()
        self._day = day()
        self._read: dict[str, float] = self._kept()
        self._written = clock()

    def take(self, caller: str, count: float, most: int) -> int:
        """Count entries that the caller reads: 0, or in how many seconds the next day begins. ``most`` 0: no quota."""
        if not most:
            return 0
        with self._lock:
            day = self._today()
            if day != self._day:
                self._day, self._read = day, {}
            known = self._read.get(caller, 0.0)
            place = None
            if self._counts is not None:
                number = float(date.fromisoformat(day).toordinal())
                place = self._counts.place(caller, known, number)
                others, of = place.read() or (0.0, number)
                known = max(known, others if of == number else 0.0)
            if known + count > most:
                return _until_midnight()
            if place is not None:
                place.write(known + count, number)
            if len(self._read) < _MOST or caller in self._read:
                self._read[caller] = known + count
            if self._clock() - self._written > _EVERY:
                self._write()
        return 0

    def close(self) -> None:
        """Keep the counts."""
        with self._lock:
            self._write()

    def _kept(self) -> dict[str, float]:
        if self._file is None:
            return {}
        try:
            said = orjson.loads(self._file.read_bytes())
            return dict(said["read"]) if said["day"] == self._day else {}
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    def _write(self) -> None:
        self._written = self._clock()
        if self._file is None or not self._read:
            return
        # another process of this server writes here too; whoever counted more is believed
        others = self._kept()
        said = {"day": self._day, "read": {k: max(v, others.get(k, 0.0)) for k, v in self._read.items()}}
        with contextlib.suppress(OSError):  # a full or read-only disk stops no reading
            atomic.write(self._file, orjson.dumps(said), durable=False)


def _until_midnight() -> int:
    now = datetime.now(UTC) + _TEHRAN
    return 86_400 - (now.hour * 3600 + now.minute * 60 + now.second)

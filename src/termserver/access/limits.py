"""How much of a registry somebody without a name may read: enough for work, too little to copy it entry by entry.

A bucket for each caller fills at a steady rate; every entry shown takes from it. Whole copies go
through the change feed, which is made for them.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from math import ceil

_CALLERS = 100_000


class Allowance:
    """``per_minute`` entries a minute for each caller, and ``at_once`` after a rest. Safe to share between threads."""

    def __init__(self, per_minute: float, at_once: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = per_minute / 60
        self._most = at_once
        self._clock = clock
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str, count: float) -> int:
        """Take ``count`` from the caller's bucket: 0, or in how many seconds it may be asked again.

        What is asked for at once may be more than the bucket ever holds: then a full one pays for it, and is empty.
        """
        with self._lock:
            now = self._clock()
            left, since = self._left.pop(caller, (self._most, now))
            left = min(self._most, left + (now - since) * self._rate)
            wanted = min(count, self._most)
            wait = 0 if left >= wanted else ceil((wanted - left) / self._rate)
            self._left[caller] = (left if wait else left - wanted, now)
            while len(self._left) > _CALLERS:
                self._left.popitem(last=False)
            return wait


class Allowances:
    """An ``Allowance`` for each pair of bounds that a policy knows."""

    def __init__(self) -> None:
        self._known: dict[tuple[float, float], Allowance] = {}

    def of(self, per_minute: float, at_once: float) -> Allowance:
        """The buckets of these bounds."""
        known = self._known.get((per_minute, at_once))
        if known is None:
            known = self._known.setdefault((per_minute, at_once), Allowance(per_minute, at_once))
        return known


class Rates:
    """Buckets as above for one event loop, cheap enough for every request; the bounds come with the question."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left: dict[str, list[float]] = {}

    def take(self, caller: str, count: float, per_minute: float, at_once: float) -> int:
        """Take ``count`` from the caller's bucket: 0, or in how many seconds it may be asked again."""
        now = self._clock()
        known = self._left.get(caller)
        if known is None:
            known = self._left[caller] = [at_once, now]
            if len(self._left) > _CALLERS:  # the oldest has long been full again
                del self._left[next(iter(self._left))]
        left = known[0] + (now - known[1]) * per_minute / 60
        if left > at_once:
            left = at_once
        known[1] = now
        wanted = count if count < at_once else at_once
        if left >= wanted:
            known[0] = left - wanted
            return 0
        known[0] = left
        return ceil((wanted - left) * 60 / per_minute)

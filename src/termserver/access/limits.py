"""How much of a registry somebody without a name may read: enough for work, too little to copy it entry by entry.

A bucket for each caller fills at a steady rate; every entry shown takes from it. Whole copies go
through the change feed, which is made for them.
"""

import threading
import time
from collections.abc import Callable
from math import ceil

from termserver.access.shared_counts import SharedCounts

_CALLERS = 100_000


class Share:
    """What one caller has left of their bucket, and how many of their requests are under way."""

    __slots__ = ("gone", "left", "since", "under_way")

    def __init__(self, left: float, now: float) -> None:
        self.left, self.since = left, now
        self.under_way = 0
        self.gone = False
        """Whether another one counts for the caller from now on."""

    def take(self, count: float, per_minute: float, at_once: float, now: float) -> int:
        """Take ``count``: 0, or in how many seconds it may be asked again."""
        left = self.left + (now - self.since) * per_minute / 60
        if left > at_once:
            left = at_once
        self.since = now
        wanted = count if count < at_once else at_once
        if left >= wanted:
            self.left = left - wanted
            return 0
        self.left = left
        return ceil((wanted - left) * 60 / per_minute)


class SharedShare(Share):
    """The same where several processes answer: their bucket is one."""

    __slots__ = ("_caller", "_counts", "_place")

    def __init__(self, caller: str, counts: SharedCounts, left: float, now: float) -> None:
        super().__init__(left, now)
        self._caller, self._counts = caller, counts
        self._place = counts.place(caller, left, now)

    def take(self, count: float, per_minute: float, at_once: float, now: float) -> int:
        """Take ``count``: 0, or in how many seconds it may be asked again."""
        found = self._place.read()
        if found is None:  # so many callers came since that the place is another one's
            self._place = self._counts.place(self._caller, at_once, now)
            found = self._place.read() or (at_once, now)
        self.left, self.since = found
        wait = super().take(count, per_minute, at_once, now)
        self._place.write(self.left, self.since)
        return wait


class Rates:
    """A bucket for each caller, cheap enough for every request; the bounds come with the question. For one thread.

    With ``counts`` a caller's bucket is one for all processes of the server.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, counts: SharedCounts | None = None) -> None:
        self._clock = clock
        self._counts = counts
        self._shares: dict[str, Share] = {}

    def of(self, caller: str, at_once: float) -> Share:
        """The caller's share; a full bucket for whoever comes for the first time."""
        known = self._shares.get(caller)
        if known is None:
            now, counts = self._clock(), self._counts
            known = Share(at_once, now) if counts is None else SharedShare(caller, counts, at_once, now)
            self._shares[caller] = known
            if len(self._shares) > _CALLERS:  # the oldest has long been full again
                oldest = next(iter(self._shares))
                share = self._shares.pop(oldest)
                if share.under_way:
                    self._shares[oldest] = share
                else:
                    share.gone = True
        return known

    def take(self, caller: str, count: float, per_minute: float, at_once: float) -> int:
        """Take ``count`` from the caller's bucket: 0, or in how many seconds it may be asked again."""
        return self.of(caller, at_once).take(count, per_minute, at_once, self._clock())


class Allowance:
    """``per_minute`` entries a minute for each caller, and ``at_once`` after a rest. Safe to share between threads."""

    def __init__(
        self,
        per_minute: float,
        at_once: float,
        clock: Callable[[], float] = time.monotonic,
        counts: SharedCounts | None = None,
    ) -> None:
        self._bounds = per_minute, at_once
        self._lock = threading.Lock()
        self._rates = Rates(clock, counts)

    def take(self, caller: str, count: float) -> int:
        """Take ``count`` from the caller's bucket: 0, or in how many seconds it may be asked again.

        What is asked for at once may be more than the bucket ever holds: then a full one pays for it, and is empty.
        """
        with self._lock:
            return self._rates.take(caller, count, *self._bounds)


class Allowances:
    """An ``Allowance`` for each pair of bounds that a policy knows."""

    def __init__(self, counts: SharedCounts | None = None) -> None:
        self._counts = counts
        self._known: dict[tuple[float, float], Allowance] = {}

    def of(self, per_minute: float, at_once: float) -> Allowance:
        """The buckets of these bounds."""
        known = self._known.get((per_minute, at_once))
        if known is None:
            made = Allowance(per_minute, at_once, counts=self._counts)
            known = self._known.setdefault((per_minute, at_once), made)
        return known

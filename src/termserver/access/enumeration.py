"""Whether somebody tries one number after the other: then every entry costs them twenty, for an hour.

Work looks different: it asks for numbers that exist, in no order. What counts is a run of neighbouring numbers, and
numbers that are mostly nobody's.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

log = logging.getLogger("termserver.access")

RUN, MISSES = 30, 60
"""So many neighbours in a row, or so many numbers of nobody within ``WINDOW`` seconds and more than hits."""
WINDOW, SLOW = 600.0, 3600.0
COST = 20
_NEAR = 3
_CALLERS = 50_000


class _Seen:
    __slots__ = ("hits", "last", "misses", "run", "since", "slow_until")

    def __init__(self, now: float) -> None:
        self.since = now
        self.hits = self.misses = self.run = self.last = 0
        self.slow_until = 0.0


class Watch:
    """What each caller looked for lately; safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, _Seen] = OrderedDict()

    def cost(self, caller: str) -> int:
        """What an entry costs the caller: 1, or ``COST`` while they are slowed down."""
        seen = self._seen.get(caller)
        return COST if seen is not None and seen.slow_until > self._clock() else 1

    def saw(self, caller: str, registry: str, code: str, found: bool) -> bool:
        """Note that the caller looked for an entry; True if that is one too many, from now on they are slow."""
        digits = "".join(one for one in code if one.isdigit())
        return self._count(caller, registry, int(found), int(not found), int(digits) if 0 < len(digits) < 17 else None)

    def verified(self, caller: str, registry: str, known: int, unknown: int) -> bool:
        """Note a batch of verifications; True as above. Lists are sorted, so that their order says nothing."""
        return self._count(caller, registry, known, unknown, None)

    def _count(self, caller: str, registry: str, hits: int, misses: int, number: int | None) -> bool:
        now = self._clock()
        with self._lock:
            seen = self._seen.pop(caller, None) or _Seen(now)
            self._seen[caller] = seen
            while len(self._seen) > _CALLERS:
                self._seen.popitem(last=False)
            if now - seen.since > WINDOW:
                seen.since, seen.hits, seen.misses = now, 0, 0
            seen.hits += hits
            seen.misses += misses
            if number is not None:
                seen.run = seen.run + 1 if 0 < abs(number - seen.last) <= _NEAR else 0
                seen.last = number
            suspect = seen.run >= RUN or (seen.misses >= MISSES and seen.misses > seen.hits)
            if not suspect or seen.slow_until > now:
                return False
            seen.slow_until = now + SLOW
            run, misses, hits = seen.run, seen.misses, seen.hits
            seen.run = 0
        log.warning(
            "enumeration suspected: %s in %s, %d neighbours in a row, %d unknown, %d known; slowed down for %d s",
            caller, registry, run, misses, hits, SLOW,
        )  # fmt: skip
        return True

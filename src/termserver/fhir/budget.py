"""How much one request may compute: a clock that is asked in every loop that others feed."""

import time

from termserver.fhir.outcomes import problem

SECONDS = 10.0
EXPANSION_LIMIT = 1000
"""So many codes are listed unasked; who wants more asks for pages."""
PAGE_LIMIT = 20_000


class Budget:
    """The time of one request; ``spend`` raises ``too-costly`` when it is used up."""

    __slots__ = ("_end", "_steps")

    def __init__(self, seconds: float = SECONDS) -> None:
        self._end = time.monotonic() + seconds
        self._steps = 0

    def spend(self, steps: int = 1) -> None:
        self._steps += steps
        if self._steps >= 256:
            self._steps = 0
            if time.monotonic() > self._end:
                raise problem(422, "too-costly", "TOO_LONG")

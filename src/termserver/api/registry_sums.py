"""What the callers of the change feed hold in the end: the sums of its pages, without a second reading.

A page's sum counts as long as no load came after it was read; then the pages from 0 to the end are
the registry.
"""

import threading


class Sums:
    """The sums of the pages that were shown of each registry; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pages: dict[str, tuple[int, dict[int, tuple[int, int]]]] = {}
        self._whole: dict[str, tuple[int, int]] = {}

    def shown(self, registry: str, cursor: int, after: int, until: int, total: int) -> None:
        """Remember the sum of the entries after one cursor and up to another, as they were at ``cursor``."""
        with self._lock:
            known, pages = self._pages.get(registry, (-1, {}))
            if known > cursor:
                return
            if known < cursor:
                pages = {}
                self._pages[registry] = cursor, pages
            pages[after] = until, total

    def whole(self, registry: str, cursor: int) -> int | None:
        """The sum of all of the registry as it was at ``cursor``; None if some of it was not shown since."""
        with self._lock:
            at, total = self._whole.get(registry, (-1, 0))
            if at == cursor:
                return total
            known, pages = self._pages.get(registry, (-1, {}))
            total, after = 0, 0
            while known == cursor and after < cursor:
                if after not in pages:
                    return None
                after, more = pages[after]
                total += more
            if known != cursor:
                return None
            self._whole[registry] = cursor, total
            return total

    def read(self, registry: str, cursor: int, total: int) -> None:
        """Remember the sum of all of the registry, which was read for it."""
        with self._lock:
            self._whole[registry] = cursor, total

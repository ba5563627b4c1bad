"""How far a long work has come: one line on standard error, only where a person is looking."""

import sys
import time
from types import TracebackType


class Progress:
    """Called with how much is done of how much; the line is written ten times a second at most and left empty."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._shown = sys.stderr.isatty()
        self._last = 0.0
        self._width = 0

    def __call__(self, done: int, total: int = 0) -> None:
        now = time.monotonic()
        if not self._shown or now - self._last < 0.1:
            return
        self._last = now
        line = f"{self._what} {done:,}/{total:,}" if total else f"{self._what} {done:,}"
        print(f"\r{line:<{self._width}}", end="", file=sys.stderr, flush=True)
        self._width = len(line)

    def __enter__(self) -> "Progress":
        if self._shown:
            print(f"{self._what} …", end="", file=sys.stderr, flush=True)
            self._width = len(self._what) + 2
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._width:
            print(f"\r{'':<{self._width}}\r", end="", file=sys.stderr, flush=True)

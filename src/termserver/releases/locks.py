"""One process at a time: a lock that the operating system takes back from a process that dies."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from termserver.model.errors import ReleaseError

_PATIENCE = 60.0  # seconds
_PAUSE = 0.02

if sys.platform == "win32":
    import msvcrt

    def _try(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def held(path: Path, patience: float = _PATIENCE) -> Iterator[None]:
    """Hold the lock ``path`` while the block runs; raise ReleaseError if another process keeps it too long."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        until = time.monotonic() + patience
        while not _try(handle):
            if time.monotonic() > until:
                raise ReleaseError(
                    f"Another termserver has been changing {path.parent} for {patience:.0f} seconds. Try again later.",
                    f"termserver دیگری {patience:.0f} ثانیه است که {path.parent} را تغییر می‌دهد. دیرتر بیازمایید.",
                )
            time.sleep(_PAUSE)
        yield
    finally:
        os.close(handle)  # closing gives the lock back


def taken(path: Path) -> int | None:
    """Hold the lock ``path`` until this process ends or ``os.close`` of what comes back; None if another has it."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    if _try(handle):
        return handle
    os.close(handle)
    return None

"""A file is there whole or not at all, whatever happens while it is written.

Everything the shelf keeps goes through here: a temporary neighbour, its bytes forced to the
disk, one rename.
"""

import contextlib
import os
import time
from collections.abc import Iterable
from pathlib import Path

_SUFFIX = ".unfinished"
_FORGOTTEN_AFTER = 24 * 3600  # seconds


def neighbour(path: Path) -> Path:
    """A fresh name beside ``path`` for what is to become it."""
    return path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}{_SUFFIX}")


def sync_file(path: Path) -> None:
    """Force the bytes of a file to the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Force the names in a folder to the disk, where the system can do that (Windows cannot)."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:
        pass  # some network file systems refuse to sync a folder; the rename itself was atomic
    finally:
        os.close(handle)


def put(temporary: Path, path: Path) -> None:
    """Let the finished ``temporary`` take the name ``path``, durably."""
    sync_file(temporary)
    os.replace(temporary, path)
    sync_folder(path.parent)


def write(path: Path, data: bytes, durable: bool = True) -> None:
    """Write ``data`` to ``path`` in one step. Raise OSError, with ``path`` untouched, if it cannot be."""
    write_pieces(path, (data,), durable)


def write_pieces(path: Path, pieces: Iterable[bytes], durable: bool = True) -> None:
    """The same of what is made while it is written; whatever fails in the making leaves ``path`` untouched too."""
    temporary = neighbour(path)
    try:
        with temporary.open("wb") as file:
            file.writelines(pieces)
        if durable:
            put(temporary, path)
        else:
            os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def sweep(folder: Path) -> None:
    """Remove what processes that were killed a day or more ago left unfinished in ``folder``."""
    for left in folder.glob(f".*{_SUFFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > _FORGOTTEN_AFTER:
                left.unlink()

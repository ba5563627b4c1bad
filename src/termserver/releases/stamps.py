"""The stamp beside a release: which bytes were verified here, and how the file looked then.

A stamp that still fits lets a release be opened without reading it; one that does not makes
its bytes be hashed again. A file changed in the same tick of the clock as it was stamped
looks untouched, so a stamp counts only if it is clearly younger than the file's last change.
"""

import os
from pathlib import Path

import orjson

from termserver.model.values import replace, value
from termserver.releases import atomic

_TICK = 2_000_000_000  # ns; the coarsest clock of a file system in use (FAT) ticks every two seconds


@value
class Stamp:
    """``sha256`` is over all bytes of the file; the rest is what the file system says of it."""

    sha256: str
    size: int = 0
    mtime_ns: int = 0
    ctime_ns: int = 0
    inode: int = 0


def stamp_path(path: Path) -> Path:
    return path.with_name(path.name + ".stamp")


def look(path: Path) -> Stamp:
    """How the file looks now, its bytes not read; to be taken before they are hashed."""
    now = path.stat()
    return Stamp("", now.st_size, now.st_mtime_ns, now.st_ctime_ns, now.st_ino)


def read(path: Path) -> Stamp | None:
    """The stamp beside the release at ``path``; None if there is none that can be read."""
    try:
        said = orjson.loads(stamp_path(path).read_bytes())
        stamp = Stamp(said["sha256"], said["size"], said["mtime_ns"], said["ctime_ns"], said["inode"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return stamp if isinstance(stamp.sha256, str) and len(stamp.sha256) == 64 else None


def fits(path: Path, stamp: Stamp) -> bool:
    """Whether the file is certainly the one that was stamped."""
    if replace(look(path), sha256=stamp.sha256) != stamp:
        return False
    changed = stamp.mtime_ns if os.name == "nt" else stamp.ctime_ns
    return stamp_path(path).stat().st_mtime_ns - changed >= _TICK


def write(path: Path, seen: Stamp, sha256: str) -> bool:
    """Stamp the file that looked as ``seen`` when its bytes had that digest; False where that cannot
    be (a read-only folder)."""
    return _put(path, replace(seen, sha256=sha256))


def write_portable(path: Path, sha256: str) -> bool:
    """Record the digest of the bytes only, for a file that travels (in a wheel): its bytes are hashed at opening."""
    return _put(path, Stamp(sha256))


def _put(path: Path, stamp: Stamp) -> bool:
    told = {
        "sha256": stamp.sha256,
        "size": stamp.size,
        "mtime_ns": stamp.mtime_ns,
        "ctime_ns": stamp.ctime_ns,
        "inode": stamp.inode,
    }
    try:
        atomic.write(stamp_path(path), orjson.dumps(told), durable=False)
    except OSError:
        return False
    return True


def remove(path: Path) -> None:
    """Forget what was verified at ``path``, before another file takes its place."""
    stamp_path(path).unlink(missing_ok=True)

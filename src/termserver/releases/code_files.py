"""Files of compiled code in the user's cache folder, found by the digest of all that they were made from.

They are to generated functions what ``__pycache__`` is to modules, and trusted no further: a file
that somebody else owns or may write to is not read, and one that is not whole neither.
TERMSERVER_CACHE names another folder (empty: none); PYTHONDONTWRITEBYTECODE holds here too.
"""

import hashlib
import importlib.util
import os
import sys
from collections.abc import Iterable
from pathlib import Path

import termserver
from termserver.releases import atomic

_MADE_BY = ("validation", "model")
"""The rooms whose modules decide what is generated."""

_DIGEST = 32
_WRITABLE_BY_OTHERS = 0o022


def default_cache() -> Path | None:
    """TERMSERVER_CACHE, else ``var/cache`` of the checkout we run from, else the user's cache folder of this system.

    None if the user wants none or has no home.
    """
    said = os.environ.get("TERMSERVER_CACHE")
    if said is not None:
        return Path(said) if said else None
    package = Path(termserver.__file__).parent
    checkout = package.parents[1]
    if (checkout / "codesystems").is_dir() and (checkout / "pyproject.toml").is_file():
        return checkout / "var" / "cache"
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local, "termserver", "cache") if local else None
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "termserver"
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache and os.path.isabs(cache) else home / ".cache") / "termserver"


class CodeFiles:
    """What was compiled for one set of releases by this Python and this termserver."""

    def __init__(self, folder: Path, digests: Iterable[str]) -> None:
        """``digests``: of the releases that the code was generated from."""
        made_of = hashlib.sha256(repr((sorted(digests), _engine())).encode())
        self._folder = folder
        self._key = made_of.hexdigest()[:32]

    def read(self, name: str) -> bytes:
        """What was written under the name; nothing where it is absent, not ours alone or not whole."""
        try:
            with open(self._path(name), "rb") as file:
                if not _is_ours_alone(os.fstat(file.fileno())):
                    return b""
                data = file.read()
        except OSError:
            return b""
        whole = hashlib.sha256(data[_DIGEST:]).digest() == data[:_DIGEST]
        return data[_DIGEST:] if whole else b""

    def write(self, name: str, data: bytes) -> None:
        """Keep the data under the name if that can be done; a full or a read-only disk is passed over."""
        if sys.dont_write_bytecode:
            return
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            atomic.write(self._path(name), hashlib.sha256(data).digest() + data, durable=False)
        except OSError:
            return

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}-{self._key}.code"


def _is_ours_alone(found: os.stat_result) -> bool:
    return os.name != "posix" or (found.st_uid == os.geteuid() and not found.st_mode & _WRITABLE_BY_OTHERS)


def _engine() -> tuple[object, ...]:
    """What the generated text and the compiled form depend on beside the releases."""
    package = os.path.dirname(termserver.__file__)
    files = []
    for room in _MADE_BY:
        with os.scandir(os.path.join(package, room)) as found:
            files += [(one.name, one.stat().st_size, one.stat().st_mtime_ns) for one in found if one.is_file()]
    return sys.implementation.cache_tag, importlib.util.MAGIC_NUMBER, sorted(files)

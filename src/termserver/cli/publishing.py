"""Content onto the shelf: built beside the releases, installed, and added to the current edition."""

import contextlib
from collections.abc import Sequence

from termserver.build import AllContent, Progress, build_release
from termserver.model.codes import CodeSystemContent
from termserver.model.releases import Edition, Pin
from termserver.releases import atomic, stamps
from termserver.releases.shelf import Shelf


def publish(
    content: AllContent | Sequence[CodeSystemContent], name: str, version: str, progress: Progress | None = None
) -> Edition:
    """Build a release of ``content``, put it on the shelf and into the current edition, which comes back.

    Whatever fails or is killed on the way, the edition of before stays current.
    """
    pin = shelve(content, name, version, progress)
    return Shelf().use_all([pin])


def shelve(
    content: AllContent | Sequence[CodeSystemContent], name: str, version: str, progress: Progress | None = None
) -> Pin:
    """Build a release of ``content`` and put it on the shelf; the current edition stays as it is."""
    shelf = Shelf()
    path = atomic.neighbour(shelf.releases / f"{name}.release")
    try:
        build_release(content, path, name, version, progress)
        return shelf.install(path)
    finally:
        with contextlib.suppress(OSError):
            stamps.remove(path)
            path.unlink(missing_ok=True)

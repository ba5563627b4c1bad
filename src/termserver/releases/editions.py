"""An edition: the small file that pins the releases which belong together, and how it is found and opened.

An edition file, a vendor's ``termserver.lock`` and the shelf's current edition are the same JSON::

    {"digest": "…", "releases": [{"name": "standards", "version": "2026.11", "digest": "…"}]}
"""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from termserver.model.errors import ReleaseError
from termserver.model.releases import Edition, Manifest, Pin
from termserver.releases import atomic, layout
from termserver.releases.digests import edition_of
from termserver.releases.file import ReleaseFile

EDITION_FILE = "edition.json"
SHIPPED = Path(__file__).resolve().parent.parent / "shipped"
"""Where the wheel carries its release."""


def default_folder() -> Path | None:
    """TERMSERVER_SHELF, else ``var/shelf`` of the checkout we run from, else the user's data folder of this system.

    None if the user has no home.
    """
    said = os.environ.get("TERMSERVER_SHELF")
    if said:
        return Path(said)
    checkout = SHIPPED.parents[2]
    if (checkout / "codesystems").is_dir() and (checkout / "pyproject.toml").is_file():
        return checkout / "var" / "shelf"
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local, "termserver", "shelf") if local else None
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "termserver" / "shelf"
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data and os.path.isabs(data) else home / ".local" / "share") / "termserver" / "shelf"


def file_name(pin: Pin) -> str:
    """What a release file is called on the shelf and in the wheel."""
    return f"{pin.name}-{pin.version}-{pin.digest[:12]}.release"


def pin_of(manifest: Manifest) -> Pin:
    return Pin(manifest.name, manifest.version, manifest.digest)


def as_bytes(pins: Iterable[Pin], **more: Any) -> bytes:
    """An edition as its file says it."""
    return orjson.dumps({**edition_of(pins).as_json(), **more}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def write(path: Path, pins: Iterable[Pin]) -> Edition:
    """Write an edition file in one step."""
    known = tuple(pins)
    atomic.write(path, as_bytes(known))
    return edition_of(known)


def read(path: Path) -> Edition:
    """The edition that a file pins; raise ReleaseError if the file is none."""
    return from_json(path, read_json(path))


def read_json(path: Path) -> Any:
    """The JSON of an edition file; raise ReleaseError if there is none."""
    try:
        return orjson.loads(path.read_bytes())
    except FileNotFoundError:
        raise ReleaseError(
            f"There is no edition {path}. Name an edition, a lock or a release file.",
            f"ویراست {path} وجود ندارد. فایل ویراست، قفل یا انتشار را نام ببرید.",
        ) from None
    except (OSError, ValueError) as error:
        raise _no_edition(path, str(error)) from None


def from_json(path: Path, said: Any) -> Edition:
    try:
        pins = tuple(Pin(str(one["name"]), str(one["version"]), str(one["digest"])) for one in said["releases"])
    except (KeyError, TypeError):
        raise _no_edition(path, "'releases' must list name, version and digest") from None
    for pin in pins:
        if pin.version == "latest" or len(pin.digest) != 64:
            raise _no_edition(path, f"'{pin.name} {pin.version}' pins no release; a pin has a version and a digest")
        layout.check_label(pin.name, pin.version)
    if len({pin.name for pin in pins}) != len(pins):
        raise _no_edition(path, "a release is pinned twice")
    return edition_of(pins)


def _no_edition(path: Path, why: str) -> ReleaseError:
    return ReleaseError(
        f"{path} is not an edition: {why}. Write one with: termserver release use",
        f"{path} فایل ویراست نیست: {why}. با این فرمان بسازید: termserver release use",
    )


def open_edition(path: Path | str | None, shelf_folder: Path | None) -> tuple[Edition, list[ReleaseFile]]:
    """Open the releases of an edition: of ``path`` (an edition file, a lock, a folder with an ``edition.json``,
    or one release file), else of TERMSERVER_EDITION, else the shelf's current one, else the wheel's.

    Raise ReleaseError or DigestMismatch, saying what to do; then nothing stays open.
    """
    place = place_of(path, shelf_folder)
    if place.is_dir():
        place = place / EDITION_FILE
    if not _is_json(place):
        opened = ReleaseFile.open(place)
        return edition_of([opened.pin]), [opened]
    edition = read(place)
    folders = [place.parent, place.parent / "releases", SHIPPED]
    if shelf_folder is not None:
        folders.insert(2, shelf_folder / "releases")
    files: list[ReleaseFile] = []
    try:
        for pin in edition.releases:
            files.append(ReleaseFile.open(locate(pin, folders, place), pin.digest))
    except BaseException:
        for file in files:
            file.close()
        raise
    return edition, files


def place_of(path: Path | str | None, shelf_folder: Path | None) -> Path:
    """The file that ``open_edition`` would open; raise ReleaseError if there is none."""
    said = path or os.environ.get("TERMSERVER_EDITION")
    if said:
        return Path(said)
    candidates = [SHIPPED / EDITION_FILE]
    if shelf_folder is not None:
        candidates.insert(0, shelf_folder / EDITION_FILE)
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise ReleaseError(
        f"There is no release here yet: none on the shelf ({shelf_folder}), none in this installation. Run: termserver "
        "release build",
        f"هنوز هیچ انتشاری نیست: نه در قفسه ({shelf_folder}) و نه در این نصب. اجرا کنید: termserver release build",
    )


def _is_json(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(256).lstrip().startswith(b"{")
    except OSError:
        return path.suffix in (".json", ".lock")


def locate(pin: Pin, folders: Iterable[Path], edition: Path) -> Path:
    """The file of a pinned release in one of ``folders``; raise ReleaseError if it is in none."""
    for folder in folders:
        path = folder / file_name(pin)
        if path.is_file():
            return path
    raise ReleaseError(
        f"{edition} pins {pin.name} {pin.version} ({pin.digest[:12]}), which is not installed. "
        "Run: termserver release install FILE",
        f"{edition} انتشار {pin.name} {pin.version} ({pin.digest[:12]}) را می‌خواهد که نصب نیست. "
        "اجرا کنید: termserver release install FILE",
    )

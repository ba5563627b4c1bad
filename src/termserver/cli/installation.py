"""What is installed here: the interpreter, the libraries, and which extras are whole."""

import importlib.metadata
import platform
import re
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from termserver import __version__

_NAME = re.compile(r"[A-Za-z0-9._-]+")
_EXTRA = re.compile(r"extra\s*==\s*['\"]([a-z]+)['\"]")
EXTRAS = ("server", "icd")


@dataclass(frozen=True, slots=True)
class Installation:
    """Versions by name, and for each part ("" is the core, else an extra) the libraries that are not there."""

    termserver: str
    python: str
    platform: str
    checkout: Path | None
    libraries: dict[str, str]
    missing: dict[str, tuple[str, ...]]


def read() -> Installation:
    """Look at this interpreter's packages; no library is imported for it."""
    libraries: dict[str, str] = {}
    missing: dict[str, tuple[str, ...]] = {}
    for part, wanted in _requirements().items():
        absent = []
        for name in wanted:
            try:
                libraries[name] = importlib.metadata.version(name)
            except importlib.metadata.PackageNotFoundError:
                absent.append(name)
        missing[part] = tuple(absent)
    return Installation(
        __version__, platform.python_version(), platform.platform(terse=True), checkout(), libraries, missing
    )


def checkout() -> Path | None:
    """The checkout this package runs from, or None where it was installed as a wheel."""
    root = Path(__file__).resolve().parents[3]
    return root if (root / "codesystems").is_dir() and (root / "pyproject.toml").is_file() else None


def _requirements() -> dict[str, list[str]]:
    """The distributions that the core ("") and each extra ask for on this system."""
    wanted: dict[str, list[str]] = {"": [], **{extra: [] for extra in EXTRAS}}
    try:
        for line in importlib.metadata.requires("termserver") or ():
            extra = _EXTRA.search(line)
            _want(wanted, extra.group(1) if extra else "", line)
    except importlib.metadata.PackageNotFoundError:
        root = checkout()
        if root is not None:
            project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
            for line in project["dependencies"]:
                _want(wanted, "", line)
            for extra, lines in project["optional-dependencies"].items():
                for line in lines:
                    _want(wanted, extra, line)
    return wanted


def _want(wanted: dict[str, list[str]], part: str, requirement: str) -> None:
    name = _NAME.match(requirement)
    not_for_windows = sys.platform == "win32" and "win32" in requirement
    if name and part in wanted and not not_for_windows:
        wanted[part].append(name.group())

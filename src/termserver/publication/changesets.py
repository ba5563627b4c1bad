"""A change set: which files of the content folders become what. Its digest is what is reviewed and approved.

It knows what each file was before, so that it is never put over somebody else's work; applied twice it changes
nothing more.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import orjson

from termserver.model.errors import ReleaseError, UsageError
from termserver.model.values import value
from termserver.releases import atomic, locks
from termserver.releases.digests import canonical_json, sha256

FOLDERS = ("codesystems", "schemas", "validators", "governance")
_FORMAT = "termserver-changes/1"
_LOCK = ".committee.lock"


@value
class FileChange:
    """One file: its SHA-256 before (empty: it was not there) and what it says afterwards (None: it goes)."""

    path: str
    before: str
    after: bytes | None


@value
class ChangeSet:
    """Files that change together."""

    changes: tuple[FileChange, ...]

    def as_bytes(self) -> bytes:
        told = [
            {
                "path": one.path,
                "before": one.before,
                "after": None if one.after is None else one.after.decode("latin-1"),
            }
            for one in self.changes
        ]
        return canonical_json({"format": _FORMAT, "changes": told})

    @property
    def digest(self) -> str:
        return sha256(self.as_bytes())

    @classmethod
    def from_bytes(cls, data: bytes) -> "ChangeSet":
        """What ``as_bytes`` wrote; raise UsageError for anything else, or a path that leads elsewhere."""
        try:
            said: Any = orjson.loads(data)
            if said["format"] != _FORMAT:
                raise ValueError(said["format"])
            found = tuple(
                FileChange(
                    str(one["path"]),
                    str(one["before"]),
                    None if one["after"] is None else one["after"].encode("latin-1"),
                )
                for one in said["changes"]
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageError(f"This is no change set: {error}.", f"این مجموعهٔ تغییر نیست: {error}.") from None
        for one in found:
            parts = Path(one.path).parts
            if not parts or parts[0] not in FOLDERS or ".." in parts:
                raise UsageError(
                    f"'{one.path}' is no file of the content folders.", f"«{one.path}» پروندهٔ پوشه‌های محتوا نیست."
                )
        return cls(found)


def between(base: Path, work: Path) -> ChangeSet:
    """What was changed in the working copy ``work``; raise UsageError if nothing was."""
    had, has = _files(base), _files(work)
    found = []
    for path in sorted({*had, *has}):
        before = had[path].read_bytes() if path in had else None
        after = has[path].read_bytes() if path in has else None
        if before != after:
            found.append(FileChange(path, "" if before is None else sha256(before), after))
    if not found:
        raise UsageError(
            f"{work} says the same as {base}; there is nothing to propose.",
            f"{work} همان را می‌گوید که {base}؛ چیزی برای پیشنهاد نیست.",
        )
    return ChangeSet(tuple(found))


def refuse_uncovered(changes: ChangeSet, covers: tuple[str, ...], kind: str) -> None:
    """Raise UsageError if a file changes that such a decision does not cover."""
    for one in changes.changes:
        if not any(fnmatchcase(one.path, pattern) for pattern in covers):
            raise UsageError(
                f"{one.path} is not covered by decisions of the kind '{kind}', which cover {', '.join(covers)}.",
                f"{one.path} در دامنهٔ تصمیم‌های «{kind}» نیست که {', '.join(covers)} را در بر می‌گیرند.",
            )


def apply(changes: ChangeSet, folder: Path) -> None:
    """Make the folder say what was approved; raise UsageError, nothing changed, where somebody changed it too."""
    for one in changes.changes:
        path = folder / one.path
        now = path.read_bytes() if path.is_file() else None
        if now != one.after and (sha256(now) if now is not None else "") != one.before:
            raise UsageError(
                f"{one.path} was changed by somebody else since it was proposed. Revise the proposal on that.",
                f"{one.path} پس از پیشنهاد به دست دیگری عوض شده است. پیشنهاد را بر پایهٔ وضع کنونی ویرایش کنید.",
            )
    for one in changes.changes:
        path = folder / one.path
        if one.after is None:
            path.unlink(missing_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            atomic.write(path, one.after)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Nobody else puts a change set into the folder meanwhile; what the disk refuses is told as ReleaseError."""
    try:
        with locks.held(folder / _LOCK):
            yield
    except OSError as error:
        raise ReleaseError(
            f"{error.filename or folder} cannot be written: {error.strerror}. Make room and run it again; it goes on "
            "from there.",
            f"{error.filename or folder} نوشته نمی‌شود: {error.strerror}. جا باز کنید و دوباره اجرا کنید؛ از همان‌جا "
            "ادامه می‌یابد.",
        ) from None


def copy_content(root: Path, into: Path) -> None:
    """The content folders of ``root``, to be changed without touching them."""
    for name in FOLDERS:
        if (root / name).is_dir():
            shutil.copytree(root / name, into / name)


def _files(root: Path) -> dict[str, Path]:
    return {
        path.relative_to(root).as_posix(): path
        for name in FOLDERS
        for path in (root / name).rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }

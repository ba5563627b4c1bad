"""Files of entries: NDJSON, one JSON object a line and streamed, or one JSON array.

A file that was cut off is refused, for a full list with its end missing would close what is missing.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from termserver.importers.reading import reading
from termserver.model.errors import ImportFailed

LONGEST = 4_000_000
"""Bytes that one entry may take."""

_UNREADABLE: Any = object()


def digest_of(path: Path) -> tuple[str, int]:
    """The SHA-256 of a file and its size; raise ImportFailed if it cannot be read."""
    with reading(path), path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return digest.hexdigest(), file.tell()


def holds_json(path: Path) -> bool:
    """Whether the file begins as JSON does."""
    with path.open("rb") as file:
        return file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def is_unreadable(entry: Any) -> bool:
    """Whether a line was no JSON."""
    return entry is _UNREADABLE


def read_entries(path: Path) -> Iterator[tuple[int, Any]]:
    """The entries with the numbers of their lines (of an array: their places from 1), streamed.

    A line that is no JSON is given as one that ``is_unreadable``; if it is the last one, the file was
    cut off and ImportFailed is raised.
    """
    with path.open("rb") as file:
        head = file.read(65536).removeprefix(b"\xef\xbb\xbf").lstrip()
        file.seek(0)
        if head[:1] == b"[" or (path.suffix.lower() == ".json" and not _is_line(head)):
            yield from _array(path, file)
        else:
            yield from _lines(path, file)


def _is_line(head: bytes) -> bool:
    first = head.split(b"\n", 1)[0]
    try:
        said = orjson.loads(first)
    except ValueError:
        return False
    return isinstance(said, dict) and "entries" not in said


def _array(path: Path, file: BinaryIO) -> Iterator[tuple[int, Any]]:
    try:
        said = orjson.loads(file.read().removeprefix(b"\xef\xbb\xbf"))
    except ValueError as error:
        raise ImportFailed(
            f"{path.name} is not whole JSON ({error}). It may have been cut off; fetch it again.",
            f"{path.name} ‏JSON کاملی نیست ({error}). شاید بریده شده است؛ دوباره بگیرید.",
        ) from None
    if isinstance(said, dict):
        said = said.get("entries", [said] if "code" in said else None)
    if not isinstance(said, list):
        raise ImportFailed(
            f"{path.name} is no list of entries. Write an array, or one entry a line.",
            f"{path.name} فهرست ورودی نیست. آرایه بنویسید، یا هر ورودی در یک سطر.",
        )
    yield from enumerate(said, start=1)


def _lines(path: Path, file: BinaryIO) -> Iterator[tuple[int, Any]]:
    number = bad = 0
    while line := file.readline(LONGEST + 1):
        number += 1
        if len(line) > LONGEST:
            raise ImportFailed(
                f"{path.name}:{number}: the line is longer than {LONGEST:,} bytes. Write one entry a line.",
                f"{path.name}:{number}: سطر از {LONGEST:,} بایت درازتر است. هر ورودی را در یک سطر بنویسید.",
            )
        if bad:  # it was not the last line after all
            yield bad, _UNREADABLE
            bad = 0
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if line.isspace():
            continue
        try:
            entry = orjson.loads(line)
        except ValueError:
            bad = number
            continue
        yield number, entry
    if bad:
        raise ImportFailed(
            f"{path.name}:{bad}: the last line is not whole; the file was cut off. Fetch it again. Nothing was loaded.",
            f"{path.name}:{bad}: سطر آخر کامل نیست؛ فایل بریده شده است. دوباره بگیرید. چیزی بار نشد.",
        )

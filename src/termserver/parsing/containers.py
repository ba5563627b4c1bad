"""The documents inside one file: a zip's members, the lines of an NDJSON file, what was gzipped.

Nothing is written to a disk and no name inside is followed. What is inflated is limited, per
document and in all, so that a small file cannot become a large one; a container inside a
container is refused. Documents come one at a time, so that a file of any length is read in
constant memory.
"""

import stat
import struct
from collections.abc import Iterator
from typing import IO, Any, NamedTuple

from termserver.model.text import Text
from termserver.parsing.faults import Unreadable

DOCUMENT_SUFFIXES = (".xml", ".json")
LINE_SUFFIXES = (".ndjson", ".jsonl")
FREELY_INFLATED = 100_000_000
"""Bytes that any container may inflate to."""
INFLATED_PER_BYTE = 100
"""And so many more for each byte of the container itself: documents of one centre compress to a thirtieth."""
_DIRECTORY_LIMIT = 32_000_000
"""Bytes of a zip's list of members; more than 200,000 members."""
_SKIPPED = 1 << 20
_EMPTY_LINES = 100_000
"""A file of lines with more empty ones than that holds something else."""


class Piece(NamedTuple):
    """One document: what it is called after the container's name, and its bytes or why it has none."""

    name: str
    data: bytes = b""
    fault: Unreadable | None = None


def kind(name: str) -> str:
    """``zip``, ``lines``, ``gzip`` or, for a file that is one document, nothing: by the end of the name."""
    lowered = name.lower()
    if lowered.endswith(".zip"):
        return "zip"
    if lowered.endswith(".gz"):
        return "gzip"
    return "lines" if lowered.endswith(LINE_SUFFIXES) else ""


def holds_documents(name: str) -> bool:
    """Whether a file of that name, met in a folder, is taken for a document or a container of documents."""
    lowered = name.lower()
    if lowered.endswith(".gz"):
        lowered = lowered.removesuffix(".gz")
        return lowered.endswith((*DOCUMENT_SUFFIXES, *LINE_SUFFIXES))
    return lowered.endswith((*DOCUMENT_SUFFIXES, *LINE_SUFFIXES, ".zip"))


def pieces(file: IO[bytes], name: str, size: int, limit: int) -> Iterator[Piece]:
    """Yield the documents of the open container ``name`` of ``size`` bytes, in its own order.

    At most ``limit`` + 1 bytes of a document are read, so that the judge sees it is too large. What is
    wrong with the container comes as a piece with a fault.
    """
    allowance = FREELY_INFLATED + INFLATED_PER_BYTE * size
    what = kind(name)
    if what == "zip":
        yield from _members(file, limit, allowance)
    elif what == "gzip":
        yield from _inflated(file, name[: -len(".gz")], limit, allowance)
    else:
        yield from _lines(file, limit)


# one document per line


def _lines(stream: Any, limit: int, allowance: int | None = None) -> Iterator[Piece]:
    number = empty = 0
    while line := stream.readline(limit + 2):
        number += 1
        read = len(line)
        if len(line) > limit and not line.endswith(b"\n"):
            yield Piece(f":{number}", line)  # too large, as the judge will say; the rest of the line is passed over
            while rest := stream.readline(_SKIPPED):
                read += len(rest)
                if rest.endswith(b"\n") or (allowance is not None and read > allowance):
                    break
        elif line.strip():
            yield Piece(f":{number}", line.rstrip(b"\r\n"))
        else:
            empty += 1
        if allowance is not None:
            allowance -= read
        if empty > _EMPTY_LINES or (allowance is not None and allowance < 0):
            yield Piece(f":{number + 1}", fault=_too_much())
            return


# gzip


def _inflated(file: IO[bytes], inner: str, limit: int, allowance: int) -> Iterator[Piece]:
    import gzip
    import zlib

    number = 0
    with gzip.GzipFile(fileobj=file) as stream:
        try:
            if kind(inner) == "lines":
                for piece in _lines(stream, limit, allowance):
                    number = int(piece.name[1:])
                    yield piece
            elif kind(inner):
                yield Piece("", fault=_nested())
            else:
                yield Piece("", stream.read(limit + 1))
        except (OSError, EOFError, zlib.error) as error:
            yield Piece(f":{number + 1}" if kind(inner) == "lines" else "", fault=_damaged("gzip", error))


# zip


def _members(file: IO[bytes], limit: int, allowance: int) -> Iterator[Piece]:
    import zipfile

    try:
        if _directory_bytes(file) > _DIRECTORY_LIMIT:
            yield Piece("", fault=_too_much())
            return
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as error:
        yield Piece("", fault=_damaged("zip", error))
        return
    times: dict[str, int] = {}
    with archive:
        for member in archive.infolist():
            fault = None if member.is_dir() else _refused(member)
            if member.is_dir() or (fault is None and not member.filename.lower().endswith(DOCUMENT_SUFFIXES)):
                continue
            shown = "".join(sign if sign.isprintable() else "\ufffd" for sign in member.filename)
            times[shown] = times.get(shown, 0) + 1
            name = f"!/{shown}" + (f" ({times[shown]})" if times[shown] > 1 else "")  # a zip may hold a name twice
            if fault is None and member.file_size > limit:
                fault = _too_large(member.file_size, limit)
            if fault is not None:
                yield Piece(name, fault=fault)
                continue
            piece = _member(archive, member, name, limit)
            allowance -= len(piece.data)
            if allowance < 0:
                yield Piece(name, fault=_too_much())
                return
            yield piece


def _member(archive: Any, member: Any, name: str, limit: int) -> Piece:
    import zipfile
    import zlib

    try:
        with archive.open(member) as stream:
            return Piece(name, stream.read(limit + 1))
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
        return Piece(name, fault=_damaged("zip", error))


def _refused(member: Any) -> Unreadable | None:
    """Why a member is not looked into, whatever it is; None for one that may be."""
    name = member.filename
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
        return Unreadable(
            "archive.unsafe-name",
            Text(
                fa="نام این عضو به بیرون از بایگانی اشاره می‌کند؛ دنبال نشد.",
                en="The name of this member points out of the archive; it was not followed.",
            ),
            hint=Text(fa="بایگانی را با نام‌های نسبی بسازید.", en="Make the archive with relative names."),
        )
    if kind(name):
        return _nested()
    if not name.lower().endswith(DOCUMENT_SUFFIXES):
        return None
    if member.flag_bits & 1:
        return Unreadable(
            "archive.encrypted",
            Text(fa="این عضو رمز دارد و خوانده نمی‌شود.", en="This member is encrypted and cannot be read."),
            hint=Text(fa="بایگانی را بی‌رمز بسازید.", en="Make the archive without a password."),
        )
    if member.compress_type not in (0, 8) or stat.S_ISLNK(member.external_attr >> 16):
        return Unreadable(
            "archive.method",
            Text(
                fa="این عضو نه یک فایل ساده است و نه فشردهٔ deflate.",
                en="This member is not a plain file, stored or deflated.",
            ),
            hint=Text(fa="بایگانی را با zip معمولی بسازید.", en="Make the archive with an ordinary zip."),
        )
    return None


_END, _END_64, _LOCATOR_64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"


def _directory_bytes(file: IO[bytes]) -> int:
    """How long the zip says its list of members is: the list is held in memory, so it is asked first."""
    size = file.seek(0, 2)
    start = max(0, size - 65_557 - 20)  # the longest comment, the end record and the zip64 locator
    file.seek(start)
    tail = file.read()
    file.seek(0)
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        return 0
    said = int(struct.unpack_from("<L", tail, at + 12)[0])
    if at >= 20 and tail[at - 20 : at - 16] == _LOCATOR_64:
        where = struct.unpack_from("<Q", tail, at - 12)[0]
        if 0 <= where < size:
            file.seek(where)
            record = file.read(56)
            file.seek(0)
            if record.startswith(_END_64) and len(record) == 56:
                said = max(said if said != 0xFFFFFFFF else 0, int(struct.unpack_from("<Q", record, 40)[0]))
    return said


# what is said


def _nested() -> Unreadable:
    return Unreadable(
        "archive.nested",
        Text(
            fa="این خود بایگانی یا فایل چندسندی است؛ درون بایگانی باز نمی‌شود.",
            en="This is itself an archive or a file of many documents; it is not opened inside another.",
        ),
        hint=Text(fa="آن را جدا بدهید.", en="Give it by itself."),
    )


def _damaged(form: str, error: Exception) -> Unreadable:
    why = str(error).partition("\n")[0].partition(" (b'")[0][:120]  # the bytes themselves are nobody's business
    return Unreadable(
        "archive.damaged",
        Text(fa=f"این فایل {form} درستی نیست: {why}.", en=f"This is not a whole {form} file: {why}."),
        hint=Text(fa="آن را دوباره بسازید یا کپی کنید.", en="Make or copy it again."),
    )


def _too_large(size: int, limit: int) -> Unreadable:
    return Unreadable(
        "budget.bytes",
        Text(
            fa=f"سند {size:,} بایت است؛ حداکثر {limit:,} بایت بررسی می‌شود.",
            en=f"The document has {size:,} bytes; at most {limit:,} are read.",
        ),
        hint=Text(fa="سند را به چند پیام بشکنید.", en="Split it into several messages."),
        budget=True,
    )


def _too_much() -> Unreadable:
    return Unreadable(
        "budget.archive",
        Text(
            fa="این فایل پس از باز شدن بیش از اندازه بزرگ یا تهی است؛ از این‌جا به بعد خوانده نشد.",
            en="This file holds more bytes or empty lines than it may; it was not read beyond here.",
        ),
        hint=Text(fa="سندها را در چند فایل بدهید.", en="Give the documents in several files."),
        budget=True,
    )

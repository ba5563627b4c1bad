"""Packed files read without unpacking them to disk: nothing leaves the archive, and no bomb is swallowed."""

import gzip
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from termserver.importers.reading import reading
from termserver.model.errors import ImportFailed

MEMBER_LIMIT = 256_000_000
"""Bytes of one file within an archive."""
TOTAL_LIMIT = 2_000_000_000
"""Bytes of all files of an archive together."""
COUNT_LIMIT = 200_000
_HEADERS = 4_000_000
"""Bytes that may be read between two files of a tar archive: headers and padding are a few hundred."""


class _Metered:
    """A stream that refuses to give more than was allowed."""

    def __init__(self, name: str, stream: IO[bytes]) -> None:
        self._name = name
        self._stream = stream
        self.left = _HEADERS

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(min(size, self.left + 1) if size >= 0 else self.left + 1)
        self.left -= len(data)
        if self.left < 0:
            raise _too_much(self._name)
        return data


def members(path: Path, suffixes: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of the files in a ``.tgz``, ``.tar``, or ``.zip`` that end with one of ``suffixes``.

    Raise ImportFailed for a broken archive, a name that leads out of it, a link, or more than the limits.
    """
    try:
        with reading(path):
            if zipfile.is_zipfile(path):
                yield from _of_zip(path, suffixes)
            else:
                yield from _of_tar(path, suffixes)
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, zlib.error, gzip.BadGzipFile, NotImplementedError) as error:
        raise ImportFailed(
            f"{path.name} is broken or cut short ({error}). Fetch it again.",
            f"{path.name} خراب یا ناقص است ({error}). دوباره دریافت کنید.",
        ) from None


def _of_tar(path: Path, suffixes: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        metered = _Metered(path.name, gzip.GzipFile(fileobj=file) if packed else file)  # type: ignore[arg-type]
        with tarfile.open(fileobj=metered, mode="r|") as tar:  # type: ignore[call-overload]
            count = total = 0
            for member in tar:
                count += 1
                total += member.size
                _judge(path.name, member.name, count, member.size, total)
                if member.issym() or member.islnk() or member.isdev():
                    raise _refused(path.name, member.name, "is a link or a device", "پیوند یا دستگاه است")
                if not member.isfile():
                    continue
                metered.left = member.size + _HEADERS
                opened = tar.extractfile(member)
                data = opened.read() if opened is not None else b""
                if len(data) != member.size:
                    raise EOFError(f"{member.name} is not whole")
                metered.left = _HEADERS
                if member.name.endswith(suffixes):
                    yield member.name, data
            if not count:
                raise tarfile.TarError("there is no file in it")


def _of_zip(path: Path, suffixes: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as packed:
        total = 0
        for count, member in enumerate(packed.infolist(), start=1):
            total += member.file_size
            _judge(path.name, member.filename, count, member.file_size, total)
            if (member.external_attr >> 16) & 0o170000 == 0o120000:
                raise _refused(path.name, member.filename, "is a link", "پیوند است")
            if member.flag_bits & 1:
                raise _refused(path.name, member.filename, "is encrypted", "رمزدار است")
            if member.is_dir() or not member.filename.endswith(suffixes):
                continue
            with packed.open(member) as opened:
                data = opened.read(MEMBER_LIMIT + 1)
            if len(data) > MEMBER_LIMIT:
                raise _too_much(path.name)
            yield member.filename, data


def _judge(archive: str, name: str, count: int, size: int, total: int) -> None:
    place = PurePosixPath(name.replace("\\", "/"))
    if place.is_absolute() or ".." in place.parts or (place.parts and place.parts[0].endswith(":")):
        raise _refused(archive, name, "leads out of the archive", "به بیرون از بایگانی راه می‌برد")
    if size > MEMBER_LIMIT or total > TOTAL_LIMIT or count > COUNT_LIMIT:
        raise _too_much(archive)


def _refused(archive: str, name: str, en: str, fa: str) -> ImportFailed:
    return ImportFailed(
        f"{archive}: '{name[:100]}' {en}; a package holds plain files only. Do not trust where it came from.",
        f"{archive}: «{name[:100]}» {fa}؛ در بسته تنها پروندهٔ ساده می‌آید. به فرستندهٔ آن اعتماد نکنید.",
    )


def _too_much(archive: str) -> ImportFailed:
    return ImportFailed(
        f"{archive} unpacks to more than is read: {MEMBER_LIMIT // 10**6} MB a file, {TOTAL_LIMIT // 10**6} MB and "
        f"{COUNT_LIMIT:,} files in all.",
        f"{archive} پس از بازشدن بیش از اندازه است: هر پرونده {MEMBER_LIMIT // 10**6} مگابایت، همه "
        f"{TOTAL_LIMIT // 10**6} مگابایت و {COUNT_LIMIT:,} پرونده.",
    )

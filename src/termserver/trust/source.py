"""Where publications are fetched from: a folder (a mirror, a disk that was carried) or an address.

No mirror is believed: every length is limited before a byte is read, every file is hashed on its way, and
whoever is too slow is left. A file that does not come whole is not there.
"""

import contextlib
import hashlib
import os
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Protocol

from termserver import __version__
from termserver.trust import refusals
from termserver.trust.metadata import File

METADATA, TARGETS = "metadata", "targets"
ACCESS = "access.json"
"""The snapshot of access among the metadata, for the publisher's own nodes: sealed, and signed by the operator."""
ACCESS_MOST = 16 * 1024 * 1024
_CHUNK = 1 << 16


class Patience:
    """How long one answer may take: ``start`` seconds to begin, then at least ``rate`` bytes a second on average."""

    def __init__(self, start: float = 20.0, rate: int = 2_000) -> None:
        self.start = start
        self.rate = rate

    def spent(self, seconds: float, count: int) -> bool:
        return seconds > self.start + count / self.rate


class Source(Protocol):
    """Where metadata and published files come from."""

    name: str

    def metadata(self, name: str, limit: int) -> bytes | None: ...

    def fetch(self, file: File, into: Path) -> None:
        """Write the published file to ``into``, whole and as it was signed, or raise Refused or Unreachable."""
        ...


def stored_name(file: File) -> str:
    """What a published file is called in ``targets/``: its content decides, so it may be cached for ever."""
    return f"{file.sha256}.{file.path}"


def source_of(said: str, patience: Patience | None = None) -> "Source":
    """The source that an address or the path of a folder means."""
    if said.startswith(("http://", "https://")):
        return Address(said, patience or Patience())
    return Folder(Path(said))


class Folder:
    """A publication in a folder: a mirror, a disk, the publisher's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.name = str(self.folder)

    def metadata(self, name: str, limit: int) -> bytes | None:
        if not (self.folder / METADATA).is_dir():
            raise refusals.Unreachable(
                f"{self.folder} holds no publication: there is no {METADATA}/ in it.",
                f"{self.folder} انتشاری در خود ندارد: پوشهٔ {METADATA}/ در آن نیست.",
            )
        with self._opened(self.folder / METADATA / name) as file:
            return None if file is None else _limited(file.read(limit + 1), name, limit)

    def fetch(self, file: File, into: Path) -> None:
        with self._opened(self.folder / TARGETS / stored_name(file)) as opened:
            if opened is None:
                raise _missing(file)
            _copy(iter(lambda: opened.read(_CHUNK), b""), file, into)

    @contextlib.contextmanager
    def _opened(self, path: Path) -> Iterator[IO[bytes] | None]:
        try:
            if path.exists() and not path.is_file():
                raise refusals.unreadable(path.name, "it is no file")  # a pipe or a device never ends
            file = path.open("rb")
        except FileNotFoundError:
            yield None
            return
        except OSError as error:
            raise refusals.Unreachable(
                f"{path} cannot be read: {error.strerror}.", f"{path} خوانده نمی‌شود: {error.strerror}."
            ) from None
        with file:
            yield file


class Address:
    """A publication behind HTTP or HTTPS."""

    def __init__(self, address: str, patience: Patience) -> None:
        self.name = address.rstrip("/")
        self._patience = patience
        self._opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.ProxyHandler,
            urllib.request.HTTPHandler,
            urllib.request.HTTPSHandler,
            urllib.request.HTTPRedirectHandler,
            urllib.request.HTTPErrorProcessor,
            urllib.request.HTTPDefaultErrorHandler,
        ):
            self._opener.add_handler(handler())  # no file:, ftp: or data:, wherever a mirror sends us

    def metadata(self, name: str, limit: int) -> bytes | None:
        found = bytearray()
        answer = self._open(f"{METADATA}/{name}")
        if answer is None:
            return None
        with contextlib.closing(answer):
            for chunk in self._chunks(answer, name):
                found += chunk
                _limited(found, name, limit)
        return bytes(found)

    def fetch(self, file: File, into: Path) -> None:
        answer = self._open(f"{TARGETS}/{stored_name(file)}")
        if answer is None:
            raise _missing(file)
        with contextlib.closing(answer):
            _copy(self._chunks(answer, file.path), file, into)

    def _open(self, path: str) -> Any:
        """The answer, its head read; None if there is nothing of that name."""
        request = urllib.request.Request(
            f"{self.name}/{path}", headers={"User-Agent": f"termserver/{__version__}", "Accept-Encoding": "identity"}
        )
        got: list[Any] = []

        def ask() -> None:
            try:
                got.append(self._opener.open(request, timeout=self._patience.start))
            except BaseException as error:
                got.append(error)

        # in a thread of its own: a head that drips byte by byte never runs into the socket's own limit
        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        asking.join(self._patience.start)
        if not got:
            raise refusals.too_slow(path, self._patience.start)
        if isinstance(got[0], urllib.error.HTTPError) and got[0].code in (404, 410):
            got[0].close()
            return None
        if isinstance(got[0], Exception):
            raise self._unreachable(got[0])
        return got[0]

    def _chunks(self, answer: Any, name: str) -> Iterator[bytes]:
        begun = time.monotonic()
        count = 0
        try:
            while chunk := answer.read1(_CHUNK):
                count += len(chunk)
                yield chunk
                if self._patience.spent(time.monotonic() - begun, count):
                    raise refusals.too_slow(name, time.monotonic() - begun)
        except TimeoutError:
            raise refusals.too_slow(name, time.monotonic() - begun) from None
        except (OSError, urllib.error.URLError, ValueError) as error:
            raise self._unreachable(error) from None

    def _unreachable(self, error: Exception) -> refusals.Unreachable:
        why = getattr(error, "reason", None) or error
        return refusals.Unreachable(
            f"{self.name} cannot be reached: {why}. What is installed goes on serving.",
            f"{self.name} در دسترس نیست: {why}. آنچه نصب است همچنان پاسخ می‌دهد.",
        )


def _limited(data: Any, name: str, limit: int) -> Any:
    if len(data) > limit:
        raise refusals.too_much(name, limit)
    return data


def _copy(chunks: Iterator[bytes], file: File, into: Path) -> None:
    digest = hashlib.sha256()
    count = 0
    with into.open("wb") as out:
        for chunk in chunks:
            count += len(chunk)
            if count > file.length:
                raise refusals.too_much(file.path, file.length)
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    if count != file.length or digest.hexdigest() != file.sha256:
        short = count != file.length
        raise refusals.mixed(file.path, f"{count:,} of {file.length:,} bytes came" if short else "its SHA-256 differs")


def _missing(file: File) -> refusals.Unreachable:
    return refusals.Unreachable(
        f"The mirror has no {file.path}, which the publisher names. Take another mirror, or try later.",
        f"آینه {file.path} را که ناشر نام می‌برد ندارد. آینهٔ دیگری برگزینید یا دیرتر بیازمایید.",
    )

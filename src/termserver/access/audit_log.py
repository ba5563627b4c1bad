"""The access log, written: many lines for one sync, each segment sealed, nothing acknowledged that could be lost.

One thread writes. What must be on the disk before an answer leaves waits for the sync that takes
its line along (``kept``); the rest (``add``) is written within ``SOON`` seconds. Where the disk
refuses, ``kept`` raises ``Unlogged`` and ``add`` counts; the count becomes a line when the disk
takes lines again.
"""

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from termserver.access import audit_lines
from termserver.access.audit_lines import NOTHING, Head, Moments, body_of, chained
from termserver.model.errors import TermserverError
from termserver.releases import atomic, locks
from termserver.releases.signatures import SigningKey

SOON = 0.05
_GATHER = 0.002
"""Seconds that a sync waits for more lines where the last one took several along: fewer syncs for as many answers."""
SEAL_SECONDS = 300.0
SEAL_BYTES = 64 * 1024 * 1024
_MOST_WAITING = 200_000
_MOST_STREAMS = 100
_JUMP = 2.0
"""Seconds by which the clock may disagree with the time that went by before a line says so."""

Said = dict[str, Any]
Ready = tuple[int, bytes, float]
"""When (ns), what is said as JSON without braces, how long it took (ms): most lines differ in these alone."""


class Unlogged(TermserverError):
    """A line could not be written; what it tells of must not be shown (HTTP 503)."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The access log cannot be written ({why}); registries and the desk wait, codes are answered. "
            "Make room on its disk.",
            f"دفتر دسترسی نوشته نمی‌شود ({why})؛ ثبت‌ها و میز کار منتظر می‌مانند و کدها پاسخ داده می‌شوند. "
            "روی دیسک آن جا باز کنید.",
        )
        self.why = why


class AuditLog:
    """One stream of a node's access log; safe to share between threads. ``close`` seals it."""

    def __init__(
        self,
        folder: Path,
        node: str,
        key: SigningKey,
        seal_seconds: float = SEAL_SECONDS,
        seal_bytes: int = SEAL_BYTES,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        """Take the first stream under ``folder`` that no living process holds; raise OSError if none can be."""
        self.node, self._key, self._clock = node, key, clock
        self._seal_seconds, self._seal_bytes = seal_seconds, seal_bytes
        self._lock = threading.Lock()
        self._wake, self._ending = threading.Event(), threading.Event()
        self._waiting: list[tuple[Said | Ready, asyncio.Future[None] | None]] = []
        self._stopping = False
        self._moments = Moments()
        self._file = -1
        self._size = 0
        self._lines = 0
        self._opened = time.monotonic()
        self._offset = self._clock() / 1e9 - time.monotonic()
        self._notes: list[Said] = []
        self._segment, self._n, self._before = 0, 1, NOTHING
        self.unlogged = 0
        self.lost_since = ""
        self.trouble = ""
        self.written = 0
        self._slot, self.folder = _free_stream(folder)
        try:
            self._resume()
        except BaseException:
            os.close(self._slot)
            raise
        self._thread = threading.Thread(target=self._run, name="access log", daemon=True)
        self._thread.start()

    # for those who tell

    def add(self, said: Said | Ready) -> None:
        """Write it soon; where that cannot be, it is counted."""
        with self._lock:
            if len(self._waiting) < _MOST_WAITING:
                self._waiting.append((said, None))
            else:
                self._missed(1)

    async def kept(self, said: Said) -> None:
        """Come back when the line is on the disk; raise Unlogged if it cannot be."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        with self._lock:
            if len(self._waiting) >= _MOST_WAITING:
                raise Unlogged("too much is waiting")
            self._waiting.append((said, done))
        self._wake.set()
        await done

    def head(self) -> Head:
        """How far the stream is on the disk now, signed."""
        with self._lock:
            segment, n, h = self._segment, self._n - 1, self._before
        head = Head(self.node, self.folder.name, segment, n, h.decode(), audit_lines.moment(self._clock()))
        return head.signed_by(self._key)

    def close(self) -> None:
        """Write what waits, seal the segment, and give the stream back."""
        if self._stopping:
            return
        self._stopping = True
        self._ending.set()
        self._wake.set()
        self._thread.join(10)
        with contextlib.suppress(OSError):
            self._seal()
        if self._file >= 0:
            os.close(self._file)
        os.close(self._slot)

    # the thread

    def _run(self) -> None:
        crowd = False
        while not self._stopping or self._waiting:
            if self._wake.wait(SOON) and crowd:
                self._ending.wait(_GATHER)
            self._wake.clear()
            with self._lock:
                taken, self._waiting = self._waiting, []
            crowd = sum(done is not None for _, done in taken) > 1
            if taken or self._notes or (self.unlogged and self.trouble):
                self._write(taken)
            if self._stopping and self.trouble:
                return
            if not self.trouble and self._lines > 1:
                old = time.monotonic() - self._opened > self._seal_seconds
                if old or self._size > self._seal_bytes:
                    self._try_seal()

    def _write(self, taken: list[tuple[Said | Ready, "asyncio.Future[None] | None"]]) -> None:
        """Chain and write the lines with one sync; where that fails nothing of it counts as written."""
        self._notice_clock()
        n, before = self._n, self._before
        pieces: list[bytes] = []
        lost = self.unlogged
        try:
            if self._file < 0:
                self._open_segment()
                n, before = self._n, self._before
            notes = list(self._notes)
            if lost:
                notes.append(self._note("unlogged", count=lost, since=self.lost_since, why=self.trouble))
            for note in notes:
                line, before = chained(before, body_of(n, note))
                pieces.append(line)
                n += 1
            digest, moments, begin, end = sha256, self._moments, audit_lines.BEGIN, audit_lines.END
            for said, _ in taken:
                if isinstance(said, tuple):
                    at, told, took = said
                    body = b'"n":%d,"t":"%b",%b,"ms":%.2f}' % (n, moments(at), told, took)
                else:
                    said["t"] = moments(said["t"]).decode()
                    body = body_of(n, said)
                before = digest(before + body).hexdigest().encode()  # as ``chained``, without its call
                pieces += (begin, before, end, body, b"\n")
                n += 1
            data = b"".join(pieces)
            if self.trouble:
                os.ftruncate(self._file, self._size)  # what the last try left
            self._put(data)
        except OSError as error:
            self._refused(taken, error)
            return
        self._lines += n - self._n
        with self._lock:
            self._n, self._before = n, before
            self.unlogged -= lost
        self._size += len(data)
        self.written += len(taken)
        self._notes.clear()
        self.trouble = ""
        _tell([done for _, done in taken if done is not None], None)

    def _put(self, data: bytes) -> None:
        os.lseek(self._file, self._size, os.SEEK_SET)
        view = memoryview(data)
        while view:
            view = view[os.write(self._file, view) :]
        os.fdatasync(self._file) if hasattr(os, "fdatasync") else os.fsync(self._file)

    def _refused(self, taken: list[tuple[Said | Ready, "asyncio.Future[None] | None"]], error: OSError) -> None:
        self.trouble = error.strerror or str(error)
        with contextlib.suppress(OSError):
            if self._file >= 0:
                os.ftruncate(self._file, self._size)
        with self._lock:
            self._missed(len(taken))
        _tell([done for _, done in taken if done is not None], self.trouble)

    def _missed(self, count: int) -> None:
        if not self.unlogged:
            self.lost_since = audit_lines.moment(self._clock())
        self.unlogged += count

    def _notice_clock(self) -> None:
        offset = self._clock() / 1e9 - time.monotonic()
        jump = offset - self._offset
        if abs(jump) > _JUMP:
            self._notes.append(self._note("clock", seconds=round(jump, 1)))
            self._offset = offset

    def _note(self, what: str, **more: Any) -> Said:
        return {"k": "note", "t": audit_lines.moment(self._clock()), "what": what, **more}

    # segments

    def _resume(self) -> None:
        """Find the end of the stream; what a dead process left half written is cut off, and a line says so."""
        found = audit_lines.segments(self.folder)
        if not found:
            return
        path = found[-1]
        last, size, lines, torn = _last_line(path)
        self._segment = int(path.stem)
        if not last:  # died before its first line was whole: the end is that of the segment before
            path.unlink()
            self._segment -= 1
            if len(found) > 1:
                last, _, _, _ = _last_line(found[-2])
        if last:
            self._before = last[len(audit_lines.BEGIN) : len(audit_lines.BEGIN) + 64]
            self._n = (audit_lines.number_of(last) or 0) + 1
        sealed = b'"k":"seal"' in last[: audit_lines.BODY + 40]
        if last and not sealed:
            self._file = os.open(path, os.O_RDWR)
            self._size, self._lines = size, lines
        if torn:
            if last:
                os.truncate(path, size)
                atomic.sync_file(path)
            self._notes.append(self._note("torn", file=path.name, bytes=torn))
        known = read_head(self.folder / audit_lines.HEAD_FILE)
        if known is not None and known.n >= self._n:
            self._notes.append(self._note("behind", head=known.n))

    def _open_segment(self) -> None:
        segment, n = self._segment + 1, self._n
        path = self.folder / audit_lines.segment_name(segment)
        said = {
            "k": "open",
            "t": audit_lines.moment(self._clock()),
            "format": audit_lines.FORMAT,
            "node": self.node,
            "stream": self.folder.name,
            "segment": segment,
            "before": self._before.decode(),
            "key": self._key.public.id,
        }
        line, digest = chained(self._before, body_of(n, said))
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o640)
        try:
            self._file, self._size = handle, 0
            self._put(line)
            atomic.sync_folder(self.folder)
        except OSError:
            os.close(handle)
            self._file = -1
            with contextlib.suppress(OSError):
                path.unlink()
            raise
        with self._lock:
            self._segment, self._n, self._before = segment, n + 1, digest
        self._size, self._lines = len(line), 1
        self._opened = time.monotonic()

    def _try_seal(self) -> None:
        try:
            self._seal()
        except OSError as error:
            self.trouble = error.strerror or str(error)

    def _seal(self) -> None:
        """End the segment with the node's signature, and publish how far the stream goes."""
        if self._file < 0:
            return
        n, before = self._n, self._before
        t = audit_lines.moment(self._clock())
        said = audit_lines.sealed(self._key, self.node, self.folder.name, self._segment, n, before, t)
        line, digest = chained(before, body_of(n, said))
        self._put(line)
        with self._lock:
            self._n, self._before = n + 1, digest
        os.close(self._file)
        self._file = -1
        atomic.write(self.folder / audit_lines.HEAD_FILE, orjson.dumps(self.head().as_json()))


def read_head(path: Path) -> Head | None:
    """The head in a file; None if there is none."""
    try:
        return Head.from_json(orjson.loads(path.read_bytes()))
    except (OSError, ValueError):
        return None


def _free_stream(folder: Path) -> tuple[int, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    for n in range(_MOST_STREAMS):
        stream = folder / f"stream-{n:02}"
        stream.mkdir(exist_ok=True)
        handle = locks.taken(stream / ".lock")
        if handle is not None:
            return handle, stream
    raise OSError(f"{_MOST_STREAMS} processes write to {folder} already")


def _last_line(path: Path) -> tuple[bytes, int, int, int]:
    """The last whole line, where it ends, how many lines there are, and how many bytes behind them are torn."""
    data = path.read_bytes()
    end = len(data)
    while end:
        end = data.rfind(b"\n", 0, end) + 1
        start = data.rfind(b"\n", 0, max(0, end - 1)) + 1
        line = data[start:end]
        if audit_lines.number_of(line) is not None:
            return line, end, data.count(b"\n", 0, end), len(data) - end
        end = start
    return b"", 0, 0, len(data)


def _tell(waiting: "list[asyncio.Future[None]]", why: str | None) -> None:
    """Tell those who wait, each in its own loop."""
    loops: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for done in waiting:
        loops.setdefault(done.get_loop(), []).append(done)
    for loop, some in loops.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_settle, some, why)


def _settle(some: "list[asyncio.Future[None]]", why: str | None) -> None:
    for done in some:
        if done.done():
            continue
        if why is None:
            done.set_result(None)
        else:
            done.set_exception(Unlogged(why))

"""How a line of the access log is written, chained to the line before, and sealed.

A segment is a file of JSON lines. Each begins with ``"h"``, the SHA-256 (hex) of the line before's
``h`` and of everything behind its own: whoever changes a line must change all that follow, up to a
seal that only the node's key can make. ``n`` counts the lines of a stream, over all its segments.
"""

import datetime
import re
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from termserver.model.values import value
from termserver.releases.signatures import PublicKey, Signature, SigningKey, verify

FORMAT = 1
NOTHING = b"0" * 64
"""The digest before the first line of a stream."""
BEGIN, END, HEAD_FILE = b'{"h":"', b'",', "head.json"
BODY = len(BEGIN) + 64 + len(END)
"""Where what is digested begins in a line."""
_SEAL, _HEAD = "termserver access log seal", "termserver access log head"
_NUMBER = re.compile(rb'"n":([0-9]{1,19})[,}]')
SEGMENT = re.compile(r"[0-9]{8}\.log", re.ASCII)
STREAM = re.compile(r"stream-[0-9]{2}", re.ASCII)


def chained(before: bytes, body: bytes) -> tuple[bytes, bytes]:
    """The line of ``body`` (JSON without its opening brace), and its digest."""
    digest = sha256(before + body).hexdigest().encode()
    return b"".join((BEGIN, digest, END, body, b"\n")), digest


def body_of(n: int, said: dict[str, Any]) -> bytes:
    """What is digested of line ``n``; what says nothing is left out."""
    return b'"n":%d,' % n + told_of(said)


def told_of(said: dict[str, Any]) -> bytes:
    """What a line says, without its number: JSON without its opening brace."""
    return orjson.dumps({name: told for name, told in said.items() if told not in ("", None, (), 0) and told != []})[1:]


def number_of(line: bytes) -> int | None:
    """The ``n`` of a line; None if it is none of ours."""
    found = _NUMBER.match(line, BODY)
    return int(found[1]) if found and line.startswith(BEGIN) else None


def segment_name(segment: int) -> str:
    return f"{segment:08}.log"


def streams(folder: Path) -> list[Path]:
    """The folders of the streams of a node, in order."""
    return sorted(path for path in folder.glob("stream-*") if STREAM.fullmatch(path.name) and path.is_dir())


def segments(stream: Path) -> list[Path]:
    """The segments of a stream, in order."""
    return sorted(path for path in stream.glob("*.log") if SEGMENT.fullmatch(path.name))


def lines_of(path: Path) -> Iterator[bytes]:
    """The lines of a segment with their ends."""
    with path.open("rb", 1 << 20) as file:
        yield from file


class Moments:
    """Moments in UTC to the millisecond; the part that changes once a second is kept."""

    def __init__(self) -> None:
        self._second = -1
        self._said = b""

    def __call__(self, nanoseconds: int) -> bytes:
        second, rest = divmod(nanoseconds, 1_000_000_000)
        if second != self._second:
            self._second = second
            self._said = time.strftime("%Y-%m-%dT%H:%M:%S.", time.gmtime(second)).encode()
        return b"%b%03dZ" % (self._said, rest // 1_000_000)


def moment(nanoseconds: int) -> str:
    """This moment in UTC, to the millisecond."""
    said = datetime.datetime.fromtimestamp(nanoseconds / 1e9, datetime.UTC).isoformat(timespec="milliseconds")
    return said.replace("+00:00", "Z")


@value
class Head:
    """How far a stream goes: line ``n``, whose digest is ``h``, in ``segment``; as the node has signed it."""

    node: str
    stream: str
    segment: int
    n: int
    h: str
    t: str
    key: str = ""
    sig: str = ""

    def _signed(self) -> bytes:
        return "\n".join((self.node, self.stream, str(self.segment), str(self.n), self.h, self.t)).encode()

    def signed_by(self, key: SigningKey) -> "Head":
        made = key.sign(_HEAD, self._signed())
        return Head(self.node, self.stream, self.segment, self.n, self.h, self.t, made.key, made.value)

    def holds(self, keys: tuple[PublicKey, ...]) -> bool:
        """Whether one of the keys signed it."""
        return verify(Signature(self.key, self.sig), _HEAD, self._signed(), keys) is not None

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _HEAD_FIELDS}

    @classmethod
    def from_json(cls, said: Any) -> "Head | None":
        """The head that ``as_json`` wrote; None if it is anything else."""
        if not isinstance(said, dict) or set(said) != set(_HEAD_FIELDS):
            return None
        if any(not isinstance(said[name], int if name in ("segment", "n") else str) for name in _HEAD_FIELDS):
            return None
        return cls(**said)


_HEAD_FIELDS = ("node", "stream", "segment", "n", "h", "t", "key", "sig")


def sealed(key: SigningKey, node: str, stream: str, segment: int, n: int, head: bytes, t: str) -> dict[str, Any]:
    """The last line of a segment: its node's word that line ``n - 1`` has the digest ``head``."""
    made = key.sign(_SEAL, _statement(node, stream, segment, n, head.decode(), t))
    return {"k": "seal", "t": t, "head": head.decode(), "key": made.key, "sig": made.value}


def seal_holds(said: dict[str, Any], node: str, stream: str, segment: int, keys: tuple[PublicKey, ...]) -> bool:
    """Whether a seal is by one of the keys and for this place."""
    told = [said.get(name) for name in ("head", "t", "key", "sig")]
    if not all(isinstance(one, str) for one in told) or not isinstance(said.get("n"), int):
        return False
    head, t, key, sig = map(str, told)
    return verify(Signature(key, sig), _SEAL, _statement(node, stream, segment, said["n"], head, t), keys) is not None


def _statement(node: str, stream: str, segment: int, n: int, head: str, t: str) -> bytes:
    return "\n".join((node, stream, str(segment), str(n), head, t)).encode()

"""How the lines of the access log are written, chained in blocks, and sealed.

A segment is a file of JSON lines. What was written at once is a block; its last line begins with ``"h"``, the
SHA-256 (hex) of the ``h`` of the block before, of the lines, and of everything behind its own: whoever changes a
line must change all that follow, up to a seal that only the node's key can make. ``n`` counts the lines of a stream,
over all its segments; ``sums`` has a CRC-32 of each line, so that a changed one can be named.

In segments of format 1, which are still read, every line has its own ``h`` and is a block by itself.
"""

import datetime
import re
import sys
import time
from array import array
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any
from zlib import crc32

import orjson

from termserver.model.values import value
from termserver.releases.signatures import PublicKey, Signature, SigningKey, verify

FORMAT = 2
NOTHING = b"0" * 64
"""The digest before the first block of a stream."""
BEGIN, END, HEAD_FILE = b'{"h":"', b'",', "head.json"
BODY = len(BEGIN) + 64 + len(END)
"""Where what is digested begins in a line."""
_SEAL, _HEAD = "termserver access log seal", "termserver access log head"
_NUMBER = re.compile(rb'\{(?:"h":".{64}",)?"n":([0-9]{1,19})[,}]', re.DOTALL)
_CLOSES = re.compile(rb'\{"h":"[0-9a-f]{64}","n":([0-9]{1,19}),"k":"block","sums":"((?:[0-9a-f]{8})+)"\}\n')
SEGMENT = re.compile(r"[0-9]{8}\.log", re.ASCII)
STREAM = re.compile(r"stream-[0-9]{2}", re.ASCII)


def line_of(n: int, said: dict[str, Any]) -> bytes:
    """Line ``n``; what says nothing is left out."""
    return b"{%b\n" % body_of(n, said)


def closed(before: bytes, n: int, lines: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The block of these lines with the line ``n`` that closes it, and its digest."""
    data = b"".join(lines)
    body = b'"n":%d,"k":"block","sums":"%b"}\n' % (n, sums_of(lines))
    digest = digest_of(before, data, body)
    return b"".join((data, BEGIN, digest, END, body)), digest


def digest_of(before: bytes, data: bytes, body: bytes) -> bytes:
    """The ``h`` of a block: of its lines as they stand in the file, and of the line that closes it behind its ``h``."""
    made = sha256(before)
    made.update(data)
    made.update(body)
    return made.hexdigest().encode()


def sums_of(lines: Iterable[bytes]) -> bytes:
    """The CRC-32 of each line with its end, eight digits (hex) each."""
    sums = array("I", map(crc32, lines))
    if sys.byteorder == "little":
        sums.byteswap()
    return sums.tobytes().hex().encode()


def closing(line: bytes) -> tuple[int, list[int]] | None:
    """``n`` and the sums of a line that closes a block; None if it is another line."""
    found = _CLOSES.fullmatch(line)
    if found is None:
        return None
    sums = array("I", bytes.fromhex(found[2].decode()))
    if sys.byteorder == "little":
        sums.byteswap()
    return int(found[1]), sums.tolist()


def chained(before: bytes, body: bytes) -> tuple[bytes, bytes]:
    """A line of format 1: of ``body`` (JSON without its opening brace), and its digest."""
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
    found = _NUMBER.match(line)
    return int(found[1]) if found else None


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
        self._known = -1, b""

    def __call__(self, nanoseconds: int) -> bytes:
        second, rest = divmod(nanoseconds, 1_000_000_000)
        known, said = self._known
        if second != known:
            said = time.strftime("%Y-%m-%dT%H:%M:%S.", time.gmtime(second)).encode()
            self._known = second, said
        return b"%b%03dZ" % (said, rest // 1_000_000)


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

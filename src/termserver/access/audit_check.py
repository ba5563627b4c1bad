"""Is an access log what its node wrote? Every line is digested again, every seal and head held against the keys.

What is found is named with its file and line. A line that nobody sealed yet, and that is gone with
all behind it, is missed only by a head that was published before.
"""

from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from termserver.access.audit_lines import (
    BEGIN,
    BODY,
    END,
    HEAD_FILE,
    NOTHING,
    Head,
    lines_of,
    number_of,
    seal_holds,
    segments,
    streams,
)
from termserver.access.audit_log import read_head
from termserver.model.errors import UsageError
from termserver.model.text import Text
from termserver.model.values import value
from termserver.releases.signatures import PublicKey

_H = slice(len(BEGIN), len(BEGIN) + 64)
_MIDDLE = slice(len(BEGIN) + 64, BODY)
_KIND = slice(BODY, BODY + 40)


class Wrong(StrEnum):
    """What can be wrong with a log."""

    CHANGED = "changed"
    REMOVED = "removed"
    REORDERED = "reordered"
    INSERTED = "inserted"
    TORN = "torn"
    UNSEALED = "unsealed"
    SEAL = "seal"
    FOREIGN_KEY = "foreign-key"
    MISPLACED = "misplaced"
    MISSING = "missing"
    BREAK = "break"
    ROLLED_BACK = "rolled-back"
    FOREIGN_HEAD = "foreign-head"


@value
class Fault:
    """What is wrong, in which file, at which line (from 1; 0 is the whole file)."""

    file: str
    line: int
    kind: Wrong
    says: Text

    def as_json(self) -> dict[str, Any]:
        return {"file": self.file, "line": self.line, "kind": str(self.kind), "says": self.says.as_json()}


class Checked:
    """What was found; complete once ``check`` is through."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.streams = self.segments = self.lines = self.seals = 0
        self.open_lines = 0
        """Lines that no seal covers yet."""

    def fault(self, path: Path, line: int, kind: Wrong, en: str, fa: str) -> None:
        self.faults.append(Fault(str(path), line, kind, Text(fa, en)))


def check(folder: Path, keys: tuple[PublicKey, ...], heads: Iterable[Head] = ()) -> Checked:
    """Check the log of a node; ``heads`` are those that were published. Raise UsageError if there is no log."""
    found = streams(folder)
    if not found:
        raise UsageError(f"There is no access log in {folder}.", f"در {folder} دفتر دسترسی نیست.")
    published = defaultdict(list)
    checked = Checked()
    for head in heads:
        published[head.stream].append(head)
    for stream in found:
        checked.streams += 1
        own = read_head(stream / HEAD_FILE)
        _check_stream(stream, keys, [*published.pop(stream.name, ()), *([own] if own else ())], checked)
    for name, lost in published.items():
        checked.fault(
            folder / name, 0, Wrong.MISSING,
            f"A head of {lost[0].t} tells of this stream, which is gone.",
            f"سری از {lost[0].t} از این رشته خبر می‌دهد که نیست.",
        )  # fmt: skip
    return checked


def _check_stream(stream: Path, keys: tuple[PublicKey, ...], heads: list[Head], checked: Checked) -> None:
    wanted: dict[int, list[Head]] = defaultdict(list)
    for head in heads:
        if not head.holds(keys):
            checked.fault(
                stream, 0, Wrong.FOREIGN_HEAD,
                f"The head of {head.t} is signed by none of the keys.",
                f"سر {head.t} را هیچ‌یک از کلیدها امضا نکرده است.",
            )  # fmt: skip
        else:
            wanted[head.n].append(head)
    walk = _Walk(stream, keys, wanted, checked)
    files = segments(stream)
    for number, path in enumerate(files, 1):
        walk.segment(path, last=number == len(files))
    last = files[-1] if files else stream
    for n, missed in sorted(wanted.items()):
        if n >= walk.n:
            checked.fault(
                last, walk.line, Wrong.ROLLED_BACK,
                f"The log ends at n={walk.n - 1}; a head of {missed[0].t} had n={n} already.",
                f"دفتر در n={walk.n - 1} پایان می‌گیرد؛ سرِ {missed[0].t} به n={n} رسیده بود.",
            )  # fmt: skip


class _Walk:
    """Goes through the segments of one stream."""

    def __init__(self, stream: Path, keys: tuple[PublicKey, ...], wanted: dict[int, list[Head]], out: Checked) -> None:
        self._stream, self._keys, self._wanted, self._out = stream, keys, wanted, out
        self._before = NOTHING
        self._segment = 0
        self.n = 1
        self.line = 0

    def segment(self, path: Path, last: bool) -> None:
        out = self._out
        out.segments += 1
        named = int(path.stem)
        if named > self._segment + 1:
            gone = f"{self._segment + 1:08}" + (f" … {named - 1:08}" if named > self._segment + 2 else "")
            out.fault(path, 0, Wrong.MISSING, f"Before it {gone} is missing.", f"پیش از آن {gone} نیست.")
        self._segment = named
        number, sealed, covered, node = 0, False, 0, ""
        numbers: _Numbers | None = None
        before, wanted = self._before, self._wanted
        digest = sha256
        forgiven, second = False, b""
        for line in lines_of(path):
            number += 1
            if number == 1:
                before, node = self._header(path, line)
            if line[-1:] != b"\n":
                self._torn(path, number, last)
                break
            h = line[_H]
            if digest(before + line[BODY:-1]).hexdigest().encode() == h and line[:6] == BEGIN and line[_MIDDLE] == END:
                before = h
                forgiven, second = False, b""
            elif second and digest(second + line[BODY:-1]).hexdigest().encode() == h:
                before, second = h, b""  # of two lines with one number, the later one was followed
            else:
                numbers = numbers or _Numbers(path)
                kind, keep = self._broken(path, line, number, numbers, forgiven)
                forgiven = kind is Wrong.CHANGED
                if keep:
                    second = h
                    continue
                before = h if len(h) == 64 else before
                if (told := number_of(line)) is not None:
                    self.n = told
            if self.n in wanted:
                self._meet(path, number, h)
            self.n += 1
            if b'"k":"seal"' in line[_KIND]:
                sealed = self._seal(path, number, line, node)
                covered = number
        out.lines += number
        out.open_lines += number - covered
        self.line = number
        if not sealed and not last:
            out.fault(
                path, number, Wrong.UNSEALED,
                "Its end, the seal, is missing though another segment follows.",
                "پایان آن، یعنی مهر، نیست؛ با آن که بخش دیگری در پی آن است.",
            )  # fmt: skip
        self._before = before

    def _header(self, path: Path, line: bytes) -> tuple[bytes, str]:
        """What the first line says to follow, and whose it is."""
        try:
            said = orjson.loads(line)
            told = (said["k"], said["node"], said["stream"], said["segment"], said["before"].encode())
        except (ValueError, KeyError, AttributeError, TypeError):
            return self._before, ""
        kind, node, stream, segment, before = told
        if (kind, stream, segment) != ("open", self._stream.name, int(path.stem)):
            self._out.fault(
                path, 1, Wrong.MISPLACED,
                f"This is segment {segment} of {stream}, in the place of another.",
                f"این بخش {segment} از {stream} است، در جای دیگری.",
            )  # fmt: skip
        elif before != self._before:
            self._out.fault(
                path, 1, Wrong.BREAK,
                "It does not follow the segment before it: one of the two is another one now.",
                "در پی بخش پیش از خود نیست: یکی از این دو چیز دیگری شده است.",
            )  # fmt: skip
        else:
            return before, str(node)
        self.n = said["n"] if isinstance(said.get("n"), int) else self.n
        return before, str(node)

    def _torn(self, path: Path, number: int, last: bool) -> None:
        en = "The last line is half written" + (", as by a process that died." if last else ".")
        fa = "خط آخر نیمه‌کاره است" + ("؛ مانند کار فرایندی که کشته شده." if last else ".")
        self._out.fault(path, number, Wrong.TORN, en, fa)

    def _broken(self, path: Path, line: bytes, number: int, numbers: "_Numbers", forgiven: bool) -> tuple[Wrong, bool]:
        """Say what happened at a line that does not follow; whether the chain goes on from the line before it."""
        told = number_of(line)
        times = numbers.times(told)
        if told is None or (told == self.n and times < 2):
            if not (forgiven and told is not None):
                self._out.fault(path, number, Wrong.CHANGED, "This line was changed.", "این خط عوض شده است.")
            return Wrong.CHANGED, False
        if times > 1:
            self._out.fault(path, number, Wrong.INSERTED, f"A second line n={told}.", f"خط دومی با n={told}.")
            return Wrong.INSERTED, True
        if told > self.n and not numbers.times(self.n):
            gone = f"n={self.n}" + (f" … {told - 1}" if told > self.n + 1 else "")
            self._out.fault(path, number, Wrong.REMOVED, f"Before it {gone} was removed.", f"پیش از آن {gone} حذف شده.")
            return Wrong.REMOVED, False
        self._out.fault(
            path, number, Wrong.REORDERED, f"n={told} stands where n={self.n} was.", f"n={told} به جای n={self.n} است."
        )
        return Wrong.REORDERED, False

    def _seal(self, path: Path, number: int, line: bytes, node: str) -> bool:
        said = orjson.loads(line)
        self._out.seals += 1
        if seal_holds(said, node, self._stream.name, int(path.stem), self._keys):
            return True
        if said.get("key") not in {key.id for key in self._keys}:
            self._out.fault(
                path, number, Wrong.FOREIGN_KEY,
                f"Sealed by a key that is not the node's ({str(said.get('key'))[:16]}).",
                f"با کلیدی مهر شده که از این گره نیست ({str(said.get('key'))[:16]}).",
            )  # fmt: skip
        else:
            self._out.fault(
                path, number, Wrong.SEAL,
                "The seal does not fit what it seals.", "مهر با آنچه مهر کرده است نمی‌خواند.",
            )  # fmt: skip
        return True

    def _meet(self, path: Path, number: int, h: bytes) -> None:
        for head in self._wanted[self.n]:
            if head.h.encode() != h:
                self._out.fault(
                    path, number, Wrong.ROLLED_BACK,
                    f"n={self.n} is another line than the one whose head was published at {head.t}.",
                    f"n={self.n} خط دیگری است، نه آن که سرش در {head.t} اعلام شد.",
                )  # fmt: skip


class _Numbers:
    """How often each ``n`` occurs in a segment; read only where something is wrong."""

    def __init__(self, path: Path) -> None:
        self._times: dict[int | None, int] = defaultdict(int)
        for line in lines_of(path):
            self._times[number_of(line)] += 1

    def times(self, n: int | None) -> int:
        return self._times.get(n, 0)

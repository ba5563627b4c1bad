"""Is an access log what its node wrote? Every block is digested again, every seal and head held against the keys.

What is found is named with its file and line. A line that nobody sealed yet, and that is gone with
all behind it, is missed only by a head that was published before.
"""

from collections import defaultdict
from collections.abc import Iterable
from hashlib import sha256
from itertools import chain
from pathlib import Path

import orjson

from termserver.access.audit_blocks import Done, Numbers, changed, explained, inserted, removed, reordered
from termserver.access.audit_faults import Checked, Wrong
from termserver.access.audit_lines import (
    BEGIN,
    BODY,
    END,
    HEAD_FILE,
    NOTHING,
    Head,
    digest_of,
    lines_of,
    number_of,
    seal_holds,
    segments,
    streams,
)
from termserver.access.audit_log import read_head
from termserver.access.audit_tail import format_of
from termserver.model.errors import UsageError
from termserver.releases.signatures import PublicKey

_H = slice(len(BEGIN), len(BEGIN) + 64)
_MIDDLE = slice(len(BEGIN) + 64, BODY)
_KIND = slice(BODY, BODY + 40)


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
        self._due = sorted(wanted)
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
        lines = lines_of(path)
        first = next(lines, b"")
        self._before, node = self._header(path, first)
        by = self._by_line if format_of(first) == 1 else self._by_block
        number, covered = by(path, chain([first], lines) if first else lines, node, last)
        out.lines += number
        out.open_lines += number - covered
        self.line = number
        if not covered and not last:
            out.fault(
                path, number, Wrong.UNSEALED,
                "Its end, the seal, is missing though another segment follows.",
                "پایان آن، یعنی مهر، نیست؛ با آن که بخش دیگری در پی آن است.",
            )  # fmt: skip

    def _by_block(self, path: Path, lines: Iterable[bytes], node: str, last: bool) -> tuple[int, int]:
        """Check a segment; how many lines it has, and up to which one a seal covers them."""
        number = covered = 0
        numbers: Numbers | None = None
        block: list[bytes] = []
        true = second = b""
        forgiven = False
        for line in lines:
            number += 1
            if line[-1:] != b"\n":
                break
            if not line.startswith(BEGIN):
                block.append(line)
                continue
            h, data, body = line[_H], b"".join(block), line[BODY:]
            digest = digest_of(self._before, data, body)
            if line[_MIDDLE] == END and (
                digest == h
                or (true and digest_of(true, data, body) == h)  # the h before was changed, and that was told
                or (second and digest_of(second, data, body) == h)  # of two alike the later one was followed
            ):
                forgiven, second = False, b""
            else:
                numbers = numbers or Numbers(path)
                first = number - len(block)
                done, copied = explained(block, line, first, self.n, numbers)
                if not (forgiven and [one.line for one in done] == [number] and done[0].kind is Wrong.CHANGED):
                    for one in done:
                        self._out.fault(path, *one)
                forgiven = done[0].kind is Wrong.CHANGED
                if copied:
                    second, block = h, []
                    continue
            self._before, true = h, digest
            self.n = number_of(line) or self.n + len(block)
            self._meet_in_block(path, number, h, len(block))
            self.n += 1
            if block and b',"k":"seal",' in block[-1][: _KIND.stop]:
                self._seal(path, number - 1, block[-1], node)
                covered = number
            block = []
        if block or (number and line[-1:] != b"\n"):
            self._torn(path, number, last)
        return number, covered

    def _by_line(self, path: Path, lines: Iterable[bytes], node: str, last: bool) -> tuple[int, int]:
        """The same of a segment of format 1, where every line is chained by itself."""
        number = covered = 0
        numbers: Numbers | None = None
        before, digest = self._before, sha256
        forgiven, second = False, b""
        for line in lines:
            number += 1
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
                numbers = numbers or Numbers(path)
                done, keep = self._broken(line, number, numbers)
                if not (forgiven and done.kind is Wrong.CHANGED and number_of(line) is not None):
                    self._out.fault(path, *done)
                forgiven = done.kind is Wrong.CHANGED
                if keep:
                    second = h
                    continue
                before = h if len(h) == 64 else before
                if (told := number_of(line)) is not None:
                    self.n = told
            if self.n in self._wanted:
                self._meet(path, number, h, self.n)
            self.n += 1
            if b'"k":"seal"' in line[_KIND]:
                self._seal(path, number, line, node)
                covered = number
        self._before = before
        return number, covered

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

    def _broken(self, line: bytes, number: int, numbers: Numbers) -> tuple[Done, bool]:
        """What happened at a line that does not follow, and whether the chain goes on from the line before it."""
        told = number_of(line)
        times = numbers.times(told)
        if told is None or (told == self.n and times < 2):
            return changed(number), False
        if times > 1:
            return inserted(number, told), True
        if told > self.n and not numbers.times(self.n):
            return removed(number, self.n, told), False
        return reordered(number, told, self.n), False

    def _seal(self, path: Path, number: int, line: bytes, node: str) -> None:
        said = orjson.loads(line)
        self._out.seals += 1
        if seal_holds(said, node, self._stream.name, int(path.stem), self._keys):
            return
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

    def _meet_in_block(self, path: Path, number: int, h: bytes, lines: int) -> None:
        """Hold the heads of these lines against the block: a head is of a line that closes one."""
        while self._due and self._due[0] <= self.n:
            n = self._due.pop(0)
            if n >= self.n - lines:
                self._meet(path, number - self.n + n, h if n == self.n else b"", n)

    def _meet(self, path: Path, number: int, h: bytes, n: int) -> None:
        for head in self._wanted[n]:
            if head.h.encode() != h:
                self._out.fault(
                    path, number, Wrong.ROLLED_BACK,
                    f"n={n} is another line than the one whose head was published at {head.t}.",
                    f"n={n} خط دیگری است، نه آن که سرش در {head.t} اعلام شد.",
                )  # fmt: skip

"""What was done to a block of the access log whose digest does not fit: its lines are held against their sums."""

from collections import defaultdict
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from termserver.access.audit_faults import Wrong
from termserver.access.audit_lines import closing, lines_of, number_of


class Done(NamedTuple):
    """What was done, at which line of the file."""

    line: int
    kind: Wrong
    en: str
    fa: str


class Numbers:
    """How often each ``n`` occurs in a segment; read only where something is wrong."""

    def __init__(self, path: Path) -> None:
        self._times: dict[int | None, int] = defaultdict(int)
        for line in lines_of(path):
            self._times[number_of(line)] += 1

    def times(self, n: int | None) -> int:
        return self._times.get(n, 0)


def explained(lines: list[bytes], end: bytes, first: int, awaited: int, numbers: Numbers) -> tuple[list[Done], bool]:
    """What was done to the block, and whether the chain goes on from the block before it, this one being a copy.

    ``first`` is the line of the file at which the block begins, ``awaited`` the number that should have stood there.
    """
    last = first + len(lines)
    told = closing(end)
    if told is None:
        return [changed(last)], False
    n, sums = told
    start = n - len(sums)
    found = _within(lines, dict(enumerate(sums, start)), first, numbers)
    if found:
        return found, False
    if start > awaited and not numbers.times(awaited):
        return [removed(first, awaited, start)], False
    if start < awaited and numbers.times(start) > 1:
        return [inserted(first, start)], True
    if start != awaited:
        return [reordered(first, start, awaited)], False
    en, fa = "This line, or one of its block, was changed.", "این خط یا یکی از خط‌های بلوک آن عوض شده است."
    return [Done(last, Wrong.CHANGED, en, fa)], False


def _within(lines: list[bytes], sums: dict[int, int], first: int, numbers: Numbers) -> list[Done]:
    """What was done to single lines; empty if all of them are those that were written, in their order."""
    start = min(sums)
    told = [number_of(line) for line in lines]
    fits = [n is not None and sums.get(n) == crc32(line) for n, line in zip(told, lines, strict=True)]
    known = {n for n, good in zip(told, fits, strict=True) if good}
    found: list[Done] = []
    stand: list[tuple[int, int]] = []
    """Line and number of what was written so, each once."""
    seen: set[int] = set()
    for at, (n, good) in enumerate(zip(told, fits, strict=True)):
        if n is None or (n in sums and n not in known):
            found.append(changed(first + at))
            known.add(start + at if n is None else n)
        elif n not in sums:
            copy = numbers.times(n) > 1
            found.append(inserted(first + at, n) if copy else reordered(first + at, n, start + at))
        elif not good or n in seen:
            found.append(inserted(first + at, n))
        else:
            seen.add(n)
            stand.append((first + at, n))
    for (line, n), awaited in zip(stand, sorted(n for _, n in stand), strict=True):
        if n != awaited:
            found.append(reordered(line, n, awaited))
    gone = [n for n in sums if n not in known and not numbers.times(n)]
    for n in gone:
        if n - 1 not in gone:
            until = next(after for after in range(n + 1, n + len(gone) + 1) if after not in gone)
            line = next((line for line, other in stand if other > n), first + len(lines))
            found.append(removed(line, n, until))
    return sorted(found)


def changed(line: int) -> Done:
    return Done(line, Wrong.CHANGED, "This line was changed.", "این خط عوض شده است.")


def inserted(line: int, n: int) -> Done:
    return Done(line, Wrong.INSERTED, f"A second line n={n}.", f"خط دومی با n={n}.")


def removed(line: int, n: int, until: int) -> Done:
    gone = f"n={n}" + (f" … {until - 1}" if until > n + 1 else "")
    return Done(line, Wrong.REMOVED, f"Before it {gone} was removed.", f"پیش از آن {gone} حذف شده.")


def reordered(line: int, n: int, awaited: int) -> Done:
    return Done(line, Wrong.REORDERED, f"n={n} stands where n={awaited} was.", f"n={n} به جای n={awaited} است.")

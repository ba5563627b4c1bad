"""How often codes are picked: counts by code and day in one small file, and nothing else.

No query, no person, no address, no time of day is kept. A pick counts half as much after sixty days,
days grow together to months, and what is older than a year is gone.
"""

import csv
import io
import threading
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from termserver.model.errors import UsageError
from termserver.releases import atomic, locks

FILE = "picks.csv"
FIELDS = ("system", "code", "day", "picks")
HALF_LIFE = 60
"""After so many days a pick counts half as much."""
_DAYS_APART = 31
_LONGEST = 366
_MOST_ROWS = 50_000
_TOGETHER = 20
_SECONDS = 60.0
"""So many picks, or those of so long, are written at once; those of a process that dies before are lost."""

Counted = Mapping[tuple[str, str, str], int]
"""System, code and day (ISO) → how often it was picked."""


class PickCounts:
    """Counts picks into the file of a folder; several processes may do so."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._new: Counter[tuple[str, str, str]] = Counter()
        self._lock = threading.Lock()
        self._written = 0.0

    def add(self, system: str, code: str, today: date | None = None) -> None:
        """Count a pick of today."""
        day = (today or _today()).isoformat()
        with self._lock:
            self._new[system, code, day] += 1
            due = self._new.total() >= _TOGETHER or time.monotonic() - self._written > _SECONDS
        if due:
            self.write()

    def write(self, today: date | None = None) -> None:
        """Put what was counted into the file. Raise OSError if the disk refuses."""
        with self._lock:
            new, self._new = self._new, Counter()
            self._written = time.monotonic()
        if new:
            with locks.held(self._folder / f"{FILE}.lock"):
                counted = Counter(read(self._folder)) + new
                _write(self._folder, _together(counted, today or _today()))


def read(folder: Path) -> dict[tuple[str, str, str], int]:
    """What was counted. Raise UsageError if the file is not one of counts."""
    path = folder / FILE
    if not path.exists():
        return {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            if tuple(rows.fieldnames or ()) != FIELDS:
                raise ValueError("other columns")
            return {
                (row["system"], row["code"], date.fromisoformat(row["day"]).isoformat()): int(row["picks"])
                for row in rows
            }
    except (ValueError, TypeError, csv.Error, UnicodeDecodeError):
        raise UsageError(
            f"{path} is no file of counted picks ({','.join(FIELDS)}). Delete it: termserver weights forget.",
            f"{path} پروندهٔ شمارش انتخاب‌ها نیست. آن را پاک کنید: termserver weights forget",
        ) from None


def weights(counted: Counted, today: date | None = None) -> dict[tuple[str, str], float]:
    """System and code → what its picks count today."""
    found: dict[tuple[str, str], float] = {}
    now = today or _today()
    for (system, code, day), picks in counted.items():
        age = max(0, (now - date.fromisoformat(day)).days)
        found[system, code] = found.get((system, code), 0.0) + picks * 0.5 ** (age / HALF_LIFE)
    return found


def forget(folder: Path, system: str = "", code: str = "") -> int:
    """Forget all counts, or those of a system, or of one code; how many picks were forgotten."""
    with locks.held(folder / f"{FILE}.lock"):
        if not system:
            try:
                gone = sum(read(folder).values())
            except UsageError:
                gone = 0
            (folder / FILE).unlink(missing_ok=True)
            return gone
        counted = read(folder)
        kept = {key: n for key, n in counted.items() if key[0] != system or (code and key[1] != code)}
        _write(folder, kept)
        return sum(counted.values()) - sum(kept.values())


def _together(counted: Counted, today: date) -> Counted:
    """Elder days put together to their month, those older than a year left out, the newest rows if there are too
    many."""
    found: Counter[tuple[str, str, str]] = Counter()
    for (system, code, day), picks in counted.items():
        then = date.fromisoformat(day)
        age = (today - then).days
        if age <= _LONGEST:
            found[system, code, day if age <= _DAYS_APART else then.replace(day=1).isoformat()] += picks
    return dict(sorted(found.items(), key=lambda item: item[0][2], reverse=True)[:_MOST_ROWS])


def _write(folder: Path, counted: Counted) -> None:
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(FIELDS)
    rows.writerows((*key, picks) for key, picks in sorted(counted.items()))
    atomic.write(folder / FILE, out.getvalue().encode())


def _today() -> date:
    return datetime.now(UTC).date()

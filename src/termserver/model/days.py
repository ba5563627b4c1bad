"""Days: kept as ISO Gregorian text, met on the wire as Jalali year, month and day.

A ``Day`` is ``YYYY-MM-DD`` text, so that comparing two of them compares the days. Jalali leap
years come from the table of breaks in K. M. Borkowski's "The Persian calendar for 3000 years"
(1996); the 2820-year formula is wrong for 1403 and 1404.
"""

import datetime
import re

from termserver.model.errors import UsageError
from termserver.model.values import value

Day = str

_BREAKS = (-61, 9, 38, 199, 426, 686, 756, 818, 1111, 1181, 1210, 1635, 2060, 2097, 2192, 2262, 2324, 2394, 2456, 3178)
_TEHRAN = datetime.timezone(datetime.timedelta(hours=3, minutes=30))
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


@value
class Period:
    """From the start day to the end day, both included; an open side is empty text."""

    start: Day = ""
    end: Day = ""

    def holds(self, day: Day) -> bool:
        """Whether ``day`` lies in the period."""
        return (not self.start or self.start <= day) and (not self.end or day <= self.end)

    def __bool__(self) -> bool:
        return bool(self.start or self.end)


ALWAYS = Period()


def _nowruz(year: int) -> tuple[int, int]:
    """The day of March of 1 Farvardin, and how many years ago the last leap year was (0: this one is)."""
    gregorian = year + 621
    leaps = -14
    before = _BREAKS[0]
    jump = 0
    for at in _BREAKS[1:]:
        jump = at - before
        if year < at:
            break
        leaps += jump // 33 * 8 + jump % 33 // 4
        before = at
    n = year - before
    leaps += n // 33 * 8 + (n % 33 + 3) // 4
    if jump % 33 == 4 and jump - n == 4:
        leaps += 1
    gregorian_leaps = gregorian // 4 - (gregorian // 100 + 1) * 3 // 4 - 150
    if jump - n < 6:
        n = n - jump + (jump + 4) // 33 * 33
    since = ((n + 1) % 33 - 1) % 4
    return 20 + leaps - gregorian_leaps, (4 if since == -1 else since)


def is_jalali_leap(year: int) -> bool:
    """Whether Esfand of the Jalali ``year`` has 30 days."""
    return _nowruz(year)[1] == 0


def jalali_month_length(year: int, month: int) -> int:
    """29, 30 or 31."""
    return 31 if month <= 6 else 30 if month <= 11 or is_jalali_leap(year) else 29


def from_jalali(year: int, month: int, day: int) -> Day | None:
    """The ISO day of a Jalali date, or None if there is no such day (years 1 to 1600 are known)."""
    if not (1 <= year <= 1600 and 1 <= month <= 12 and 1 <= day <= jalali_month_length(year, month)):
        return None
    march, _ = _nowruz(year)
    passed = (month - 1) * 31 - month // 7 * (month - 7) + day - 1
    return (datetime.date(year + 621, 3, march) + datetime.timedelta(days=passed)).isoformat()


def to_jalali(day: Day) -> tuple[int, int, int]:
    """Year, month and day of the Jalali calendar for an ISO day."""
    date = datetime.date.fromisoformat(day)
    year = date.year - 621
    start = datetime.date(date.year, 3, _nowruz(year)[0])
    if date < start:
        year -= 1
        start = datetime.date(date.year - 1, 3, _nowruz(year)[0])
    passed = (date - start).days
    if passed < 186:
        return year, passed // 31 + 1, passed % 31 + 1
    passed -= 186
    return year, passed // 30 + 7, passed % 30 + 1


def jalali_text(day: Day) -> str:
    """The Jalali date as people write it: ``1405/08/30``."""
    return "{:04d}/{:02d}/{:02d}".format(*to_jalali(day))


def today() -> Day:
    """The day in Tehran, just now."""
    return datetime.datetime.now(_TEHRAN).date().isoformat()


def parse_day(text: str) -> Day:
    """An ISO day as given by a user; Jalali (years 1200 to 1600) is understood too. Raise UsageError otherwise."""
    found = _ISO.fullmatch(text.replace("/", "-"))
    if found:
        year, month, day = (int(part) for part in found.groups())
        if 1200 <= year <= 1600:
            jalali = from_jalali(year, month, day)
            if jalali:
                return jalali
        else:
            try:
                return datetime.date(year, month, day).isoformat()
            except ValueError:
                pass
    raise UsageError(
        f"'{text}' is not a day. Write it as 2026-11-21, or Jalali as 1405-08-30.",
        f"«{text}» تاریخ نیست. آن را به شکل 2026-11-21 یا جلالی 1405-08-30 بنویسید.",
    )

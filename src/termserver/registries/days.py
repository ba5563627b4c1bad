"""The days of a load file, as people write them: three calendars, many spellings, one ISO day.

Jalali unless the year or the mapping says otherwise: ``1405/08/30``, ``1405-8-30``, ``14050830``,
``30/08/1405``, ``۳۰ آبان ۱۴۰۵``, ``2026-11-21``, ``2026-11-21T00:00:00+03:30``. A day of the lunar
calendar is only read where the mapping says so, by the tabular reckoning, which may be a day off.
What is impossible or could be two days is refused, with the reason.
"""

import datetime
import re
from enum import StrEnum
from functools import lru_cache

from termserver.model.days import Day, from_jalali, jalali_month_length
from termserver.model.fold import fold, latin_digits
from termserver.model.text import Text


class Calendar(StrEnum):
    """How the days of a column are to be read."""

    AUTO = "auto"
    JALALI = "jalali"
    GREGORIAN = "gregorian"
    LUNAR = "lunar"


class Unreadable(ValueError):
    """A day that cannot be read; ``text`` says why, in both languages."""

    def __init__(self, rule: str, en: str, fa: str) -> None:
        super().__init__(en)
        self.rule = rule
        self.text = Text(fa=fa, en=en)


FIRST, LAST = "1850-01-01", "2150-12-31"
"""Days before and after these are slips of the pen."""

_SEPARATED = re.compile(r"([0-9]{1,4})[/.\- ]([0-9]{1,2})[/.\- ]([0-9]{1,4})")
_EIGHT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_NAMED = re.compile(r"([0-9]{1,4}) +(?:ام +)?([^\W\d_]+(?: [^\W\d_]+)?) +([0-9]{1,4})")
_TIME = re.compile(r"(?:T| +)[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?: ?Z|[+-][0-9]{2}:?[0-9]{2})?$")

_JALALI_MONTHS = ("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند")
_MONTHS = {fold(name): n for n, name in enumerate(_JALALI_MONTHS, start=1)} | {fold("امرداد"): 5}
_LUNAR_MONTHS = (
    "محرم", "صفر", "ربیع الاول", "ربیع الثانی", "جمادی الاول", "جمادی الثانی",
    "رجب", "شعبان", "رمضان", "شوال", "ذیقعده", "ذیحجه",
)  # fmt: skip
_LUNAR = {fold(name): n for n, name in enumerate(_LUNAR_MONTHS, start=1)}
_ENGLISH = {
    name: n
    for n, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}


@lru_cache(65536)
def read_day(said: str, calendar: Calendar = Calendar.AUTO) -> Day:
    """The ISO day; raise Unreadable with the reason."""
    text = latin_digits(said).strip()
    if len(text) == 10 and text[4] == "-" and text[:2] in ("19", "20") and calendar is Calendar.AUTO:
        try:
            return _within(datetime.date.fromisoformat(text).isoformat(), said)
        except ValueError:
            raise _impossible(said) from None
    text = _TIME.sub("", text)
    found = _SEPARATED.fullmatch(text) or _EIGHT.fullmatch(text)
    if found:
        return _of_numbers(said, found.group(1), int(found.group(2)), found.group(3), calendar)
    named = _NAMED.fullmatch(fold(text))
    if named:
        return _of_name(said, named.group(1), named.group(2), named.group(3))
    raise Unreadable(
        "day.unreadable",
        f"'{said}' is not a day. Write it as 2026-11-21 or 1405/08/30.",
        f"«{said}» تاریخ نیست. آن را به شکل 1405/08/30 یا 2026-11-21 بنویسید.",
    )


def _of_numbers(said: str, first: str, month: int, last: str, calendar: Calendar) -> Day:
    if len(first) == 4:
        year, day = int(first), int(last)
    elif len(last) == 4:
        year, day = int(last), int(first)
        if (calendar is Calendar.GREGORIAN or year > 1700) and month <= 12 and day <= 12 and month != day:
            raise Unreadable(
                "day.ambiguous",
                f"'{said}' could be two days. Write the year first: {year}-MM-DD.",
                f"«{said}» دو روز می‌تواند باشد. سال را نخست بنویسید: {year}-MM-DD.",
            )
        if month > 12 >= day and (calendar is Calendar.GREGORIAN or year > 1700):
            month, day = day, month
    else:
        raise Unreadable(
            "day.short-year",
            f"'{said}' has no year of four digits.",
            f"«{said}» سال چهاررقمی ندارد.",
        )
    return _of(said, year, month, day, calendar if calendar is not Calendar.AUTO else _calendar_of(said, year))


def _calendar_of(said: str, year: int) -> Calendar:
    if 1250 <= year <= 1430:
        return Calendar.JALALI
    if 1850 <= year <= 2150:
        return Calendar.GREGORIAN
    if 1430 < year < 1500:
        raise Unreadable(
            "day.calendar",
            f"The year of '{said}' is far ahead in the Jalali calendar and may be a lunar one. Say 'calendar: lunar' "
            "or 'calendar: jalali' in the mapping.",
            f"سال «{said}» در تقویم شمسی دور و شاید قمری است. در نگاشت calendar: lunar یا calendar: jalali بنویسید.",
        )
    raise _impossible(said)


def _of(said: str, year: int, month: int, day: int, calendar: Calendar) -> Day:
    if calendar is Calendar.JALALI:
        found = from_jalali(year, month, day)
        if found is None:
            if 1 <= month <= 12 and day == jalali_month_length(year, month) + 1 == 30:
                raise Unreadable(
                    "day.impossible",
                    f"'{said}' does not exist: {year} was no leap year.",
                    f"«{said}» وجود ندارد: سال {year} کبیسه نیست.",
                )
            raise _impossible(said)
    elif calendar is Calendar.LUNAR:
        found = lunar_day(year, month, day)
        if found is None:
            raise _impossible(said)
    else:
        try:
            found = datetime.date(year, month, day).isoformat()
        except ValueError:
            raise _impossible(said) from None
    return _within(found, said)


def _of_name(said: str, one: str, name: str, other: str) -> Day:
    year, day = (int(one), int(other)) if len(one) == 4 else (int(other), int(one))
    if name in _MONTHS:
        return _of(said, year, _MONTHS[name], day, Calendar.JALALI)
    if name in _LUNAR:
        return _of(said, year, _LUNAR[name], day, Calendar.LUNAR)
    month = _ENGLISH.get(name[:3])
    if month is None:
        raise _impossible(said)
    return _of(said, year, month, day, Calendar.GREGORIAN)


def lunar_day(year: int, month: int, day: int) -> Day | None:
    """The ISO day of a date of the tabular Islamic calendar (civil epoch, leap years 2, 5, 7, 10, 13, 16, 18, 21, 24,
    26, 29 of 30), or None if there is none."""
    leap = (11 * year + 14) % 30 < 11
    length = 30 if month % 2 or (month == 12 and leap) else 29
    if not (1 <= year <= 1600 and 1 <= month <= 12 and 1 <= day <= length):
        return None
    passed = (year - 1) * 354 + (11 * year + 3) // 30 + 29 * (month - 1) + month // 2 + day
    return datetime.date.fromordinal(227014 + passed).isoformat()


def _within(day: Day, said: str) -> Day:
    if FIRST <= day <= LAST:
        return day
    raise _impossible(said)


def _impossible(said: str) -> Unreadable:
    return Unreadable("day.impossible", f"There is no such day as '{said}'.", f"روزی به نام «{said}» وجود ندارد.")

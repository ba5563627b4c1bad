"""Judging the dates of a message: Jalali days that exist, and agree with their own text."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from termserver.model.days import Day, from_jalali, jalali_month_length, to_jalali
from termserver.model.findings import Layer, Severity
from termserver.model.text import Text
from termserver.validation.bindings import Problem

_DATE_ERROR = 1
"""SEPAS category 1, DataValidationError: dates (exchange.md 5.4)."""


_EIGHT_DIGITS = re.compile(r"[0-9]{8}", re.ASCII)
_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")

_FIRST_YEAR = 1000
"""Before it a year is one that was written short; the national validator itself takes any from 1 (exchange.md 1)."""

_day = lru_cache(8192)(from_jalali)
"""Documents of one week share their days."""


@lru_cache(8192)
def _told(year: int, month: int, day: int) -> Day | None:
    """The day, if its year is whole: of a short one (98) nobody knows the century, so it compares with nothing."""
    return _day(year, month, day) if year >= _FIRST_YEAR else None


def day_of(date: Any) -> Day | None:
    """The ISO day of a DO_DATE or DO_DATE_TIME, or of a text of eight digits; None if it has none."""
    if date.__class__ is dict:
        year, month, day = date.get("Year"), date.get("Month"), date.get("Day")
        if year.__class__ is int and month.__class__ is int and day.__class__ is int:
            return _told(year, month, day) if year and month and day else None
    if isinstance(date, str):
        return _told(int(date[:4]), int(date[4:6]), int(date[6:])) if _EIGHT_DIGITS.fullmatch(date) else None
    if not isinstance(date, dict):
        return None
    year, month, day = parts(date)
    return _told(year, month, day) if year and month and day else None


def parts(date: dict[str, Any]) -> tuple[int, int, int]:
    """Year, month and day; 0 for one that is absent or no whole number (1405.0 is one in JSON)."""
    year, month, day = date.get("Year"), date.get("Month"), date.get("Day")
    if type(year) is int and type(month) is int and type(day) is int:
        return year, month, day
    return _whole(year), _whole(month), _whole(day)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return int(value) if value == int(value) else 0


def judge(date: Any) -> list[Problem]:
    """The problems of one date whose parts are numbers within their bounds; incomplete dates are structure's."""
    year, month, day = parts(date)
    if not (year and month and day):
        return []
    if _day(year, month, day) is None:
        return [_impossible(year, month, day)]
    if year < _FIRST_YEAR:
        return [_short_year()]
    text = date.get("ISOString")
    if isinstance(text, str) and text and not _agrees(text, year, month, day):
        return [_other_text(year, month, day)]
    return []


def judge_text(text: str) -> list[Problem]:
    """The problems of a Jalali day that is due as eight digits (14050830)."""
    if _EIGHT_DIGITS.fullmatch(text):
        if _day(int(text[:4]), int(text[4:6]), int(text[6:])):
            return []
        return [_impossible(int(text[:4]), int(text[4:6]), int(text[6:]), "{:04d}{:02d}{:02d}")]
    meant = " / ".join(dict.fromkeys(_readings(text)))
    return [
        Problem(
            "date.form",
            Severity.ERROR,
            Text(
                fa="تاریخ هشت رقم لاتین سال و ماه و روز شمسی نیست.",
                en="The date is not eight Latin digits of a Jalali year, month and day.",
            ),
            Text(fa=f"{meant or '14050803'} بنویسید.", en=f"Write {meant}." if meant else "Write it like 14050803."),
            "",
            _DATE_ERROR,
            Layer.STRUCTURE,
        )
    ]


def _readings(text: str) -> Iterator[str]:
    """The days that a text may have meant, written as they are due: without its signs, with its lost zeros."""
    latin = text.translate(_DIGITS).strip()
    parts = [int(part) for part in re.findall(r"[0-9]{1,8}", latin)]
    tries = [parts] if len(parts) == 3 else []
    digits = "".join(re.findall(r"[0-9]", latin))
    if len(parts) == 1 and 6 <= len(digits) <= 8:
        tries += [
            [int(digits[:4]), int(digits[4:cut]), int(digits[cut:])] for cut in (5, 6) if 0 < len(digits) - cut < 3
        ]
    for year, month, day in tries:
        if _day(year, month, day):
            yield f"{year:04d}{month:02d}{day:02d}"


def _short_year() -> Problem:
    return Problem(
        "date.short-year",
        Severity.WARNING,
        Text(fa="سال چهار رقم ندارد.", en="The year does not have four digits."),
        Text(fa="سال شمسی را کامل بنویسید، مانند 1405.", en="Write the whole Jalali year, such as 1405."),
        "Year",
        _DATE_ERROR,
        Layer.STRUCTURE,
    )


def _impossible(year: int, month: int, day: int, form: str = "{:04d}/{:02d}/{:02d}") -> Problem:
    if 1900 <= year <= 2100:
        try:
            jalali = form.format(*to_jalali(f"{year:04d}-{month:02d}-{day:02d}"))
            hint = Text(fa=f"تاریخ‌ها شمسی‌اند؛ {jalali} بنویسید.", en=f"Dates are Jalali; write {jalali}.")
        except ValueError:
            hint = Text(fa="تاریخ‌ها شمسی‌اند.", en="Dates are Jalali.")
    elif 1 <= year <= 1600 and 1 <= month <= 12:
        last = jalali_month_length(year, month)
        hint = Text(fa=f"این ماه در سال {year} تنها {last} روز دارد.", en=f"That month of {year} has {last} days.")
    else:
        hint = Text(fa="سال شمسی را چهار رقمی بنویسید.", en="Write the Jalali year with four digits.")
    return Problem(
        "date.impossible",
        Severity.ERROR,
        Text(fa="چنین روزی در تقویم نیست.", en="There is no such day in the calendar."),
        hint,
        "",
        _DATE_ERROR,
        Layer.STRUCTURE,
    )


def _agrees(text: str, year: int, month: int, day: int) -> bool:
    """Whether the ISOString says the same day, Jalali (1402/07/25) or Gregorian."""
    parts = text.replace("-", "/").partition("T")[0].partition(" ")[0].split("/")
    if len(parts) != 3 or not all(part.isdigit() and part.isascii() for part in parts):
        return False
    given = tuple(int(part) for part in parts)
    if given == (year, month, day):
        return True
    return from_jalali(year, month, day) == "{:04d}-{:02d}-{:02d}".format(*given)


def _other_text(year: int, month: int, day: int) -> Problem:
    return Problem(
        "date.text-differs",
        Severity.WARNING,
        Text(fa="ISOString روز دیگری را می‌گوید.", en="ISOString says another day than Year, Month and Day."),
        Text(
            fa=f"{year:04d}/{month:02d}/{day:02d} بنویسید.",
            en=f"Write {year:04d}/{month:02d}/{day:02d}, or leave it out.",
        ),
        "ISOString",
        _DATE_ERROR,
        Layer.STRUCTURE,
    )

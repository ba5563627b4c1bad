"""A time line: lanes of bars over years, as numbers a template can draw without a script or a style of its own.

Places are percentages of the width, counted from the side where time begins; in Persian it begins
on the right.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from termserver.model.days import Day, Period, from_jalali, to_jalali

_TICKS = 8
_STEPS = (1, 2, 5, 10, 20, 50)
_LEAST = 0.6
"""A bar is never narrower than this share of the width."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Something that was true for a while; ``kind`` is the class of its colour, ``says`` what it says of itself."""

    period: Period
    kind: str
    says: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch drawn: where it begins, how wide it is, whether it goes on beyond either side."""

    x: float
    width: float
    stretch: Stretch


@dataclass(frozen=True, slots=True)
class Lane:
    label: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class TimeLine:
    """Lanes, the years above them, and the day that is looked at."""

    first: Day
    last: Day
    lanes: tuple[Lane, ...]
    ticks: tuple[tuple[float, int], ...]
    mark: float | None
    height: int


TOP, LANE = 26, 40
"""How high the years and one lane are."""


def draw(lanes: Sequence[tuple[str, Sequence[Stretch]]], on: Day, language: str) -> TimeLine | None:
    """The lanes over the years in which anything begins or ends; None where nothing has a date."""
    days = sorted({day for _, stretches in lanes for one in stretches for day in _sides(one) if day})
    if not days:
        return None
    span = [*days, on]
    first, last = _shifted(min(span), -200), _shifted(max(span), 200)
    start, width = _number(first), _number(last) - _number(first)
    mirrored = language == "fa"

    def bar(stretch: Stretch) -> Bar:
        begin = (_number(stretch.period.start or first) - start) / width * 100
        end = (_number(stretch.period.end or last) + 1 - start) / width * 100
        begin, end = max(0.0, begin), min(100.0, end)
        size = max(end - begin, _LEAST)
        return Bar(round(100 - begin - size if mirrored else begin, 3), round(size, 3), stretch)

    def place(day: Day) -> float:
        at = (_number(day) - start) / width * 100
        return round(100 - at if mirrored else at, 3)

    drawn = tuple(Lane(label, tuple(bar(one) for one in stretches)) for label, stretches in lanes)
    ticks = tuple((place(day), year) for day, year in _years(first, last, language))
    return TimeLine(first, last, drawn, ticks, place(on), TOP + LANE * len(drawn) + 6)


def _sides(stretch: Stretch) -> Iterable[Day]:
    return stretch.period.start, stretch.period.end


def _years(first: Day, last: Day, language: str) -> Iterable[tuple[Day, int]]:
    """The first days of some years of the reader's calendar, not too many."""
    jalali = language == "fa"
    from_year = to_jalali(first)[0] if jalali else int(first[:4])
    to_year = to_jalali(last)[0] if jalali else int(last[:4])
    step = next((one for one in _STEPS if (to_year - from_year) / one <= _TICKS), _STEPS[-1])
    for year in range(from_year, to_year + 1):
        day = from_jalali(year, 1, 1) if jalali else f"{year:04d}-01-01"
        if year % step == 0 and day and first <= day <= last:
            yield day, year


def _number(day: Day) -> int:
    return datetime.date.fromisoformat(day).toordinal()


def _shifted(day: Day, days: int) -> Day:
    number = _number(day) + days
    return datetime.date.fromordinal(min(max(number, 1), datetime.date.max.toordinal() - 1)).isoformat()

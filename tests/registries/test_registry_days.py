"""Days as people write them: three calendars, many spellings; what is impossible or could be two days is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from termserver.model.days import jalali_text, to_jalali
from termserver.registries.days import Calendar, Unreadable, lunar_day, read_day


@pytest.mark.parametrize(
    "said",
    ["1405/08/30", "1405-8-30", "14050830", "۱۴۰۵/۰۸/۳۰", "٣٠/٠٨/١٤٠٥", "30/08/1405", "۳۰ آبان ۱۴۰۵", "1405.08.30",
     "2026-11-21", "2026/11/21", "20261121", "2026-11-21T00:00:00", "2026-11-21 10:30", "21/11/2026", "11/21/2026",
     "21 Nov 2026", "21 november 2026"],
)  # fmt: skip
def test_every_spelling_is_the_same_day(said: str) -> None:
    assert read_day(said) == "2026-11-21"


@pytest.mark.parametrize(
    ("said", "rule"),
    [("1404/12/30", "day.impossible"), ("1405/13/01", "day.impossible"), ("2026-02-30", "day.impossible"),
     ("11/12/2026", "day.ambiguous"), ("1448/06/11", "day.calendar"), ("05/08/30", "day.short-year"),
     ("soon", "day.unreadable"), ("46347", "day.unreadable"), ("0000/00/00", "day.impossible")],
)  # fmt: skip
def test_what_is_no_day_is_refused_with_its_reason(said: str, rule: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_day(said)
    assert refused.value.rule == rule and refused.value.text.fa


def test_the_lunar_calendar_is_read_where_it_is_said() -> None:
    assert read_day("1445/01/01", Calendar.LUNAR) == "2023-07-19"
    assert read_day("1 محرم 1445") == "2023-07-19"
    assert lunar_day(1445, 12, 30) == "2024-07-07" and lunar_day(1446, 12, 30) is None


@given(st.dates(min_value=__import__("datetime").date(1900, 1, 1), max_value=__import__("datetime").date(2050, 1, 1)))
def test_a_day_is_the_same_in_both_calendars(day: object) -> None:
    iso = str(day)
    year, month, number = to_jalali(iso)
    assert read_day(jalali_text(iso)) == iso
    assert read_day(f"{number}/{month}/{year}") == iso

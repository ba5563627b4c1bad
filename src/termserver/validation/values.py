"""Judging the small value types that carry a meaning of their own: ordinals, proportions, intervals."""

from collections.abc import Callable
from typing import Any

from termserver.model.findings import Layer, Severity
from termserver.model.text import Text
from termserver.validation.bindings import Problem

_WRONG_DATA = 7
"""SEPAS error category of wrong data (exchange.md 5.4)."""


def ordinal(value: Any) -> list[Problem]:
    """The number of an ordinal is the code of its symbol, where that code is a number (exchange.md 1)."""
    symbol, number = value.get("Symbol"), value.get("Value")
    code = symbol.get("Coded_string") if isinstance(symbol, dict) else None
    if not isinstance(code, str) or not code.isdigit() or not code.isascii() or len(code) > 9 or not _number(number):
        return []
    if int(code) == number:
        return []
    return [
        _problem(
            "value.ordinal-differs",
            Severity.WARNING,
            Text(
                fa="عدد رتبه با کد نماد آن یکی نیست.",
                en="The number of this ordinal is not the code of its symbol.",
            ),
            Text(fa="یکی از دو را درست کنید.", en="Check which of the two is meant."),
            "Value",
        )
    ]


def proportion(value: Any) -> list[Problem]:
    """A ratio has a denominator other than zero; a percentage counts of a hundred (openEHR PROPORTION_KIND)."""
    denominator, kind = value.get("denominator"), value.get("type")
    if _number(denominator) and denominator == 0:
        return [
            _problem(
                "value.proportion-by-zero",
                Severity.ERROR,
                Text(fa="مخرج نسبت صفر است.", en="The denominator of this proportion is zero."),
                None,
                "denominator",
            )
        ]
    due = {1: 1, 2: 100}.get(kind) if _number(kind) else None
    if due is not None and _number(denominator) and denominator != due:
        return [
            _problem(
                "value.proportion-kind",
                Severity.WARNING,
                Text(
                    fa=f"مخرج نسبتی از نوع {int(kind)} برابر {due} است.",
                    en=f"The denominator of a proportion of type {int(kind)} is {due}.",
                ),
                Text(
                    fa="نوع یا مخرج را درست کنید: 0 نسبت، 1 واحد، 2 درصد.",
                    en="Mend its type or its denominator: 0 ratio, 1 unitary, 2 percent.",
                ),
                "type",
            )
        ]
    return []


def interval(value: Any) -> list[Problem]:
    """The lower end of an interval is not above its upper end."""
    low, high = value.get("lowerValue"), value.get("upperValue")
    if not (_number(low) and _number(high)) or low <= high:
        return []
    return [
        _problem(
            "value.interval-reversed",
            Severity.ERROR,
            Text(fa="آغاز بازه از پایان آن بزرگ‌تر است.", en="The lower value of this interval is above its upper one."),
            Text(fa="دو مقدار را جابه‌جا کنید.", en="Exchange the two."),
            "lowerValue",
        )
    ]


JUDGES: dict[str, Callable[[Any], list[Problem]]] = {
    "DO_ORDINAL": ordinal,
    "DO_PROPORTION": proportion,
    "DO_INTERVALINT": interval,
}
"""The judge of each class that has one."""


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _problem(rule: str, severity: Severity, message: Text, hint: Text | None, member: str) -> Problem:
    return Problem(rule, severity, message, hint, member, _WRONG_DATA, Layer.STRUCTURE)

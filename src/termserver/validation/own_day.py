"""The document's own day: where its rule set looks for it, before the message is normalised."""

from typing import Any

from termserver.model.days import Day
from termserver.model.documents import RuleSet
from termserver.validation.dates import day_of


def stated_day(rule_set: RuleSet, message: Any) -> tuple[Day, str]:
    """The first day that the message states where the rule set looks for it, and that path; the path of the
    first unreadable one where none can be read."""
    unread = ""
    for path in rule_set.day:
        value = message
        for name in path.split("."):
            value = _member(value, name)
        if value is None:
            continue
        day = day_of(value) or day_of(_canonical_date(value))
        if day:
            return day, path
        unread = unread or path
    return "", unread


def _member(value: Any, name: str) -> Any:
    if not isinstance(value, dict):
        return None
    if name in value:
        return value[name]
    lowered = name.lower()
    return next((member for key, member in value.items() if key.lower() == lowered), None)


def _canonical_date(value: Any) -> Any:
    if not isinstance(value, dict):
        return None
    return {name: _member(value, name) for name in ("Year", "Month", "Day")}

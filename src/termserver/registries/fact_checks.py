"""What the facts of one entry say against each other: licences that overlap, two values on one day, no birth at all."""

from collections import defaultdict
from typing import Any

from termserver.model.days import Day
from termserver.registries.definition import Definition
from termserver.registries.rows import Json, Row

_LICENCE = "licence"
_YEARS = frozenset(("birth-year",))


class FactChecks:
    """The quality checks that need nothing but the entry; ``day`` is the day of the load."""

    def __init__(self, definition: Definition, day: Day) -> None:
        self._keys = {known.code: known.key for known in definition.system.properties if known.key}
        self._single = frozenset(known.code for known in definition.system.properties if not known.repeats)
        self._has_licences = _LICENCE in definition.properties
        self._year = int(day[:4])

    def check(self, row: Row) -> None:
        """Add what is doubtful to the row's warnings."""
        properties: list[Json] = row.body.get("properties", [])
        last = ""
        several: dict[str, list[Json]] = {}
        for n, stated in enumerate(properties):  # sorted by code: facts of one property stand together
            code = stated["code"]
            if code == last:
                if code not in several:
                    several[code] = [properties[n - 1]]
                several[code].append(stated)
            last = code
            if code in _YEARS:
                self._birth(row, stated)
        for code, facts in several.items():
            if code == _LICENCE:
                self._licences(row, facts)
            elif code in self._keys:
                self._same_record(row, code, facts)
            elif code in self._single:
                self._two_at_once(row, code, facts)

    def _birth(self, row: Row, stated: Json) -> None:
        said = str(stated["value"])
        year = int(said) if said.isdecimal() and len(said) == 4 else 0
        year += 621 if 1200 <= year < 1600 else 0
        if not self._year - 120 <= year <= self._year - 15:
            row.warn(
                "year.impossible",
                stated["code"],
                said,
                f"Nobody here was born in {said}.",
                f"سال تولد {said} پذیرفتنی نیست.",
            )

    def _licences(self, row: Row, facts: list[Json]) -> None:
        by_kind: dict[Any, list[Json]] = defaultdict(list)
        for stated in facts:
            value = stated["value"]
            by_kind[value.get("kind", "") if isinstance(value, dict) else ""].append(stated)
        for kind, licences in by_kind.items():
            pair = _overlapping(licences)
            if pair is not None:
                row.warn(
                    "licence.overlap",
                    f"{_LICENCE}.{kind}" if kind else _LICENCE,
                    f"{_said(pair[0])}; {_said(pair[1])}",
                    f"Two licences{f' of the kind {kind}' if kind else ''} hold at the same time: {_said(pair[0])} "
                    f"and {_said(pair[1])}.",
                    f"دو پروانه{f' از نوع {kind}' if kind else ''} هم‌زمان معتبرند: {_said(pair[0])} و "
                    f"{_said(pair[1])}.",
                )

    def _same_record(self, row: Row, code: str, facts: list[Json]) -> None:
        keys = self._keys[code]
        same: dict[tuple[Any, ...], list[Json]] = defaultdict(list)
        for stated in facts:
            value = stated["value"]
            named = tuple(value.get(field, "") for field in keys)
            if any(named):
                same[named].append(stated)
        for records in same.values():
            pair = _overlapping(records) if len(records) > 1 else None
            if pair is not None:
                self._overlap(row, code, pair)

    def _two_at_once(self, row: Row, code: str, facts: list[Json]) -> None:
        pair = _overlapping(facts)
        if pair is not None:
            self._overlap(row, code, pair)

    @staticmethod
    def _overlap(row: Row, code: str, pair: tuple[Json, Json]) -> None:
        row.warn(
            "period.overlap",
            code,
            f"{_said(pair[0])}; {_said(pair[1])}",
            f"{code} has two values at the same time: {_said(pair[0])} and {_said(pair[1])}.",
            f"{code} هم‌زمان دو مقدار دارد: {_said(pair[0])} و {_said(pair[1])}.",
        )


def _overlapping(facts: list[Json]) -> tuple[Json, Json] | None:
    """The first two facts that hold on one day; they are in the order of their beginnings."""
    ended, last = "", None
    for stated in facts:
        period = stated.get("period", {})
        start, end = period.get("start", ""), period.get("end", "") or "9999-12-31"
        if last is not None and start <= ended:
            return last, stated
        if last is None or end > ended:
            ended, last = end, stated
    return None


def _said(stated: Json) -> str:
    value, period = stated["value"], stated.get("period", {})
    if isinstance(value, dict):
        value = value.get("number") or value.get("kind") or next(iter(value.values()), stated["code"])
    return f"{value} ({period.get('start', '')} – {period.get('end', '')})"

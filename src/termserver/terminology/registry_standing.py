"""How an entry of a registry stands on a day: its facts, cut once into the intervals in which nothing changes.

The promise: a document is reproached for an entry (``validation.registries``) exactly on the days on
which it is neither valid nor unknown here. What must hold and what bars is said by property codes,
the same for every registry.
"""

from bisect import bisect_right
from enum import StrEnum

import orjson

from termserver.model.codes import Concept, Property, Status
from termserver.model.days import Day, Period
from termserver.model.text import Text
from termserver.model.values import value

LICENCE, REGISTRATION, ACTIVE = "licence", "registration", "active"
SUSPENDED, REVOKED, LOCKED, APPROVED = "suspended", "revoked", "locked", "approved"
HOLDING = (LICENCE, REGISTRATION, ACTIVE)
"""Where an entry has any of these, one must hold on the day."""
TELLING = frozenset((*HOLDING, SUSPENDED, REVOKED, LOCKED, APPROVED))
_FALSE = ("false", "no", "0")
_AFTER = "~"  # "2026-01-31~" is later than 2026-01-31 and earlier than 2026-02-01


class Standing(StrEnum):
    """The answer of a verification."""

    VALID = "valid"
    NOT_VALID = "not-valid"
    SUSPENDED = "suspended"
    UNKNOWN = "unknown"


@value
class Verdict:
    """How an entry stands, why (a code of ``REASONS``), and the public class of a bar's reason where one is said."""

    standing: Standing
    reason: str
    detail: str = ""

    @property
    def says(self) -> Text:
        """The reason in words."""
        return REASONS[self.reason]

    def as_json(self) -> dict[str, str]:
        said = {"standing": str(self.standing), "reason": self.reason}
        return said | {"detail": self.detail} if self.detail else said


REASONS = {
    "in-force": Text("در این روز معتبر بود.", "It was in force on that day."),
    "revoked": Text("در این روز لغو شده بود.", "It was revoked on that day."),
    "suspended": Text("در این روز معلق بود.", "It was suspended on that day."),
    "not-yet": Text("هنوز آغاز نشده بود.", "It had not begun yet."),
    "ended": Text("پایان یافته بود.", "It had ended."),
    "between": Text("میان دو دوره بود و در این روز معتبر نبود.", "That day lies between two of its periods."),
    "no-such-licence": Text("پروانه‌ای از این نوع ندارد.", "It has no licence of that kind."),
    "closed": Text("ورودی پیش از این روز بسته شده بود.", "The entry had been closed before that day."),
    "not-open-yet": Text("ورودی پس از این روز آغاز می‌شود.", "The entry begins after that day."),
    "retired": Text("کنار گذاشته شده است و روز آن دانسته نیست.", "It is retired, and since when is not known."),
    "locked": Text("در این روز قفل بود.", "It was locked on that day."),
    "not-approved": Text("در این روز تأیید نداشت.", "It was not approved on that day."),
    "nothing-recorded": Text("چیزی که آن را نشان دهد ثبت نشده است.", "Nothing is recorded that would tell."),
    "unknown-entry": Text("این شماره در فهرست نیست.", "This number is not in the registry."),
    "no-number": Text("این متن شمارهٔ این فهرست نیست.", "This text is no number of this registry."),
}

_VALID = Verdict(Standing.VALID, "in-force")
_VERDICTS: dict[tuple[Standing, str, str], Verdict] = {}

UNKNOWN_ENTRY = Verdict(Standing.UNKNOWN, "unknown-entry")
NO_NUMBER = Verdict(Standing.UNKNOWN, "no-number")


def record_of(stated: str) -> dict[str, str]:
    """The fields of a record; empty for a plain value such as ``true``."""
    if not stated.startswith("{"):
        return {}
    try:
        said: dict[str, str] = orjson.loads(stated)
    except ValueError:
        return {}
    return said


def is_true(fact: Property) -> bool:
    return fact.value.lower() not in _FALSE


@value
class Stretch:
    """A run of days on which the answer is one and the same; an open side is empty text."""

    period: Period
    verdict: Verdict


class Standings:
    """The standing of one entry, on every day and for every kind of licence; each kind is cut into intervals when it is asked a second time.

    Not locked: two threads that ask at once reckon the same twice.
    """

    __slots__ = ("_concept", "_facts", "_kinds", "_lines")

    def __init__(self, concept: Concept) -> None:
        self._concept = concept
        self._facts = [fact for fact in concept.properties if fact.code in TELLING]
        self._kinds: list[str] | None = None
        self._lines: dict[str, tuple[list[str], list[Verdict]] | None] = {}

    def on(self, day: Day, kind: str = "") -> Verdict:
        """How the entry stands on the day: at all, or by its licences of one ``kind``."""
        line = self._lines.get(kind)
        if line is None:
            if kind not in self._lines:
                self._lines[kind] = None  # asked once: most entries of a batch never are again
                return self._at(day, kind)
            line = self._lines[kind] = self._line(kind)
        return line[1][bisect_right(line[0], day) - 1]

    def stretches(self, kind: str = "") -> tuple[Stretch, ...]:
        """Every interval with its answer, oldest first, none left out: the time line of a page, an offline extract."""
        line = self._lines.get(kind)
        if line is None:
            line = self._lines[kind] = self._line(kind)
        bounds, verdicts = line
        return tuple(
            Stretch(Period(_first_day(bound), _last_day(bounds[n + 1]) if n + 1 < len(bounds) else ""), verdict)
            for n, (bound, verdict) in enumerate(zip(bounds, verdicts, strict=True))
        )

    def _line(self, kind: str) -> tuple[list[str], list[Verdict]]:
        marks = {""}
        for period in (self._concept.period, *(fact.period for fact in self._facts)):
            if period.start:
                marks.add(period.start)
            if period.end:
                marks.add(period.end + _AFTER)
        bounds: list[str] = []
        verdicts: list[Verdict] = []
        for mark in sorted(marks):
            verdict = self._at(mark, kind)
            if not verdicts or verdict is not verdicts[-1]:
                bounds.append(mark)
                verdicts.append(verdict)
        return bounds, verdicts

    def _at(self, day: Day, kind: str) -> Verdict:
        """The answer on a day, or at a bound; bounds compare with days as text."""
        concept = self._concept
        if concept.period:
            if concept.period.start and day < concept.period.start:
                return _verdict(Standing.NOT_VALID, "not-open-yet")
            if concept.period.end and day > concept.period.end:
                return _verdict(Standing.NOT_VALID, "closed")
        if concept.status is Status.RETIRED and not concept.period.end:
            return _verdict(Standing.UNKNOWN, "retired")
        revoked = suspended = None
        for fact in self._facts:
            if fact.code in (REVOKED, SUSPENDED) and fact.period.holds(day) and is_true(fact):
                revoked = fact if fact.code == REVOKED else revoked
                suspended = fact if fact.code == SUSPENDED else suspended
        if revoked is not None:
            return _verdict(Standing.NOT_VALID, "revoked", record_of(revoked.value).get("reason", ""))
        if suspended is not None:
            return _verdict(Standing.SUSPENDED, "suspended", record_of(suspended.value).get("reason", ""))
        return self._software(day) or self._holding(day, kind)

    def _software(self, day: Day) -> Verdict | None:
        if any(fact.code == LOCKED and fact.period.holds(day) and is_true(fact) for fact in self._facts):
            return _verdict(Standing.SUSPENDED, "locked")
        approvals = [fact for fact in self._facts if fact.code == APPROVED]
        if approvals and not any(fact.period.holds(day) and is_true(fact) for fact in approvals):
            return _verdict(Standing.NOT_VALID, "not-approved")
        return None

    def _holding(self, day: Day, kind: str) -> Verdict:
        asked = False
        for code in HOLDING:
            facts = [fact for fact in self._facts if fact.code == code]
            if kind and code == LICENCE:
                of_kind = [fact for fact in facts if record_of(fact.value).get("kind") == kind]
                if not of_kind:
                    return (
                        _verdict(Standing.NOT_VALID, "no-such-licence")
                        if facts
                        else _verdict(Standing.UNKNOWN, "nothing-recorded")
                    )
                facts = of_kind
            if facts and not any(fact.period.holds(day) and is_true(fact) for fact in facts):
                return _verdict(Standing.NOT_VALID, _why_not(facts, day))
            asked = asked or bool(facts)
        if not asked and not any(fact.code == APPROVED for fact in self._facts):
            return _verdict(Standing.UNKNOWN, "nothing-recorded")
        return _VALID


def _why_not(facts: list[Property], day: Day) -> str:
    if all(fact.period.start and day < fact.period.start for fact in facts):
        return "not-yet"
    if all(fact.period.end and day > fact.period.end for fact in facts):
        return "ended"
    return "between"


def _verdict(standing: Standing, reason: str, detail: str = "") -> Verdict:
    """One object for each answer, so that equal answers are the same."""
    key = (standing, reason, detail)
    known = _VERDICTS.get(key)
    if known is None:
        known = _VERDICTS.setdefault(key, Verdict(standing, reason, detail))
    return known


def _first_day(bound: str) -> Day:
    return _shifted(bound.removesuffix(_AFTER), 1) if bound.endswith(_AFTER) else bound


def _last_day(next_bound: str) -> Day:
    return next_bound.removesuffix(_AFTER) if next_bound.endswith(_AFTER) else _shifted(next_bound, -1)


def _shifted(day: Day, days: int) -> Day:
    import datetime

    return (datetime.date.fromisoformat(day) + datetime.timedelta(days=days)).isoformat()

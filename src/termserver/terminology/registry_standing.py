"""How an entry of a registry stands on a day: its facts, cut once into the intervals in which nothing changes.

The promise: a document is reproached for an entry (``validation.registries``) exactly on the days on
which it is neither valid nor unknown here. What must hold and what bars is said by property codes,
the same for every registry.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
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
_TELLING = frozenset((*HOLDING, SUSPENDED, REVOKED, LOCKED, APPROVED))
_ASKED = frozenset((*HOLDING, APPROVED))
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

NOBODY = frozenset(("unknown-entry", "no-number"))
"""The reasons that tell of no entry at all."""

_BARRED = (
    (REVOKED, Standing.NOT_VALID, "revoked"),
    (SUSPENDED, Standing.SUSPENDED, "suspended"),
    (LOCKED, Standing.SUSPENDED, "locked"),
)
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


_Fact = tuple[str, Day, Day, str]
"""The property; from when to when the fact is true, an open end as the last of days; its value."""
_FOREVER = "9999-99-99"
_BIT = {code: 1 << n for n, code in enumerate(sorted(_TELLING))}
"""The properties of which something is said, as one number."""
_ANY_ASKED = sum(_BIT[code] for code in _ASKED)
_ANY_BAR = _BIT[SUSPENDED] | _BIT[REVOKED] | _BIT[LOCKED]


class Standings:
    """The standing of one entry, on every day and for every kind of licence.

    It is cut into intervals when it is asked a second time: most entries of a batch never are.
    Not locked: two threads that ask at once reckon the same twice. What is kept is texts in tuples, which
    the collector of garbage lets alone: with a list and two sets for each, 200,000 entries kept it busy.
    """

    __slots__ = ("_asked", "_facts", "_first", "_last", "_lines", "_retired", "_said")

    def __init__(self, concept: Concept) -> None:
        period = concept.period
        facts = ((one.code, one.value, one.period.start, one.period.end) for one in concept.properties)
        self._set(concept.status is Status.RETIRED, period.start, period.end, facts)

    @classmethod
    def of(cls, retired: bool, first: Day, last: Day, facts: Iterable[Sequence[str]]) -> "Standings":
        """The same from rows (code, value) or (code, value, first day, last day), as a release keeps an entry."""
        made = cls.__new__(cls)
        made._set(retired, first, last, facts)
        return made

    def _set(self, retired: bool, first: Day, last: Day, facts: Iterable[Sequence[str]]) -> None:
        self._retired = retired
        self._first, self._last = first, last
        said = 0
        true = []
        for row in facts:
            code = row[0]
            if code not in _TELLING:
                continue
            said |= _BIT[code]
            value = row[1]
            if value.lower() not in _FALSE:
                true.append((code, row[2], row[3] or _FOREVER, value) if len(row) > 2 else (code, "", _FOREVER, value))
        self._said = said
        self._facts: tuple[_Fact, ...] = tuple(true)
        self._asked = False
        self._lines: dict[str, tuple[list[str], list[Verdict]]] | None = None

    def on(self, day: Day, kind: str = "") -> Verdict:
        """How the entry stands on the day: at all, or by its licences of one ``kind``."""
        lines = self._lines
        if lines is None:
            if not self._asked:
                self._asked = True
                return self._at(day, kind)
            lines = self._lines = {}
        line = lines.get(kind)
        if line is None:
            line = lines[kind] = self._line(kind)
        return line[1][bisect_right(line[0], day) - 1]

    def stretches(self, kind: str = "") -> tuple[Stretch, ...]:
        """Every interval with its answer, oldest first, none left out: the time line of a page, an offline extract."""
        bounds, verdicts = self._line(kind)
        return tuple(
            Stretch(Period(_first_day(bound), _last_day(bounds[n + 1]) if n + 1 < len(bounds) else ""), verdict)
            for n, (bound, verdict) in enumerate(zip(bounds, verdicts, strict=True))
        )

    def _line(self, kind: str) -> tuple[list[str], list[Verdict]]:
        marks = {"", self._first}
        if self._last:
            marks.add(self._last + _AFTER)
        for _, start, end, _ in self._facts:
            marks.add(start)
            if end != _FOREVER:
                marks.add(end + _AFTER)
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
        if day < self._first:
            return _verdict(Standing.NOT_VALID, "not-open-yet")
        if self._last and day > self._last:
            return _verdict(Standing.NOT_VALID, "closed")
        if self._retired and not self._last:
            return _verdict(Standing.UNKNOWN, "retired")
        said = self._said
        if said & _ANY_BAR:
            for barring, standing, reason in _BARRED:
                for code, start, end, value in self._facts:
                    if code == barring and start <= day <= end:
                        detail = record_of(value).get("reason", "") if value[:1] == "{" else ""
                        return _verdict(standing, reason, detail)
        if said & _BIT[APPROVED] and not any(
            code == APPROVED and start <= day <= end for code, start, end, _ in self._facts
        ):
            return _verdict(Standing.NOT_VALID, "not-approved")
        return self._holding(day, kind)

    def _holding(self, day: Day, kind: str) -> Verdict:
        said = self._said
        for holding in HOLDING:
            if not said & _BIT[holding]:
                continue
            facts = [fact for fact in self._facts if fact[0] == holding]
            if kind and holding == LICENCE:
                written = f'"kind":"{kind}"'  # records are kept as compact JSON
                facts = [fact for fact in facts if written in fact[3] or record_of(fact[3]).get("kind") == kind]
                if not facts:
                    return _verdict(Standing.NOT_VALID, "no-such-licence")
            for _, start, end, _ in facts:
                if start <= day <= end:
                    break
            else:
                return _verdict(Standing.NOT_VALID, _why_not(facts, day))
        if kind and not said & _BIT[LICENCE]:
            return _verdict(Standing.UNKNOWN, "nothing-recorded")
        return _VALID if said & _ANY_ASKED else _verdict(Standing.UNKNOWN, "nothing-recorded")


def _why_not(facts: list[_Fact], day: Day) -> str:
    if facts and all(day < start for _, start, _, _ in facts):
        return "not-yet"
    if all(day > end for _, _, end, _ in facts):
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

"""Judging an entry of a registry on a day: is it in it, does its licence hold, is it suspended or locked.

A registry is a code system whose entries carry dated properties. What bars an entry is said by these
property codes, whatever the registry: ``licence``, ``registration``, ``active`` and ``certificate`` must hold on
the day where an entry has any; ``suspended`` and ``revoked`` must not; a system that is ``locked``, or
not ``approved`` where that is said, is refused by SEPAS (category 11).
"""

from typing import NamedTuple

from termserver.model.codes import CodeSystem, Concept, Content, Kind, NamingSystem, Property
from termserver.model.days import Day, jalali_text
from termserver.model.findings import Layer, Severity
from termserver.model.ports import Codes, CodeState
from termserver.model.text import Text
from termserver.validation.bindings import Problem

CERTIFICATE = "certificate"
HOLDING = ("licence", "registration", "active", CERTIFICATE)
BARRING = ("suspended", "revoked")
LOCKED, APPROVED = "locked", "approved"
_TELLING = frozenset((*HOLDING, *BARRING, LOCKED, APPROVED))
_FALSE = ("false", "no", "0")

NO_DAY = "9999-12-31"
"""The day of a document whose own day cannot be read; what is dated is then not judged."""

_MAPPING, _WRONG, BLOCKED, _CENTRE = 2, 7, 11, 14
"""SEPAS error categories (exchange.md 5.4)."""
_CATEGORIES = {"system-id": BLOCKED, "org-id": _CENTRE}

_REMEMBERED = 100_000
_INVALID = Text("معتبر نبوده", "not in force")
_SUSPENDED = Text("معلق یا لغو شده", "suspended or revoked")
_UNCERTIFIED = Text("بی گواهی معتبر بوده", "without a certificate in force")


class Entry(NamedTuple):
    """How an entry stands on a day: a ``CodeState``, and what is to be said about it."""

    state: str
    problems: tuple[Problem, ...] = ()


_OK = Entry(CodeState.OK)


class Registries:
    """The registries of one terminology; safe to share between threads, its memory is bounded."""

    def __init__(self, codes: Codes) -> None:
        self._codes = codes
        self._telling: dict[tuple[str, str], tuple[Property, ...]] = {}

    def of(self, kind: NamingSystem) -> CodeSystem | None:
        """The registry whose entries such an identifier names; None unless its content is here."""
        system = self._codes.system(kind.registry) if kind.registry else None
        return system if system is not None and system.content is not Content.NOT_PRESENT else None

    def is_timeless(self, system: CodeSystem, code: str) -> bool:
        """Whether nothing dated is said of the entry beyond its own period."""
        return not any(one.period for one in self._facts(system, code))

    def held(self, system: CodeSystem, code: str, day: Day) -> dict[str, bool] | None:
        """What the entry has on the day, by property code, of what tells how it stands; a property that it has on other
        days alone, or as false, is False. ``in-force``: the entry itself. None if it is not there."""
        state = self._codes.state(system.id, code, day)
        if state not in (CodeState.OK, CodeState.RETIRED, CodeState.NOT_IN_FORCE):
            return None
        facts = self._facts(system, code)
        holding = [one for one in facts if one.period.holds(day)]
        return {"in-force": state == CodeState.OK} | {one.code: _true(holding, one.code) for one in facts}

    def judge_identifier(self, kind: NamingSystem, system: CodeSystem, code: str, day: Day, member: str) -> Entry:
        """How the entry with that number stands on the day; ``member`` is where the finding points."""
        return self.judge(system, code, day, kind.title, member, _CATEGORIES.get(kind.id, _WRONG))

    def judge_code(self, system: CodeSystem, code: str, day: Day) -> Entry:
        """How the entry with that code stands on the day."""
        return self.judge(system, code, day, Text(f"کد {system.native_id}", f"{system.native_id} code"), "Coded_string")

    def judge(
        self, system: CodeSystem, code: str, day: Day, name: Text, member: str, category: int = _MAPPING
    ) -> Entry:
        """How an entry stands on the day, in words that call it ``name``."""
        dated = day != NO_DAY
        state = self._codes.state(system.id, code, day if dated else "")
        if state == CodeState.OK:
            return self._barred(system, code, day, name, member, category) if dated else _OK
        if state in (CodeState.RETIRED, CodeState.NOT_IN_FORCE):
            # retired since nobody knows when: it may have been good on that day
            severity = Severity.WARNING if state == CodeState.RETIRED else Severity.ERROR
            return Entry(state, (self._not_in_force(system, code, day, name, member, category, severity),))
        if system.content is Content.COMPLETE or system.closed:
            said = Text(
                fa=f"این {name.fa} در «{system.title.fa}» نیست.", en=f"This {name.en} is not in {system.title.en}."
            )
            problem = _problem("registry.unknown", Severity.ERROR, said, self._near(system, code), member, category)
            return Entry(CodeState.UNKNOWN, (problem,))
        if system.content is Content.EXAMPLE:
            return Entry(CodeState.UNLISTED)  # a few examples are no list that an entry could be missing from
        said = Text(
            fa=f"این {name.fa} در بخشی از «{system.title.fa}» که اینجاست نیست؛ درستی آن دانسته نشد.",
            en=f"This {name.en} is not in the part of {system.title.en} that is here; not checked.",
        )
        return Entry(
            CodeState.UNLISTED, (_problem("registry.unlisted", Severity.WARNING, said, None, member, category),)
        )

    def _barred(self, system: CodeSystem, code: str, day: Day, name: Text, member: str, category: int) -> Entry:
        facts = self._facts(system, code)
        if not facts:
            return _OK
        holding = [one for one in facts if one.period.holds(day)]
        for kind in HOLDING:
            if any(one.code == kind for one in facts) and not _true(holding, kind):
                was = _UNCERTIFIED if kind == CERTIFICATE else _INVALID
                problem = self._not_in_force(system, code, day, name, member, category, was=was)
                return Entry(CodeState.NOT_IN_FORCE, (problem,))
        if any(_true(holding, kind) for kind in BARRING):
            problem = self._not_in_force(system, code, day, name, member, category, was=_SUSPENDED)
            return Entry(CodeState.NOT_IN_FORCE, (problem,))
        if _true(holding, LOCKED) or (any(one.code == APPROVED for one in facts) and not _true(holding, APPROVED)):
            said = Text(
                fa=f"این {name.fa} در {jalali_text(day)} قفل یا تأییدنشده بود.",
                en=f"This {name.en} was locked or not approved on {day}.",
            )
            hint = Text(
                fa="سپاس پیام آن را نمی‌پذیرد؛ وضعیت آن را از وزارت بهداشت بپرسید.",
                en="SEPAS refuses its messages; ask the Ministry about it.",
            )
            return Entry(
                CodeState.NOT_IN_FORCE,
                (_problem("registry.locked", Severity.ERROR, said, hint, member, BLOCKED),),
            )
        return _OK

    def _not_in_force(
        self,
        system: CodeSystem,
        code: str,
        day: Day,
        name: Text,
        member: str,
        category: int,
        severity: Severity = Severity.ERROR,
        was: Text = _INVALID,
    ) -> Problem:
        when_fa, when_en = ("", "") if day == NO_DAY else (f" در {jalali_text(day)}", f" on {day}")
        said = Text(
            fa=f"این {name.fa}{when_fa} بنا بر «{system.title.fa}» {was.fa} است.",
            en=f"By {system.title.en}, this {name.en} was {was.en}{when_en}.",
        )
        successors = self._codes.replaced_by(system.id, code)
        hint = Text(fa="تاریخ سند و شماره را بنگرید.", en="Check the day of the document and the number.")
        if successors:
            hint = Text(fa=f"به جای آن: {'، '.join(successors)}", en=f"Use {', '.join(successors)} instead.")
        return _problem("registry.not-in-force", severity, said, hint, member, category)

    def _near(self, system: CodeSystem, code: str) -> Text | None:
        if system.kind is Kind.REGISTRY and system.id not in _NAMED_IN_HINTS:
            return None  # the nearest number is another person's
        near = self._codes.nearest(system.id, code, "")
        return (
            Text(fa=f"آیا منظور {near[0]} «{near[1]}» بود؟", en=f"Did you mean {near[0]} ({near[1]})?")
            if near
            else None
        )

    def _facts(self, system: CodeSystem, code: str) -> tuple[Property, ...]:
        """The properties of the entry that tell whether it stands."""
        key = (system.id, code)
        known = self._telling.get(key)
        if known is None:
            entry: Concept | None = self._codes.entry(system.id, code)
            known = tuple(one for one in entry.properties if one.code in _TELLING) if entry is not None else ()
            if len(self._telling) >= _REMEMBERED:
                self._telling.clear()
            self._telling[key] = known
        return known


_NAMED_IN_HINTS = ("irc", "gtin", "generic", "erx")
"""Registries of things: only there the nearest entry may be named."""


def _true(facts: list[Property], kind: str) -> bool:
    return any(one.code == kind and one.value.lower() not in _FALSE for one in facts)


def _problem(rule: str, severity: Severity, said: Text, hint: Text | None, member: str, category: int) -> Problem:
    return Problem(rule, severity, said, hint, member, category, Layer.REGISTRY)

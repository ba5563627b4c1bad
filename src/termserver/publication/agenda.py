"""What happens when: activations, ratifications that are due, stages of transition plans, last days of codes.

The transition plans are the content's own (stages of rules, periods of rule sets and codes), the rest is what the
committee decided. Days are those of Tehran.
"""

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum
from hashlib import sha256
from typing import Any

from termserver.content.folders import Content
from termserver.model.days import Day, jalali_text, parse_day
from termserver.model.findings import Severity
from termserver.model.fold import latin_digits
from termserver.model.governance import Governance
from termserver.model.text import Text
from termserver.model.values import value
from termserver.publication import workflow
from termserver.publication.workflow import Proposal, State

_TEHRAN = datetime.timezone(datetime.timedelta(hours=3, minutes=30))


class What(StrEnum):
    """What a day brings."""

    ACTIVATES = "activates"
    RATIFY = "ratify"
    PERMITTED = "permitted"
    REQUIRED = "required"
    WARNED = "warned"
    REJECTED = "rejected"


_STAGE = {None: What.PERMITTED, Severity.INFORMATION: What.PERMITTED, Severity.WARNING: What.WARNED,
          Severity.ERROR: What.REJECTED}  # fmt: skip


@value
class Item:
    """One thing that happens on a day; ``proposal`` is its number where it comes from one (0: from the content)."""

    day: Day
    what: What
    says: Text
    proposal: int = 0

    def as_json(self) -> dict[str, Any]:
        told = {"day": self.day, "jalali": jalali_text(self.day), "what": str(self.what), "says": self.says.as_json()}
        return {**told, "proposal": self.proposal} if self.proposal else told


def items(
    governance: Governance, proposals: Iterable[Proposal], content: Content, since: Day = "", until: Day = ""
) -> list[Item]:
    """Everything from one day to another (empty: without end), in the order of the days."""
    found = [*_decided(governance, proposals), *_rules(content), *_codes(content)]
    return sorted(
        (one for one in found if since <= one.day and (not until or one.day <= until)),
        key=lambda one: (one.day, list(What).index(one.what), one.says.en),
    )


def day_of(instant: str) -> Day:
    """The day in Tehran of an instant."""
    return datetime.datetime.fromisoformat(instant).astimezone(_TEHRAN).date().isoformat()


def beginning_of(day: str) -> str:
    """The instant at which a day, ISO or Jalali, begins in Tehran. Raise UsageError if it is none."""
    date = datetime.date.fromisoformat(parse_day(latin_digits(day)))
    begins = datetime.datetime.combine(date, datetime.time(), _TEHRAN)
    return begins.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _decided(governance: Governance, proposals: Iterable[Proposal]) -> Iterator[Item]:
    for one in proposals:
        title = Text(one.title.get("fa", ""), one.title.get("en", ""))
        fa, en = title.in_language("fa"), title.in_language("en")
        if one.activate_at and one.state in (State.APPROVED, State.RELEASED, State.ACTIVE):
            said = {
                State.APPROVED: Text("برقرار می‌شود (هنوز منتشر نشده)", "comes into force (not yet released)"),
                State.RELEASED: Text("برقرار می‌شود", "comes into force"),
                State.ACTIVE: Text("برقرار شد", "came into force"),
            }[one.state]
            yield Item(
                day_of(one.activate_at), What.ACTIVATES, Text(f"{fa}: {said.fa}", f"{en}: {said.en}"), one.number
            )
        if until := workflow.to_be_ratified(governance, one):
            yield Item(
                day_of(until),
                What.RATIFY,
                Text(f"{fa}: آخرین روز تأیید انتشار اضطراری", f"{en}: last day to ratify this emergency release"),
                one.number,
            )


def _rules(content: Content) -> Iterator[Item]:
    for known in content.rule_sets:
        fa, en = (f"{known.title.in_language(language)} {known.version}" for language in ("fa", "en"))
        if known.period.start:
            yield Item(
                known.period.start,
                What.REQUIRED,
                Text(f"{fa}: این قاعده‌ها حکم می‌کنند", f"{en}: these rules judge from now on"),
            )
        if known.period.end:
            yield Item(
                known.period.end,
                What.PERMITTED,
                Text(f"{fa}: آخرین روز این قاعده‌ها", f"{en}: last day of these rules"),
            )
        turns = Counter((stage.start, stage.severity) for rule in known.rules for stage in rule.stages if stage.start)
        for (day, severity), count in turns.items():
            rules = [
                rule.id
                for rule in known.rules
                for stage in rule.stages
                if (stage.start, stage.severity) == (day, severity)
            ]
            named = ", ".join(rules[:3]) + (" …" if count > 3 else "")
            says = {
                What.PERMITTED: Text("دیگر پرسیده نمی‌شود", "no longer asked"),
                What.WARNED: Text("هشدار می‌شود", "is warned of"),
                What.REJECTED: Text("رد می‌شود", "is rejected"),
            }[_STAGE[severity]]
            yield Item(day, _STAGE[severity], Text(f"{fa}: {named} {says.fa}", f"{en}: {named} {says.en}"))


def _codes(content: Content) -> Iterator[Item]:
    """First and last days of codes: so many of one list on one day are one item."""
    for known in content.systems:
        begin: dict[Day, list[str]] = {}
        end: dict[Day, list[str]] = {}
        for concept in known.concepts:
            if concept.period.start:
                begin.setdefault(concept.period.start, []).append(concept.code)
            if concept.period.end:
                end.setdefault(_after(concept.period.end), []).append(concept.code)
        fa, en = known.system.title.in_language("fa"), known.system.title.in_language("en")
        for day, codes in begin.items():
            says = Text(f"{fa}: {_some(codes)} از این روز", f"{en}: {_some(codes)} from this day")
            yield Item(day, What.PERMITTED, says)
        for day, codes in end.items():
            yield Item(day, What.REJECTED, Text(f"{fa}: {_some(codes)} دیگر نه", f"{en}: {_some(codes)} no longer"))


def _after(day: Day) -> Day:
    return (datetime.date.fromisoformat(day) + datetime.timedelta(days=1)).isoformat()


def _some(codes: list[str]) -> str:
    return ", ".join(codes[:4]) + (f" … ({len(codes)})" if len(codes) > 4 else "")


def instant_of(said: str) -> str:
    """An instant, or the beginning of a day in Tehran, as an instant; empty stays empty. Raise UsageError."""
    if not said:
        return ""
    if "T" not in said:
        return beginning_of(said)
    workflow.demand_instant(said)
    return said


def calendar_file(found: Iterable[Item], language: str, now: str) -> bytes:
    """The days as an iCalendar file (RFC 5545), each a whole day."""
    stamp = now.replace("-", "").replace(":", "")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//termserver//committee//EN", "CALSCALE:GREGORIAN"]
    for one in found:
        said = f"{one.day}|{one.what}|{one.says.en}|{one.proposal}"
        lines += [
            "BEGIN:VEVENT",
            f"UID:{sha256(said.encode()).hexdigest()[:32]}@termserver",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{one.day.replace('-', '')}",
            f"DTEND;VALUE=DATE:{_after(one.day).replace('-', '')}",
            f"SUMMARY:{_escaped(one.says.in_language(language))}",
            f"DESCRIPTION:{jalali_text(one.day)}",
            f"CATEGORIES:{one.what}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> bytes:
    """No line is longer than 75 bytes; what is left goes on after a blank (RFC 5545, 3.1)."""
    parts, part = [], b""
    for letter in line:
        encoded = letter.encode()
        if len(part) + len(encoded) > 74:
            parts.append(part)
            part = b""
        part += encoded
    return b"\r\n ".join([*parts, part]) + b"\r\n"

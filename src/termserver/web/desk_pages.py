"""The pages of the committee's desk, rendered for one person: what waits, one proposal, history, calendar, bodies,
report."""

import datetime
from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Any

from termserver.api.committee_desk import CommitteeDesk, now
from termserver.database.proposal_store import Line
from termserver.model.days import Day, from_jalali, jalali_month_length, parse_day, to_jalali, today
from termserver.model.errors import ReleaseError, TermserverError, UsageError
from termserver.model.fold import latin_digits
from termserver.model.text import Text
from termserver.model.values import value
from termserver.publication.adoption import STANDINGS
from termserver.publication.agenda import Item, day_of
from termserver.publication.differences import FileDifference
from termserver.publication.editing import editable
from termserver.publication.workflow import Proposal, State
from termserver.web import desk_reading, desk_words
from termserver.web.site import Site, address, day, language_of, number

_OPEN = (State.PROPOSED, State.REVIEW, State.APPROVED, State.RELEASED)
_TEHRAN = datetime.timezone(datetime.timedelta(hours=3, minutes=30))


@value
class Visit:
    """Who looks at a page: the name they act by, the seats they may choose among, the token of their forms."""

    who: str
    language: str
    token: str
    seats: tuple[str, ...] = ()


class DeskPages:
    """Renders the pages over one desk."""

    def __init__(self, site: Site, desk: CommitteeDesk) -> None:
        self._site = site
        self.desk = desk

    def render(self, template: str, visit: Visit, here: str, **values: Any) -> str:
        """A page of the desk with what all of them show."""
        language = language_of(visit.language)
        waiting = self.desk.committee.waiting_for(visit.who, now())
        return self._site.render(
            template,
            language,
            here,
            d=desk_words.WORDS[language],
            visit=visit,
            waiting=waiting,
            moment=partial(moment, language=language),
            state_of=lambda one: desk_words.STATES[str(one)].in_language(language),
            action_of=lambda name: desk_words.ACTIONS[name].in_language(language),
            gate_of=lambda id: desk_words.GATES[id].in_language(language) if id in desk_words.GATES else id,
            what_of=lambda what: desk_words.WHATS[str(what)].in_language(language),
            titled=partial(_titled, language=language),
            kind_of=self._kind,
            **values,
        )

    def overview(self, visit: Visit) -> str:
        """What waits, what is mine, what else is open, and what comes next."""
        committee = self.desk.committee
        found = committee.proposals()
        mine = [one for one in reversed(found) if one.author == visit.who]
        waiting = {one.number for one in committee.waiting_for(visit.who, now())}
        others = [
            one
            for one in reversed(found)
            if one.author != visit.who and one.state in _OPEN and one.number not in waiting
        ]
        return self.render(
            "desk.html",
            visit,
            "/desk",
            mine=mine,
            others=others,
            overdue=committee.overdue(now()),
            coming=self.desk.calendar(today())[:6],
            suggested=len(self.desk.suggestions.listed()),
        )

    def proposals(self, visit: Visit, state: str) -> str:
        """All proposals, the newest first, or those in one state."""
        found = list(reversed(self.desk.committee.proposals()))
        counts = Counter(str(one.state) for one in found)
        shown = [one for one in found if state in ("", str(one.state))]
        here = address("fa", "/desk/proposals", state=state)
        return self.render("desk_proposals.html", visit, here, shown=shown, counts=counts, state=state, all=len(found))

    def proposal(
        self,
        visit: Visit,
        number: int,
        about: str = "",
        done: str = "",
        failure: Text | None = None,
        since: list[FileDifference] | None = None,
    ) -> str:
        """One proposal with all that may be done with it; ``since`` is what was edited since the person looked."""
        desk = self.desk
        lines = desk.lines(number)
        committee = desk.committee
        one = committee.proposal(number)
        kind = committee.governance.kind(one.kind)
        may = desk_reading.moves(committee.governance, one, visit.who, now())
        files = desk_reading.files(desk.differences(number), lines, visit.language)
        check = desk_reading.last_check(lines, one.digest)
        settled = not any(file.items or file.lines for file in files)
        if settled:
            files = desk_reading.recorded(check, visit.language)
        return self.render(
            "desk_proposal.html",
            visit,
            address("fa", f"/desk/proposals/{number}"),
            one=one,
            kind=kind,
            written=len(lines),
            files=files,
            settled=settled,
            more=max(0, int(check.get("changed", 0)) - len(check.get("changes", ()))) if settled else 0,
            lists=sorted(_lists(committee.change_set(number).changes)),
            checked=one.checked,
            gates=desk_reading.gates(committee.governance, one, lines, may, visit.who),
            comments=[line for line in lines if line.action in ("comment", "object", "reject", "withdraw", "retract")],
            may=may,
            steps=desk_reading.steps(one),
            idle=one.checked and not desk_reading.can_do(may),
            about=about,
            done=done,
            failure=failure,
            since=desk_reading.files(since, (), visit.language) if since else None,
        )

    def impact(self, visit: Visit, number: int) -> str:
        """What approving would do; where the candidate cannot be built, why."""
        self.desk.lines(number)
        values: dict[str, Any] = {"impact": None, "failure": None}
        try:
            values["impact"] = self.desk.impact(number)
        except TermserverError as error:
            values["failure"] = error.text
        one = self.desk.committee.proposal(number)
        return self.render("desk_impact.html", visit, f"/desk/proposals/{number}/impact", one=one, **values)

    def history(self, visit: Visit, number: int) -> str:
        """The journal of one proposal, or (0) of all, and whether anybody altered it."""
        lines: list[Line] = self.desk.lines(number) if number else self.desk.store.lines()
        here = f"/desk/proposals/{number}/history" if number else "/desk/journal"
        broken, count = self.desk.store.broken_line(), len(self.desk.store.lines())
        one = self.desk.committee.proposal(number) if number else None
        shown = lines if number else list(reversed(lines))
        return self.render("desk_history.html", visit, here, lines=shown, broken=broken, count=count, one=one)

    def suggestions(self, visit: Visit, state: str) -> str:
        """What readers of the codes told the committee, to be answered once."""
        state = state if state in desk_words.ANSWERS else "open"
        shown = self.desk.suggestions.listed(state)
        here = address("fa", "/desk/suggestions", state="" if state == "open" else state)
        here_lists = {name for name, _, _ in editable(self.desk.root)} if state == "open" else set()
        return self.render("desk_suggestions.html", visit, here, shown=shown, state=state, editable=here_lists,
                           answers=desk_words.ANSWERS)  # fmt: skip

    def calendar(self, visit: Visit, since: str, until: str) -> str:
        """What happens when, month by month of the reader's own calendar."""
        failure, first, last = None, today(), ""
        try:
            first, last = (
                parse_day(latin_digits(since)) if since else today(),
                parse_day(latin_digits(until)) if until else "",
            )
        except UsageError as error:
            failure = error.text
        months: dict[str, list[Item]] = {}
        for one in self.desk.calendar(first, last):
            months.setdefault(_month(one.day, visit.language), []).append(one)
        here = address("fa", "/desk/calendar", since=since, until=until)
        values = {"months": months, "since": since, "until": until, "failure": failure, "today": today()}
        return self.render("desk_calendar.html", visit, here, **values)

    def bodies(self, visit: Visit) -> str:
        """Who sits where, and who decides what."""
        return self.render("desk_bodies.html", visit, "/desk/bodies", known=self.desk.governance, today=today())

    def report(self, visit: Visit, since: str, until: str) -> str:
        """The half-yearly report; this half of the Jalali year where no days are named."""
        failure = None
        first, last = half_year(today())
        try:
            first, last = (
                parse_day(latin_digits(since)) if since else first,
                parse_day(latin_digits(until)) if until else last,
            )
        except UsageError as error:
            failure = error.text
        try:
            found = self.desk.report(first, last)
        except ReleaseError as error:  # the publication cannot be read: the journal can
            found, failure = self.desk.committee.report(first, last), failure or error.text
        here = address("fa", "/desk/report", since=since, until=until)
        values = {"found": found, "since": first, "until": last, "failure": failure, "standings": STANDINGS}
        return self.render("desk_report.html", visit, here, **values)

    def _kind(self, id: str) -> Text:
        known = self.desk.governance.kind(id)
        return known.title if known else Text(id, id)


def moment(instant: str, language: str) -> str:
    """An instant in Tehran's time, its day in both calendars."""
    try:
        there = datetime.datetime.fromisoformat(instant).astimezone(_TEHRAN)
    except ValueError:
        return instant
    clock = there.strftime("%H:%M")
    clock = ":".join(
        number(int(part), language).rjust(2, "۰" if language == "fa" else "0") for part in clock.split(":")
    )
    return f"{day(day_of(instant), language)}{'، ' if language == 'fa' else ', '}{clock}"


def half_year(on: Day) -> tuple[Day, Day]:
    """The first and the last day of the half of the Jalali year that holds this day."""
    year, month, _ = to_jalali(on)
    first, last = (1, 6) if month <= 6 else (7, 12)
    return from_jalali(year, first, 1) or on, from_jalali(year, last, jalali_month_length(year, last)) or on


def _month(iso: Day, language: str) -> str:
    if language == "fa":
        year, month, _ = to_jalali(iso)
        return f"{desk_words.MONTHS[month - 1]} {number(year, 'fa').replace('٬', '')}"
    return f"{desk_words.MONTHS_EN[int(iso[5:7]) - 1]} {iso[:4]}"


def _titled(one: Proposal | Mapping[str, Any], language: str) -> str:
    title = one.title if isinstance(one, Proposal) else one["title"]
    return str(title.get(language) or title.get("fa") or title.get("en") or "")


def _lists(changes: Any) -> set[str]:
    """The code lists whose codes a change set touches."""
    parts = (one.path.split("/") for one in changes if one.after is not None)
    return {part[1] for part in parts if len(part) == 3 and part[0] == "codesystems" and part[2] == "concepts.csv"}

"""A proposal's life: which states there are, and who may move it on.

Everything that decides a move is here, and here alone; storing and showing happen elsewhere. Pure: a proposal is what
its events say, ``decide`` gives the next event or refuses in words, ``after`` gives the proposal with it. Promises:
nobody approves their own proposal; an approval is of one digest, and any edit afterwards voids it.
"""

import datetime
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from termserver.model.errors import UsageError
from termserver.model.governance import DecisionKind, Governance
from termserver.model.values import replace, value
from termserver.publication import votes

Json = Mapping[str, Any]


class State(StrEnum):
    PROPOSED = "proposed"
    REVIEW = "review"
    APPROVED = "approved"
    RELEASED = "released"
    ACTIVE = "active"
    RETIRED = "retired"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    RETRACTED = "retracted"


class NotAllowed(UsageError):
    """A move that may not be made: by this person, in this state, or of this digest. The message names the way."""


class Stale(NotAllowed):
    """Somebody edited the proposal since this person looked at it."""


@value
class Event:
    """One line of the journal: who did what to which digest of a proposal, and when."""

    proposal: int
    at: str
    who: str
    action: str
    digest: str
    said: Json


@value
class Proposal:
    """A proposal as its events have made it. What counts for ``digest`` alone is emptied when that changes."""

    number: int
    kind: str
    author: str
    title: Json
    digest: str
    quorum: int
    emergency: bool = False
    state: State = State.PROPOSED
    activate_at: str = ""
    failed: tuple[str, ...] = ()
    checked: bool = False
    waived: tuple[str, ...] = ()
    reviews: tuple[str, ...] = ()
    objections: tuple[str, ...] = ()
    approvals: tuple[str, ...] = ()
    ratified: tuple[str, ...] = ()
    retracting: tuple[str, ...] = ()
    release: str = ""
    released_at: str = ""

    @property
    def open_gates(self) -> tuple[str, ...]:
        return tuple(gate for gate in self.failed if gate not in self.waived)


ACTIONS = ("propose", "revise", "check", "waive", "comment", "review", "object", "approve", "reject", "withdraw",
           "schedule", "release", "activate", "ratify", "retire", "retract")  # fmt: skip
_OPEN = (State.PROPOSED, State.REVIEW, State.APPROVED)
_WHEN: dict[str, tuple[State, ...]] = {
    "revise": _OPEN,
    "check": (State.PROPOSED,),
    "waive": (State.PROPOSED,),
    "comment": (*_OPEN, State.RELEASED, State.ACTIVE),
    "review": (State.REVIEW,),
    "object": (State.REVIEW, State.APPROVED),
    "approve": (State.REVIEW,),
    "reject": (State.REVIEW, State.APPROVED),
    "withdraw": _OPEN,
    "schedule": (State.APPROVED,),
    "release": (State.APPROVED,),
    "activate": (State.RELEASED,),
    "ratify": (State.RELEASED, State.ACTIVE),
    "retire": (State.ACTIVE,),
    "retract": (State.RELEASED, State.ACTIVE),
}
CONFIRMED = ("approve", "waive", "ratify")
"""Moves for which a person says the digest of what they looked at."""
_OF_RELEASERS = ("schedule", "release", "activate", "retire")
_OF_ONE_DIGEST = ("check", "waive", "review", "approve", "release", "ratify")


def propose(
    governance: Governance, number: int, who: str, at: str, kind: str, title: Json, digest: str, emergency: bool,
    activate_at: str = "",
) -> Event:  # fmt: skip
    """The first event of a proposal; raise NotAllowed unless who proposes may prepare such decisions."""
    known = _kind(governance, kind)
    if not governance.holds(who, at[:10], known.proposers):
        raise _refused(
            f"{who} has no seat in {', '.join(known.proposers)}, which prepare decisions of the kind '{kind}'.",
            f"{who} در {', '.join(known.proposers)} کرسی ندارد که تصمیم‌های «{kind}» را آماده می‌کنند.",
        )
    if emergency and not known.emergency:
        raise _refused(
            f"Decisions of the kind '{kind}' have no emergency lane. Propose it without --emergency.",
            f"تصمیم‌های «{kind}» راه اضطراری ندارند. بدون --emergency پیشنهاد کنید.",
        )
    if activate_at:
        demand_instant(activate_at)
    quorum = known.emergency if emergency else known.quorum
    said = {"kind": kind, "title": dict(title), "emergency": emergency, "quorum": quorum, "activate_at": activate_at}
    return Event(number, at, who, "propose", digest, said)


def decide(
    governance: Governance, proposal: Proposal, who: str, at: str, action: str, digest: str, said: Json
) -> Event:
    """The event of a move; raise NotAllowed, saying who could or what comes first.

    ``digest`` is what the person looked at: a move on something else than what is there now is refused.
    """
    if action not in _WHEN:
        raise _refused(f"There is no move '{action}'.", f"کاری به نام «{action}» نیست.")
    if proposal.state not in _WHEN[action]:
        states = ", ".join(_WHEN[action])
        raise _refused(
            f"Proposal {proposal.number} is {proposal.state}; {action} is for one that is {states}.",
            f"پیشنهاد {proposal.number} در وضعیت {proposal.state} است؛ {action} برای وضعیت {states} است.",
        )
    if action in _OF_ONE_DIGEST and digest != proposal.digest:
        raise Stale(
            f"Proposal {proposal.number} was edited, or the digest mistyped: it is {proposal.digest[:12]} now, "
            f"you looked at {digest[:12]}. Read it again.",
            f"پیشنهاد {proposal.number} ویرایش شده یا چکیده نادرست نوشته شده است: اکنون {proposal.digest[:12]} است "
            f"و شما {digest[:12]} را دیدید. دوباره بخوانید.",
        )
    _may(governance, _kind(governance, proposal.kind), proposal, who, at, action, said)
    return Event(proposal.number, at, who, action, digest, said)


def _may(
    governance: Governance, kind: DecisionKind, proposal: Proposal, who: str, at: str, action: str, said: Json
) -> None:
    """Raise NotAllowed unless this person may make this move now."""
    day = at[:10]
    own = who == proposal.author
    body = governance.body(kind.body)
    may_vote = body is not None and who in body.voters(day)
    if action in ("revise", "withdraw") and not own:
        raise _refused(
            f"{proposal.author} wrote proposal {proposal.number}; only they may {action} it. Object to it instead.",
            f"پیشنهاد {proposal.number} را {proposal.author} نوشته و تنها خودش می‌تواند چنین کند. اعتراض کنید.",
        )
    if action in ("approve", "review", "ratify", "waive") and own:
        raise _refused(
            f"{who} wrote proposal {proposal.number}; someone else must {action} it.",
            f"پیشنهاد {proposal.number} را خود {who} نوشته است؛ کس دیگری باید آن را {_FA[action]} کند.",
        )
    if action in ("approve", "ratify", "reject", "retract") and not may_vote:
        raise _refused(
            f"{who} has no vote in {kind.body}, which decides on proposal {proposal.number}.",
            f"{who} در {kind.body} که دربارهٔ پیشنهاد {proposal.number} تصمیم می‌گیرد رأی ندارد.",
        )
    if action in ("review", "object", "comment") and not governance.holds(who, day, (kind.body, *kind.proposers)):
        raise _refused(
            f"{who} has no seat in {', '.join((kind.body, *kind.proposers))}.",
            f"{who} در {', '.join((kind.body, *kind.proposers))} کرسی ندارد.",
        )
    if action in _OF_RELEASERS and not governance.holds(who, day, (kind.body,), kind.releasers):
        raise _refused(
            f"Only {', '.join(kind.releasers)} of {kind.body} may {action}; {who} is not.",
            f"تنها {', '.join(kind.releasers)} در {kind.body} می‌تواند چنین کند، نه {who}.",
        )
    if action in ("object", "reject", "retract", "waive", "withdraw") and not str(said.get("reason", "")).strip():
        raise _refused("Say why: --reason.", "دلیل را بگویید: --reason.")
    if action == "schedule" or said.get("activate_at"):
        demand_instant(str(said.get("activate_at", "")))
    if action == "waive":
        _may_waive(governance, proposal, who, day, str(said.get("gate", "")), kind)
    if action == "approve":
        _may_approve(kind, proposal, who)
    if action in votes.SIGNED:
        _must_be_signed(governance, kind, proposal, who, day, action, said)
    if action == "activate" and _moment(at) < _moment(proposal.activate_at or proposal.released_at):
        raise _refused(
            f"Proposal {proposal.number} is in force from {proposal.activate_at}; it is {at} now.",
            f"پیشنهاد {proposal.number} از {proposal.activate_at} برقرار است؛ اکنون {at} است.",
        )
    if action == "ratify" and (not proposal.emergency or who in proposal.ratified):
        raise _refused(
            f"Proposal {proposal.number} needs no ratification by {who}.",
            f"پیشنهاد {proposal.number} به تأیید پسین {who} نیاز ندارد.",
        )


def _may_approve(kind: DecisionKind, proposal: Proposal, who: str) -> None:
    if who in proposal.approvals:
        raise _refused(
            f"{who} has approved proposal {proposal.number} already; a vote counts once.",
            f"{who} پیشنهاد {proposal.number} را پیش‌تر تصویب کرده است؛ هر رأی یک بار به شمار می‌آید.",
        )
    if proposal.objections:
        raise _refused(
            f"{', '.join(proposal.objections)} objected; they must review it anew, or the author revise it.",
            f"{', '.join(proposal.objections)} اعتراض کرده است؛ باید دوباره بررسی کند یا نویسنده ویرایش کند.",
        )
    if not proposal.emergency and len(proposal.reviews) < kind.reviews:
        raise _refused(
            f"{len(proposal.reviews)} of {kind.reviews} reviews are there; somebody must read it first.",
            f"{len(proposal.reviews)} بررسی از {kind.reviews} هست؛ نخست کسی باید آن را بخواند.",
        )


def _must_be_signed(
    governance: Governance, kind: DecisionKind, proposal: Proposal, who: str, day: str, action: str, said: Json
) -> None:
    signature = said.get("signature")
    if signature is None:
        if kind.signed:
            raise _refused(
                f"Decisions of the kind '{kind.id}' are approved with a signature. Sign it with your key: --key KEY.",
                f"تصمیم‌های «{kind.id}» با امضا تصویب می‌شوند. با کلید خود امضا کنید: ‎--key KEY.",
            )
    elif not votes.is_signed(governance, proposal.number, action, who, proposal.digest, day, signature):
        raise _refused(
            f"The signature is not by the key that the governance names for {who}, or not under this vote.",
            f"امضا از کلیدی نیست که دستور کار برای {who} نام می‌برد، یا زیر این رأی نیست.",
        )


def _may_waive(governance: Governance, proposal: Proposal, who: str, day: str, gate: str, kind: DecisionKind) -> None:
    known = governance.gate(gate)
    if gate not in proposal.open_gates or known is None:
        open_gates = ", ".join(proposal.open_gates) or "-"
        raise _refused(
            f"'{gate}' is no gate that stands against proposal {proposal.number}. These do: {open_gates}.",
            f"«{gate}» دروازه‌ای نیست که جلوی پیشنهاد {proposal.number} را گرفته باشد. اینها هستند: {open_gates}.",
        )
    if not known.waived_by or not governance.holds(who, day, (kind.body,), known.waived_by):
        able = ", ".join(known.waived_by) or "-"
        raise _refused(
            f"{gate} can be waived by {able} of {kind.body} only; {who} is not.",
            f"از {gate} تنها {able} در {kind.body} می‌تواند چشم بپوشد، نه {who}.",
        )


def after(governance: Governance, proposal: Proposal | None, event: Event) -> Proposal:
    """The proposal with one event more."""
    said = event.said
    if proposal is None:
        return Proposal(
            event.proposal, said["kind"], event.who, said["title"], event.digest, said["quorum"], said["emergency"],
            activate_at=said.get("activate_at", ""),
        )  # fmt: skip
    kind = _kind(governance, proposal.kind)
    match event.action:
        case "revise":
            return replace(
                proposal, state=State.PROPOSED, digest=event.digest, checked=False, failed=(), waived=(), reviews=(),
                objections=(), approvals=(), title=said.get("title", proposal.title),
                activate_at=said.get("activate_at", proposal.activate_at),
            )  # fmt: skip
        case "check":
            found = replace(proposal, checked=True, failed=tuple(said["failed"]), waived=())
            return replace(found, state=State.PROPOSED if found.open_gates else State.REVIEW, approvals=())
        case "waive":
            found = replace(proposal, waived=(*proposal.waived, said["gate"]))
            return replace(found, state=State.PROPOSED if found.open_gates else State.REVIEW)
        case "review":
            left = tuple(who for who in proposal.objections if who != event.who)
            return replace(proposal, reviews=_with(proposal.reviews, event.who), objections=left)
        case "object":
            left = tuple(who for who in proposal.reviews if who != event.who)
            return replace(
                proposal, state=State.REVIEW, objections=_with(proposal.objections, event.who), reviews=left,
                approvals=tuple(who for who in proposal.approvals if who != event.who),
            )  # fmt: skip
        case "approve":
            approvals = _with(proposal.approvals, event.who)
            enough = len(approvals) >= proposal.quorum
            return replace(proposal, approvals=approvals, state=State.APPROVED if enough else State.REVIEW)
        case "schedule":
            return replace(proposal, activate_at=said["activate_at"])
        case "release":
            return replace(
                proposal, state=State.RELEASED, release=said["release"], released_at=event.at,
                activate_at=said.get("activate_at", proposal.activate_at),
                ratified=proposal.approvals if proposal.emergency else (),
            )  # fmt: skip
        case "ratify":
            return replace(proposal, ratified=_with(proposal.ratified, event.who))
        case "retract":
            retracting = _with(proposal.retracting, event.who)
            enough = len(retracting) >= min(kind.emergency or 2, proposal.quorum)
            return replace(proposal, retracting=retracting, state=State.RETRACTED if enough else proposal.state)
        case "activate" | "retire" | "reject" | "withdraw":
            return replace(proposal, state=_ENDS[event.action])
    return proposal


_ENDS = {
    "activate": State.ACTIVE,
    "retire": State.RETIRED,
    "reject": State.REJECTED,
    "withdraw": State.WITHDRAWN,
}
_FA = {"approve": "تصویب", "review": "بررسی", "ratify": "تأیید", "waive": "معاف"}


def replayed(governance: Governance, events: Iterable[Event]) -> Proposal | None:
    """The proposal that these events make; None for none."""
    proposal: Proposal | None = None
    for event in events:
        proposal = after(governance, proposal, event)
    return proposal


def unratified_since(governance: Governance, proposal: Proposal, at: str) -> str:
    """Until when an emergency release had to be ratified, where that time has run out; else empty."""
    until = to_be_ratified(governance, proposal)
    return until if until and _moment(at) > _moment(until) else ""


def to_be_ratified(governance: Governance, proposal: Proposal) -> str:
    """Until when an emergency release is to be ratified that is not yet; else empty."""
    kind = _kind(governance, proposal.kind)
    released = proposal.state in (State.RELEASED, State.ACTIVE)
    if not proposal.emergency or not released or len(proposal.ratified) >= kind.quorum:
        return ""
    until = _moment(proposal.released_at) + datetime.timedelta(days=kind.ratify_days)
    return until.strftime("%Y-%m-%dT%H:%M:%SZ")


def demand_instant(said: str) -> None:
    """Raise NotAllowed unless this is a moment with its zone."""
    try:
        if _moment(said).tzinfo is not None:
            return
    except ValueError:
        pass
    raise _refused(
        f"'{said}' is no instant. Write it with its zone, as 2026-12-22T00:00:00Z.",
        f"«{said}» زمان نیست. آن را با منطقهٔ زمانی بنویسید، مانند 2026-12-22T00:00:00Z.",
    )


def _with(listed: tuple[str, ...], who: str) -> tuple[str, ...]:
    return listed if who in listed else (*listed, who)


def _moment(said: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(said)


def _kind(governance: Governance, id: str) -> DecisionKind:
    found = governance.kind(id)
    if found is None:
        known = ", ".join(kind.id for kind in governance.kinds)
        raise _refused(f"There is no kind of decision '{id}'. Use one of: {known}.",
                       f"تصمیمی از نوع «{id}» نیست. یکی از اینها: {known}.")  # fmt: skip
    return found


def _refused(en: str, fa: str) -> NotAllowed:
    return NotAllowed(en, fa)

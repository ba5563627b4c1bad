"""A proposal as the desk shows it: its changes code by code, its gates with their waivers, what was said, what may be
done now and why not."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from termserver.comparison.changes import EFFECTS, KINDS, Change, Effect
from termserver.database.proposal_store import Line
from termserver.model.governance import Governance
from termserver.model.text import Text
from termserver.model.values import replace, value
from termserver.publication import workflow
from termserver.publication.differences import FileDifference
from termserver.publication.workflow import NotAllowed, Proposal, State
from termserver.web.desk_words import FIELDS, WORDS
from termserver.web.site import day

MOVES = ("review", "approve", "object", "reject", "withdraw", "waive", "schedule", "release", "activate", "ratify",
         "retire", "retract", "comment", "revise")  # fmt: skip
_ALARMING = (Effect.BREAKING, Effect.MEANING)
_HARMLESS = (Effect.COMPATIBLE, Effect.LOOSER, Effect.WORDING)
_STEPS = ("proposed", "checked", "review", "approved", "released", "active")


@value
class Field:
    """One field of a code that is said otherwise."""

    name: str
    language: str
    before: str
    after: str


@value
class Item:
    """One code, path or rule that changes: it ``alarms`` where something that was right is wrong then, and is
    ``harmless`` where nothing is."""

    id: str
    code: str
    name: Text
    kinds: tuple[str, ...]
    effects: tuple[str, ...]
    alarms: bool
    harmless: bool
    fields: tuple[Field, ...]
    comments: tuple[Line, ...] = ()


@value
class File:
    """One file of the change set."""

    path: str
    kind: str
    items: tuple[Item, ...]
    lines: tuple[str, ...]


@value
class Gate:
    """One gate that did not let the proposal through: what it stopped, and who waived it why."""

    id: str
    stopped: tuple[tuple[str, Text], ...]
    waived_by: tuple[str, ...]
    waiver: Line | None
    may: bool


def files(found: Iterable[FileDifference], lines: Iterable[Line], language: str) -> list[File]:
    """The differences, file by file and code by code, with what was said of each."""
    said: dict[str, list[Line]] = {}
    for line in lines:
        if line.said.get("item"):
            said.setdefault(str(line.said["item"]), []).append(line)
    return [File(one.path, one.kind, tuple(_items(one.changes, one.names, said, language)), one.lines) for one in found]


def recorded(check: Mapping[str, Any], language: str) -> list[File]:
    """What the gates saw when they were run, for a proposal whose changes are in the folders since."""
    changes = [
        Change(one["area"], one["subject"], one["item"], one["kind"], Effect(one["effect"]), one.get("field", ""),
               one.get("language", ""), one.get("before", ""), one.get("after", ""))
        for one in check.get("changes", ())
    ]  # fmt: skip
    subjects = dict.fromkeys(one.subject for one in changes)
    return [
        File(
            subject, "changed", tuple(_items([one for one in changes if one.subject == subject], {}, {}, language)), ()
        )
        for subject in subjects
    ]


def _items(
    changes: Sequence[Change], names: Mapping[str, Text], said: Mapping[str, list[Line]], language: str
) -> Iterable[Item]:
    by_item: dict[str, list[Change]] = {}
    for one in changes:
        by_item.setdefault(one.item, []).append(one)
    for code, told in by_item.items():
        id = f"{told[0].subject} {code}"
        kinds = dict.fromkeys(one.kind for one in told)
        if len(kinds) > 1:
            kinds.pop("changed", None)
        yield Item(
            id,
            code,
            names.get(code, Text()),
            tuple(KINDS[kind].in_language(language) for kind in kinds),
            tuple(dict.fromkeys(EFFECTS[one.effect].in_language(language) for one in told)),
            any(one.effect in _ALARMING for one in told),
            all(one.effect in _HARMLESS for one in told),
            tuple(_field(one, language) for one in told if one.field or one.before or one.after),
            tuple(said.get(id, ())),
        )


def _field(one: Change, language: str) -> Field:
    name = FIELDS[one.field].in_language(language) if one.field in FIELDS else one.field
    return Field(name, one.language, *(_worded(one.field, text, language) for text in (one.before, one.after)))


def _worded(field: str, text: str, language: str) -> str:
    """A value as people say it: a status in their language, the days of a period in both calendars."""
    if field == "status":
        return WORDS[language].get(text, text)
    if field != "period":
        return text
    start, _, end = text.partition("–")
    begins = f"{WORDS[language]['from']} {day(start, language)}" if start else ""
    ends = f"{WORDS[language]['until']} {day(end, language)}" if end else ""
    return f"{begins} {ends}".strip()


def gates(
    governance: Governance, proposal: Proposal, lines: Sequence[Line], may: Mapping[str, Text | None], who: str
) -> list[Gate]:
    """The gates that the last check found closed, each with its waiver if there is one."""
    check = last_check(lines, proposal.digest)
    stopped: dict[str, list[tuple[str, Text]]] = {gate: [] for gate in proposal.failed}
    for one in check.get("stopped", ()):
        message = one["message"]
        stopped.setdefault(one["gate"], []).append((one["item"], Text(message.get("fa", ""), message.get("en", ""))))
    waivers = {
        str(line.said["gate"]): line for line in lines if line.action == "waive" and line.digest == proposal.digest
    }
    kind = governance.kind(proposal.kind)
    found = []
    for gate, told in stopped.items():
        known = governance.gate(gate)
        by = known.waived_by if known else ()
        held = bool(by and kind) and governance.holds(who, lines[-1].at[:10], (kind.body,) if kind else (), by)
        waiver = waivers.get(gate) if gate in proposal.waived else None
        found.append(Gate(gate, tuple(told), by, waiver, held and waiver is None and may.get("waive", Text()) is None))
    return found


def last_check(lines: Sequence[Line], digest: str) -> Mapping[str, Any]:
    """What the gates said of this revision; empty if they were not asked."""
    return next((line.said for line in reversed(lines) if line.action == "check" and line.digest == digest), {})


def moves(governance: Governance, proposal: Proposal, who: str, at: str) -> dict[str, Text | None]:
    """Each move with why this person may not make it now; None where they may. Whether a vote is signed as it must be
    is not asked before it is cast."""
    kinds = tuple(replace(kind, signed=False) for kind in governance.kinds)
    governance = replace(governance, kinds=kinds)
    found: dict[str, Text | None] = {}
    for move in MOVES:
        said = {"reason": "-", "activate_at": at, "gate": (proposal.open_gates or ("",))[0], "release": ""}
        try:
            workflow.decide(governance, proposal, who, at, move, proposal.digest, said)
            found[move] = None
        except NotAllowed as refused:
            found[move] = refused.text
    # a gate is waived by its own roles: somebody may waive another than the first
    if (
        found["waive"] is not None
        and proposal.state is State.PROPOSED
        and proposal.open_gates
        and who != proposal.author
    ):
        for gate in proposal.open_gates[1:]:
            try:
                workflow.decide(governance, proposal, who, at, "waive", proposal.digest, {"gate": gate, "reason": "-"})
                found["waive"] = None
            except NotAllowed:
                continue
    return found


def can_do(may: Mapping[str, Text | None]) -> bool:
    """Whether there is a decision for this person now; to comment is none."""
    return any(may[move] is None for move in MOVES if move not in ("comment", "revise", "waive"))


def steps(proposal: Proposal) -> list[tuple[str, str]]:
    """The way of a proposal: each step and whether it is ``done``, ``now`` or ``later``."""
    at = {
        State.PROPOSED: 1 if proposal.checked else 0,
        State.REVIEW: 2,
        State.APPROVED: 3,
        State.RELEASED: 4,
        State.ACTIVE: 5,
    }.get(proposal.state, -1)
    return [(name, "done" if n < at else "now" if n == at else "later") for n, name in enumerate(_STEPS)]

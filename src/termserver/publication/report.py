"""The half-yearly report: who took part, what was decided, what was waived; all of it out of the journal."""

from collections.abc import Iterable, Sequence
from typing import Any

from termserver.database.proposal_store import Line
from termserver.model.days import Day
from termserver.model.governance import Governance
from termserver.publication.workflow import Proposal

_VOTES = ("approve", "object", "reject")


def report(
    governance: Governance, lines: Iterable[Line], proposals: Iterable[Proposal], since: Day, until: Day
) -> dict[str, Any]:
    """What happened between two days, both included.

    ``people`` counts the moves of each; ``participation`` says of each voter how many proposals of the others lay
    before their body in that time, and on how many of them they said something.
    """
    inside = [line for line in lines if since <= line.at[:10] <= until]
    people: dict[str, dict[str, int]] = {}
    for line in inside:
        did = people.setdefault(line.who, {})
        did[line.action] = did.get(line.action, 0) + 1
    numbers = {line.proposal for line in inside}
    touched = [one for one in proposals if one.number in numbers]
    states: dict[str, int] = {}
    for one in touched:
        states[str(one.state)] = states.get(str(one.state), 0) + 1
    return {
        "since": since,
        "until": until,
        "people": people,
        "proposals": states,
        "decisions": [
            {"number": one.number, "title": dict(one.title), "kind": one.kind, "author": one.author,
             "state": str(one.state), "approvals": len(one.approvals), "quorum": one.quorum,
             "emergency": one.emergency}
            for one in touched
        ],
        "participation": _participation(governance, inside, touched, until),
        "emergencies": sum(1 for line in inside if line.action == "propose" and line.said.get("emergency")),
        "waivers": [line.as_json() for line in inside if line.action == "waive"],
    }  # fmt: skip


def _participation(
    governance: Governance, lines: Sequence[Line], proposals: Sequence[Proposal], day: Day
) -> list[dict[str, Any]]:
    reviewed = {line.proposal for line in lines if line.action == "check" and not line.said.get("failed")}
    reviewed |= {line.proposal for line in lines if line.action in (*_VOTES, "review", "waive")}
    said = {(line.who, line.proposal) for line in lines if line.action in (*_VOTES, "review", "comment", "waive")}
    found = []
    for body in governance.bodies:
        kinds = {kind.id for kind in governance.kinds if kind.body == body.id}
        before = [one for one in proposals if one.kind in kinds and one.number in reviewed]
        for holder in body.voters(day) if kinds else ():
            asked = [one.number for one in before if one.author != holder]
            spoke = sum(1 for number in asked if (holder, number) in said)
            found.append({"body": body.id, "who": holder, "asked": len(asked), "spoke": spoke})
    return found

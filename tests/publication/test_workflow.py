"""Who may move a proposal on, and what voids what: the state machine by itself, every move in every state."""

from typing import Any

import pytest

from termserver.model.days import Period
from termserver.model.governance import Body, DecisionKind, Gate, Governance, Seat
from termserver.model.text import Text
from termserver.publication import workflow
from termserver.publication.workflow import NotAllowed, Proposal, State

DIGEST, OTHER = "a" * 64, "b" * 64
DAY = "2026-11-22T08:00:00Z"
SEATS = (
    Seat("anna", roles=("chair",)),
    Seat("babak", roles=("secretary",)),
    Seat("cyrus"),
    Seat("dara"),
    Seat("former", period=Period("2020-01-01", "2025-01-01")),
    Seat("guest", votes=False),
)
GOVERNANCE = Governance(
    (Body("committee", Text("کمیته", "Committee"), SEATS), Body("coders", Text("کدگذار", "Coders"), (Seat("elham"),))),
    (
        DecisionKind("codes", Text("کد", "Codes"), ("codesystems/*",), ("coders", "committee"), "committee", 2, 1,
                     emergency=2),
        DecisionKind("law", Text("قانون", "Law"), ("schemas/*",), ("committee",), "committee", 3),
    ),
    (Gate("code.removed", waived_by=("chair",)), Gate("content.check")),
)  # fmt: skip


def proposed(who: str = "elham", kind: str = "codes", emergency: bool = False, at: str = "") -> Proposal:
    event = workflow.propose(GOVERNANCE, 1, who, DAY, kind, {"fa": "x"}, DIGEST, emergency, at)
    return workflow.after(GOVERNANCE, None, event)


def moved(proposal: Proposal, who: str, action: str, digest: str = "", at: str = DAY, **said: Any) -> Proposal:
    event = workflow.decide(GOVERNANCE, proposal, who, at, action, digest or proposal.digest, said)
    return workflow.after(GOVERNANCE, proposal, event)


def in_review(**how: Any) -> Proposal:
    return moved(moved(proposed(**how), "gates", "check", failed=[]), "babak", "review")


def approved(**how: Any) -> Proposal:
    return moved(moved(in_review(**how), "anna", "approve"), "cyrus", "approve")


def refused(proposal: Proposal, who: str, action: str, words: str, **more: Any) -> None:
    with pytest.raises(NotAllowed, match=words) as error:
        moved(proposal, who, action, **more)
    assert error.value.text.fa != error.value.text.en


def test_a_proposal_goes_its_way() -> None:
    proposal = approved()
    assert proposal.state is State.APPROVED
    proposal = moved(proposal, "babak", "release", release="x 1")
    proposal = moved(proposal, "babak", "activate")
    assert moved(proposal, "babak", "retire").state is State.RETIRED


def test_nobody_approves_reviews_or_waives_their_own_proposal() -> None:
    own = moved(proposed("anna"), "gates", "check", failed=["code.removed"])
    refused(own, "anna", "waive", "someone else must waive", gate="code.removed", reason="so")
    own = moved(proposed("anna"), "gates", "check", failed=[])
    refused(own, "anna", "review", "someone else must review")
    refused(moved(own, "babak", "review"), "anna", "approve", "someone else must approve")


def test_one_vote_counts_once_and_only_seats_with_a_vote_count() -> None:
    proposal = moved(in_review(), "anna", "approve")
    assert proposal.state is State.REVIEW
    refused(proposal, "anna", "approve", "a vote counts once")
    for who in ("guest", "former", "elham2", "nobody"):
        refused(proposal, who, "approve", "has no vote")


def test_any_edit_after_an_approval_voids_it() -> None:
    for proposal in (moved(in_review(), "anna", "approve"), approved()):
        edited = moved(proposal, "elham", "revise", OTHER)
        assert (edited.state, edited.approvals, edited.reviews, edited.checked) == (State.PROPOSED, (), (), False)
        refused(edited, "cyrus", "approve", "is for one that is review", digest=DIGEST)
    refused(in_review(), "anna", "approve", "was edited", digest=OTHER)
    refused(in_review(), "dara", "revise", "only they may")


def test_gates_stand_until_each_is_waived_by_whoever_may() -> None:
    proposal = moved(proposed(), "gates", "check", failed=["code.removed", "content.check"])
    assert proposal.state is State.PROPOSED
    refused(proposal, "cyrus", "waive", "by chair", gate="code.removed", reason="so")
    refused(proposal, "anna", "waive", "Say why", gate="code.removed")
    refused(proposal, "anna", "waive", "only; anna is not", gate="content.check", reason="so")
    refused(proposal, "anna", "waive", "no gate that stands", gate="drift", reason="so")
    proposal = moved(proposal, "anna", "waive", gate="code.removed", reason="so")
    assert proposal.open_gates == ("content.check",)
    only = moved(proposed(), "gates", "check", failed=["code.removed"])
    assert moved(only, "anna", "waive", gate="code.removed", reason="so").state is State.REVIEW


def test_an_objection_stops_approvals_until_it_is_taken_back() -> None:
    proposal = moved(in_review(), "dara", "object", reason="Two codes look alike")
    refused(proposal, "anna", "approve", "dara objected")
    assert moved(moved(proposal, "dara", "review"), "anna", "approve").approvals == ("anna",)
    assert moved(approved(), "anna", "object", reason="wait").state is State.REVIEW


def test_nothing_is_approved_unread() -> None:
    refused(moved(proposed(), "gates", "check", failed=[]), "anna", "approve", "somebody must read it")


def test_only_the_secretary_releases_and_nothing_is_in_force_before_its_instant() -> None:
    proposal = approved(at="2026-12-01T00:00:00+03:30")
    refused(proposal, "cyrus", "release", "Only secretary")
    refused(proposal, "babak", "release", "no instant", release="x 1", activate_at="soon")
    released = moved(proposal, "babak", "release", release="x 1")
    for action in ("activate", "retire"):
        holding = released if action == "activate" else moved(released, "babak", "activate", at="2026-12-01T00:00:00Z")
        refused(holding, "nobody", action, "Only secretary")
        refused(holding, "cyrus", action, "Only secretary", at="2026-12-01T00:00:00Z")
    refused(released, "babak", "activate", "is in force from", at="2026-11-30T20:29:59Z")
    assert moved(released, "babak", "activate", at="2026-11-30T20:30:00Z").state is State.ACTIVE


def test_the_emergency_lane_is_short_and_flagged_unless_it_is_ratified() -> None:
    with pytest.raises(NotAllowed, match="no emergency lane"):
        proposed("anna", "law", emergency=True)
    kinds = (GOVERNANCE.kinds[0], GOVERNANCE.kinds[1])
    wide = Governance(GOVERNANCE.bodies, (workflow.replace(kinds[0], quorum=3), kinds[1]), GOVERNANCE.gates)
    event = workflow.propose(wide, 1, "elham", DAY, "codes", {}, DIGEST, True)
    proposal = moved(workflow.after(wide, None, event), "gates", "check", failed=[])
    proposal = moved(moved(proposal, "anna", "approve"), "cyrus", "approve")
    assert proposal.state is State.APPROVED
    released = moved(proposal, "babak", "release", release="x 1")
    assert not workflow.unratified_since(wide, released, "2026-12-22T08:00:00Z")
    assert workflow.unratified_since(wide, released, "2026-12-22T08:00:01Z") == "2026-12-22T08:00:00Z"
    refused(released, "anna", "ratify", "needs no ratification by anna")
    ratified = moved(released, "dara", "ratify")
    assert not workflow.unratified_since(wide, ratified, "2027-12-22T08:00:01Z")


def test_a_retraction_takes_two() -> None:
    released = moved(approved(), "babak", "release", release="x 1")
    refused(released, "anna", "retract", "Say why")
    once = moved(released, "anna", "retract", reason="wrong")
    assert once.state is State.RELEASED
    assert moved(once, "anna", "retract", reason="wrong").state is State.RELEASED
    assert moved(once, "dara", "retract", reason="wrong").state is State.RETRACTED


@pytest.mark.parametrize("action", sorted(set(workflow.ACTIONS) - {"propose"}))
@pytest.mark.parametrize("state", list(State))
def test_every_move_is_made_in_its_own_states_only(state: State, action: str) -> None:
    """Whoever asks: in any other state the move is refused, in both languages, and names the right ones."""
    if state in workflow._WHEN[action]:
        return
    refused(workflow.replace(proposed(), state=state), "anna", action, f"is {state}; {action} is for", reason="r")


def test_who_has_no_seat_proposes_nothing() -> None:
    for who, kind in (("nobody", "codes"), ("elham", "law"), ("former", "codes")):
        with pytest.raises(NotAllowed, match="has no seat"):
            proposed(who, kind)
    with pytest.raises(NotAllowed, match="no kind of decision"):
        proposed("anna", "war")

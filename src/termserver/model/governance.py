"""Who may decide what: bodies with their seats, kinds of decisions with their quorum, and the gates before them."""

from termserver.model.days import ALWAYS, Day, Period
from termserver.model.text import Text
from termserver.model.values import value


@value
class Seat:
    """One seat of a body. ``holder`` is the name a person acts by; who is invited has a seat without a vote.

    ``key`` is the public key that they sign votes with, as the one line of base64 in its ``.pub.pem`` says it.
    """

    holder: str
    title: Text = Text()
    votes: bool = True
    roles: tuple[str, ...] = ()
    period: Period = ALWAYS
    key: str = ""


@value
class Body:
    """A committee, working group or organisation."""

    id: str
    title: Text
    seats: tuple[Seat, ...]

    def seat_of(self, who: str, day: Day) -> Seat | None:
        """The seat that somebody holds on a day."""
        return next((seat for seat in self.seats if seat.holder == who and seat.period.holds(day)), None)

    def voters(self, day: Day) -> tuple[str, ...]:
        return tuple(seat.holder for seat in self.seats if seat.votes and seat.period.holds(day))


@value
class DecisionKind:
    """A kind of decision: which paths of the content it covers, who prepares it, who approves it, by how many.

    ``reviews`` is how many must have read it before anybody approves. ``emergency`` is the quorum of the emergency
    lane (0: there is none); what it releases is ratified by the whole quorum within ``ratify_days``. ``signed``: a
    vote counts only with the signature of the member's own key.
    """

    id: str
    title: Text
    covers: tuple[str, ...]
    proposers: tuple[str, ...]
    body: str
    quorum: int
    reviews: int = 1
    releasers: tuple[str, ...] = ("secretary",)
    emergency: int = 0
    ratify_days: int = 30
    signed: bool = False


@value
class Gate:
    """A check before review. One that blocks can be waived by those who hold one of the roles, with a reason."""

    id: str
    blocks: bool = True
    waived_by: tuple[str, ...] = ()
    most: float = 0.0
    """The bound of a gate that has one (a share of the codes)."""


@value
class Governance:
    """All of it, as the ``governance/`` folder says it."""

    bodies: tuple[Body, ...]
    kinds: tuple[DecisionKind, ...]
    gates: tuple[Gate, ...]

    def body(self, id: str) -> Body | None:
        return next((one for one in self.bodies if one.id == id), None)

    def kind(self, id: str) -> DecisionKind | None:
        return next((one for one in self.kinds if one.id == id), None)

    def gate(self, id: str) -> Gate | None:
        return next((one for one in self.gates if one.id == id), None)

    def holds(self, who: str, day: Day, bodies: tuple[str, ...], roles: tuple[str, ...] = ()) -> bool:
        """Whether somebody sits in one of the bodies on a day, in one of the roles where any is named."""
        seats = [seat for body in self.bodies if body.id in bodies and (seat := body.seat_of(who, day))]
        return any(not roles or set(roles) & set(seat.roles) for seat in seats)

"""A vote signed by the member's own key: that they, and nobody who could write to the database, approved a digest.

Signed is the canonical JSON of ``{"action", "digest", "proposal", "who"}`` for the purpose ``termserver-vote/1``, on a
machine of the member's own; it needs neither the database nor a network. Which key is whose stands in
``governance.yaml`` (``key`` of a seat), and is changed as anything is: by a decision.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from termserver.model.governance import Governance
from termserver.model.text import Text
from termserver.model.values import value
from termserver.releases import signatures
from termserver.releases.digests import canonical_json
from termserver.releases.signatures import KeyProblem, PublicKey, Signature, SigningKey

PURPOSE = "termserver-vote/1"
SIGNED = ("approve", "ratify")
"""Votes, which a member may sign; where the kind of decision says so, must."""


@value
class Wrong:
    """A vote of the journal that does not stand: the number of its line, whose it is, and why."""

    line: int
    who: str
    says: Text

    def as_json(self) -> dict[str, Any]:
        return {"line": self.line, "who": self.who, "message": self.says.as_json()}


@value
class Verified:
    """What the journal proves: its chain, how many votes are signed well, how many are not signed, which are wrong."""

    lines: int
    broken_at: int
    signed: int
    unsigned: int
    wrong: tuple[Wrong, ...]

    @property
    def holds(self) -> bool:
        return not self.broken_at and not self.wrong

    def as_json(self) -> dict[str, Any]:
        return {
            "lines": self.lines,
            "broken_at": self.broken_at or None,
            "signed": self.signed,
            "unsigned": self.unsigned,
            "wrong": [one.as_json() for one in self.wrong],
        }


def sign(key: SigningKey, proposal: int, action: str, who: str, digest: str) -> dict[str, str]:
    """The signature under a vote, as the journal keeps it."""
    return key.sign(PURPOSE, _payload(proposal, action, who, digest)).as_json()


def is_signed(governance: Governance, proposal: int, action: str, who: str, digest: str, day: str, said: Any) -> bool:
    """Whether ``said`` is the signature of whoever holds that seat on that day, under that vote."""
    key, signature = key_of(governance, who, day), Signature.from_json(said)
    if key is None or signature is None:
        return False
    return signatures.verify(signature, PURPOSE, _payload(proposal, action, who, digest), [key]) is not None


def key_of(governance: Governance, who: str, day: str) -> PublicKey | None:
    """The key that the governance names for somebody on a day; None if it names none."""
    seats = [seat for body in governance.bodies if (seat := body.seat_of(who, day)) and seat.key]
    if not seats:
        return None
    try:
        return signatures.public_of(
            f"-----BEGIN PUBLIC KEY-----\n{seats[0].key}\n-----END PUBLIC KEY-----\n".encode(), f"the key of {who}"
        )
    except KeyProblem:
        return None


def verify(governance: Governance, lines: Iterable[Any], broken_at: int) -> Verified:
    """Every vote of the journal against the keys of the governance as it is now; a kind of decision may demand them."""
    kinds: dict[int, str] = {}
    count, signed, unsigned = 0, 0, 0
    wrong = []
    for line in lines:
        count += 1
        if line.action == "propose":
            kinds[line.proposal] = str(line.said.get("kind", ""))
        if line.action not in SIGNED:
            continue
        said = line.said.get("signature")
        kind = governance.kind(kinds.get(line.proposal, ""))
        if said is None:
            unsigned += 1
            if kind is not None and kind.signed:
                wrong.append(Wrong(line.number, line.who, Text("امضا ندارد", "it is not signed")))
        elif is_signed(governance, line.proposal, line.action, line.who, line.digest, line.at[:10], said):
            signed += 1
        else:
            why = Text("امضا از کلید آن شخص نیست یا زیر این رأی نیست", "it is not by their key, or not under this vote")
            wrong.append(Wrong(line.number, line.who, why))
    return Verified(count, broken_at, signed, unsigned, tuple(wrong))


def _payload(proposal: int, action: str, who: str, digest: str) -> bytes:
    told: Mapping[str, Any] = {"proposal": proposal, "action": action, "who": who, "digest": digest}
    return canonical_json(dict(told))

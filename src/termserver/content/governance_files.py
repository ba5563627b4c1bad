"""``governance/governance.yaml``: bodies, seats, kinds of decisions and gates, read and checked."""

import base64
from pathlib import Path

from termserver.content.problems import Problem, error, refuse
from termserver.content.yaml_files import BOTH, FLAG, NUMBER, PERIOD, TEXT, WORDS, Keys, Many, Values, read_yaml
from termserver.model.errors import UsageError
from termserver.model.governance import Body, DecisionKind, Gate, Governance, Seat
from termserver.model.text import Text

FILE = "governance/governance.yaml"
_SEAT = Keys(
    {"holder": TEXT, "title": BOTH, "votes": FLAG, "roles": WORDS, "period": PERIOD, "key": TEXT}, required=("holder",)
)
_ED25519 = "MCowBQYDK2VwAyEA"
"""How the base64 of every public key of this kind begins (RFC 8410), 60 letters in all."""
_BODY = Keys({"id": TEXT, "title": BOTH, "seats": Many(_SEAT)}, required=("id", "title", "seats"))
_KIND = Keys(
    {
        "id": TEXT,
        "title": BOTH,
        "covers": WORDS,
        "proposers": WORDS,
        "body": TEXT,
        "quorum": NUMBER,
        "reviews": NUMBER,
        "releasers": WORDS,
        "emergency": NUMBER,
        "ratify_days": NUMBER,
        "signed": FLAG,
    },
    required=("id", "title", "covers", "proposers", "body", "quorum"),
)
_GATE = Keys({"id": TEXT, "blocks": FLAG, "waived_by": WORDS, "most_percent": NUMBER}, required=("id",))
GOVERNANCE = Keys(
    {"bodies": Many(_BODY), "decisions": Many(_KIND), "gates": Many(_GATE)},
    required=("bodies", "decisions", "gates"),
)


def read_governance(root: Path) -> Governance:
    """The governance of the content folders in ``root``; raise UsageError if there is none, ContentError if it is
    wrong: a quorum that nobody can reach, a body that is not there."""
    try:
        data = (root / FILE).read_bytes()
    except OSError as failure:
        raise UsageError(
            f"{root / FILE} cannot be read: {failure.strerror}. It says who may decide; see docs/committee.md.",
            f"{root / FILE} خوانده نمی‌شود: {failure.strerror}. می‌گوید چه کسی تصمیم می‌گیرد؛ docs/committee.md",
        ) from None
    problems: list[Problem] = []
    values = read_yaml(FILE, data, GOVERNANCE, problems)
    refuse(problems)
    assert values is not None
    found = Governance(
        tuple(_body(said) for said in values.children("bodies")),
        tuple(_kind(said) for said in values.children("decisions")),
        tuple(_gate(said) for said in values.children("gates")),
    )
    for body in values.children("bodies"):
        for seat in body.children("seats"):
            problems += _check_key(seat)
    for said, kind in zip(values.children("decisions"), found.kinds, strict=True):
        _check(found, kind, said, problems)
    refuse(problems)
    return found


def _body(said: Values) -> Body:
    return Body(said.text("id"), said.both("title"), tuple(_seat(seat) for seat in said.children("seats")))


def _seat(said: Values) -> Seat:
    return Seat(
        said.text("holder"),
        said.both("title"),
        said.flag("votes", True),
        said.words("roles"),
        said.period("period"),
        said.text("key"),
    )


def _kind(said: Values) -> DecisionKind:
    return DecisionKind(
        said.text("id"),
        said.both("title"),
        said.words("covers"),
        said.words("proposers"),
        said.text("body"),
        said.number("quorum"),
        said.number("reviews", 1),
        said.words("releasers") or ("secretary",),
        said.number("emergency"),
        said.number("ratify_days", 30),
        said.flag("signed"),
    )


def _gate(said: Values) -> Gate:
    return Gate(said.text("id"), said.flag("blocks", True), said.words("waived_by"), said.number("most_percent") / 100)


def _check_key(seat: Values) -> list[Problem]:
    key = seat.text("key")
    if not key or (len(key) == 60 and key.startswith(_ED25519) and _is_base64(key)):
        return []
    return [
        error(
            FILE,
            seat.place("key"),
            "governance.key",
            Text(fa="این کلید همگانی Ed25519 نیست.", en="This is no Ed25519 public key."),
            Text(
                fa=f"سطر میانی NAME.pub.pem را بنویسید؛ با {_ED25519} آغاز می‌شود.",
                en=f"Write the line in the middle of NAME.pub.pem; it begins with {_ED25519}.",
            ),
        )
    ]


def _is_base64(text: str) -> bool:
    try:
        return base64.b64encode(base64.b64decode(text, validate=True)).decode() == text
    except ValueError:
        return False


def _check(found: Governance, kind: DecisionKind, said: Values, problems: list[Problem]) -> None:
    body = found.body(kind.body)
    known = ", ".join(one.id for one in found.bodies)
    for id in (kind.body, *kind.proposers):
        if found.body(id) is None:
            problems.append(
                error(
                    FILE,
                    said.place("body"),
                    "governance.body",
                    Text(fa=f"نهادی به نام «{id}» نیست.", en=f"There is no body '{id}'."),
                    Text(fa=f"یکی از اینها: {known}", en=f"Use one of: {known}"),
                )
            )
    voters = sum(1 for seat in body.seats if seat.votes) if body else 0
    # the author never counts, so one voter more than the quorum must be there
    if body and not 1 <= kind.quorum < voters:
        problems.append(
            error(
                FILE,
                said.place("quorum"),
                "governance.quorum",
                Text(
                    fa=f"حد نصاب {kind.quorum} با {voters} رأی‌دهنده به دست نمی‌آید؛ نویسنده رأی ندارد.",
                    en=f"A quorum of {kind.quorum} cannot be reached by {voters} voters, of whom the author is none.",
                ),
                Text(fa="حد نصاب را کم یا کرسی‌ها را زیاد کنید.", en="Lower the quorum, or add seats."),
            )
        )

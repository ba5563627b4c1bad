"""The records of the baseline registries as typed facts, each with the period in which it is true."""

from termserver.model.days import Day, Period
from termserver.model.values import value


@value
class Licence:
    """A licence of a person or a centre; ``place`` is an area code, ``centre`` the centre it is for."""

    number: str
    kind: str
    issuer: str
    period: Period
    area: str = ""
    city: str = ""
    centre: str = ""


@value
class Registration:
    """How long a product may be sold, and by which kind of registration."""

    number: str
    kind: str
    issuer: str
    period: Period


@value
class Bar:
    """A suspension or a revocation, with the public class of its reason."""

    kind: str
    reason: str
    period: Period


@value
class Workplace:
    """Where a professional works: centre and unit, role and specialty."""

    centre: str
    unit: str
    role: str
    specialty: str
    period: Period


@value
class Contract:
    """What a centre has agreed with an insurer."""

    insurer: str
    number: str
    scope: str
    period: Period


@value
class Unit:
    """A part of a centre that goes by the id of the centre."""

    id: str
    name: str
    type: str
    ward: str
    period: Period


@value
class Bed:
    ward: str
    approved: int
    active: int
    period: Period


@value
class Equipment:
    device: str
    name: str
    count: int
    status: str
    period: Period


@value
class Service:
    type: str
    name: str
    period: Period


@value
class Succession:
    """The other centre of a merge, split, move or change of name."""

    centre: str
    reason: str
    day: Day


@value
class Price:
    """A price in rial: of the consumer, the distributor or the pharmacy, for a package or a unit."""

    kind: str
    per: str
    amount: int
    period: Period


@value
class Coverage:
    """What an insurer pays of a product."""

    insurer: str
    percent: float
    tariff: int
    insurer_share: int
    patient_share: int
    period: Period

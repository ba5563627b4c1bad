"""Entries of the baseline registries with the words of their trades: licences, places of work, contracts, successors.

``view(system, concept)`` gives the view that fits; each reads a ``Concept`` and changes nothing. A
question with a day answers for that day, without one for all of time. Who may see a fact is not
decided here.
"""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, TypeVar

from termserver.model import med_numbers
from termserver.model.codes import Concept, Property
from termserver.model.days import Day, Period
from termserver.terminology.registry_facts import (
    Bar,
    Bed,
    Contract,
    Coverage,
    Equipment,
    Licence,
    Price,
    Registration,
    Service,
    Succession,
    Unit,
    Workplace,
)
from termserver.terminology.registry_standing import (
    ACTIVE,
    LICENCE,
    NO_NUMBER,
    REASONS,
    REGISTRATION,
    REVOKED,
    SUSPENDED,
    UNKNOWN_ENTRY,
    Standing,
    Standings,
    Stretch,
    Verdict,
    is_true,
    record_of,
)

__all__ = [
    "NO_NUMBER", "REASONS", "UNKNOWN_ENTRY", "Bar", "Bed", "Centre", "Contract", "Coverage", "Equipment", "Licence",
    "Physician", "Price", "Product", "Registration", "Service", "Software", "Standing", "Standings", "Stretch",
    "Succession", "Unit", "Verdict", "View", "Workplace", "canonical_code", "verify", "view",
]  # fmt: skip


_V = TypeVar("_V")


class View:
    """What every entry has: code, names, standing, plain facts."""

    def __init__(self, concept: Concept) -> None:
        self.concept = concept
        self.code = concept.code
        self.name = concept.display

    @cached_property
    def standings(self) -> Standings:
        return Standings(self.concept)

    def is_valid(self, on: Day, kind: str = "") -> Verdict:
        """How the entry stands on the day, at all or by its licences of one kind."""
        return self.standings.on(on, kind)

    def values(self, code: str, on: Day | None = None) -> tuple[str, ...]:
        """The plain values of a property."""
        return tuple(fact.value for fact in self._facts(code, on))

    def value(self, code: str, on: Day | None = None) -> str:
        """The first value of a property; empty if it has none."""
        return next((fact.value for fact in self._facts(code, on)), "")

    def records(self, code: str, on: Day | None = None) -> tuple[dict[str, Any], ...]:
        """The records of a property, each with its fields."""
        return tuple(said for fact in self._facts(code, on) if (said := record_of(fact.value)))

    def said(self, code: str, field: str, on: Day | None = None) -> tuple[str, ...]:
        """What the records of a property say in one field, where they say anything."""
        return tuple(str(said[field]) for said in self.records(code, on) if said.get(field))

    def periods(self, code: str) -> tuple[Period, ...]:
        """When a property is true."""
        return tuple(fact.period for fact in self.concept.properties if fact.code == code and is_true(fact))

    def bars(self, on: Day | None = None) -> tuple[Bar, ...]:
        """Suspensions and revocations."""
        return tuple(
            Bar(fact.code, record_of(fact.value).get("reason", ""), fact.period)
            for code in (SUSPENDED, REVOKED)
            for fact in self._facts(code, on)
            if is_true(fact)
        )

    def successors(self) -> tuple[str, ...]:
        """The codes that replace this one."""
        return self.concept.replaced_by

    def _facts(self, code: str, on: Day | None) -> Iterator[Property]:
        return (
            fact
            for fact in self.concept.properties
            if fact.code == code and (on is None or not fact.period or fact.period.holds(on))
        )

    def _records(self, code: str, on: Day | None, made: Callable[[Callable[[str], Any], Period], _V]) -> tuple[_V, ...]:
        found = []
        for fact in self._facts(code, on):
            said = record_of(fact.value)
            if said:
                found.append(made(lambda name, said=said: said.get(name, ""), fact.period))  # type: ignore[misc]
        return tuple(found)

    def licences(self, on: Day | None = None) -> tuple[Licence, ...]:
        return self._records(
            LICENCE,
            on,
            lambda get, period: Licence(
                get("number"), get("kind"), get("issuer"), period, get("area"), get("city"), get("centre")
            ),
        )


class Physician(View):
    """A professional of the Medical Council: a number and a group."""

    @property
    def number(self) -> str:
        """The number without the mark of the group."""
        return self.value("number") or med_numbers.split(self.code)[0]

    @property
    def group(self) -> str:
        return self.value("group") or med_numbers.group_of(self.code)

    def specialties(self, on: Day | None = None) -> tuple[str, ...]:
        """Codes of the Ministry's list."""
        return self.values("specialty", on)

    def tamin_specialties(self, on: Day | None = None) -> tuple[str, ...]:
        """Codes of Tamin's list."""
        return self.values("tamin-specialty", on)

    def workplaces(self, on: Day | None = None) -> tuple[Workplace, ...]:
        return self._records(
            "workplace",
            on,
            lambda get, period: Workplace(get("centre"), get("unit"), get("role"), get("specialty"), period),
        )


class Centre(View):
    """A centre of SIAM: open or not, its licences, contracts, units, beds, who came before and after."""

    def is_open(self, on: Day) -> Verdict:
        """As ``is_valid``: in operation, licensed, not suspended."""
        return self.standings.on(on)

    def is_active(self, on: Day) -> bool:
        """Whether it works on the day, whatever its papers say; one of which nothing is said does."""
        known = [fact for fact in self.concept.properties if fact.code == ACTIVE]
        return not known or any(fact.period.holds(on) and is_true(fact) for fact in known)

    def contracts(self, on: Day | None = None) -> tuple[Contract, ...]:
        return self._records(
            "contract",
            on,
            lambda get, period: Contract(get("insurer"), get("number"), get("scope"), period),
        )

    def has_contract(self, insurer: str, on: Day) -> bool:
        return any(contract.insurer == insurer for contract in self.contracts(on))

    def units(self, on: Day | None = None) -> tuple[Unit, ...]:
        return self._records(
            "unit", on, lambda get, period: Unit(get("id"), get("name"), get("type"), get("ward"), period)
        )

    def beds(self, on: Day | None = None) -> tuple[Bed, ...]:
        return self._records(
            "beds",
            on,
            lambda get, period: Bed(get("ward"), int(get("approved") or 0), int(get("active") or 0), period),
        )

    def equipment(self, on: Day | None = None) -> tuple[Equipment, ...]:
        return self._records(
            "equipment",
            on,
            lambda get, period: Equipment(get("device"), get("name"), int(get("count") or 0), get("status"), period),
        )

    def services(self, on: Day | None = None) -> tuple[Service, ...]:
        return self._records("service", on, lambda get, period: Service(get("type"), get("name"), period))

    def predecessors(self) -> tuple[Succession, ...]:
        return self._records("predecessor", None, _succession)

    def successor(self) -> Succession | None:
        """Who took over; where a split made several, the first of them."""
        known = self._records("successor", None, _succession)
        if known:
            return known[0]
        after = self.concept.replaced_by
        return Succession(after[0], "", self.concept.period.end) if after else None

    @property
    def position(self) -> tuple[float, float] | None:
        """Latitude and longitude."""
        found = self._records("position", None, lambda get, _: (float(get("latitude")), float(get("longitude"))))
        return found[0] if found else None


class Software(View):
    """A system of the Ministry's register: approved or not, locked or not."""

    def is_locked(self, on: Day) -> bool:
        return any(is_true(fact) for fact in self._facts("locked", on))

    def is_approved(self, on: Day) -> bool:
        return any(is_true(fact) for fact in self._facts("approved", on))

    def certificates(self, on: Day | None = None) -> tuple[str, ...]:
        """The numbers of its certificates."""
        return tuple(record_of(fact.value).get("number", fact.value) for fact in self._facts("certificate", on))


class Product(View):
    """A drug product, by its IRC: its other codes, registration, prices, coverage."""

    @property
    def generic(self) -> str:
        return self.value("generic")

    @property
    def erx(self) -> tuple[str, ...]:
        return self.values("erx")

    @property
    def gtins(self) -> tuple[str, ...]:
        return self.values("gtin")

    @property
    def interchangeable(self) -> tuple[str, ...]:
        return self.values("interchangeable")

    def registrations(self, on: Day | None = None) -> tuple[Registration, ...]:
        return self._records(
            REGISTRATION,
            on,
            lambda get, period: Registration(get("number"), get("kind"), get("issuer"), period),
        )

    def prices(self, on: Day | None = None) -> tuple[Price, ...]:
        return self._records(
            "price", on, lambda get, period: Price(get("kind"), get("per"), int(get("amount") or 0), period)
        )

    def coverages(self, on: Day | None = None) -> tuple[Coverage, ...]:
        return self._records(
            "coverage",
            on,
            lambda get, period: Coverage(
                get("insurer"),
                float(get("percent") or 0),
                int(get("tariff") or 0),
                int(get("insurer-share") or 0),
                int(get("patient-share") or 0),
                period,
            ),
        )


def _succession(get: Callable[[str], Any], period: Period) -> Succession:
    return Succession(get("centre"), get("reason"), get("day") or period.start)


_VIEWS: dict[str, type[View]] = {
    "physicians": Physician,
    "centres": Centre,
    "software": Software,
    "irc": Product,
    "products-sample": Product,
}


def view(system: str, concept: Concept) -> View:
    """The view that fits the registry with that id; the plain ``View`` for one without words of its own."""
    return _VIEWS.get(system, View)(concept)


def canonical_code(system: str, written: str, group: str = "") -> str:
    """The code under which a registry keeps what was written; empty if it can be none."""
    if system == "physicians":
        return med_numbers.canonical(written, group)
    bare = written.strip()
    return bare.upper() if system in ("centres", "software") else bare


def verify(concept: Concept | Standings, kind: str, day: Day) -> Verdict:
    """How an entry stands on the day, by its licences of ``kind`` (any, where empty).

    Give ``Standings(concept)`` where the same entry is asked again: its intervals are reckoned once.
    """
    standings = concept if concept.__class__ is Standings else Standings(concept)  # type: ignore[arg-type]
    return standings.on(day, kind)

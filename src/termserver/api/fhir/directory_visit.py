"""One request to the directory: resources made of entries, what is shown of them counted and noted."""

import re
from collections.abc import Iterator

from termserver.access.facts import Facts
from termserver.api.fhir.directory_search import PARAMETERS
from termserver.api.fhir.directory_shapes import Shapes, as_r5, code_of
from termserver.api.fhir.exchange import Exchange
from termserver.api.fhir.search_parameters import elements
from termserver.api.registry_desk import Desk
from termserver.fhir.budget import Budget
from termserver.fhir.outcomes import Json, refused
from termserver.model.codes import CodeSystem, Concept, Content
from termserver.model.days import today
from termserver.model.values import replace
from termserver.terminology.registry_views import canonical_code, view
from termserver.terminology.whole import WholeSystem

REGISTRIES = {
    "Practitioner": ("physicians",),
    "PractitionerRole": ("physicians",),
    "Organization": ("centres",),
    "Location": ("centres",),
    "HealthcareService": ("centres",),
    "OrganizationAffiliation": ("centres",),
    "Medication": ("irc", "products-sample"),
}
TARGETS = {
    "practitioner": "Practitioner",
    "organization": "Organization",
    "participating-organization": "Organization",
    "location": "Location",
}
_DAY = re.compile(r"([0-9]{4})[.-]([0-9]{2})[.-]([0-9]{2})")
_TEST_DATA = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
    "code": "HTEST",
    "display": "test health data",
}


class Registers:
    """The registries of one edition by types of FHIR; safe to share between threads."""

    def __init__(self, desk: Desk, updated: str) -> None:
        """``updated``: the instant told of what is of no dated release."""
        self.desk = desk
        self.updated = updated
        self._terminology = desk.server.terminology
        self._whole: dict[str, WholeSystem] = {}
        self.kinds = tuple(kind for kind in REGISTRIES if self.find(kind) is not None)
        """The types whose registry is in this edition."""

    def find(self, kind: str) -> CodeSystem | None:
        for id in REGISTRIES[kind]:
            found = self._terminology.systems.find(id)
            if (
                found is not None
                and found.concepts
                and self._terminology.systems.metadata(found).content is not Content.NOT_PRESENT
            ):
                return self._terminology.systems.metadata(found)
        return None

    @staticmethod
    def included(kind: str) -> list[str]:
        """The references of a type that ``_include`` follows."""
        return [
            name for name, type in PARAMETERS[kind].items() if type == "reference" and name != "primary-organization"
        ]

    def including(self, kind: str) -> list[str]:
        """What ``_revinclude`` may name for a type."""
        return [
            f"{other}:{name}"
            for other in self.kinds
            for name in self.included(other)
            if TARGETS.get(name, other) == kind
        ]

    def system(self, kind: str) -> CodeSystem:
        found = self.find(kind)
        if found is None:
            raise refused(404, "not-supported", f"No registry here has {kind}", f"ثبتی با {kind} این‌جا نیست")
        return found

    def whole(self, system: CodeSystem) -> WholeSystem:
        known = self._whole.get(system.id)
        if known is None:
            known = self._whole.setdefault(system.id, WholeSystem(self._terminology.systems.resolve(system.id), system))
        return known

    def naming(self, system: str, property: str, value: str, field: str) -> tuple[str, ...]:
        return self._terminology.links.naming(system, property, value, field)

    def coded(self, system: str, code: str) -> Json:
        found = self._terminology.system(system)
        name = self._terminology.display(system, code)
        shown = name.fa or name.en
        coding = {"system": found.url if found else "", "code": code, "display": shown}
        said: Json = {"coding": [{key: value for key, value in coding.items() if value}]}
        return said | {"text": shown or code}


class Visit:
    """One request."""

    def __init__(self, directory: Registers, exchange: Exchange, kind: str) -> None:
        self._directory = directory
        self._exchange = exchange
        self._kind = kind
        self._facts = exchange.facts or Facts()
        self._budget = Budget(exchange.seconds)
        self._shown: dict[str, dict[str, None]] = {}
        self._pairs = exchange.searched()
        self._said = dict(self._pairs)

    # one resource

    def read(self, id: str) -> Json:
        found = self._found(self._kind, id)
        if found is None:
            raise refused(404, "not-found", f"There is no {self._kind}/{id[:80]}", f"{self._kind}/{id[:80]} نیست")
        sent = self._sent(found)
        self._note("read")
        return sent

    def _found(self, kind: str, id: str) -> Json | None:
        system = self._directory.find(kind)
        if system is None:
            return None
        whole = self._directory.whole(system)
        ordinal = whole.ordinal(canonical_code(system.id, code_of(id)) or code_of(id))
        if ordinal is None:
            return None
        return next((one for one in self._resources(kind, system, whole.entry(ordinal)) if one["id"] == id), None)

    def _resources(self, kind: str, system: CodeSystem, concept: Concept, instant: str = "") -> Iterator[Json]:
        """What the entry gives, as anybody may see it; whoever sends one of them notes the entry."""
        shaper = self._directory.desk.shaper(system, self._facts.standing)
        seen = replace(concept, properties=shaper.properties(concept.properties))
        base = system.url.rpartition("/CodeSystem/")[0]
        shapes = Shapes(base, self._directory.coded, today())
        meta: Json = {"lastUpdated": instant or self._instant(system)}
        if system.content is Content.EXAMPLE:
            meta["tag"] = [dict(_TEST_DATA)]
        for made in shapes.made(kind, view(system.id, seen)):
            yield {"resourceType": made["resourceType"], "id": made["id"], "meta": dict(meta), **made}

    def _instant(self, system: CodeSystem) -> str:
        """The day of the release that holds the registry: of single entries only the store tells one."""
        day = _DAY.search(system.version)
        return f"{'-'.join(day.groups())}T00:00:00Z" if day else self._directory.updated

    def _sent(self, resource: Json) -> Json:
        """As it leaves: noted, in the words of the release of FHIR that was asked."""
        kind = resource["resourceType"]
        system = self._directory.system(kind)
        self._shown.setdefault(system.id, {})[code_of(resource["id"])] = None
        found = resource if self._exchange.r4 else as_r5(resource)
        kept = elements(self._said)
        return {key: value for key, value in found.items() if key in kept} if kept else found

    def _note(self, action: str) -> None:
        for registry, codes in self._shown.items():
            self._directory.desk.allow(self._exchange.caller, len(codes), self._facts.standing)
            self._facts.shown(action, registry, len(codes), tuple(codes))

"""Entries of the registries as FHIR resources (R4), shaped for the public before they come here.

A resource of an entry has the id of the entry; what an entry has several of (places of work, units, services,
contracts) has that id, a dot and a hash of what identifies it, so that it keeps its id from release to release.
"""

import re
from collections.abc import Callable, Iterator
from hashlib import blake2b

from termserver.fhir.outcomes import Json
from termserver.model.codes import Status
from termserver.model.days import Day, Period
from termserver.terminology.registry_standing import Standing
from termserver.terminology.registry_views import Centre, Physician, Product, View

Coded = Callable[[str, str], Json]
"""(id of a code system, code) → CodeableConcept."""

FACILITY = {
    "system": "https://profiles.ihe.net/ITI/mCSD/CodeSystem/IHE.mCSD.Organization.Location.Types",
    "code": "facility",
    "display": "Facility",
}
_LOCATION_STATUS = {Standing.VALID: "active", Standing.SUSPENDED: "suspended"}
_OTHER = re.compile(r"[^A-Za-z0-9-]")
_PART = re.compile(r"\.[0-9a-f]{10}$")
_WRITTEN = re.compile(r"\.u([0-9a-f]{4})")


def id_of(code: str) -> str:
    """The code as an id of FHIR: other letters than those of ids are written as ``.u`` and four digits.

    >>> id_of("900000د")
    '900000.u062f'
    """
    return _OTHER.sub(lambda found: f".u{ord(found[0]):04x}", code)


def code_of(id: str) -> str:
    """The code of the entry that a resource belongs to.

    >>> code_of("900000.u062f.1a2b3c4d5e")
    '900000د'
    """
    return _WRITTEN.sub(lambda found: chr(int(found[1], 16)), _PART.sub("", id))


class Shapes:
    """Makes the resources of one node, as things stand on one day."""

    def __init__(self, base: str, coded: Coded, on: Day) -> None:
        """``base``: before it come the URLs of naming systems and extensions."""
        self._base = base
        self._coded = coded
        self._on = on

    def made(self, kind: str, entry: View) -> Iterator[Json]:
        """The resources of that type which the entry gives."""
        for said in getattr(self, f"_{kind.lower()}")(entry):
            yield {key: value for key, value in said.items() if value not in (None, [], {}, "")}

    # professionals

    def _practitioner(self, entry: Physician) -> Iterator[Json]:
        offices = entry.records("office", self._on)
        given = entry.value("given-name")
        yield {
            **self._head("Practitioner", entry, "med-id"),
            "active": self._stands(entry),
            "name": [_name(entry, given)],
            "telecom": _phones(one.get("phone", "") for one in offices),
            "address": [_address(one, entry.value("city", self._on), "") for one in offices],
            "gender": self._gender(entry.value("sex")),
            "qualification": [*self._specialised(entry), *self._licensed(entry)],
        }

    def _specialised(self, entry: Physician) -> list[Json]:
        return [{"code": self._coded("specialty", one)} for one in dict.fromkeys(entry.specialties(self._on))]

    def _licensed(self, entry: View) -> list[Json]:
        found = []
        for licence in entry.licences():
            said: Json = {}
            if licence.number:
                said["identifier"] = [{"value": licence.number}]
            said["code"] = self._coded("professional-licence-kind", licence.kind)
            if licence.period:
                said["period"] = _period(licence.period)
            if licence.issuer:
                said["issuer"] = {"display": licence.issuer}
            found.append(said)
        return found

    def _gender(self, code: str) -> str:
        named = self._coded("gender", code) if code else {}
        words = {one.get("code") for one in named.get("coding", ())}
        return "male" if "1" in words else "female" if "2" in words else ""

    def _practitionerrole(self, entry: Physician) -> Iterator[Json]:
        newest = {}
        for place in sorted(entry.workplaces(), key=lambda one: one.period.start):
            newest[place.centre.casefold(), place.unit, place.role, place.specialty] = place
        for key, place in newest.items():
            centre = id_of(place.centre.upper())
            unit = f".{_hash(place.unit)}" if place.unit else ""
            specialties = [place.specialty] if place.specialty else list(entry.specialties(self._on))
            yield {
                "resourceType": "PractitionerRole",
                "id": f"{id_of(entry.code)}.{_hash(*key)}",
                "active": self._stands(entry) and place.period.holds(self._on),
                "period": _period(place.period),
                "practitioner": _reference("Practitioner", id_of(entry.code), entry),
                "organization": {"reference": f"Organization/{centre}"} if centre else None,
                "code": [self._coded("workplace-role", place.role)] if place.role else [],
                "specialty": [self._coded("specialty", one) for one in specialties],
                "location": [{"reference": f"Location/{centre}{unit}"}] if centre else [],
            }

    # centres

    def _organization(self, entry: Centre) -> Iterator[Json]:
        parent = entry.value("parent", self._on)
        head = self._head("Organization", entry, "org-id")
        head["identifier"] += [
            {"type": {"text": said.get("type") or said.get("issuer", "")}, "value": said["number"]}
            for said in entry.records("local-id", self._on)
            if said.get("number")
        ]
        yield {
            **head,
            "active": self._stands(entry),
            "type": [{"coding": [FACILITY]}, *self._types(entry)],
            "name": _title(entry),
            "alias": [one.value for one in entry.concept.designations],
            "telecom": self._phones(entry),
            "address": self._addresses(entry),
            "partOf": {"reference": f"Organization/{id_of(parent.upper())}"} if parent else None,
        }

    def _location(self, entry: Centre) -> Iterator[Json]:
        position = entry.position
        addresses = self._addresses(entry)
        parent = entry.value("parent", self._on)
        status = _LOCATION_STATUS.get(entry.is_valid(self._on).standing, "inactive")
        own = {"managingOrganization": _reference("Organization", id_of(entry.code), entry)}
        yield {
            **self._head("Location", entry, "org-id"),
            "status": status,
            "name": _title(entry),
            "mode": "instance",
            "type": [{"coding": [FACILITY]}, *self._types(entry)],
            "telecom": self._phones(entry),
            "address": addresses[0] if addresses else None,
            "position": {"longitude": position[1], "latitude": position[0]} if position else None,
            **own,
            "partOf": {"reference": f"Location/{id_of(parent.upper())}"} if parent else None,
        }
        for unit in {one.id: one for one in entry.units()}.values():
            kinds = [("centre-type", unit.type), ("ward-type", unit.ward)]
            yield {
                "resourceType": "Location",
                "id": f"{id_of(entry.code)}.{_hash(unit.id)}",
                "identifier": [{"value": unit.id}],
                "status": status if unit.period.holds(self._on) else "inactive",
                "name": unit.name,
                "mode": "instance",
                "type": [self._coded(system, code) for system, code in kinds if code],
                **own,
                "partOf": _reference("Location", id_of(entry.code), entry),
            }

    def _healthcareservice(self, entry: Centre) -> Iterator[Json]:
        for service in {(one.type, one.name): one for one in entry.services()}.values():
            kind = self._coded("service-type", service.type) if service.type else {}
            yield {
                "resourceType": "HealthcareService",
                "id": f"{id_of(entry.code)}.{_hash(service.type, service.name)}",
                "active": self._stands(entry) and service.period.holds(self._on),
                "providedBy": _reference("Organization", id_of(entry.code), entry),
                "type": [kind] if kind else [],
                "specialty": [self._coded("specialty", one) for one in entry.values("specialty", self._on)],
                "location": [{"reference": f"Location/{id_of(entry.code)}"}],
                "name": service.name or kind.get("text", ""),
                "telecom": self._phones(entry),
            }

    def _organizationaffiliation(self, entry: Centre) -> Iterator[Json]:
        for one in sorted(entry.contracts(), key=lambda one: (one.insurer, one.scope, one.period.start)):
            insurer = self._coded("insurer", one.insurer)
            coding = insurer.get("coding", [{}])[0]
            identifier = {"system": coding.get("system", ""), "value": one.insurer}
            yield {
                "resourceType": "OrganizationAffiliation",
                "id": f"{id_of(entry.code)}.{_hash(one.insurer, one.scope, one.period.start)}",
                "active": one.period.holds(self._on),
                "period": _period(one.period),
                "organization": {"identifier": identifier, "display": insurer.get("text", one.insurer)},
                "participatingOrganization": _reference("Organization", id_of(entry.code), entry),
                "code": [{"text": one.scope or "contract"}],
                "location": [{"reference": f"Location/{id_of(entry.code)}"}],
            }

    # products

    def _medication(self, entry: Product) -> Iterator[Json]:
        gtins = [{"system": "https://www.gs1.org/gtin", "value": one} for one in entry.gtins]
        codes = [("irc", entry.code), *(("erx", one) for one in entry.erx)]
        codes += [("generic", entry.generic)] if entry.generic else []
        codings = [coding for system, code in codes for coding in self._coded(system, code).get("coding", ())]
        head = self._head("Medication", entry, "irc")
        form = entry.value("form", self._on)
        producer = entry.value("producer", self._on) or entry.value("owner", self._on)
        contents = [one.strip() for one in entry.value("ingredients", self._on).split(";") if one.strip()]
        yield {
            **head,
            "identifier": head["identifier"] + gtins,
            "code": {"coding": codings, "text": _title(entry)},
            "status": "active" if self._stands(entry) else "inactive",
            "manufacturer": {"display": producer} if producer else None,
            "form": self._coded("drug-dosage-form", form) if form else None,
            "ingredient": [{"itemCodeableConcept": {"text": one}} for one in contents],
        }

    # what they share

    def _head(self, kind: str, entry: View, naming: str) -> Json:
        verdict = entry.is_valid(self._on)
        inner = [{"url": "standing", "valueCode": str(verdict.standing)}]
        if verdict.reason:
            inner.append({"url": "reason", "valueCode": verdict.reason})
        return {
            "resourceType": kind,
            "id": id_of(entry.code),
            "extension": [{"url": f"{self._base}/StructureDefinition/registry-standing", "extension": inner}],
            "identifier": [{"use": "official", "system": self.naming(naming), "value": entry.code}],
        }

    def naming(self, id: str) -> str:
        return f"{self._base}/NamingSystem/{id}"

    def _stands(self, entry: View) -> bool:
        return entry.concept.status is Status.ACTIVE and entry.is_valid(self._on).standing is Standing.VALID

    def _types(self, entry: Centre) -> list[Json]:
        kinds = (("organization-type", "organization-type"), ("type", "centre-type"))
        return [self._coded(system, code) for name, system in kinds for code in entry.values(name, self._on)]

    def _phones(self, entry: View) -> list[Json]:
        return _phones(entry.said("contact", "phone", self._on))

    def _addresses(self, entry: View) -> list[Json]:
        city, province = entry.value("city", self._on), entry.value("province", self._on)
        known = entry.records("contact", self._on) or (({},) if city or province else ())
        return [found for one in known if (found := _address(one, city, province))]


def _phones(numbers: "Iterator[str] | tuple[str, ...]") -> list[Json]:
    return [{"system": "phone", "value": one, "use": "work"} for one in dict.fromkeys(numbers) if one]


def _name(entry: Physician, given: str) -> Json:
    found: Json = {"use": "official", "text": _title(entry)}
    family = entry.value("family-name")
    if family:
        found["family"] = family
    if given:
        found["given"] = given.split()
    return found


def _address(said: Json, city: str, province: str) -> Json:
    found = {
        "text": said.get("address", ""),
        "city": city,
        "state": province,
        "postalCode": said.get("postal-code", ""),
        "country": "IR",
    }
    return {name: value for name, value in found.items() if value}


def _period(period: Period) -> Json:
    return {name: day for name, day in (("start", period.start), ("end", period.end)) if day}


def _reference(kind: str, id: str, entry: View) -> Json:
    return {"reference": f"{kind}/{id}", "display": _title(entry)}


def _title(entry: View) -> str:
    return entry.name.fa or entry.name.en or entry.code


def _hash(*parts: str) -> str:
    return blake2b("\n".join(parts).encode(), digest_size=5).hexdigest()


_RENAMED = {"form": "doseForm", "manufacturer": "marketingAuthorizationHolder"}
_CONTACTED = frozenset(("Organization", "Location", "HealthcareService"))


def as_r5(resource: Json) -> Json:
    """The resource as R5 has it."""
    kind = resource["resourceType"]
    if kind == "Medication":
        for one in resource.get("ingredient", ()):
            one["item"] = {"concept": one.pop("itemCodeableConcept")}
        return {_RENAMED.get(name, name): value for name, value in resource.items()}
    if kind == "Practitioner" and "address" in resource:
        later: Json = {name: resource.pop(name) for name in ("address", "qualification") if name in resource}
        return {**resource, **later}
    if kind not in _CONTACTED:
        return resource
    found: Json = {}
    for name, value in resource.items():
        if name == "telecom" or (name == "address" and kind == "Organization"):
            said = found.setdefault("contact", [{}])[0]
            said[name] = value[0] if name == "address" else value
        else:
            found[name] = value
    return found


__all__ = ["FACILITY", "Shapes", "as_r5", "code_of", "id_of"]

"""Entries of the registries in the shapes of the Ministry's former service: its class names, field names and order.

Every field of a class is in its object; what is not known is null. Days are Jalali, as the former
service had them.
"""

from collections.abc import Callable
from typing import Any

from termserver.model.codes import Concept
from termserver.model.days import Day, Period, jalali_text, to_jalali
from termserver.model.text import Text
from termserver.terminology.registry_standing import Standing, Verdict
from termserver.terminology.registry_views import Centre, Physician, Product, View

Vo = dict[str, Any]
Coded = Callable[[str, str], Vo]
"""(id of a code system, code) → DO_CODED_TEXT."""

MED_COUNCIL = ("Med_Council", "Med_ID")
MOHME_IT = ("MOHME_IT", "Org_ID")
_ACTIVITY = {
    Standing.VALID: Text("فعال", "Active"),
    Standing.SUSPENDED: Text("معلق", "Suspended"),
    Standing.NOT_VALID: Text("غیرفعال", "Inactive"),
}
_PRICES = {"ConsumerPrice": "consumer", "DistributerPrice": "distributor", "PharmacyPrice": "pharmacy"}


def do_identifier(id: str, type: str | None, issuer: str | None = None) -> Vo | None:
    """DO_IDENTIFIER; issuer and assigner are one, as in every message seen."""
    return {"Issuer": issuer, "Assigner": issuer, "ID": id, "Type": type} if id else None


def med_id(code: str) -> Vo | None:
    return do_identifier(code, MED_COUNCIL[1], MED_COUNCIL[0])


def org_id(code: str) -> Vo | None:
    return do_identifier(code.upper(), MOHME_IT[1], MOHME_IT[0])


def do_coded_text(value: str | None, terminology: str | None = None, code: str | None = None) -> Vo | None:
    """DO_CODED_TEXT; a text without a code has its value alone."""
    return {"Value": value, "Terminology_id": terminology, "Coded_string": code} if value or code else None


def do_date(day: Day) -> Vo | None:
    if not day:
        return None
    year, month, date = to_jalali(day)
    return {"Year": year, "Month": month, "Day": date, "ISOString": jalali_text(day)}


def rial(amount: int) -> Vo:
    return {"Magnitude": float(amount), "MagnitudeStatus": None, "Unit": "Rial"}


def provider(entry: Physician, on: Day, coded: Coded) -> Vo:
    """HealthcareProviderVO."""
    specialties = entry.specialties(on)
    title = entry.value("specialty-title", on)
    roles = [place.role for place in entry.workplaces(on) if place.role]
    phones = dict.fromkeys(said for said in entry.said("office", "phone", on) if said)
    return {
        "Specialty": coded("specialty", specialties[0]) if specialties else do_coded_text(title),
        "Identifier": med_id(entry.code),
        "Role": coded("workplace-role", roles[0]) if roles else None,
        "ContactPoint": [{"MediumType": None, "Usage": None, "Detail": phone} for phone in phones],
        "FirstName": entry.value("given-name") or None,
        "LastName": entry.value("family-name") or None,
        "FullName": entry.name.fa or entry.name.en,
    }


def organization(entry: Centre, on: Day, coded: Coded, standing: Verdict) -> Vo:
    """OrganizationDetailVO."""
    kind, ownership = entry.value("organization-type", on), entry.value("ownership", on)
    specialties = entry.values("specialty", on)
    university = entry.value("university", on)
    activity = _ACTIVITY.get(standing.standing)
    position = entry.position
    return {
        "OrganizationID": org_id(entry.code),
        "HierarchicalOrganizationID": org_id(entry.value("parent", on)),
        "Name": entry.name.fa or entry.name.en,
        "Type": coded("organization-type", kind) if kind else _type(entry, on, coded),
        "Area": _area(entry, on, coded),
        "DependencyType": do_coded_text(entry.value("affiliation", on)),
        "AllegianceType": None,
        "OwnershipStatus": coded("ownership-kind", ownership) if ownership else None,
        "OwnerOrganizationID": None,
        "ObserverOrganizationID": do_identifier(university, "medical-university"),
        "Specialty": coded("specialty", specialties[0]) if specialties else None,
        "SpecialtyType": [coded("specialty", one) for one in specialties],
        "ActivityStatus": do_coded_text(activity.fa, None, str(standing.standing)) if activity else None,
        "PostalCode": next(iter(entry.said("contact", "postal-code", on)), None),
        "Longitude": position[1] if position else None,
        "Latitude": position[0] if position else None,
        "EstablishmentDate": do_date(_first(entry.periods("legal"))),
        "ActivationDate": do_date(_first(entry.periods("active"))),
        "OtherIdentityInfo": [
            do_identifier(said.get("number", ""), said.get("type"), said.get("issuer"))
            for said in entry.records("local-id", on)
        ],
        "ExtendendProperty": [
            {"Element": name, "ValueField": value}
            for name, value in (
                ("owner", entry.value("owner", on)),
                ("address", next(iter(entry.said("contact", "address", on)), "")),
                ("phone", next(iter(entry.said("contact", "phone", on)), "")),
                *(("replaced-by", code) for code in entry.successors()),
            )
            if value
        ],
    }


def drug(entry: Product, on: Day, coded: Coded, generic_name: str) -> Vo:
    """DrugInfoVO."""
    prices = {price.kind: price.amount for price in sorted(entry.prices(on), key=lambda one: one.per == "package")}
    said = {
        "DrugGenericName": generic_name or None,
        **_companies(entry, on),
        **_codes(entry, on, coded),
        **{name: rial(prices[kind]) if kind in prices else None for name, kind in _PRICES.items()},
    }
    return said | _names(entry.concept)


def equipment(entry: View, irc: str, on: Day, coded: Coded) -> Vo:
    """EquipmentInfoVO; ``irc`` is the registration code by which it was asked for."""
    country = entry.value("country", on)
    said = {
        **_companies(entry, on),
        "ProducerCountry": coded("iso-3166-1", country) if country else None,
        **_codes(entry, on, coded, irc),
    }
    return said | _names(entry.concept)


def _type(entry: Centre, on: Day, coded: Coded) -> Vo | None:
    kind = entry.value("type", on)
    return coded("centre-type", kind) if kind else None


def _area(entry: Centre, on: Day, coded: Coded) -> Vo | None:
    ministry, sci = entry.value("ministry-area", on), entry.value("area", on)
    province, city = entry.value("province", on), entry.value("city", on)
    if not (ministry or sci or province or city):
        return None
    national = coded("country-divisions", ministry) if ministry else coded("sci-divisions", sci) if sci else None
    places = {"Province": do_coded_text(province), "City": do_coded_text(city)}
    finer = dict.fromkeys(("Town", "District", "RuralArea", "Village"))
    return {"NationalAreaCode": national, "Country": None, **places, **finer}


def _companies(entry: View, on: Day) -> Vo:
    return {
        "LicenseOwnerCompanyName": entry.value("owner", on) or None,
        "LicenseOwnerCompanyID": do_identifier(entry.value("owner-id", on), "legal-person"),
        "ProducerCompanyName": entry.value("producer", on) or None,
        "ProducerCompanyID": None,
    }


def _codes(entry: View, on: Day, coded: Coded, irc: str = "") -> Vo:
    gtin = entry.value("gtin", on)
    name = entry.name.fa or entry.name.en
    return {
        "IRC": do_coded_text(name, "IRC", irc or entry.code),
        "GTIN": coded("gtin", gtin) if gtin else None,
    }


def _names(concept: Concept) -> Vo:
    return {"FaFullTradeName": concept.display.fa or None, "EnFullTradeName": concept.display.en or None}


def _first(periods: tuple[Period, ...]) -> Day:
    return min((period.start for period in periods if period.start), default="")

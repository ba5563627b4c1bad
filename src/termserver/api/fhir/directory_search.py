"""The search parameters of the directory (IHE mCSD, ITI-90): what each of them looks at in a resource.

A test reads the resource as it is sent, so nothing that is not shown can be searched for.
"""

import math
from collections.abc import Callable, Iterable, Iterator

from termserver.fhir.outcomes import Json, refused
from termserver.model.fold import fold

Test = Callable[[Json], bool]
_COMMON = {"_id": "token", "_lastUpdated": "date"}
_ADDRESS = dict.fromkeys(("address", "address-city", "address-state", "address-postalcode"), "string")
PARAMETERS: dict[str, dict[str, str]] = {
    "Practitioner": {
        **_COMMON,
        "active": "token",
        "identifier": "token",
        "name": "string",
        "family": "string",
        "given": "string",
        "gender": "token",
        **_ADDRESS,
    },
    "PractitionerRole": {
        **_COMMON,
        "active": "token",
        "practitioner": "reference",
        "organization": "reference",
        "location": "reference",
        "role": "token",
        "specialty": "token",
        "date": "date",
    },
    "Organization": {
        **_COMMON,
        "active": "token",
        "identifier": "token",
        "name": "string",
        "type": "token",
        "partof": "reference",
        **_ADDRESS,
    },
    "Location": {
        **_COMMON,
        "identifier": "token",
        "name": "string",
        "status": "token",
        "type": "token",
        "organization": "reference",
        "partof": "reference",
        "near": "special",
        **_ADDRESS,
    },
    "HealthcareService": {
        **_COMMON,
        "active": "token",
        "name": "string",
        "service-type": "token",
        "specialty": "token",
        "organization": "reference",
        "location": "reference",
    },
    "OrganizationAffiliation": {
        **_COMMON,
        "active": "token",
        "date": "date",
        "participating-organization": "reference",
        "primary-organization": "reference",
        "role": "token",
        "location": "reference",
    },
    "Medication": {**_COMMON, "identifier": "token", "code": "token", "status": "token", "form": "token"},
}
_ELEMENTS = {
    ("PractitionerRole", "role"): "code",
    ("OrganizationAffiliation", "role"): "code",
    ("HealthcareService", "service-type"): "type",
    ("HealthcareService", "organization"): "providedBy",
    ("Location", "organization"): "managingOrganization",
    ("OrganizationAffiliation", "participating-organization"): "participatingOrganization",
    ("OrganizationAffiliation", "primary-organization"): "organization",
}
_PARTS = {"address-city": "city", "address-state": "state", "address-postalcode": "postalCode"}
_KM = 6371.0


def element_of(kind: str, name: str) -> str:
    """Which element a parameter looks at."""
    return _ELEMENTS.get((kind, name), "partOf" if name == "partof" else name)


def references(resource: Json, name: str) -> Iterator[str]:
    """The literal references in the element of a reference parameter: ``Organization/…``."""
    said = resource.get(element_of(resource["resourceType"], name))
    for one in said if isinstance(said, list) else [said]:
        if isinstance(one, dict) and one.get("reference"):
            yield one["reference"]


def test(kind: str, name: str, modifier: str, text: str) -> Test:
    """The test of one parameter; raise ``FhirProblem`` for a modifier or a value that it cannot have."""
    type = PARAMETERS[kind][name]
    wanted = [part for part in text.split(",") if part]
    allowed = {"string": ("", "contains", "exact"), "token": ("", "not"), "special": ("",)}.get(type, ("",))
    if type == "reference":
        allowed = ("", "identifier")
    if modifier not in allowed:
        raise refused(
            400, "not-supported", f"{name} has no modifier ':{modifier[:40]}'", f"{name} پسوند «{modifier[:40]}» ندارد"
        )
    if type == "string":
        return _string(kind, name, modifier, wanted)
    if type == "date":
        return _date(name, wanted)
    if type == "special":
        return _near(text)
    if type == "reference":
        return _referred(name, modifier, wanted)
    tokens = [_token(one) for one in wanted]
    element = element_of(kind, name)

    def fits(resource: Json) -> bool:
        found = any(_same(known, one) for known in _tokens(resource, element) for one in tokens)
        return found is not (modifier == "not")

    return fits


def _string(kind: str, name: str, modifier: str, wanted: list[str]) -> Test:
    folded = [fold(part) for part in wanted]

    def fits(resource: Json) -> bool:
        for known in _strings(resource, kind, name):
            if modifier == "exact":
                if known in wanted:
                    return True
                continue
            said = fold(known)
            if modifier == "contains":
                if any(part in said for part in folded):
                    return True
            elif any(said.startswith(part) or f" {part}" in said for part in folded):
                return True
        return False

    return fits


def _strings(resource: Json, kind: str, name: str) -> Iterator[str]:
    if name.startswith("address"):
        for one in _listed(resource.get("address")):
            part = _PARTS.get(name)
            yield from (one[key] for key in ((part,) if part else one) if key in one)
    elif kind == "Practitioner":
        for one in resource.get("name", ()):
            if name == "name":
                yield one.get("text", "")
            if name in ("name", "family"):
                yield one.get("family", "")
            if name in ("name", "given"):
                yield from one.get("given", ())
    else:
        yield resource.get("name", "")
        yield from resource.get("alias", ())


def _token(text: str) -> tuple[str | None, str]:
    system, mark, value = text.rpartition("|")
    return (system if mark else None), value


def _same(known: tuple[str, str], wanted: tuple[str | None, str]) -> bool:
    system, value = wanted
    return (system is None or known[0] == system) and (not value or known[1].casefold() == value.casefold())


def _tokens(resource: Json, element: str) -> Iterator[tuple[str, str]]:
    if element == "_id":
        yield "", resource["id"]
        return
    for one in _listed(resource.get(element)):
        if isinstance(one, bool):
            yield "", "true" if one else "false"
        elif isinstance(one, str):
            yield "", one
        elif "coding" in one or "text" in one:
            yield from ((coding.get("system", ""), coding.get("code", "")) for coding in one.get("coding", ()))
        else:
            yield one.get("system", ""), one.get("value", "")


def _referred(name: str, modifier: str, wanted: list[str]) -> Test:
    if modifier == "identifier":
        tokens = [_token(one) for one in wanted]

        def identified(resource: Json) -> bool:
            said = _listed(resource.get(element_of(resource["resourceType"], name)))
            known = [
                (one["identifier"].get("system", ""), one["identifier"]["value"]) for one in said if "identifier" in one
            ]
            return any(_same(one, token) for one in known for token in tokens)

        return identified
    # an absolute address names the same resource: the last two parts of its path count
    ends = ["/".join(one.rstrip("/").split("/")[-2:]) if "/" in one else one for one in wanted]

    def fits(resource: Json) -> bool:
        return any(
            said == one if "/" in one else said.rpartition("/")[2] == one
            for said in references(resource, name)
            for one in ends
        )

    return fits


def _date(name: str, wanted: list[str]) -> Test:
    parts = [(one[:2], one[2:]) if one[:2].isalpha() else ("eq", one) for one in wanted]
    if any(prefix not in _PREFIXES for prefix, _ in parts):
        raise refused(
            400, "invalid", f"{name} takes {', '.join(_PREFIXES)} before a date", f"{name} پیشوند درستی ندارد"
        )

    def fits(resource: Json) -> bool:
        if name == "_lastUpdated":
            low = high = str(resource["meta"]["lastUpdated"])
        else:
            period = resource.get("period", {})
            low, high = period.get("start", "0000-00-00"), period.get("end", "9999-99-99")
        return any(_PREFIXES[prefix](low, high, said) for prefix, said in parts)

    return fits


_PREFIXES: dict[str, Callable[[str, str, str], bool]] = {
    "eq": lambda low, high, said: low[: len(said)] <= said <= high[: len(said)],
    "ne": lambda low, high, said: not low[: len(said)] <= said <= high[: len(said)],
    "gt": lambda low, high, said: high[: len(said)] > said,
    "ge": lambda low, high, said: high[: len(said)] >= said,
    "lt": lambda low, high, said: low[: len(said)] < said,
    "le": lambda low, high, said: low[: len(said)] <= said,
    "sa": lambda low, high, said: low[: len(said)] > said,
    "eb": lambda low, high, said: high[: len(said)] < said,
}


def _near(text: str) -> Test:
    """``latitude|longitude|distance|unit``: no farther than that (11 km unless said)."""
    try:
        latitude, longitude, *more = text.split("|")
        at = float(latitude), float(longitude)
        distance = float(more[0]) if more and more[0] else 11.0
        unit = more[1] if len(more) > 1 and more[1] else "km"
        reach = distance * {"km": 1.0, "m": 0.001, "[mi_i]": 1.609344, "mi": 1.609344}[unit]
    except (ValueError, KeyError):
        raise refused(
            400, "invalid", "near is latitude|longitude|distance|km", "near به شکل عرض|طول|فاصله|km است"
        ) from None

    def fits(resource: Json) -> bool:
        said: Json = resource.get("position") or {}
        return bool(said) and _kilometres(at, (said["latitude"], said["longitude"])) <= reach

    return fits


def _kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    a, b, c, d = (math.radians(number) for number in (*one, *other))
    half = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 2 * _KM * math.asin(min(1.0, math.sqrt(half)))


def _listed(said: object) -> Iterable:  # type: ignore[type-arg]
    return said if isinstance(said, list) else () if said is None else (said,)

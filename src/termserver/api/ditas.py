"""The names of the Ministry's former service, ``/compat/ditas/GetOrganization`` …, over registries and lists.

The shapes are the former ones; how an entry stands on the day, for which they have no place, is in
headers. What is shown, how often, and what is told to the access log is the same as everywhere.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, cast

import orjson
from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from termserver.access.facts import facts_of
from termserver.api import ditas_asked, ditas_shapes
from termserver.api.answers import JSON
from termserver.api.codesystems import parameters_of
from termserver.api.ditas_asked import CODED_TEXT, DATE_TIME, IDENTIFIER, STRING, Asked, Shape
from termserver.api.ditas_codes import Lists
from termserver.api.ditas_shapes import MED_COUNCIL, MOHME_IT, Vo
from termserver.api.hot import HotRoutes
from termserver.api.registry_desk import Desk
from termserver.model.codes import CodeSystem, Content
from termserver.model.days import Day, parse_day
from termserver.model.errors import UnknownCode
from termserver.model.ports import CodeState
from termserver.model.values import replace
from termserver.terminology.registry_views import Centre, Physician, Product, Verdict, View, view

PRODUCTS = ("irc", "products-sample")
"""Where a product is looked for, in this order; the sample's are not among the real ones."""
EQUIPMENT = "imed-ir"


class Given(NamedTuple):
    """An answer, with what its shape has no place for."""

    body: Any
    standing: Verdict | None = None
    system: CodeSystem | None = None
    codes: tuple[str, ...] = ()
    """The entries that are shown."""
    reason: str = ""
    """Why a code is not right."""


class _Operation(NamedTuple):
    name: str
    summary: str
    shape: Shape
    says: dict[str, str]
    answer: "Callable[[_Face, Asked, Day], Given]"
    of_codes: bool = False
    """Whether it tells of lists of codes, which are not counted as entries of registries are."""


def routes(hot: HotRoutes, desk: Desk, today: Callable[[], Day]) -> APIRouter:
    """The operations, each by GET and by POST."""
    router = APIRouter(tags=["former names"])
    face = _Face(desk)
    for operation in _OPERATIONS:
        _add(router, operation, face, hot, desk, today)
    return router


def _add(
    router: APIRouter, operation: _Operation, face: "_Face", hot: HotRoutes, desk: Desk, today: Callable[[], Day]
) -> None:
    path = f"/compat/ditas/{operation.name}"

    async def answered(request: Request, asked: Asked, on: str) -> Response:
        day = parse_day(on) if on else today()
        caller, facts = request.client.host if request.client else "-", facts_of(request.scope)
        if not operation.of_codes:
            desk.allow(caller, 1, facts.standing)
        given = await run_in_threadpool(operation.answer, face, asked, day)
        if isinstance(given.body, list) and not operation.of_codes:
            desk.allow(caller, max(0, len(given.body) - 1), facts.standing)
        if given.system is not None:
            facts.shown(operation.name, given.system.id, len(given.codes), given.codes)
        headers = {"x-termserver-release": hot.release, "x-content-type-options": "nosniff"}
        if given.standing is not None:
            headers |= {
                "x-termserver-standing": str(given.standing.standing),
                "x-termserver-reason": given.standing.reason,
            }
        if given.reason:
            headers["x-termserver-reason"] = given.reason
        if given.system is not None and given.system.content is Content.EXAMPLE:
            headers["x-termserver-content"] = "example"
        return Response(orjson.dumps(given.body), headers=headers, media_type=JSON.decode())

    async def by_address(request: Request) -> Response:
        return await answered(request, *ditas_asked.from_address(request.scope["query_string"], operation.shape))

    async def by_body(request: Request) -> Response:
        return await answered(request, *ditas_asked.from_body(await request.body(), operation.shape))

    known = parameters_of(ditas_asked.parameters(operation.shape, operation.says))
    router.add_api_route(
        path, by_address, methods=["GET"], summary=operation.summary, openapi_extra=known, name=f"{operation.name}-get"
    )
    body = {"required": True, "content": {"application/json": {"schema": _schema(operation)}}}
    router.add_api_route(
        path,
        by_body,
        methods=["POST"],
        summary=operation.summary,
        openapi_extra={"requestBody": body},
        name=f"{operation.name}-post",
    )


def _schema(operation: _Operation) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for name, members in operation.shape.items():
        bare: dict[str, Any] = {"type": "string", "description": operation.says.get(name, "")}
        fields = {member: {"type": ["string", "integer", "null"]} for member in members}
        said[name] = {"oneOf": [bare, {"type": "object", "properties": fields}]} if members else bare
    said["on"] = {"type": "string", "description": ditas_asked.ON.says}
    return {"type": "object", "properties": said, "required": _required(operation)}


def _required(operation: _Operation) -> list[str]:
    """The arguments that must be given: the first one, where it is not a day to begin at."""
    return [name for name in list(operation.shape)[:1] if name != "FromDate"]


class _Face:
    """The operations over one edition."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._terminology = desk.server.terminology
        self._lists = Lists(desk.server)

    def provider(self, asked: Asked, on: Day) -> Given:
        number = ditas_asked.identifier(asked, "ProviderID", _PROVIDER, *MED_COUNCIL)
        system, entry = self._entry("physicians", number)
        return self._told(system, entry, on, ditas_shapes.provider(cast(Physician, entry), on, self._coded))

    def organization(self, asked: Asked, on: Day) -> Given:
        id = ditas_asked.identifier(asked, "OrganizationID", _ORGANIZATION, *MOHME_IT)
        system, entry = self._entry("centres", id)
        shape = ditas_shapes.organization(cast(Centre, entry), on, self._coded, entry.is_valid(on))
        return self._told(system, entry, on, shape)

    def parent(self, asked: Asked, on: Day) -> Given:
        id = ditas_asked.identifier(asked, "OrganizationID", _ORGANIZATION, *MOHME_IT)
        system, entry = self._entry("centres", id)
        above = ditas_shapes.org_id(entry.value("parent", on))
        return self._told(system, entry, on, above)

    def children(self, asked: Asked, on: Day) -> Given:
        id = ditas_asked.identifier(asked, "ParentOrganizationID", _CHILDREN, *MOHME_IT)
        kind = ditas_asked.text(asked, "OrganizationType", _CHILDREN, required=False)
        named = str(asked.get("OrganizationType", {}).get("Terminology_id") or "")
        since = ditas_asked.since(asked, "FromDate")
        system, parent = self._entry("centres", id)
        by = "type" if named and self._desk.server.resolve(named).id == "centre-type" else "organization-type"
        found, codes = [], []
        for code in self._terminology.links.naming("centres", "parent", parent.code):
            _, child = self._entry("centres", code)
            if child.value("parent", on).casefold() != parent.code.casefold():
                continue
            if (not kind or kind in child.values(by, on)) and (not since or _changed(child, since, on)):
                found.append(ditas_shapes.org_id(code))
                codes.append(code)
        return Given(found, None, system, tuple(codes))

    def drug(self, asked: Asked, on: Day) -> Given:
        irc = ditas_asked.text(asked, "DrugIRC", _DRUG)
        system, entry = self._entry(next((one for one in PRODUCTS if self._terminology.entry(one, irc)), "irc"), irc)
        generic = entry.value("generic", on)
        name = self._terminology.display("generic", generic) if generic else None
        shape = ditas_shapes.drug(cast(Product, entry), on, self._coded, (name.en or name.fa) if name else "")
        return self._told(system, entry, on, shape)

    def equipment(self, asked: Asked, on: Day) -> Given:
        irc = ditas_asked.text(asked, "EquipmentIRC", _EQUIPMENT)
        codes = self._terminology.links.naming(EQUIPMENT, "irc", irc)
        if not codes and self._terminology.entry(EQUIPMENT, irc) is None:
            raise UnknownCode(
                f"No equipment with the registration code {irc[:40]} is in {EQUIPMENT}.",
                f"تجهیزی با کد ثبت {irc[:40]} در «{EQUIPMENT}» نیست.",
            )
        system, entry = self._entry(EQUIPMENT, codes[0] if codes else irc)
        said = entry.value("irc", on) if not codes else irc
        return self._told(system, entry, on, ditas_shapes.equipment(entry, said, on, self._coded))

    def terminologies(self, asked: Asked, on: Day) -> Given:
        return Given(self._lists.changed(ditas_asked.since(asked, "FromDate")))

    def codes(self, asked: Asked, on: Day) -> Given:
        name = ditas_asked.text(asked, "Terminology", _SEARCH)
        return Given(self._lists.codes(name, ditas_asked.since(asked, "FromDate")))

    def value(self, asked: Asked, on: Day) -> Given:
        name = ditas_asked.text(asked, "Terminology", _VALUE)
        return Given(self._lists.value(name, ditas_asked.text(asked, "Code", _VALUE)))

    def validate(self, asked: Asked, on: Day) -> Given:
        said = asked.get("CodedText", {})
        code = ditas_asked.text(asked, "CodedText", _VALIDATE)
        name = str(said.get("Terminology_id") or "").strip()
        if not name:
            raise ditas_asked.wrong("CodedText.Terminology_id is missing", "CodedText.Terminology_id داده نشده است")
        state = self._lists.state(name, code, on)
        return Given(state == CodeState.OK, reason="" if state == CodeState.OK else state)

    def _entry(self, registry: str, written: str) -> tuple[CodeSystem, View]:
        """The entry as the caller may see it; raise UnknownCode if there is none."""
        system = self._desk.registry(registry)
        concept, _ = self._desk.entry(system, written)
        seen = self._desk.shaper(system).properties(concept.properties)
        return system, view(system.id, replace(concept, properties=seen))

    def _told(self, system: CodeSystem, entry: View, on: Day, body: Any) -> Given:
        return Given(body, entry.is_valid(on), system, (entry.code,))

    def _coded(self, system: str, code: str) -> Vo:
        found = self._terminology.system(system)
        name = self._terminology.display(system, code)
        return {
            "Value": name.fa or name.en or None,
            "Terminology_id": (found.native_id or found.id) if found else system,
            "Coded_string": code,
        }


def _changed(entry: View, since: Day, on: Day) -> bool:
    """Whether something of an entry began or ended from ``since`` up to ``on``."""
    periods = (entry.concept.period, *(fact.period for fact in entry.concept.properties))
    return any(day and since <= day <= on for period in periods for day in (period.start, period.end))


_PROVIDER: Shape = {"ProviderID": IDENTIFIER}
_ORGANIZATION: Shape = {"OrganizationID": IDENTIFIER}
_CHILDREN: Shape = {"ParentOrganizationID": IDENTIFIER, "OrganizationType": CODED_TEXT, "FromDate": DATE_TIME}
_DRUG: Shape = {"DrugIRC": STRING}
_EQUIPMENT: Shape = {"EquipmentIRC": STRING}
_SINCE: Shape = {"FromDate": DATE_TIME}
_SEARCH: Shape = {"Terminology": STRING, "FromDate": DATE_TIME}
_VALUE: Shape = {"Terminology": STRING, "Code": STRING}
_VALIDATE: Shape = {"CodedText": CODED_TEXT}
_LIST = "the list: its Terminology_id, id, URL or OID"
_ORG = {"OrganizationID": "SIAM GUID of the centre"}
_OPERATIONS = (
    _Operation(
        "GetHealthCareProviderInfo",
        "A professional, as HealthcareProviderVO",
        _PROVIDER,
        {"ProviderID": "Medical Council number with the mark of its group"},
        _Face.provider,
    ),
    _Operation("GetOrganization", "A centre, as OrganizationDetailVO", _ORGANIZATION, _ORG, _Face.organization),
    _Operation(
        "GetChildOrganizations",
        "The centres under a centre, as DO_IDENTIFIER[]",
        _CHILDREN,
        {
            "ParentOrganizationID": "SIAM GUID of the centre above",
            "OrganizationType": "only of this organizationType (or centre-type, where Terminology_id says so)",
            "FromDate": "only those of which something began or ended since that day",
        },
        _Face.children,
    ),
    _Operation(
        "GetParentOrganization", "The centre above a centre, as DO_IDENTIFIER", _ORGANIZATION, _ORG, _Face.parent
    ),
    _Operation("GetDrugInfoByIRC", "A drug product, as DrugInfoVO", _DRUG, {"DrugIRC": "16 digits"}, _Face.drug),
    _Operation(
        "GetEquipmentInfoByIRC",
        "A piece of equipment, as EquipmentInfoVO",
        _EQUIPMENT,
        {"EquipmentIRC": "registration code, or the five digits of Imed"},
        _Face.equipment,
    ),
    _Operation(
        "GetTerminologies",
        "The lists of codes that changed since a day, as string[]",
        _SINCE,
        {"FromDate": "only those that changed since that day"},
        _Face.terminologies,
        of_codes=True,
    ),
    _Operation(
        "SearchTerminology",
        "The codes of a list that changed since a day, as DO_CODED_TEXT[]",
        _SEARCH,
        {"Terminology": _LIST, "FromDate": "only codes that came, went or are said differently since that day"},
        _Face.codes,
        of_codes=True,
    ),
    _Operation(
        "GetTerminologyValue",
        "What a code is called, as string",
        _VALUE,
        {"Terminology": _LIST, "Code": "the code"},
        _Face.value,
        of_codes=True,
    ),
    _Operation(
        "ValidateCode",
        "Whether a list has a code, as bool",
        _VALIDATE,
        {"CodedText": "Coded_string and Terminology_id; its Value is not compared"},
        _Face.validate,
        of_codes=True,
    ),
)

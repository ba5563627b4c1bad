"""The routes over registries: entries on a day, thousands of verifications at once, what changed since."""

from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from termserver.access.facts import Facts, facts_of
from termserver.api.answers import Problem
from termserver.api.codesystems import parameters_of
from termserver.api.hot import HotRoutes
from termserver.api.parameters import Parameter, read
from termserver.api.registry_desk import VERIFIED_AS_ONE, Desk
from termserver.api.responses import json_response
from termserver.model.codes import CodeSystem
from termserver.model.days import parse_day, today
from termserver.model.errors import UnknownCode, UsageError
from termserver.model.text import Text
from termserver.service import TermServer
from termserver.terminology.registry_standing import NOBODY
from termserver.terminology.registry_views import canonical_code

MOST_VERIFIED = 20_000
"""Numbers in one verification."""

ENTRY = {
    parameter.name: parameter
    for parameter in (
        Parameter("on", says="the day that counts, ISO or Jalali; default: all of time"),
        Parameter("known_on", says="what was known on this day (or at this moment, ISO); needs the store of record"),
        Parameter("lang", "fa", choices=("fa", "en"), says="the language of `display`"),
    )
}
CHANGES = {
    parameter.name: parameter
    for parameter in (
        Parameter("after", "0", least=0, says="the `next` of the last answer; 0 begins"),
        Parameter("limit", "1000", least=1, most=20_000, says="how many entries at most"),
    )
}
_ITEM: dict[str, Any] = {
    "oneOf": [
        {
            "type": "array",
            "items": {"type": "string"},
            "minItems": 3,
            "maxItems": 4,
            "description": "[number, kind of licence or empty, date] and, for physicians, the group",
        },
        {
            "type": "object",
            "required": ["number"],
            "properties": {name: {"type": "string"} for name in ("number", "kind", "date", "group", "registry")},
        },
    ]
}
_BODY = {
    "type": "object",
    "required": ["items"],
    "properties": {
        "registry": {"type": "string", "default": "physicians"},
        "date": {"type": "string", "description": "for items without one; else today"},
        "items": {"type": "array", "maxItems": MOST_VERIFIED, "items": _ITEM},
    },
}


def routes(server: TermServer, hot: HotRoutes, desk: Desk) -> APIRouter:
    """The routes over the registries of one edition."""
    router = APIRouter(tags=["registries"])

    @router.get("/api/registries", summary="The baseline registries of this edition")
    async def registries() -> Response:
        """How much of each is here, how many entries, and from which release."""
        return json_response({"registries": [server.describe(one) for one in desk.registries()]}, hot, immutable=True)

    @router.get("/api/registries/{registry}", summary="One registry: its facts, and who may see each")
    async def registry(registry: str) -> Response:
        system = desk.registry(registry)
        return json_response({**server.describe(system), "facts": _facts(system)}, hot, immutable=True)

    @router.get(
        "/api/registries/{registry}/entries/{code:path}",
        summary="One entry, on a day",
        openapi_extra=parameters_of(ENTRY),
    )
    async def entry(registry: str, code: str, request: Request) -> Response:
        """What may be publicly known of it, how it stands on the day, and the time line of its standing."""
        values = read(request.scope["query_string"], ENTRY)
        system = desk.registry(registry)
        facts = facts_of(request.scope)
        desk.allow(_caller(request), 1, facts.standing)
        past = code.removesuffix("/history") if code.endswith("/history") else ""
        if past:
            versions = await run_in_threadpool(desk.history, system, past, facts.standing)
            facts.shown("history", system.id, 1, (canonical_code(system.id, past) or past,))
            return json_response({"registry": system.id, "code": past, "versions": versions}, hot)
        try:
            concept, recorded = await run_in_threadpool(desk.entry, system, code, _moment(values["known_on"]))
        except UnknownCode:
            desk.limits.saw(facts.standing, system.id, code, found=False)
            raise
        desk.limits.saw(facts.standing, system.id, concept.code, found=True)
        day = parse_day(values["on"]) if values["on"] else ""
        said = desk.shown(system, concept, day, values["lang"], facts.standing)
        if recorded is not None:
            said["known"] = {"from": recorded.recorded_from, "to": recorded.recorded_to, "cursor": recorded.cursor}
        facts.shown("read", system.id, 1, (concept.code,))
        return json_response(said, hot)

    @router.post(
        "/api/registries/verify",
        summary="Was each of these in force on its day?",
        openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": _BODY}}}},
    )
    async def verify(request: Request) -> Response:
        """One answer for each item, in their order: `valid`, `not-valid`, `suspended` or `unknown`, and why."""
        body = await request.body()
        asked = _asked(body)
        facts = facts_of(request.scope)
        desk.allow(_caller(request), len(asked["items"]) / VERIFIED_AS_ONE, facts.standing)
        results = await run_in_threadpool(_verified, server, desk, asked, facts)
        unknown = sum(one["standing"] == "unknown" for one in results)
        desk.limits.verified(facts.standing, facts.registry, len(results) - unknown, unknown)
        return json_response({"results": results}, hot)

    @router.get(
        "/api/registries/{registry}/changes",
        summary="What changed after a cursor",
        openapi_extra=parameters_of(CHANGES),
    )
    async def changes(registry: str, request: Request) -> Response:
        """Entries in their last form, in the order of their changes; closed ones too.

        Begin with `after=0` and go on with `next` until `complete`: then you hold exactly the registry, and
        `checksum` proves it.
        """
        values = read(request.scope["query_string"], CHANGES)
        system = desk.registry(registry)
        page = await run_in_threadpool(
            desk.changes, system, int(values["after"]), int(values["limit"]), facts_of(request.scope).standing
        )
        facts_of(request.scope).shown("changes", system.id, len(page["changes"]))
        return json_response(page, hot)

    return router


def _facts(system: CodeSystem) -> list[dict[str, Any]]:
    return [
        {
            "code": one.code,
            "title": one.title.as_json(),
            "type": one.type,
            "audience": str(one.audience),
            "fields": [
                {
                    "code": field.code,
                    "title": field.title.as_json(),
                    "type": field.type,
                    "system": field.system,
                    "audience": str(field.audience),
                }
                for field in one.fields
            ],
        }
        for one in system.properties
    ]


def _caller(request: Request) -> str:
    return request.client.host if request.client else "-"


def _moment(said: str) -> str:
    """A day in either calendar, or a moment, as the store takes it."""
    return said if not said or "T" in said else parse_day(said)


def _asked(body: bytes) -> dict[str, Any]:
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _wrong(f"the body is not JSON: {error}", f"بدنه JSON نیست: {error}") from None
    if not isinstance(said, dict) or not isinstance(said.get("items"), list):
        raise _wrong(
            'send {"registry": "physicians", "items": [["900001", "", "1405-08-30"], …]}',
            'چنین بفرستید: {"registry": "physicians", "items": [["900001", "", "1405-08-30"], …]}',
        )
    if unknown := sorted(said.keys() - {"registry", "date", "items"}):
        raise _wrong(
            f"the member '{unknown[0][:40]}' is not known; known: registry, date, items",
            f"عضو «{unknown[0][:40]}» شناخته نیست؛ شناخته‌ها: registry، date، items",
        )
    if len(said["items"]) > MOST_VERIFIED:
        raise _wrong(
            f"{len(said['items']):,} items are more than {MOST_VERIFIED:,} in one request; send them in parts",
            f"{len(said['items']):,} شماره بیش از {MOST_VERIFIED:,} در یک درخواست است؛ در چند بخش بفرستید",
        )
    return said


def _verified(server: TermServer, desk: Desk, asked: dict[str, Any], facts: Facts) -> list[dict[str, str]]:
    usual = str(asked.get("registry") or "physicians")
    usual_day = _day(asked.get("date"), 0) if asked.get("date") else today()
    systems: dict[str, Any] = {}
    days: dict[str, str] = {"": usual_day}
    said: dict[int, dict[str, str]] = {}
    results = []
    found: dict[str, dict[tuple[str, str], None]] = {}
    for n, item in enumerate(asked["items"]):
        number, kind, date, group, registry = _triple(item, n)
        name = registry or usual
        if name not in systems:
            system = desk.registry(name).id
            systems[name] = server.verifying(system)
            found[name] = {}
        day = days.get(date)
        if day is None:
            day = days[date] = _day(date, n)
        verdict = systems[name](number, kind, day, group)
        told = said.get(id(verdict))  # equal verdicts are one object
        if told is None:
            told = said[id(verdict)] = verdict.as_json()
        if verdict.reason not in NOBODY:  # a number that nobody has may be anybody's; it is not noted
            found[name][number, group] = None
        results.append(told)
    for name, numbers in found.items():
        registry = desk.registry(name).id
        facts.shown("verify", registry, len(numbers), tuple(canonical_code(registry, *one) for one in numbers))
    return results


def _triple(item: Any, n: int) -> tuple[str, str, str, str, str]:
    if isinstance(item, list) and 3 <= len(item) <= 4 and all(isinstance(one, str) for one in item):
        return item[0], item[1], item[2], item[3] if len(item) == 4 else "", ""
    if isinstance(item, dict) and isinstance(item.get("number"), str):
        rest = [item.get(name, "") for name in ("kind", "date", "group", "registry")]
        if all(isinstance(one, str) for one in rest) and not item.keys() - _MEMBERS:
            return (item["number"], *rest)
    raise _wrong(
        f"item {n} is neither [number, kind, date] nor an object with number, kind, date, group, registry (texts)",
        f"مورد {n} نه [شماره، نوع، تاریخ] است و نه شیئی با number، kind، date، group، registry (همه متن)",
    )


_MEMBERS = frozenset(("number", "kind", "date", "group", "registry"))


def _day(said: Any, n: int) -> str:
    try:
        return parse_day(str(said))
    except UsageError as error:
        raise _wrong(f"item {n}: {error.text.en}", f"مورد {n}: {error.text.fa}") from None


def _wrong(en: str, fa: str) -> Problem:
    return Problem(400, "bad-request", Text(fa, en))

"""The routes of the committee's work: propose, comment, approve, schedule, the journal, the calendar.

A proposal's ``ETag`` is how many lines its journal has. Who revises or schedules sends it back (``If-Match``), so
that no editor writes over another; who votes says the digest of what was read.
"""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from fastapi.routing import APIRoute

from termserver.api.answers import Problem
from termserver.api.codesystems import parameters_of
from termserver.api.committee_desk import CommitteeDesk, as_json, now, version_of
from termserver.api.committee_rows import change_set_of
from termserver.api.hot import HotRoutes
from termserver.api.parameters import Parameter, read
from termserver.api.responses import json_response
from termserver.database.proposal_store import StoreError
from termserver.model.days import parse_day, today
from termserver.model.text import Text
from termserver.publication import agenda
from termserver.publication.workflow import ACTIONS, NotAllowed, Proposal, Stale

MOVES = tuple(one for one in ACTIONS if one not in ("propose", "revise"))
_VERSIONED = ("schedule",)
"""Moves that write over what somebody else may have written."""
_PROPOSALS = {one.name: one for one in (
    Parameter("state", says="only those in this state"),
    Parameter("waiting", choices=("", "me"), says="`me`: only those that wait for the caller's vote"),
)}  # fmt: skip
_DAYS = {one.name: one for one in (
    Parameter("since", says="the first day, ISO or Jalali; default: today"),
    Parameter("until", says="the last day"),
    Parameter("lang", "fa", choices=("fa", "en"), says="the language of the `.ics` file"),
)}  # fmt: skip
_PERIOD = {one.name: one for one in (
    Parameter("since", required=True, says="the first day, ISO or Jalali"),
    Parameter("until", required=True, says="the last day"),
)}  # fmt: skip
_JOURNAL = {"proposal": Parameter("proposal", "0", least=0, says="only this proposal")}


class Answering(APIRoute):
    """Answers a refusal with the status that says which kind it is."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await handler(request)
            except Stale as error:
                raise Problem(412, "stale", error.text) from None
            except NotAllowed as error:
                raise Problem(409, "not-allowed", error.text) from None
            except StoreError as error:
                raise Problem(503, "store", error.text, {"retry_after": 30}) from None

        return handle


def routes(hot: HotRoutes, desk: CommitteeDesk) -> APIRouter:
    """The routes over one committee."""
    router = APIRouter(tags=["committee"], prefix="/api/committee", route_class=Answering)

    def answer(one: Proposal, status: int = 200, **more: Any) -> Response:
        lines = desk.lines(one.number)
        told = json_response({**as_json(one), "version": len(lines), **more}, hot)
        told.status_code = status
        told.headers["etag"] = version_of(lines)
        return told

    @router.get("/proposals", summary="The proposals", openapi_extra=parameters_of(_PROPOSALS))
    def proposals(request: Request) -> Response:
        who = desk.who(request.scope)
        asked = read(request.scope["query_string"], _PROPOSALS)
        committee = desk.committee
        found = committee.waiting_for(who, now()) if asked["waiting"] else committee.proposals()
        shown = [as_json(one) for one in found if asked["state"] in ("", str(one.state))]
        overdue = [{"number": one.number, "until": until} for one, until in committee.overdue(now())]
        return json_response({"who": who, "proposals": shown, "overdue": overdue}, hot)

    @router.post("/proposals", summary="Propose a change", status_code=201)
    async def propose(request: Request) -> Response:
        """`kind`, `title` {fa, en}, and either `changes` [{path, before, after}] against the content folders, or
        `list` {id, rows}: rows of one code list by their columns. `emergency` and `activate_at` if so wished."""
        who = desk.who(request.scope)
        said = await _body(request)
        return await run_in_threadpool(_proposed, who, said)

    def _proposed(who: str, said: Mapping[str, Any]) -> Response:
        title = said.get("title")
        title = title if isinstance(title, dict) else {}
        changes = change_set_of(desk.root, said, None)
        made = desk.committee.propose(
            who,
            now(),
            str(said.get("kind", "")),
            Text(str(title.get("fa", "")), str(title.get("en", ""))),
            changes,
            said.get("emergency") is True,
            agenda.instant_of(str(said.get("activate_at", ""))),
        )
        return answer(made, 201)

    @router.get("/proposals/{number}", summary="One proposal: what it changes, its checks, what was said of it")
    def proposal(number: int, request: Request) -> Response:
        desk.who(request.scope)
        lines = desk.lines(number)
        checks = [line.said for line in lines if line.action == "check"][-1:]
        files = [
            {"path": one.path, "kind": one.kind, "changes": [each.as_json() for each in one.changes],
             "lines": list(one.lines)}
            for one in desk.differences(number)
        ]  # fmt: skip
        comments = [line.as_json() for line in lines if line.action in ("comment", "object")]
        return answer(desk.committee.proposal(number), files=files, checks=checks, comments=comments)

    @router.post("/proposals/{number}/changes", summary="Another change set in its place; every approval is void")
    async def revise(number: int, request: Request) -> Response:
        """The same body as a proposal's. `If-Match` is the `ETag` that was read; without it 428, with an older one
        412."""
        who, version = desk.who(request.scope), _version(request)
        if version is None:
            raise _version_wanted()
        said = await _body(request)
        return await run_in_threadpool(_revised, number, who, version, said)

    def _revised(number: int, who: str, version: int, said: Mapping[str, Any]) -> Response:
        committee = desk.committee
        based_on = committee.proposal(number).digest
        changes = change_set_of(desk.root, said, committee.change_set(number))
        return answer(committee.revise(number, who, now(), changes, based_on, version))

    @router.post("/proposals/{number}/{move}", summary="A move: approve, comment, object, reject, schedule …")
    async def act(number: int, move: str, request: Request) -> Response:
        """`digest` for who votes or waives (eight letters or more of what was read), `reason`, `gate`, `path`, `item`,
        `activate_at`; for `release` its `version`. `If-Match` is honoured, and wanted to schedule."""
        if move not in MOVES:
            raise Problem(
                404, "not-found", Text(f"کاری به نام «{move}» نیست.", f"There is no move '{move}': {', '.join(MOVES)}.")
            )
        who, version = desk.who(request.scope), _version(request)
        if version is None and move in _VERSIONED:
            raise _version_wanted()
        said = await _body(request)
        return await run_in_threadpool(_acted, number, who, move, version, said)

    def _acted(number: int, who: str, move: str, version: int | None, said: Mapping[str, Any]) -> Response:
        committee = desk.committee
        desk.lines(number)
        if move == "check":
            checked = committee.check(number, now())
            return answer(checked.proposal, stopped=[one.as_json() for one in checked.stopped])
        when = agenda.instant_of(str(said.get("activate_at", "")))
        if move == "release":
            file, manifest = desk.release(number, who, str(said.get("version", "")), when)
            return answer(committee.proposal(number), file=file.name, release_digest=manifest.digest)
        words: dict[str, Any] = {name: str(said[name]) for name in ("reason", "gate", "path", "item") if said.get(name)}
        if isinstance(said.get("signature"), dict):
            words["signature"] = said["signature"]
        if when:
            words["activate_at"] = when
        return answer(committee.act(number, who, now(), move, str(said.get("digest", "")), version, **words))

    @router.get("/proposals/{number}/impact", summary="What approving would do")
    def impact(number: int, request: Request) -> Response:
        desk.who(request.scope)
        desk.lines(number)
        return json_response(desk.impact(number).as_json(), hot)

    @router.get("/journal", summary="Who did what, when, to which digest", openapi_extra=parameters_of(_JOURNAL))
    def journal(request: Request) -> Response:
        desk.who(request.scope)
        number = int(read(request.scope["query_string"], _JOURNAL)["proposal"])
        lines = desk.lines(number) if number else desk.store.lines()
        told = {"lines": [line.as_json() for line in lines], "broken_at": desk.store.broken_line() or None}
        return json_response(told, hot)

    @router.get("/calendar", summary="What happens when", openapi_extra=parameters_of(_DAYS))
    @router.get("/calendar.ics", summary="The same for other calendars", openapi_extra=parameters_of(_DAYS))
    def calendar(request: Request) -> Response:
        desk.who(request.scope)
        asked = read(request.scope["query_string"], _DAYS)
        since = parse_day(asked["since"]) if asked["since"] else today()
        found = desk.calendar(since, parse_day(asked["until"]) if asked["until"] else "")
        if request.scope["path"].endswith(".ics"):
            return Response(agenda.calendar_file(found, asked["lang"], now()), media_type="text/calendar")
        return json_response({"items": [one.as_json() for one in found]}, hot)

    @router.get("/bodies", summary="Bodies, seats, and who may decide what")
    def bodies(request: Request) -> Response:
        desk.who(request.scope)
        return json_response(_governed(desk), hot)

    @router.get("/report", summary="Who took part, and what was decided", openapi_extra=parameters_of(_PERIOD))
    def report(request: Request) -> Response:
        desk.who(request.scope)
        asked = read(request.scope["query_string"], _PERIOD)
        return json_response(desk.report(parse_day(asked["since"]), parse_day(asked["until"])), hot)

    return router


def _governed(desk: CommitteeDesk) -> dict[str, Any]:
    known = desk.governance
    return {
        "bodies": [
            {
                "id": body.id,
                "title": body.title.as_json(),
                "seats": [
                    {"holder": seat.holder, "title": seat.title.as_json(), "votes": seat.votes,
                     "roles": list(seat.roles), "from": seat.period.start, "until": seat.period.end}
                    for seat in body.seats
                ],
            }
            for body in known.bodies
        ],
        "decisions": [
            {"id": kind.id, "title": kind.title.as_json(), "covers": list(kind.covers),
             "proposers": list(kind.proposers), "body": kind.body, "quorum": kind.quorum, "reviews": kind.reviews,
             "releasers": list(kind.releasers), "emergency": kind.emergency, "ratify_days": kind.ratify_days}
            for kind in known.kinds
        ],
        "gates": [{"id": gate.id, "blocks": gate.blocks, "waived_by": list(gate.waived_by)} for gate in known.gates],
    }  # fmt: skip


async def _body(request: Request) -> dict[str, Any]:
    """The JSON object that was sent. Whoever writes from another site's page is refused."""
    if request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        raise Problem(403, "strange-page", Text("از صفحهٔ دیگری آمده است.", "It comes from another site's page."))
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise Problem(415, "not-json", Text("با application/json بفرستید.", "Send it as application/json."))
    try:
        said = orjson.loads(await request.body() or b"{}")
    except orjson.JSONDecodeError as error:
        raise Problem(400, "bad-request", Text(f"بدنه JSON نیست: {error}", f"The body is not JSON: {error}")) from None
    if not isinstance(said, dict):
        raise Problem(400, "bad-request", Text("بدنه باید شیء JSON باشد.", "The body must be a JSON object."))
    return said


def _version(request: Request) -> int | None:
    said = request.headers.get("if-match", "").strip().removeprefix("W/").strip('"')
    if not said:
        return None
    if not (said.isascii() and said.isdigit()):
        raise Problem(400, "bad-request", Text("If-Match همان ETag پیشنهاد است.", "If-Match is the proposal's ETag."))
    return int(said)


def _version_wanted() -> Problem:
    return Problem(
        428,
        "version-wanted",
        Text(
            "ETag پیشنهادی را که خواندید در If-Match بفرستید تا کار دیگری از میان نرود.",
            "Send the ETag of the proposal that you read as If-Match, so that nobody's work is written over.",
        ),
    )

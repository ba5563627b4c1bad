"""The addresses of the committee's desk: pages are read, forms are posted with a token and lead back to a page."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import orjson
from fastapi import APIRouter, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from termserver.api.answers import Problem
from termserver.api.committee import routes as api_routes
from termserver.api.committee_desk import CommitteeDesk, now, of_this_process
from termserver.api.hot import HotRoutes
from termserver.model.errors import TermserverError
from termserver.model.text import Text
from termserver.publication import agenda
from termserver.publication.differences import FileDifference
from termserver.publication.workflow import ACTIONS, NotAllowed, Stale
from termserver.web import desk_editor_routes, posted, proposals
from termserver.web.coder_routes import PRIVATE
from termserver.web.desk_door import Answered, Door, said, status_of
from termserver.web.desk_pages import DeskPages, Visit
from termserver.web.site import Site, address

__all__ = ["add", "of_this_process"]
_DIGEST = 8
"""So many letters of a digest are typed by who approves."""


def add(app: FastAPI, hot: HotRoutes, site: Site, desk: CommitteeDesk) -> None:
    """Put the desk, its pages and its API, into the application."""
    site.has_desk = True
    site.suggest = partial(_suggested, desk)
    desk.server = site.server
    door = Door(DeskPages(site, desk))
    app.include_router(api_routes(hot, desk))
    app.include_router(_pages(door), include_in_schema=False)
    app.include_router(desk_editor_routes.routes(door), include_in_schema=False)
    app.include_router(_moves(door), include_in_schema=False)


def _pages(door: Door) -> APIRouter:
    router = APIRouter(prefix="/desk", route_class=Answered)
    pages = door.pages

    @router.get("")
    async def overview(request: Request) -> Response:
        return await door.page(request, pages.overview)

    @router.get("/proposals")
    async def proposals(request: Request, state: str = "") -> Response:
        return await door.page(request, lambda visit: pages.proposals(visit, state))

    @router.get("/proposals/{number}")
    async def proposal(number: int, request: Request, about: str = "", done: str = "") -> Response:
        known = done if done in ACTIONS else ""
        return await door.page(request, lambda visit: pages.proposal(visit, number, about, known))

    @router.get("/proposals/{number}/impact")
    async def impact(number: int, request: Request) -> Response:
        return await door.page(request, lambda visit: pages.impact(visit, number))

    @router.get("/proposals/{number}/history")
    async def history(number: int, request: Request) -> Response:
        return await door.page(request, lambda visit: pages.history(visit, number))

    @router.get("/suggestions")
    async def suggestions(request: Request, state: str = "open") -> Response:
        return await door.page(request, lambda visit: pages.suggestions(visit, state))

    @router.get("/journal")
    async def journal(request: Request) -> Response:
        return await door.page(request, lambda visit: pages.history(visit, 0))

    @router.get("/calendar")
    async def calendar(request: Request, since: str = "", until: str = "") -> Response:
        return await door.page(request, lambda visit: pages.calendar(visit, since, until))

    @router.get("/bodies")
    async def bodies(request: Request) -> Response:
        return await door.page(request, pages.bodies)

    @router.get("/report")
    async def report(request: Request, since: str = "", until: str = "") -> Response:
        return await door.page(request, lambda visit: pages.report(visit, since, until))

    return router


def _moves(door: Door) -> APIRouter:
    router = APIRouter(prefix="/desk", route_class=Answered)
    pages = door.pages

    @router.post("/as")
    async def seat(request: Request) -> Response:
        _, parts = await door.form(request)
        return door.seated(request, posted.typed(parts, "seat"))

    @router.post("/suggestions/{number}")
    async def answered(number: str, request: Request) -> Response:
        visit, parts = await door.form(request)
        state, words = posted.typed(parts, "state"), posted.typed(parts, "answer")
        await run_in_threadpool(door.desk.suggestions.answer, number, visit.who, now(), state, words)
        return RedirectResponse(address(visit.language, "/desk/suggestions"), 303, headers=PRIVATE)

    @router.post("/proposals/{number}/{move}")
    async def act(number: int, move: str, request: Request) -> Response:
        visit, parts = await door.form(request)
        typed = {part.name: part.text.strip() for part in parts}
        try:
            await run_in_threadpool(_act, door.desk, number, visit, move, typed)
        except TermserverError as error:
            why, status = error.text, status_of(error)
            edited = _since(door.desk, number, typed.get("seen", "")) if isinstance(error, Stale) else None
            return await door.page(
                request, lambda visit: pages.proposal(visit, number, failure=why, since=edited), status
            )
        return RedirectResponse(address(visit.language, f"/desk/proposals/{number}", done=move), 303, headers=PRIVATE)

    return router


def _suggested(desk: CommitteeDesk, made: Mapping[str, Any]) -> str:
    number = proposals.number(made)
    desk.suggestions.keep(number, now(), made)
    return number


def _act(desk: CommitteeDesk, number: int, visit: Visit, move: str, typed: Mapping[str, str]) -> None:
    committee = desk.committee
    lines = desk.lines(number)
    seen = typed.get("seen", "")
    when = agenda.instant_of(typed.get("activate_at", ""))
    if move == "check":
        committee.check(number, now())
    elif move == "release":
        desk.release(number, visit.who, typed.get("version", ""), when)
    elif move not in ACTIONS or move in ("propose", "revise"):
        raise Problem(404, "not-found", Text(f"کاری به نام «{move}» نیست.", f"There is no move '{move}'."))
    else:
        if move == "approve" and seen == committee.proposal(number).digest:
            _demand_eight(typed.get("digest", ""), seen)
        words: dict[str, Any] = {name: typed[name] for name in ("reason", "gate", "path", "item") if typed.get(name)}
        if typed.get("signature"):
            words["signature"] = _signature(typed["signature"])
        if when:
            words["activate_at"] = when
        scheduled_on = typed.get("lines", "")
        version = int(scheduled_on) if move == "schedule" and scheduled_on.isdigit() else None
        committee.act(number, visit.who, now(), move, seen or lines[-1].digest, version, **words)


def _signature(typed: str) -> Any:
    try:
        return orjson.loads(typed)
    except ValueError:
        why = said("no_signature")
        raise NotAllowed(why.en, why.fa) from None


def _demand_eight(typed: str, seen: str) -> None:
    if typed.lower() != seen[:_DIGEST]:
        why = said("not_eight")
        raise NotAllowed(why.en.format(seen[:_DIGEST]), why.fa.format(seen[:_DIGEST]))


def _since(desk: CommitteeDesk, number: int, seen: str) -> list[FileDifference] | None:
    """What was edited since somebody looked; None where nobody ever could have seen that."""
    try:
        return desk.since(number, seen)
    except TermserverError:
        return None

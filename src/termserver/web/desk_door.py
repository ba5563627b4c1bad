"""The door of the desk: who comes in by which session, what they posted, and how a failure is answered."""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.routing import APIRoute

from termserver.api.answers import Problem
from termserver.database.proposal_store import StoreError
from termserver.model.errors import TermserverError
from termserver.model.text import Text
from termserver.publication.workflow import NotAllowed, Stale
from termserver.web import posted
from termserver.web.coder_routes import PRIVATE
from termserver.web.desk_pages import DeskPages, Visit
from termserver.web.desk_session import Session, Sessions
from termserver.web.desk_words import WORDS
from termserver.web.site import address, language_of

_FORM = 16 * 1024 * 1024
_FIELDS = 5000


class Answered(APIRoute):
    """Answers a failure as a page: whoever reads these is a person."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await handler(request)
            except Problem as problem:
                return failed(request, problem.status, problem.message)
            except TermserverError as error:
                return failed(request, status_of(error), error.text)

        return handle


class Door:
    """Who comes in by which session, and what they posted."""

    def __init__(self, pages: DeskPages) -> None:
        self.pages = pages
        self.desk = pages.desk
        self._sessions = Sessions()

    async def page(self, request: Request, render: Callable[[Visit], str], status: int = 200) -> Response:
        """A page for whoever asks."""
        session = self._sessions.of(request)
        visit = self._visit(request, session)
        html = await run_in_threadpool(render, visit)
        answer = HTMLResponse(html, status, headers=PRIVATE)
        if session.new:
            self._sessions.keep(answer, request, session)
        return answer

    async def form(self, request: Request) -> tuple[Visit, list[posted.Part]]:
        """Who posted what; raise Problem unless it came from one of our pages, made for them."""
        session = self._sessions.of(request)
        visit = self._visit(request, session)
        declared = request.headers.get("content-length", "")
        if not declared.isdigit() or int(declared) > _FORM:
            raise Problem(413, "body-too-large", said("strange"))
        parts = _parts(await request.body(), request.headers.get("content-type", ""))
        if not self._sessions.came_from_us(request, session, visit.who, posted.typed(parts, "token")):
            raise Problem(403, "strange-page", said("strange"))
        return visit, parts

    def seated(self, request: Request, seat: str) -> Response:
        """Back to the desk, acting for another seat."""
        answer = RedirectResponse(address(language_from(request), "/desk"), 303, headers=PRIVATE)
        self._sessions.keep(answer, request, Session(self._sessions.of(request).id, seat))
        return answer

    def _visit(self, request: Request, session: Session) -> Visit:
        who = self.desk.who(request.scope, session.seat)
        seats = self.desk.seats if self.desk.is_acted(request.scope) else ()
        return Visit(who, language_from(request), self._sessions.token(session, who), seats)


def status_of(error: TermserverError) -> int:
    """The HTTP status of a refusal."""
    for kind, status in ((Stale, 412), (NotAllowed, 409), (StoreError, 503)):
        if isinstance(error, kind):
            return status
    return 400


def _parts(body: bytes, kind: str) -> list[posted.Part]:
    """The fields of a form, in either of its encodings."""
    if kind.lower().startswith("application/x-www-form-urlencoded"):
        try:
            pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_FIELDS)
        except ValueError:
            return []
        return [posted.Part(name, value.encode()) for name, value in pairs]
    return posted.parts(body, kind)


def failed(request: Request, status: int, message: Text) -> Response:
    """The page of a refusal."""
    language = language_from(request)
    html = request.app.state.site.render("desk_refused.html", language, "/desk", failure=message, d=WORDS[language])
    return HTMLResponse(html, status, headers=PRIVATE)


def language_from(request: Request) -> str:
    """The language that the page is asked in."""
    return language_of(request.query_params.get("lang", "fa"))


def said(name: str) -> Text:
    """Words of the desk in both languages."""
    return Text(WORDS["fa"][name], WORDS["en"][name])

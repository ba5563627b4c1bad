"""The whole application as it is served: the API with the pages people open, one front before both."""

import os

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from termserver.access.node import NodeAccess
from termserver.api.application import create_api, in_front
from termserver.api.guard import Guard
from termserver.api.hot import HotRoutes
from termserver.api.pool import Busy, Judges
from termserver.model.errors import TermserverError
from termserver.model.text import Text
from termserver.service import TermServer
from termserver.web import (
    coder_routes,
    documents_words,
    login_page,
    mapping_page,
    objection,
    picked,
    posted,
    refused_page,
    registry_routes,
)
from termserver.web.coder_routes import HEADERS, PRIVATE
from termserver.web.documents_page import LIMIT, DocumentsPage, Judged
from termserver.web.rule_page import RulePage
from termserver.web.site import Site

_FORM = 2048
"""What a form adds to a document."""


def create(server: TermServer, workers: int | None = None, access: NodeAccess | None = None) -> Guard:
    """The ASGI application over one opened edition; ``workers`` processes judge its documents (``api.pool``).

    ``access`` says who may do what; without it, whoever embeds the application may do all.
    """
    return in_front(*with_pages(server, workers), access)


def with_pages(server: TermServer, workers: int | None = None) -> tuple[FastAPI, HotRoutes]:
    """The API with the pages in it, and the hot routes that go in front of both."""
    picked.learned(server)
    judges = Judges(server, workers)
    app, hot = create_api(server, judges)
    site = app.state.site = Site(server)
    coder_routes.add(app, site, hot.entries)
    picked.add(app, site)
    registry_routes.add(app, site, app.state.desk)
    mapping_page.add(app, site, app.state.mapping)
    _add_documents(app, DocumentsPage(site), judges)
    _add_rules(app, RulePage(site))
    login_page.add(app, site)
    refused_page.add(app, site)
    if os.environ.get("TERMSERVER_DESK"):
        from termserver.web import desk_routes  # the database is loaded only where there is a desk

        desk_routes.add(app, hot, site, desk_routes.of_this_process())
    return app, hot


def _add_documents(app: FastAPI, page: DocumentsPage, judges: Judges) -> None:
    @app.get("/documents", include_in_schema=False)
    async def empty(lang: str = "fa", example: str = "", format: str = "xml") -> Response:
        text = page.example(example, format) if example else ""
        return HTMLResponse(page.render(lang, text=text), headers=HEADERS)

    @app.post("/documents", include_in_schema=False)
    async def judged(request: Request, lang: str = "fa") -> Response:
        declared = request.headers.get("content-length", "0")
        if declared.isdigit() and int(declared) > LIMIT + _FORM:
            return _refused(page, lang, 413, documents_words.too_large(LIMIT))
        body, kind = await request.body(), request.headers.get("content-type", "")
        return await run_in_threadpool(_judged, page, judges, posted.parts(body, kind), lang)

    @app.post("/documents/objection", include_in_schema=False)
    async def objected(request: Request, lang: str = "fa") -> Response:
        sent = posted.parts(await request.body(), request.headers.get("content-type", ""))
        chosen = [part.text for part in sent if part.name == "finding"]
        try:
            made = objection.objection(posted.typed(sent, "report"), chosen, posted.typed(sent, "comment"))
        except TermserverError as error:
            return _refused(page, lang, 400, error.text)
        headers = {**PRIVATE, "content-disposition": 'attachment; filename="termserver-objection.json"'}
        return Response(made, media_type="application/json", headers=headers)


def _add_rules(app: FastAPI, page: RulePage) -> None:
    @app.get("/rules/{id}", include_in_schema=False)
    async def rule(id: str, lang: str = "fa", type: str = "") -> Response:
        html, status = await run_in_threadpool(page.render, id, type, lang)
        return HTMLResponse(html, status, headers=HEADERS)


def _judged(page: DocumentsPage, judges: Judges, sent: list[posted.Part], language: str) -> Response:
    """The page with the report on the posted document; the same judging as everywhere."""
    data, name = posted.document(sent)
    type = posted.typed(sent, "type")
    if len(data) > LIMIT:
        return _refused(page, language, 413, documents_words.too_large(LIMIT))
    if not data.strip():
        return _refused(page, language, 400, documents_words.EMPTY)
    try:
        report = judges.check_document(data, name=name or "document", type=type)
    except Busy:
        return _refused(page, language, 503, documents_words.BUSY)
    except TermserverError as error:
        return _refused(page, language, 400, error.text)
    return HTMLResponse(page.render(language, Judged(data, name, report), type=type), headers=PRIVATE)


def _refused(page: DocumentsPage, language: str, status: int, why: Text) -> Response:
    return HTMLResponse(page.render(language, failure=why), status, headers=PRIVATE)

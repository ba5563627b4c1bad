"""The addresses of the registries' pages."""

from fastapi import APIRouter, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from termserver.access.facts import facts_of
from termserver.api.answers import Problem
from termserver.api.registry_desk import Desk
from termserver.model.days import today
from termserver.web.coder_routes import HEADERS
from termserver.web.registries_page import Asked, RegistriesPage
from termserver.web.registry_entry_page import EntryPage
from termserver.web.registry_words import WORDS
from termserver.web.site import Site, language_of

_SEARCH = 0.2
"""What a page of names counts as, where the page of an entry counts as one."""


def add(app: FastAPI, site: Site, desk: Desk) -> None:
    """Put the pages into the application; they are limited and told to the access log as the API is."""
    router = APIRouter()
    finding, entries = RegistriesPage(site, desk), EntryPage(site, desk)

    def refused(problem: Problem, language: str) -> Response:
        language = language_of(language)
        html = site.render(
            "registry_entry.html", language, "/registries", r=WORDS[language], entry=None, failure=problem.message
        )
        return HTMLResponse(html, problem.status, headers={**HEADERS, "retry-after": str(problem.extra["retry_after"])})

    @router.get("/registries")
    async def find(request: Request) -> Response:
        asked = Asked.read(request.query_params)
        try:
            facts = facts_of(request.scope)
            desk.allow(_caller(request), _SEARCH if asked.text or asked.city else 0, facts.standing)
        except Problem as problem:
            return refused(problem, asked.language)
        return _page(await run_in_threadpool(finding.render, asked, today(), facts_of(request.scope)))

    @router.get("/registries/{registry}/{code:path}")
    async def entry(registry: str, code: str, request: Request, lang: str = "fa", on: str = "") -> Response:
        try:
            desk.allow(_caller(request), 1, facts_of(request.scope).standing)
        except Problem as problem:
            return refused(problem, lang)
        return _page(
            *await run_in_threadpool(entries.render, registry, code, lang, on, today(), facts_of(request.scope))
        )

    app.include_router(router, include_in_schema=False)


def _page(html: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(html, status, headers={**HEADERS, "cache-control": "no-cache"})


def _caller(request: Request) -> str:
    return request.client.host if request.client else "-"

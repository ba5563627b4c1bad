"""The HTTP door, put together: FastAPI for the description and the edges, hot routes in front."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from termserver import __version__
from termserver.access.node import NodeAccess
from termserver.access.policy import released
from termserver.api import described, refusals
from termserver.api.access import routes as access_routes
from termserver.api.acknowledgements import routes as acknowledgement_routes
from termserver.api.answers import JSON, Problem, error_answer, internal_failure, problem_of
from termserver.api.codesystems import routes as codesystem_routes
from termserver.api.conformance import Conformance
from termserver.api.conformance import routes as conformance_routes
from termserver.api.ditas import routes as ditas_routes
from termserver.api.documents import routes as document_routes
from termserver.api.front import Front
from termserver.api.guard import Guard
from termserver.api.health import routes as health_routes
from termserver.api.hot import HotRoutes
from termserver.api.mapping import MappingDesk
from termserver.api.mapping import routes as mapping_routes
from termserver.api.openapi import describe
from termserver.api.operations import routes as operation_routes
from termserver.api.packages import PackageRegistry
from termserver.api.packages import routes as package_routes
from termserver.api.pool import Busy, Judges
from termserver.api.publication import routes as publication_routes
from termserver.api.registries import routes as registry_routes
from termserver.api.registry_desk import Desk
from termserver.api.slashes import by_the_other_slash
from termserver.api.strict import strict
from termserver.model.days import today
from termserver.model.errors import TermserverError
from termserver.model.text import Text
from termserver.service import TermServer

_SAID = {
    404: ("not-found", "چنین نشانی‌ای نیست؛ فهرست در /docs است.", "There is nothing at this address; see /docs."),
    405: ("method-not-allowed", "این نشانی این روش را نمی‌پذیرد.", "This address does not take that method."),
}
# FastAPI's own spans hold the query; what may be told of a request is told by telemetry.py
_NO_TELEMETRY: Any = dict.fromkeys(("tracing", "metrics", "logs", "operation_spans", "auto_configure"), False)


def create_api(server: TermServer, judges: Judges | None = None) -> tuple[FastAPI, HotRoutes]:
    """The FastAPI application over one opened edition, and the hot routes that go in front of it.

    Documents are judged by ``judges``, whose workers live as long as the application does; without
    them, in the process itself.
    """
    hot = HotRoutes(server)
    judges = judges or Judges(server, 0)
    conformance = Conformance(server, judges)
    desk = Desk(server)
    packages = PackageRegistry(server)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        with judges:
            yield
        conformance.close()
        desk.close()
        packages.close()

    app = FastAPI(
        lifespan=life,
        title="termserver",
        version=__version__,
        docs_url="/docs",
        dependencies=[Depends(strict)],
        redoc_url=None,
        telemetry=_NO_TELEMETRY,
        responses={"4XX": {"model": described.ErrorAnswer}, "5XX": {"model": described.ErrorAnswer}},
    )

    app.router.redirect_slashes = False  # it would name our scheme and host, which only the proxy knows
    app.router.default = by_the_other_slash(app.router, app.router.default)
    app.state.desk = desk  # the pages of the registries ask the same one

    def plain(problem: Problem) -> Response:
        answer = error_answer(problem, hot.release)
        headers = {name.decode(): said.decode() for name, said in answer.headers}
        return Response(answer.body, answer.status, headers, media_type=JSON.decode())

    @app.exception_handler(Problem)
    async def problem(request: Request, error: Problem) -> Response:
        return plain(error)

    @app.exception_handler(TermserverError)
    async def failure(request: Request, error: TermserverError) -> Response:
        return plain(problem_of(error))

    @app.exception_handler(Busy)
    async def busy(request: Request, error: Busy) -> Response:
        said = Text("همهٔ داوران سرگرم‌اند؛ اندکی بعد دوباره بفرستید.", "All judges are busy; send it again in a moment.")
        return plain(Problem(503, "busy", said, {"retry_after": 1}))

    @app.exception_handler(ClientDisconnect)
    async def gone(request: Request, error: ClientDisconnect) -> Response:
        return Response(status_code=499)  # nobody reads it; the log of accesses keeps the status

    @app.exception_handler(Exception)
    async def fault(request: Request, error: Exception) -> Response:
        return plain(internal_failure())

    @app.exception_handler(HTTPException)
    async def http_failure(request: Request, error: HTTPException) -> Response:
        code, fa, en = _SAID.get(error.status_code, ("bad-request", str(error.detail), str(error.detail)))
        problem = Problem(error.status_code, code, Text(fa, en))
        page: refusals.Page | None = getattr(app.state, "refused", None)
        if page is None or not refusals.by_a_browser(request.scope, dict(request.scope["headers"])):
            return plain(problem)
        answer = refusals.page_of(problem, request.scope, page)
        headers = {name.decode(): said.decode() for name, said in answer.headers}
        return Response(answer.body, answer.status, headers, media_type=refusals.HTML.decode())

    @app.exception_handler(RequestValidationError)
    async def bad_request(request: Request, error: RequestValidationError) -> Response:
        places = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:5])
        return plain(Problem(400, "bad-parameter", Text(f"درخواست درست نیست: {places}", f"Bad request: {places}")))

    app.include_router(codesystem_routes(server, hot))
    app.include_router(document_routes(server, hot, judges))
    app.include_router(conformance_routes(server, hot, conformance))
    app.include_router(registry_routes(server, hot, desk))
    app.include_router(ditas_routes(hot, desk, today))
    app.include_router(health_routes(server))
    app.include_router(access_routes())
    app.include_router(operation_routes())
    app.include_router(publication_routes())
    app.include_router(acknowledgement_routes())
    app.include_router(package_routes(packages))
    app.state.mapping = MappingDesk(server)  # the page of the maps asks the same one
    app.include_router(mapping_routes(hot, app.state.mapping))
    described_once: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not described_once:
            described_once.update(describe(app, hot))
        return described_once

    app.openapi = openapi  # type: ignore[method-assign]
    return app, hot


def in_front(app: FastAPI, hot: HotRoutes, access: NodeAccess | None = None) -> Guard:
    """The application as it is served, the guard outermost; without ``access``, whoever embeds it may do all."""
    access = access or NodeAccess.open_to_all(released(hot.server.releases))
    app.state.access = access
    return Guard(Front(app, hot), access, hot.release, hot.route, getattr(app.state, "refused", None))

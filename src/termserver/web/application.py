"""The whole application as it is served: the API with the pages people open, one front before both."""

from importlib.resources import files

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response

from termserver.api.application import create_api, in_front
from termserver.api.front import Front
from termserver.api.pool import Judges
from termserver.service import TermServer
from termserver.web.start_page import StartPage

_STATIC = {"app.js": "text/javascript", "style.css": "text/css"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def create(server: TermServer, workers: int | None = None) -> Front:
    """The ASGI application over one opened edition; ``workers`` processes judge its documents (``api.pool``)."""
    judges = Judges(server, workers)
    app, hot = create_api(server, judges)
    _add_pages(app, StartPage(server))
    return in_front(app, hot)


def _add_pages(app: FastAPI, page: StartPage) -> None:
    static = files("termserver.web") / "static"
    held = {name: (static / name).read_bytes() for name in _STATIC}

    @app.get("/", include_in_schema=False)
    async def start(request: Request) -> Response:
        query = request.query_params
        html = page.render(query.get("q", ""), query.get("system", ""), query.get("lang", "fa"))
        return HTMLResponse(
            html,
            headers={
                "content-security-policy": _POLICY,
                "x-content-type-options": "nosniff",
                "referrer-policy": "no-referrer",
            },
        )

    @app.get("/static/{name}", include_in_schema=False)
    async def asset(name: str) -> Response:
        if name not in held:
            return Response(status_code=404)
        return Response(held[name], media_type=_STATIC[name], headers={"cache-control": "max-age=300"})

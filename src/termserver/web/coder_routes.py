"""The addresses of the coder's pages; each reads its parameters, asks its page, and answers."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from fastapi import APIRouter, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from termserver.access.facts import facts_of
from termserver.api.entries_shown import Entries
from termserver.model.errors import TermserverError
from termserver.model.text import Text
from termserver.service import TermServer
from termserver.web import posted, proposals
from termserver.web.basket_page import BasketPage
from termserver.web.browse_page import BrowsePage
from termserver.web.compare_page import ComparePage
from termserver.web.concept_page import ConceptPage
from termserver.web.packing import Packed
from termserver.web.proposal_page import ProposalPage
from termserver.web.search_page import Asked, SearchPage
from termserver.web.site import STATIC, Site, language_of
from termserver.web.versions import Versions

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
PRIVATE = {**HEADERS, "cache-control": "no-store"}
_PROPOSAL = 64 * 1024
_NOT_KEPT = Text("پیشنهاد ثبت نشد؛ دوباره بفرستید یا پروندهٔ آن را دریافت کنید.",
                 "The proposal was not recorded; send it again or download it.")  # fmt: skip
_STRANGE = Text("پیشنهاد از صفحهٔ دیگری آمده است.", "The proposal came from another site's page.")


def add(app: FastAPI, site: Site, shown: Entries) -> None:
    """Put the pages into the application; ``shown`` notes the entries of registries that they show."""
    server = site.server
    versions = Versions(server)
    app.include_router(_assets(site), include_in_schema=False)
    app.include_router(_search(SearchPage(site), site, shown), include_in_schema=False)
    concepts = _concepts(ConceptPage(site, versions), BrowsePage(site, versions), shown)
    app.include_router(concepts, include_in_schema=False)
    app.include_router(_tools(BasketPage(site), ComparePage(site, versions), shown), include_in_schema=False)
    app.include_router(_proposals(ProposalPage(site), server), include_in_schema=False)


def _page(html: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(html, status, headers={**HEADERS, "cache-control": "no-cache"})


def _assets(site: Site) -> APIRouter:
    router = APIRouter(route_class=Packed)

    def answer(name: str, request: Request, **more: str) -> Response:
        tag = site.etag(name)
        lasts = "max-age=31536000, immutable" if request.query_params.get("v") else "max-age=300"
        headers = {"etag": tag, "cache-control": lasts, "x-content-type-options": "nosniff", **more}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        headers["vary"] = "accept-encoding"
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["content-encoding"] = "gzip"
            return Response(site.packed[name], media_type=STATIC[name], headers=headers)
        return Response(site.assets[name], media_type=STATIC[name], headers=headers)

    @router.get("/static/{name}")
    async def asset(name: str, request: Request) -> Response:
        return answer(name, request) if name in STATIC else Response(status_code=404)

    @router.get("/widget.js")
    async def widget(request: Request) -> Response:
        return answer("widget.js", request, **{"access-control-allow-origin": "*"})

    @router.get("/favicon.ico")
    async def icon(request: Request) -> Response:
        return answer("icon.svg", request)

    return router


def _noting(shown: Entries, request: Request, html: str, status: int = 200) -> HTMLResponse:
    """The page, the entries of registries on it noted for the access log."""
    shown.in_page("page", html, facts_of(request.scope))
    return _page(html, status)


def _search(page: SearchPage, site: Site, shown: Entries) -> APIRouter:
    router = APIRouter(route_class=Packed)

    @router.get("/")
    async def start(request: Request) -> Response:
        query = request.query_params
        return _noting(shown, request, page.render(Asked.read(query), piece=query.get("piece") == "answer"))

    @router.get("/help")
    async def help(lang: str = "fa") -> Response:
        return _page(site.render("help.html", lang, "/help"))

    @router.get("/widget")
    async def widget_page(lang: str = "fa") -> Response:
        return _page(site.render("widget.html", lang, "/widget"))

    return router


def _concepts(concepts: ConceptPage, browse: BrowsePage, shown: Entries) -> APIRouter:
    router = APIRouter(route_class=Packed)

    @router.get("/concept/{system}/{code:path}")
    async def concept(
        request: Request, system: str, code: str, lang: str = "fa", on: str = "", piece: str = ""
    ) -> Response:
        made = await run_in_threadpool(concepts.render, system, code, lang, on, piece == "pane")
        return _noting(shown, request, *made)

    @router.get("/tree/{system}/{code:path}")
    async def tree(request: Request, system: str, code: str, lang: str = "fa") -> Response:
        made = await run_in_threadpool(concepts.branches, system, code, language_of(lang))
        return _noting(shown, request, *made)

    @router.get("/browse")
    async def systems(lang: str = "fa") -> Response:
        return _page(await run_in_threadpool(browse.systems, lang))

    @router.get("/browse/{system:path}")
    async def system(request: Request, system: str, lang: str = "fa", offset: str = "0") -> Response:
        made = await run_in_threadpool(browse.system, system, lang, _offset(offset))
        return _noting(shown, request, *made)

    return router


def _tools(basket: BasketPage, compare: ComparePage, shown: Entries) -> APIRouter:
    router = APIRouter(route_class=Packed)

    @router.get("/basket")
    async def picked(request: Request, lang: str = "fa", format: str = "") -> Response:
        named = request.query_params.getlist("c")
        if format not in ("csv", "json", "fhir"):
            return _noting(shown, request, await run_in_threadpool(basket.render, lang, named))
        data, media = await run_in_threadpool(basket.file, named, format, lang)
        ending = "csv" if format == "csv" else "json"
        headers = {**HEADERS, "content-disposition": f'attachment; filename="codes.{ending}"'}
        return Response(data, media_type=media, headers=headers)

    @router.get("/compare")
    async def compared(request: Request) -> Response:
        said = {name: request.query_params.get(name, "") for name in ("system", "before", "after", "kind")}
        language, offset = request.query_params.get("lang", "fa"), _offset(request.query_params.get("offset", "0"))
        made = await run_in_threadpool(lambda: compare.render(language, **said, offset=offset))
        return _noting(shown, request, *made)

    return router


def _proposals(page: ProposalPage, server: TermServer) -> APIRouter:
    router = APIRouter(route_class=Packed)

    @router.get("/propose")
    async def form(request: Request) -> Response:
        return _page(page.render(request.query_params.get("lang", "fa"), request.query_params))

    @router.post("/propose")
    async def proposed(request: Request, lang: str = "fa") -> Response:
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return HTMLResponse(page.render(lang, {}, failure=_STRANGE), 403, headers=PRIVATE)
        declared = request.headers.get("content-length", "")
        if not declared.isdigit() or int(declared) > _PROPOSAL:
            return HTMLResponse(page.render(lang, {}, failure=_NOT_KEPT), 413, headers=PRIVATE)
        said = _form(await request.body(), request.headers.get("content-type", ""))
        return await run_in_threadpool(_received, page, server, said, lang)

    return router


def _received(page: ProposalPage, server: TermServer, said: Mapping[str, str], language: str) -> Response:
    try:
        made = proposals.record(said, server.edition.digest)
    except TermserverError as error:
        return HTMLResponse(page.render(language, said, failure=error.text), 400, headers=PRIVATE)
    if not page.keeps or said.get("download"):
        name = f"proposal-{proposals.number(made)}.json"
        headers = {**PRIVATE, "content-disposition": f'attachment; filename="{name}"'}
        return Response(proposals.as_bytes(made), media_type="application/json", headers=headers)
    try:
        kept = page.keep(made)
    except (OSError, TermserverError):
        return HTMLResponse(page.render(language, said, failure=_NOT_KEPT), 503, headers=PRIVATE)
    return HTMLResponse(page.render(language, said, kept=kept), headers=PRIVATE)


def _form(body: bytes, kind: str) -> dict[str, str]:
    """The typed fields of a form, in either of its encodings."""
    if kind.lower().startswith("application/x-www-form-urlencoded"):
        try:
            return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=50))
        except ValueError:  # more fields than the form has
            return {}
    return {part.name: part.text for part in posted.parts(body, kind) if part.file is None}


def _offset(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0

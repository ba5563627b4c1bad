"""Logging in on a page, with an API key or at an OpenID Connect issuer: the browser gets a sealed cookie, nothing else.

The cookie is HttpOnly and SameSite=Lax, Secure and bound to the host where TLS is; it is a new one at each login and
ends after eight hours, with the key, or at the logout of this browser.
"""

from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from termserver.access.facts import facts_of
from termserver.access.node import NodeAccess
from termserver.access.recognition import NotRecognised
from termserver.access.sessions import COOKIE, LASTS, SECURE_COOKIE, sealed
from termserver.api.guard import from_elsewhere
from termserver.model.access import AccessError
from termserver.model.text import Text
from termserver.web.coder_routes import PRIVATE
from termserver.web.site import Site, language_of

_FORM = 8192
_WORDS = {
    "fa": {
        "title": "ورود",
        "says": "کلید خود را بنویسید. در این مرورگر هشت ساعت می‌ماند و جایی ذخیره نمی‌شود.",
        "key": "کلید (ts_…)",
        "enter": "ورود",
        "leave": "خروج",
        "you": "شما هستید:",
        "roles": "نقش‌ها:",
        "issuer": "ورود با حساب سازمانی",
        "at_home": "این سرور تنها همین رایانه را می‌شناسد؛ ورود لازم نیست.",
    },
    "en": {
        "title": "Log in",
        "says": "Write your key. It counts in this browser for eight hours, and is stored nowhere.",
        "key": "Key (ts_…)",
        "enter": "Log in",
        "leave": "Log out",
        "you": "You are",
        "roles": "Roles:",
        "issuer": "Log in with your organisation's account",
        "at_home": "This server knows this computer alone; there is no need to log in.",
    },
}
_REFUSED = Text("این کلید اینجا شناخته نیست یا منقضی شده است.", "This key is not known here, or has expired.")
_NO_ISSUER = Text("اینجا تنها با کلید وارد می‌شوند.", "Here one logs in with a key alone.")
_BEGUN = "termserver_login"
_STRANGE = Text("این فرم از صفحهٔ دیگری آمده است.", "This form comes from a page of another site.")


def add(app: FastAPI, site: Site) -> None:
    """Put the page into the application."""
    router = APIRouter()

    def page(request: Request, status: int = 200, failure: Text | None = None, to: str = "") -> HTMLResponse:
        language = language_of(request.query_params.get("lang", "fa"))
        to = local_path(to or request.query_params.get("to", "/"))
        caller = facts_of(request.scope).caller
        words = _WORDS[language]
        issuer = request.app.state.access.login is not None
        html = site.render(
            "login.html", language, "/login", l=words, caller=caller, to_path=to, failure=failure, issuer=issuer
        )
        return HTMLResponse(html, status, headers=PRIVATE)

    @router.get("/login")
    async def form(request: Request) -> Response:
        return page(request)

    @router.post("/login")
    async def entered(request: Request) -> Response:
        if from_elsewhere(dict(request.scope["headers"])):
            return page(request, 403, _STRANGE)
        said = await _fields(request)
        access: NodeAccess = request.app.state.access
        key = said.get("key", "").strip()
        try:
            if not access.recogniser.pepper:
                raise NotRecognised("No keys are taken here.", "اینجا کلید پذیرفته نمی‌شود.")
            address = facts_of(request.scope).caller.address
            access.recogniser.recognise("key", key.encode(), address)
        except NotRecognised:
            return page(request, 403, _REFUSED, said.get("to", "/"))
        return _inside(request, local_path(said.get("to", "/")), {"key": key.split("_")[1]})

    @router.get("/login/start")
    async def started(request: Request) -> Response:
        access: NodeAccess = request.app.state.access
        if access.login is None or not access.recogniser.pepper:
            return page(request, 404, _NO_ISSUER)
        to = local_path(request.query_params.get("to", "/"))
        try:
            address, cookie = await run_in_threadpool(access.login.begin, to, access.recogniser.pepper)
        except AccessError as error:
            return page(request, 503, error.text)
        answer = RedirectResponse(address, 303, headers=PRIVATE)
        secure = is_secure(request)
        answer.set_cookie(_BEGUN, cookie, max_age=600, path="/login", secure=secure, httponly=True, samesite="lax")
        return answer

    @router.get("/login/return")
    async def returned(request: Request) -> Response:
        access: NodeAccess = request.app.state.access
        if access.login is None or not access.recogniser.pepper:
            return page(request, 404, _NO_ISSUER)
        begun = request.cookies.get(_BEGUN, "")
        try:
            bearer, to = await run_in_threadpool(
                access.login.end, dict(request.query_params), begun, access.recogniser.pepper
            )
        except AccessError as error:
            return page(request, 403, error.text)
        said = {"token": bearer.key, "name": bearer.name, "roles": bearer.roles}
        answer = _inside(request, local_path(to), said)
        answer.delete_cookie(_BEGUN, path="/login")
        return answer

    @router.post("/logout")
    async def left(request: Request) -> Response:
        if from_elsewhere(dict(request.scope["headers"])):
            return page(request, 403, _STRANGE)
        answer = RedirectResponse("/login", 303, headers={**PRIVATE, "clear-site-data": '"cookies"'})
        for name in (COOKIE, SECURE_COOKIE):
            answer.delete_cookie(name, path="/", secure=name is SECURE_COOKIE, httponly=True, samesite="lax")
        return answer

    app.include_router(router, include_in_schema=False)


def _inside(request: Request, to: str, said: dict[str, Any]) -> Response:
    """On to where they wanted to go, with a fresh session."""
    answer = RedirectResponse(to, 303, headers=PRIVATE)
    secure = is_secure(request)
    cookie = sealed(said, request.app.state.access.recogniser.pepper)
    name = SECURE_COOKIE if secure else COOKIE
    answer.set_cookie(name, cookie, max_age=LASTS, path="/", secure=secure, httponly=True, samesite="lax")
    return answer


def local_path(said: str) -> str:
    """The path to go on to; the start where it would lead to another site."""
    plain = said.isprintable() and "\\" not in said
    return said if said.startswith("/") and not said.startswith("//") and plain else "/"


def is_secure(request: Request) -> bool:
    """Whether the browser speaks TLS; the guard has left in what our own proxy says, and nobody else's word."""
    return request.url.scheme == "https" or request.headers.get("x-forwarded-proto", "") == "https"


async def _fields(request: Request) -> dict[str, Any]:
    declared = request.headers.get("content-length", "")
    if not declared.isdigit() or int(declared) > _FORM:
        return {}
    try:
        said = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=8)
    except ValueError:  # more fields than the form has
        return {}
    return {name: values[0] for name, values in said.items()}

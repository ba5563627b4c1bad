"""How the guard says no: in the one error shape, as OperationOutcome to those who speak FHIR, as a page to people."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import orjson

from termserver.access.facts import Caller
from termserver.access.recognition import Headers
from termserver.api.answers import Answer, Problem, error_answer
from termserver.model.access import Policy, RouteGroup
from termserver.model.text import Text

HTML = b"text/html; charset=utf-8"
Page = Callable[[Problem, str], Answer]
"""Makes the page of a refusal in a language; the pages are above this room, so it is handed down."""
_FOR_PROGRAMS = ("/api/", "/fhir/", "/svs/", "/packages")
_SAFE = ("GET", "HEAD")
_REALM = b'Bearer realm="termserver"'
_FHIR_CODES = {401: "login", 403: "forbidden", 404: "not-found", 405: "not-supported", 429: "throttled", 503: "timeout"}


def not_recognised(why: Text) -> Problem:
    return Problem(401, "not-recognised", why)


def nothing_here() -> Problem:
    said = Text("چنین نشانی‌ای نیست؛ فهرست در /docs است.", "There is nothing at this address; see /docs.")
    return Problem(404, "not-found", said)


def other_method(method: str, methods: tuple[str, ...]) -> Problem:
    known = ", ".join(methods)
    said = Text(
        f"این نشانی {method} نمی‌پذیرد؛ از {known} استفاده کنید.", f"This address does not take {method}; use {known}."
    )
    return Problem(405, "method-not-allowed", said, {"allow": list(methods)})


def not_allowed(group: RouteGroup, caller: Caller, policy: Policy) -> Problem:
    """401 for those without a name, 403 for those with one; both name the roles that may."""
    titles = [role.title for id in group.roles if (role := policy.role(id))]
    fa, en = "، ".join(one.fa for one in titles), ", ".join(group.roles)
    extra = {"needs": list(group.roles)}
    if caller.by == "none":
        said = Text(
            f"«{group.title.fa}» تنها برای این نقش‌هاست: {fa}. کلید یا توکن خود را بفرستید.",
            f"'{group.title.en}' is for these roles alone: {en}. Send your key or token.",
        )
        return Problem(401, "login-required", said, extra)
    said = Text(
        f"«{group.title.fa}» برای این نقش‌هاست: {fa}؛ «{caller.name}» هیچ‌یک را ندارد، یا کلیدش برای آن نیست.",
        f"'{group.title.en}' is for these roles: {en}; '{caller.name}' has none of them, or a key not made for it.",
    )
    return Problem(403, "role-required", said, extra)


def another_site() -> Problem:
    said = Text("این درخواست از صفحهٔ سایت دیگری آمده است.", "This request comes from a page of another site.")
    return Problem(403, "cross-site", said)


def too_many(wait: int) -> Problem:
    said = Text(
        f"درخواست‌ها بیش از سهم شماست؛ {wait} ثانیهٔ دیگر بفرستید.", f"More requests than your share; wait {wait} s."
    )
    return Problem(429, "too-many-requests", said, {"retry_after": wait})


def too_many_at_once(most: int) -> Problem:
    said = Text(
        f"بیش از {most} درخواست هم‌زمان؛ منتظر پاسخ آن‌ها بمانید.",
        f"More than {most} requests at the same time; wait for their answers.",
    )
    return Problem(429, "too-many-at-once", said, {"retry_after": 1})


def too_slow(seconds: int) -> Problem:
    said = Text(f"پاسخ در {seconds} ثانیه آماده نشد.", f"There was no answer within {seconds} s.")
    return Problem(503, "too-slow", said, {"retry_after": seconds})


def by_a_browser(scope: Any, headers: Headers) -> bool:
    """Whether somebody asks with a browser for what no program is served at."""
    return (
        b"text/html" in headers.get(b"accept", b"")
        and scope["method"] in _SAFE
        and not scope["path"].startswith(_FOR_PROGRAMS)
    )


def page_of(problem: Problem, scope: Any, page: Page) -> Answer:
    """The page of the refusal, in the language that the address asks for."""
    return page(problem, "en" if b"lang=en" in scope["query_string"].split(b"&") else "fa")


def answer(
    problem: Problem, scope: Any, headers: Headers, group: RouteGroup, release: str, page: Page | None = None
) -> Answer:
    """The refusal in the words of whoever asked; without ``page`` it is data to browsers too."""
    made = error_answer(problem, release)
    more = made.headers
    if problem.status == 401:
        error = b', error="invalid_token"' if problem.code == "not-recognised" else b""
        more = (*more, (b"www-authenticate", _REALM + error))
    if problem.status == 405:
        more = (*more, (b"allow", ", ".join(problem.extra["allow"]).encode()))
    more = (*more, (b"cache-control", b"no-store"))
    if scope["path"].startswith("/fhir/"):
        return Answer(problem.status, _outcome(problem), more, b"application/fhir+json; charset=utf-8")
    if (group.page and b"text/html" in headers.get(b"accept", b"")) or (not group.id and by_a_browser(scope, headers)):
        if problem.status == 401 and scope["method"] in _SAFE:
            query = scope["query_string"].decode("latin-1")
            there = quote(scope["path"] + (f"?{query}" if query else ""), safe="")
            return Answer(303, b"", (*more, (b"location", f"/login?to={there}".encode())), HTML)
        if page is not None:
            shown = page_of(problem, scope, page)
            return shown._replace(headers=(*shown.headers, *more))
    return Answer(problem.status, made.body, more)


def _outcome(problem: Problem) -> bytes:
    code = _FHIR_CODES.get(problem.status, "processing")
    issue = {"severity": "error", "code": code, "details": {"text": problem.message.en}}
    return orjson.dumps({"resourceType": "OperationOutcome", "issue": [issue]})

"""A path that differs from one of ours by the slash at its end: the browser is led on, within this site."""

from urllib.parse import quote

from starlette.routing import Match, Router
from starlette.types import ASGIApp, Receive, Scope, Send


def by_the_other_slash(router: Router, otherwise: ASGIApp) -> ASGIApp:
    """What answers where no route matches: 307 to the path with the slash more or less, else ``otherwise``.

    The location has no scheme and no host: behind a proxy that speaks TLS we know neither.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        there = path.rstrip("/") if path.endswith("/") else f"{path}/"
        ours = there.startswith("/") and not there.startswith("//")  # a browser takes // for another host
        if scope["type"] != "http" or not ours or not _is_known(router, {**scope, "path": there}):
            await otherwise(scope, receive, send)
            return
        query = scope["query_string"]
        location = quote(there).encode() + (b"?" + query if query else b"")
        headers = [(b"location", location), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 307, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    return answer


def _is_known(router: Router, scope: Scope) -> bool:
    return any(route.matches(scope)[0] is not Match.NONE for route in router.routes)

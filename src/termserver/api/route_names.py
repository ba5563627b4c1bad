"""What a request is called where what was typed must not be told: the template of its route."""

from collections.abc import Callable, MutableMapping
from functools import cache
from typing import Any

UNTOLD = ("/static/", "/health", "/ready", "/metrics", "/favicon.ico", "/widget.js")
"""What shows nobody anything: probes and the pages' own files."""
HOT = {"/api/search": "search", "/api/suggest": "search"}
LOOKUP = "/api/codesystems/{system}/concepts/{code}"


def route_of(scope: MutableMapping[str, Any]) -> str:
    """The route of a request without anything that was typed: its template, or what stands for it."""
    path: str = scope["path"]
    if path in HOT:
        return path
    if path.startswith("/api/codesystems/") and "/concepts/" in path:
        return LOOKUP
    route = scope.get("route")
    if route is not None:
        return str(getattr(route, "path", "") or "?")
    if path.startswith(("/fhir/", "/svs/")):
        return _of_fhir()(path)
    return "?"


@cache
def _of_fhir() -> Callable[[str], str]:
    """Known to the FHIR door, which is loaded by the first who knocks."""
    from termserver.api.fhir.names import route

    return route

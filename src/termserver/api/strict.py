"""No parameter is passed over: what a route of the API does not know is an error that names the nearest it does."""

from typing import Any

from fastapi import Request

from termserver.api.parameters import unknown_parameter


async def strict(request: Request) -> None:
    """Raise Problem (400) for a query parameter that the description of the route does not name."""
    if not request.scope["query_string"] or not request.scope["path"].startswith("/api/"):
        return
    route = request.scope["route"]
    known = getattr(route, "known_parameters", None)
    if known is None:
        described = (route.openapi_extra or {}).get("parameters", ())
        own = _asked(route.dependant)
        known = route.known_parameters = [*own, *(one["name"] for one in described if one["in"] == "query")]
    for name in request.query_params:
        if name not in known:
            raise unknown_parameter(name, known)


def _asked(dependant: Any) -> list[str]:
    """The query parameters of a function and of those that it depends on."""
    deeper = [name for one in dependant.dependencies for name in _asked(one)]
    return [*(one.alias for one in dependant.query_params), *deeper]

"""Answers of the routes that FastAPI serves: the release named in body and headers."""

from typing import Any

import orjson
from fastapi.responses import Response

from termserver.api.answers import JSON
from termserver.api.hot import HotRoutes


def json_response(value: dict[str, Any], hot: HotRoutes, *, immutable: bool = False) -> Response:
    """A JSON answer; ``immutable`` marks what only a new edition changes, so that 304 can answer next time."""
    headers = {"x-termserver-release": hot.release, "x-content-type-options": "nosniff"}
    if immutable:
        headers |= {"etag": hot.tag.decode(), "cache-control": "no-cache"}
    return Response(orjson.dumps({**value, "release": hot.release}), headers=headers, media_type=JSON.decode())

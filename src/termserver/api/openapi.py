"""The API's description with real examples: what this very edition answers."""

from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from termserver.api.answers import Answer, Problem, error_answer, problem_of
from termserver.api.hot import HotRoutes
from termserver.model.errors import TermserverError

_ASKED = {
    "/api/suggest": (b"/api/suggest", b"q=%D8%AA%D8%A7%D9%85%DB%8C%D9%86&limit=2"),
    "/api/search": (b"/api/search", b"q=%D8%AA%D8%A7%D9%85%DB%8C%D9%86&limit=2"),
    "/api/codesystems/{system}/concepts/{code}": (b"/api/codesystems/insurer/concepts/1", b""),
}


def describe(app: FastAPI, hot: HotRoutes) -> dict[str, Any]:
    """The OpenAPI document; examples are asked of the edition, so they cannot grow old."""
    document = get_openapi(title=app.title, version=app.version, routes=app.routes, description=DESCRIPTION)
    for path, (raw_path, query) in _ASKED.items():
        operation = document["paths"][path]["get"]
        handler = hot.route(raw_path.decode())
        assert handler is not None
        try:
            answer = handler(raw_path, query)
            example = orjson.loads(answer.body) if isinstance(answer, Answer) else None
        except TermserverError as error:
            example = orjson.loads(error_answer(problem_of(error), hot.release).body)
        except Problem as problem:
            example = orjson.loads(error_answer(problem, hot.release).body)
        content = operation["responses"]["200"]["content"]["application/json"]
        content["example"] = example
    return document


DESCRIPTION = """
The national coding terminology server. Every answer names the digest of the edition it came from
(`release`, also the header `X-Termserver-Release`). What only a new edition can change carries an
`ETag`; ask again with `If-None-Match` and get `304`. Every failure has one shape:
`{"error": {"code", "status", "message": {"fa", "en"}}, "release"}`.
"""

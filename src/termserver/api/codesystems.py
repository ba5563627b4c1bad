"""The routes over code systems; search and lookup are described here and answered by ``hot.py``."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from termserver.api import described
from termserver.api.answers import Answer, Stream
from termserver.api.hot import LOOKUP_PARAMETERS, HotRoutes
from termserver.api.parameters import Parameter
from termserver.api.responses import json_response
from termserver.api.searching import CLINICAL_TABLES_PARAMETERS, SEARCH_PARAMETERS, SUGGEST_PARAMETERS
from termserver.service import TermServer


def routes(server: TermServer, hot: HotRoutes) -> APIRouter:
    """The routes over one opened edition."""
    router = APIRouter(tags=["codes"])

    @router.get(
        "/api/search",
        response_model=described.SearchAnswer,
        summary="Find codes by words, beginnings of words, or code",
        openapi_extra=parameters_of(SEARCH_PARAMETERS | CLINICAL_TABLES_PARAMETERS | {"q": SEARCH_PARAMETERS["q"]}),
    )
    async def search(request: Request) -> Response:
        """Persian and English, any word order, the last word as far as it is typed, codes with or without the dot.

        With `terms` in place of `q` the answer is the array of NLM's Clinical Tables,
        `[total, [codes], {extra}, [[shown]], [systems]]`, which `autocomplete-lhc` reads.
        """
        return _plain(hot.answer(b"/api/search", request.scope["query_string"]))

    @router.get(
        "/api/suggest",
        response_model=described.Suggestions,
        summary="Suggestions while somebody types, as one small array",
        openapi_extra=parameters_of(SUGGEST_PARAMETERS),
    )
    async def suggest(request: Request) -> Response:
        """`[total, [[system, code, display], …]]`; where nothing matched as typed, then how it was loosened and the
        words that were searched instead."""
        return _plain(hot.answer(b"/api/suggest", request.scope["query_string"]))

    @router.get("/api/codesystems", response_model=described.SystemsAnswer, summary="Every code system of this edition")
    async def systems(request: Request) -> Response:
        """How much of each is here (`content`), how many concepts, and from which release."""
        if held := hot.not_modified(request.headers.get("if-none-match", "").encode()):
            return _plain(held)
        return json_response({"codesystems": [server.describe(s) for s in server.systems()]}, hot, immutable=True)

    @router.get("/api/codesystems/{system}", summary="One code system, by folder id, native id, OID or URL")
    async def system(system: str, request: Request) -> Response:
        if held := hot.not_modified(request.headers.get("if-none-match", "").encode()):
            return _plain(held)
        return json_response(server.describe(server.resolve(system)), hot, immutable=True)

    @router.get(
        "/api/codesystems/{system}/concepts/{code:path}",
        response_model=described.ConceptAnswer,
        summary="One code: designations, properties, ancestors, children",
        openapi_extra=parameters_of(LOOKUP_PARAMETERS),
    )
    async def concept(system: str, code: str, request: Request) -> Response:
        """Any spelling of the system and any width of the code is understood."""
        return _plain(hot.answer(request.scope["raw_path"], request.scope["query_string"]))

    return router


def _plain(answer: Answer | Stream) -> Response:
    if isinstance(answer, Stream):
        return StreamingResponse(
            answer.pieces,
            media_type=answer.content_type.decode(),
            headers={name.decode(): value.decode() for name, value in answer.headers},
        )
    response = Response(answer.body, answer.status, media_type=answer.content_type.decode())
    for name, value in answer.headers:
        response.headers[name.decode()] = value.decode()
    return response


def parameters_of(known: dict[str, Parameter]) -> dict[str, Any]:
    """The parameters of a hot route, as OpenAPI says them."""
    said = []
    for parameter in known.values():
        schema: dict[str, Any] = {"type": "string"}
        if parameter.least is not None:
            schema = {"type": "integer", "minimum": parameter.least}
            if parameter.most is not None:
                schema["maximum"] = parameter.most
        if parameter.choices:
            schema["enum"] = list(parameter.choices)
        if parameter.default:
            schema["default"] = int(parameter.default) if parameter.least is not None else parameter.default
        if parameter.repeats:
            schema = {"type": "array", "items": schema}
        said.append(
            {
                "name": parameter.name,
                "in": "query",
                "required": parameter.required,
                "description": parameter.says,
                "schema": schema,
            }
        )
    return {"parameters": said}

"""The routes that judge documents: the same engine and the same answer as the command line."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from termserver.api import batch, described
from termserver.api.answers import Problem
from termserver.api.hot import HotRoutes
from termserver.api.pool import Judges
from termserver.api.responses import json_response
from termserver.model.days import parse_day
from termserver.model.text import Text
from termserver.service import TermServer

_BODY = {
    "requestBody": {
        "required": True,
        "description": "the document itself, XML or JSON, as it would be sent (before encryption)",
        "content": {
            "application/xml": {"schema": {"type": "string"}},
            "application/json": {"schema": {"type": "object"}},
        },
    }
}
_BATCH = {
    "requestBody": {
        "required": True,
        "description": f"at most {batch.ITEMS} documents: one JSON document per line, or a list with ids",
        "content": {
            "application/x-ndjson": {"schema": {"type": "string"}},
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["documents"],
                    "properties": {"documents": {"type": "array", "items": described.BatchItem.model_json_schema()}},
                }
            },
        },
    }
}


def _options(
    type: Annotated[str, Query(description="the document type, where the document does not tell")] = "",
    engine: Annotated[
        str, Query(pattern="^(fast|reference)$", description="which schema engine gives the verdict")
    ] = "fast",
    as_of: Annotated[str, Query(description="judge as of this day instead of the document's own")] = "",
    to: Annotated[
        list[str] | None, Query(max_length=20, description="where it is sent, as hix and wix; may be repeated")
    ] = None,
    require_checked: Annotated[bool, Query(description="undecided unless every code could be checked")] = False,
) -> dict[str, Any]:
    """What both routes may be told; raise UsageError for a day that is none."""
    if as_of:
        parse_day(as_of)
    return {"type": type, "engine": engine, "as_of": as_of, "to": tuple(to or ()), "require_checked": require_checked}


Options = Annotated[dict[str, Any], Depends(_options)]
Name = Annotated[str, Query(max_length=200, description="how the report calls the document")]


def routes(server: TermServer, hot: HotRoutes, judges: Judges) -> APIRouter:
    """The routes over one opened edition."""
    router = APIRouter(tags=["documents"])

    @router.post(
        "/api/documents/validate",
        response_model=described.ReportsAnswer,
        summary="Judge one document",
        openapi_extra=_BODY,
    )
    async def validate(request: Request, options: Options, name: Name = "document") -> Response:
        """Findings with line, column, path, rule and what to do; values of the document are masked."""
        body = await request.body()
        if not body:
            raise Problem(
                400, "empty-body", Text("سندی فرستاده نشده است.", "There is no document in the request body.")
            )
        report = await run_in_threadpool(judges.check_document, body, name=name, **options)
        return json_response({"reports": [report.as_json()]}, hot)

    @router.post(
        "/api/documents/validate-batch",
        response_model=described.ReportsAnswer,
        summary="Judge many documents",
        openapi_extra=_BATCH,
    )
    async def validate_batch(request: Request, options: Options, name: Name = "document") -> Response:
        """A report per document, in their order, each called by its id; one bad document never spoils the others."""
        body = await request.body()

        def judged() -> Response:
            found = batch.items(body, request.headers.get("content-type", ""), name)
            reports = batch.judge(judges, found, options)
            return json_response({"reports": [report.as_json() for report in reports]}, hot)

        return await run_in_threadpool(judged)

    @router.get("/api/documents/types", summary="The document types this edition judges")
    async def types() -> Response:
        listed = [
            {"id": known.id, "version": known.version, "title": known.title.as_json(), "root": known.root}
            for known in server.document_types()
        ]
        return json_response({"types": listed}, hot, immutable=True)

    @router.get("/api/rules/{id}", response_model=described.RuleAnswer, summary="A rule explained")
    async def rule(
        id: str, type: Annotated[str, Query(description="of this document type, where several have it")] = ""
    ) -> Response:
        """What it asks and why, by whose word, its SEPAS category, and a wrong and a right excerpt."""
        known = await run_in_threadpool(server.explain, id, type)
        return json_response(known.as_json(), hot, immutable=True)

    @router.get("/api/documents/destinations", summary="Where documents go, from whom, and for what purpose")
    async def destinations() -> Response:
        listed = [described.destination(known) for known in server.destinations]
        return json_response({"destinations": listed}, hot, immutable=True)

    return router

"""The routes that judge documents: the same engine and the same answer as the command line."""

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from termserver.api import described
from termserver.api.answers import Problem
from termserver.api.hot import HotRoutes
from termserver.api.responses import json_response
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


def routes(server: TermServer, hot: HotRoutes) -> APIRouter:
    """The routes over one opened edition."""
    router = APIRouter(tags=["documents"])

    @router.post(
        "/api/documents/validate",
        response_model=described.ReportsAnswer,
        summary="Judge one document",
        openapi_extra=_BODY,
    )
    async def validate(
        request: Request,
        name: str = Query("document", max_length=200, description="how the report calls the document"),
        type: str = Query("", description="the document type, where the document does not tell"),
        engine: str = Query("fast", pattern="^(fast|reference)$", description="which schema engine gives the verdict"),
        as_of: str = Query("", description="judge as of this day instead of the document's own"),
        require_checked: bool = Query(False, description="undecided unless every code could be checked"),
    ) -> Response:
        """Findings with line, column, path, rule and what to do; values of the document are masked."""
        body = await request.body()
        if not body:
            raise Problem(
                400,
                "empty-body",
                Text("سندی فرستاده نشده است.", "There is no document in the request body."),
            )
        report = await run_in_threadpool(
            server.check_document,
            body,
            name=name,
            type=type,
            engine=engine,
            as_of=as_of,
            require_checked=require_checked,
        )
        return json_response({"reports": [report.as_json()]}, hot)

    @router.get("/api/documents/types", summary="The document types this edition judges")
    async def types() -> Response:
        listed = [
            {"id": known.id, "version": known.version, "title": known.title.as_json(), "root": known.root}
            for known in server.document_types()
        ]
        return json_response({"types": listed}, hot, immutable=True)

    return router

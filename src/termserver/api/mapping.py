"""Mapping as work over HTTP: how much of each list is said in another, and the codes that wait, as JSON and CSV."""

import hashlib
from functools import cached_property
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from termserver.api.hot import HotRoutes
from termserver.api.responses import json_response
from termserver.content.csv_writing import csv_text
from termserver.publication import mapping_decisions
from termserver.publication.mapping import Coverage, Mappings
from termserver.service import TermServer

_COLUMNS = ("map", "list", "against", "total", "mapped", "retired", "none", "unmapped")
_MOST = 1000


class MappingDesk:
    """The maps of a served edition; their coverage is worked out once."""

    def __init__(self, server: TermServer) -> None:
        self.server = server

    @cached_property
    def mappings(self) -> Mappings:
        return Mappings(self.server)

    @cached_property
    def coverage(self) -> list[Coverage]:
        return self.mappings.coverage()


_TABLE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}


def routes(hot: HotRoutes, desk: MappingDesk) -> APIRouter:
    router = APIRouter(tags=["mapping"])

    @router.get("/api/mapping", summary="How much of each list is said in another", responses=_TABLE)
    def coverage(format: Annotated[str, Query(pattern="^(json|csv)$")] = "json") -> Response:
        """Both ends of every map, the least covered first: how many codes are mapped, mapped to retired codes, known to
        have no counterpart, unmapped. ``format=csv`` gives a table."""
        found = desk.coverage
        if format == "csv":
            rows = [[str(getattr(one, name)) for name in _COLUMNS] for one in found]
            return _csv(csv_text(_COLUMNS, rows), "coverage.csv")
        return json_response({"coverage": [one.as_json() for one in found]}, hot, immutable=True)

    @router.get("/api/mapping/{map}", summary="The codes that wait to be mapped, with suggestions", responses=_TABLE)
    def queue(
        map: str,
        of: Annotated[str, Query(alias="list", max_length=200, description="which of its lists waits")] = "",
        limit: Annotated[int, Query(ge=1, le=_MOST)] = 50,
        offset: Annotated[int, Query(ge=0)] = 0,
        format: Annotated[str, Query(pattern="^(json|csv)$")] = "json",
    ) -> Response:
        """Each code with what the search suggests, its score (0 to 1) and the reason. ``format=csv`` gives the table
        that ``termserver mapping propose`` reads when its column ``decision`` is filled in."""
        mappings = desk.mappings
        end = mappings.end(map, of)
        found, total = mappings.queue(end, limit, offset)
        if format == "csv":
            return _csv(mapping_decisions.table(found), f"{map}.csv")
        told = {"map": map, "list": end.system, "against": end.against, "total": total, "offset": offset}
        return json_response({**told, "queue": [one.as_json() for one in found]}, hot, immutable=True)

    return router


def _csv(text: str, name: str) -> Response:
    # the mark at the beginning lets spreadsheets read Persian
    data = text.encode("utf-8-sig")
    tag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    headers = {"content-disposition": f'attachment; filename="{name}"', "etag": tag, "cache-control": "no-cache"}
    return Response(data, media_type="text/csv; charset=utf-8", headers=headers)

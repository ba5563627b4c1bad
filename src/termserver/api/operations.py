"""The routes of those who run a node: counts for Prometheus, and how far its log of accesses goes."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from termserver import __version__
from termserver.access.audit_lines import HEAD_FILE, Head
from termserver.access.audit_log import read_head
from termserver.api.answers import Problem
from termserver.api.metrics import TYPE
from termserver.api.recorder import NODE, Node
from termserver.model.text import Text


def routes() -> APIRouter:
    router = APIRouter(tags=["service"])

    @router.get("/metrics", response_class=Response, summary="Counts and times, for Prometheus")
    def metrics(request: Request) -> Response:
        """All processes of this server together, in Prometheus' text form."""
        node = node_of(request)
        node.tick()
        facts = {"version": __version__, "release": node.release}
        return Response(node.metrics.text(facts), media_type=TYPE, headers={"cache-control": "no-store"})

    @router.get("/api/audit/head", summary="How far the access log goes, signed")
    def head(request: Request) -> dict[str, Any]:
        """The head of each stream. Keep them elsewhere: `termserver audit verify --head` finds what was taken back."""
        log = node_of(request).log
        if log is None:
            raise Problem(
                404,
                "no-access-log",
                Text("این گره دفتر دسترسی ندارد.", "This node keeps no access log."),
            )
        own = log.head()
        heads: list[Head] = [own]
        for path in sorted(log.folder.parent.glob(f"stream-*/{HEAD_FILE}")):
            found = read_head(path)
            if found is not None and path.parent != log.folder:
                heads.append(found)
        return {"node": log.node, "heads": [one.as_json() for one in heads]}

    return router


def node_of(request: Request) -> Node:
    """What serves this request; an empty one where the application is embedded elsewhere."""
    node = request.scope.get(NODE)
    return node if isinstance(node, Node) else Node()

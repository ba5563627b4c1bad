"""The routes about access itself: who the caller is here, and the signed snapshot for other nodes."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from termserver.access.facts import facts_of
from termserver.api.answers import JSON, Problem
from termserver.model.text import Text


def routes() -> APIRouter:
    router = APIRouter(tags=["access"])

    @router.get("/api/access/me", summary="Who I am here, and what I may do")
    def me(request: Request) -> dict[str, Any]:
        """The caller's name, roles, groups of routes and shares; the groups are those of the policy."""
        facts = facts_of(request.scope)
        caller, standing = facts.caller, facts.standing
        limits = standing.limits if standing else None
        bounds = ("per_minute", "at_once", "together", "entries_per_minute", "entries_per_day")
        return {
            "name": caller.name,
            "organisation": caller.organisation,
            "recognised_by": caller.by,
            "roles": list(caller.roles),
            "everything": standing is None or standing.everything,
            "groups": sorted(standing.groups) if standing else [],
            "limits": {name: getattr(limits, name, 0) for name in bounds},
        }

    @router.get("/api/access/snapshot", response_class=Response, summary="The signed snapshot of access")
    def snapshot(request: Request) -> Response:
        """Policy, clients, grants and hashes of keys, as signed: a follower fetches it and verifies it for itself."""
        path = request.app.state.access.path
        if path is None or not path.is_file():
            raise Problem(404, "no-snapshot", Text("این گره عکس دسترسی ندارد.", "This node has no snapshot of access."))
        return Response(path.read_bytes(), media_type=JSON.decode(), headers={"cache-control": "no-store"})

    return router

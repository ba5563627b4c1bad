"""Is the process alive, and does it hold an edition it can answer from?"""

from typing import Any

from fastapi import APIRouter

from termserver import __version__
from termserver.service import TermServer


def routes(server: TermServer) -> APIRouter:
    """The two routes a load balancer asks."""
    router = APIRouter(tags=["service"])

    @router.get("/health", summary="The process is alive")
    async def health() -> dict[str, str]:
        return {"status": "ok", "version": __version__, "release": server.edition.digest}

    @router.get("/ready", summary="An edition is open and answers")
    async def ready() -> dict[str, Any]:
        """Looks a code system up before it says so; the releases that are pinned are named."""
        return {
            "status": "ready",
            "codesystems": len(server.systems()),
            "edition": server.edition.as_json(),
            "release": server.edition.digest,
        }

    return router

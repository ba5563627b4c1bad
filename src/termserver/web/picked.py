"""What coders pick, counted where the operator says so: the code and the day, never the query or the person."""

import logging
import os
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from termserver.model.codes import Kind
from termserver.model.errors import TermserverError
from termserver.search import picks
from termserver.service import TermServer
from termserver.web.site import Site

LEARN = "TERMSERVER_LEARN"
_MOST = 512
log = logging.getLogger("termserver.web")


def learned(server: TermServer) -> None:
    """Put what was picked into the order of the search, before anything is made of it; nothing where no folder is
    named.

    Raise UsageError if the file of counts cannot be read.
    """
    named = os.environ.get(LEARN, "")
    if named:
        server.prefer(picks.weights(picks.read(Path(named))))


def add(app: FastAPI, site: Site) -> None:
    """Count what is picked from now on; nothing where no folder is named."""
    named = os.environ.get(LEARN, "")
    if not named:
        return
    folder = Path(named)
    folder.mkdir(parents=True, exist_ok=True)
    counts = picks.PickCounts(folder)
    site.learns = True

    @app.post("/picked", include_in_schema=False)
    async def picked(request: Request) -> Response:
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return Response(status_code=403)
        declared = request.headers.get("content-length", "")
        if not declared.isdigit() or int(declared) > _MOST:
            return Response(status_code=413)
        system, _, code = (await request.body()).decode("utf-8", "replace").partition("\n")
        counted = await run_in_threadpool(_count, site.server, counts, system, code)
        return Response(status_code=204 if counted else 404)


def _count(server: TermServer, counts: picks.PickCounts, system: str, code: str) -> bool:
    """Count the pick if there is such a code; entries of registries are never counted."""
    try:
        found = server.resolve(system)
    except TermserverError:
        return False
    if found.kind is Kind.REGISTRY or server.terminology.entry(found.id, code) is None:
        return False
    try:
        counts.add(found.id, code)
    except (OSError, TermserverError) as error:
        log.warning("a pick was not counted: %s", type(error).__name__)
    return True

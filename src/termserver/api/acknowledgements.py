"""Subscribers say which edition they run: signed by their own key, or sent with an API key of their name."""

import datetime
import os
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from termserver.access.facts import facts_of
from termserver.api.answers import Problem
from termserver.api.publication import FOLDER
from termserver.model.text import Text
from termserver.publication import adoption
from termserver.publication.adoption import Adoption
from termserver.trust import acknowledgements

KEYS = "TERMSERVER_SUBSCRIBERS"
_RECOGNISED = ("key", "token", "certificate")


def routes() -> APIRouter:
    router = APIRouter(tags=["publication"])

    @router.post(
        "/api/publication/acknowledgements",
        status_code=204,
        response_class=Response,
        summary="A subscriber says which edition it runs",
        openapi_extra={"requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}},
    )
    async def acknowledge(request: Request) -> Response:
        """``termserver-acknowledgement/1``, as ``termserver follow --acknowledge`` sends it: the system, the instant,
        the edition with its releases, a signature by the system's key. 204 when it is kept."""
        folder = os.environ.get(FOLDER, "")
        if not folder:
            raise Problem(404, "not-found", Text("این سرویس چیزی منتشر نمی‌کند.", "This service publishes nothing."))
        made = acknowledgements.read(await request.body())
        caller = facts_of(request.scope).caller
        known_as = caller.name if caller.by in _RECOGNISED else ""
        said = os.environ.get(KEYS, "")

        def kept() -> None:
            keys = adoption.read_keys(Path(said) if said else None)
            try:
                Adoption(Path(folder)).take(made, datetime.datetime.now(datetime.UTC), known_as, keys)
            except adoption.Refused as error:
                raise Problem(403, "not-believed", error.text) from None

        await run_in_threadpool(kept)
        return Response(status_code=204)

    return router

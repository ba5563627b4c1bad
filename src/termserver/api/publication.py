"""A publication over HTTP: the folder that ``termserver publish`` keeps, or a mirror of it, as it lies there.

What is named by its content may be kept for ever; the timestamp and the feeds are asked for anew. Nothing here
is believed by those who fetch it.
"""

import os
import re
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response

from termserver.api.answers import Problem
from termserver.model.text import Text

FOLDER = "TERMSERVER_PUBLICATION"
_PATH = re.compile(
    r"(?:metadata/(?:[0-9]{1,9}\.(?:root|targets|snapshot)|timestamp|access)\.json"
    r"|targets/[0-9a-f]{64}\.[a-z0-9][A-Za-z0-9.+_-]{0,200}|feed\.(?:xml|json))",
    re.ASCII,
)
_FOR_EVER = "public, max-age=31536000, immutable"
_ANEW = "no-cache"
_TYPES = {".json": "application/json", ".xml": "application/atom+xml"}


def routes() -> APIRouter:
    router = APIRouter(tags=["publication"])

    @router.get("/publication/{path:path}", response_class=Response, summary="A file of the publication")
    def publication(path: str) -> Response:
        """The signed metadata, the releases by their SHA-256, the feeds, the sealed snapshot of access."""
        folder = os.environ.get(FOLDER, "")
        if not folder or not _PATH.fullmatch(path) or not (file := Path(folder, path)).is_file():
            raise Problem(
                404,
                "not-found",
                Text("این سرویس چنین پرونده‌ای منتشر نمی‌کند.", "This service publishes no such file."),
            )
        changes = path.startswith("feed.") or path.endswith(("timestamp.json", "access.json"))
        return FileResponse(
            file,
            media_type=_TYPES.get(file.suffix, "application/octet-stream"),
            headers={"Cache-Control": _ANEW if changes else _FOR_EVER, "X-Content-Type-Options": "nosniff"},
        )

    return router

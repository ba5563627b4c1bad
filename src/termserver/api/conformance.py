"""The routes of the conformance examination: the corpus to download, the judgement, and whether a statement holds.

Signing is not among them: a private key stays with its owner (``termserver conformance sign``).
"""

import datetime
import io
import threading
import zipfile
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from termserver.api.answers import JSON, Problem
from termserver.api.hot import HotRoutes
from termserver.api.pool import Judges
from termserver.api.responses import json_response
from termserver.conformance import answers, certificate
from termserver.conformance.corpus import FILE, Corpus, Examiner, published
from termserver.conformance.judgement import Software, judge
from termserver.conformance.software import standing
from termserver.model.days import parse_day
from termserver.model.text import Text
from termserver.parsing import json
from termserver.parsing.faults import Unreadable
from termserver.releases.signatures import public_of
from termserver.service import TermServer

_TIME = (1980, 1, 1, 0, 0, 0)
"""The same corpus has the same bytes whenever it is fetched."""
_TEXT = {"type": "string"}
_JUDGE = {
    "type": "object",
    "required": ["software", "answers"],
    "properties": {
        "software": {
            "type": "object",
            "required": ["system_id"],
            "properties": {"system_id": _TEXT, "name": _TEXT, "version": _TEXT},
        },
        "types": {"type": "array", "items": _TEXT, "description": "those that the corpus was fetched for"},
        "on": {"type": "string", "description": "the day of the software's standing; else today"},
        "answers": {
            "type": "object",
            "description": "as answers.json (docs/conformance.md), but `document` is the text itself",
        },
    },
}
_VERIFY = {
    "type": "object",
    "required": ["certificate", "public_key"],
    "properties": {
        "certificate": {"type": "object"},
        "public_key": {"type": "string", "description": "PEM, as NAME.pub.pem holds it"},
        "on": {"type": "string", "description": "as on this day; else today"},
    },
}


class Conformance:
    """The examiner of one edition, made when it is first asked for.

    What vendors wrote again is judged in a process of its own, which begins with the first of them; ``close`` ends it.
    """

    def __init__(self, server: TermServer, judges: Judges) -> None:
        self._server = server
        self._workers = min(judges.workers, 1)
        self._judges: Judges | None = None
        self._examiner: Examiner | None = None
        self._lock = threading.Lock()

    def corpus(self, types: list[str]) -> Corpus:
        """The corpus of these types; raise UnknownDocumentType, and ReleaseError if there is nothing to draw from."""
        return self.examiner().corpus(types)

    def examiner(self) -> Examiner:
        with self._lock:
            if self._examiner is None:
                self._judges = Judges(published(self._server), self._workers)
                self._examiner = Examiner(self._server, self._judges.check_document)
            return self._examiner

    def close(self) -> None:
        """End the process; it would begin again if somebody asked."""
        if self._judges is not None:
            self._judges.close()


Types = Annotated[
    list[str] | None, Query(alias="type", max_length=100, description="only this document type; may be repeated")
]


def routes(server: TermServer, hot: HotRoutes, conformance: Conformance) -> APIRouter:
    """The routes over one opened edition."""
    router = APIRouter(tags=["conformance"])

    def sent(data: bytes, media_type: str, file: str = "") -> Response:
        headers = {"x-termserver-release": hot.release, "x-content-type-options": "nosniff"}
        if file:
            headers["content-disposition"] = f'attachment; filename="{file}"'
        return Response(data, headers=headers, media_type=media_type)

    @router.get("/api/conformance/corpus", summary="The manifest of the conformance corpus")
    async def manifest(type: Types = None) -> Response:
        """`corpus.json`, byte for byte as the command line writes it: the documents with their digests, no answers."""
        corpus = await run_in_threadpool(conformance.corpus, type or [])
        return sent(corpus.manifest, JSON.decode())

    @router.get(
        "/api/conformance/corpus.zip",
        summary="The conformance corpus",
        response_class=Response,
        responses={200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}},
    )
    async def archive(type: Types = None) -> Response:
        """The manifest and all its documents, as `termserver conformance corpus` writes them."""
        corpus = await run_in_threadpool(conformance.corpus, type or [])
        return sent(await run_in_threadpool(_zipped, corpus), "application/zip", "corpus.zip")

    @router.post("/api/conformance/judge", summary="Judge a software's answers", openapi_extra=_body(_JUDGE))
    async def judged(request: Request) -> Response:
        """What passed of each type, each failure with its reason, and how the software stands in the registry."""
        said = _read(await request.body(), {"software", "types", "on", "answers"})

        def result() -> dict[str, Any]:
            software = _software(said.get("software"))
            day = _day(said.get("on"))
            held = standing(server, software.system_id, day)
            corpus = conformance.corpus(_types(said.get("types")))
            found = answers.of(said.get("answers"), corpus, lambda text: text.encode("utf-8", "surrogatepass"))
            return judge(corpus, found, software, held, day).as_json()

        return json_response(await run_in_threadpool(result), hot)

    @router.post("/api/conformance/verify", summary="Whether a certificate holds", openapi_extra=_body(_VERIFY))
    async def verified(request: Request) -> Response:
        """Its signature by the given key, its days, its edition, and whether the software was locked since."""
        said = _read(await request.body(), {"certificate", "public_key", "on"})
        key = public_of(_text(said, "public_key").encode())
        day = _day(said.get("on"))
        found = await run_in_threadpool(
            certificate.check_parsed, said.get("certificate"), [key], conformance.examiner(), day
        )
        return json_response(found.as_json(), hot)

    return router


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _zipped(corpus: Corpus) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in ((FILE, corpus.manifest), *((case.file, case.data) for case in corpus.cases)):
            member = zipfile.ZipInfo(name, _TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, data)
    return made.getvalue()


def _read(body: bytes, known: set[str]) -> dict[str, Any]:
    try:
        said = json.parse(body)
    except Unreadable as fault:
        raise _wrong(fault.text.en, fault.text.fa) from None
    if not isinstance(said, dict):
        raise _wrong("The body must be a JSON object.", "بدنه باید یک شیء JSON باشد.")
    if unknown := sorted(said.keys() - known):
        listed = ", ".join(sorted(known))
        raise _wrong(
            f"The member '{unknown[0][:40]}' is not known; known: {listed}.",
            f"عضو «{unknown[0][:40]}» شناخته نیست؛ شناخته‌ها: {listed}.",
        )
    return said


def _software(said: Any) -> Software:
    if not isinstance(said, dict) or said.keys() - {"system_id", "name", "version"}:
        raise _wrong("'software' has system_id, name and version.", "«software» عضوهای system_id، name و version دارد.")
    return Software(_text(said, "system_id"), _text(said, "name", ""), _text(said, "version", "")).checked()


def _types(said: Any) -> list[str]:
    if said is None:
        return []
    if not isinstance(said, list) or not all(isinstance(one, str) for one in said):
        raise _wrong("'types' must be a list of texts.", "«types» باید فهرستی از متن‌ها باشد.")
    return said


def _text(said: dict[str, Any], name: str, default: str | None = None) -> str:
    given = said.get(name, default)
    if not isinstance(given, str):
        raise _wrong(f"'{name}' must be a text.", f"«{name}» باید متن باشد.")
    return given


def _day(said: Any) -> str:
    return parse_day(str(said)) if said else datetime.date.today().isoformat()


def _wrong(en: str, fa: str) -> Problem:
    return Problem(400, "bad-request", Text(fa, en))

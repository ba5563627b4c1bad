"""Many documents in one request: read into items, judged side by side, reported in their order.

Two forms: one JSON document per line (NDJSON), or ``{"documents": [{"id", "content" | "content_base64",
"type"}, …]}`` for XML and JSON mixed. An item that holds no document becomes an undecided report of
its own; only a batch that cannot be read at all is an error.
"""

import binascii
import json
import time
from base64 import b64decode
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import orjson

from termserver.api.answers import Problem
from termserver.api.pool import Judges
from termserver.model.errors import UnknownDocumentType
from termserver.model.findings import Report
from termserver.model.text import Text
from termserver.validation.unfinished import BATCH_TIME, Unfinished, bad_item

ITEMS = 1000
"""Documents in one batch."""
SECONDS = 120.0
"""How long a batch may take; what was not begun by then is undecided."""
_ID = 200

NDJSON = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines")
_HINT = Text(
    'بنویسید: {"id": "…", "content": "متن سند"} یا "content_base64".',
    'Write {"id": "…", "content": "the document as text"}, or "content_base64".',
)


@dataclass(frozen=True, slots=True)
class Item:
    """One document of a batch; ``wrong`` where there is none to judge."""

    id: str
    data: bytes = b""
    options: dict[str, Any] = field(default_factory=dict)
    wrong: Unfinished | None = None


def items(body: bytes, content_type: str, name: str) -> list[Item]:
    """The items of a batch; lines are called ``name:line``. Raise Problem (400, 413, 415) if it is no batch."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind in NDJSON:
        found = _lines(body, name)
    elif kind == "application/json":
        found = _listed(body)
    else:
        raise Problem(
            415,
            "unsupported-media-type",
            Text(
                "نوع محتوا باید application/x-ndjson یا application/json باشد.",
                "Send application/x-ndjson (a document per line) or application/json ({'documents': [...]}).",
            ),
        )
    if not found:
        raise Problem(400, "empty-body", Text("هیچ سندی در این دسته نیست.", "There is no document in this batch."))
    return found


def _lines(body: bytes, name: str) -> list[Item]:
    found = []
    for number, line in enumerate(body.split(b"\n"), 1):
        if line.strip():
            found.append(Item(f"{name}:{number}", line.removesuffix(b"\r")))
            if len(found) > ITEMS:
                raise _too_many()
    return found


def _listed(body: bytes) -> list[Item]:
    try:
        said = orjson.loads(body)
    except ValueError:
        try:
            said = json.loads(body)  # a half character in one document is no reason to refuse the others
        except (ValueError, RecursionError):
            said = None
    documents = said.get("documents") if isinstance(said, dict) else None
    if not isinstance(documents, list):
        raise Problem(
            400,
            "bad-batch",
            Text(
                "بدنه باید JSON باشد با فهرست documents.", 'The body must be JSON such as {"documents": [{"id", …}]}.'
            ),
        )
    if len(documents) > ITEMS:
        raise _too_many()
    return [_item(said, number) for number, said in enumerate(documents, 1)]


def _item(said: Any, number: int) -> Item:
    if not isinstance(said, dict):
        return Item(str(number), wrong=bad_item(Text("این مورد یک شیء نیست.", "This item is not an object."), _HINT))
    given = said.get("id", number)
    if isinstance(given, bool) or not isinstance(given, str | int) or len(str(given)) > _ID:
        why = Text(
            "شناسهٔ این مورد (id) باید متنی کوتاه باشد.", f"The id of this item must be text of at most {_ID} signs."
        )
        return Item(str(number), wrong=bad_item(why, _HINT))
    id = str(given).encode("utf-8", "replace").decode()
    if unknown := sorted(said.keys() - {"id", "content", "content_base64", "type"}):
        why = Text(
            f"عضو «{unknown[0][:40]}» شناخته نیست.", f"The member '{unknown[0][:40]}' of this item is not known."
        )
        return Item(id, wrong=bad_item(why, _HINT))
    type = said.get("type", "")
    content, encoded = said.get("content"), said.get("content_base64")
    if not isinstance(type, str) or (content is None) == (encoded is None):
        why = Text(
            "این مورد باید یکی از content و content_base64 را داشته باشد.",
            "This item must have one of content and content_base64.",
        )
        return Item(id, wrong=bad_item(why, _HINT))
    options = {"type": type} if type else {}
    if isinstance(content, str):
        return Item(id, content.encode("utf-8", "surrogatepass"), options)
    try:
        if isinstance(encoded, str):
            return Item(id, b64decode(encoded, validate=True), options)
    except (binascii.Error, ValueError):
        pass
    why = Text("محتوای این مورد متن یا base64 درست نیست.", "The content of this item is not text, or not base64.")
    return Item(id, wrong=bad_item(why, _HINT))


def judge(judges: Judges, batch: Sequence[Item], options: dict[str, Any], seconds: float = SECONDS) -> list[Report]:
    """A report for each item, in their order. Raise UsageError if an option is wrong for all."""
    deadline = time.monotonic() + seconds

    def report(item: Item) -> Report:
        if item.wrong:
            return item.wrong.report(b"", item.id)
        if time.monotonic() > deadline:
            return BATCH_TIME.report(item.data, item.id)
        try:
            return judges.check_document(item.data, patient=True, **{**options, **item.options, "name": item.id})
        except UnknownDocumentType as error:
            if "type" not in item.options:
                raise
            return bad_item(error.text).report(item.data, item.id)

    if judges.workers < 2 or len(batch) < 2:
        return [report(item) for item in batch]
    with ThreadPoolExecutor(judges.workers) as side_by_side:
        return list(side_by_side.map(report, batch))


def _too_many() -> Problem:
    return Problem(
        413,
        "too-many-documents",
        Text(f"یک دسته حداکثر {ITEMS} سند دارد؛ آن را بشکنید.", f"A batch has at most {ITEMS} documents; split it."),
    )

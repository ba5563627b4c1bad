"""«This code is missing», «this is wrong», «this is its equivalent»: what a coder tells the committee, as a record.

Where the committee's desk is open a record lands there. Else, where the operator named a folder (TERMSERVER_PROPOSALS),
it is kept there under its own digest; elsewhere it is downloaded, and whoever wrote it sends it. Nothing else of this
program writes on behalf of a reader.
"""

import hashlib
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from termserver import __version__
from termserver.model.errors import UsageError
from termserver.releases import atomic

FORMAT = "termserver-proposal/1"
KINDS = ("missing", "wrong", "unmapped")
FIELDS = ("system", "code", "display", "query", "target_system", "target_code", "comment", "who")
LIMITS = {"comment": 4000}
_LIMIT = 300
_MOST = 20_000
"""So many proposals wait in the folder at most; who reads them takes them away."""


def record(said: Mapping[str, str], release: str) -> dict[str, Any]:
    """The proposal as it is kept; raise UsageError if it says nothing."""
    kind = said.get("kind", "")
    fields = {name: _clean(said.get(name, ""), LIMITS.get(name, _LIMIT)) for name in FIELDS}
    if kind not in KINDS or not any(fields[name] for name in ("code", "display", "query", "comment")):
        raise UsageError(
            "The proposal is empty: write a code, a title or an explanation.",
            "پیشنهاد تهی است: کد، عنوان یا توضیحی بنویسید.",
        )
    return {"format": FORMAT, "kind": kind, **fields, "release": release, "engine": f"termserver {__version__}"}


def as_bytes(proposal: Mapping[str, Any]) -> bytes:
    """The record as a file."""
    return orjson.dumps(proposal, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def number(proposal: Mapping[str, Any]) -> str:
    """What the proposal is called: the beginning of its digest, so that the same one twice is one."""
    return hashlib.sha256(as_bytes(proposal)).hexdigest()[:12]


def folder() -> Path | None:
    """Where proposals are kept; None if the operator named no folder, or it is not there."""
    said = os.environ.get("TERMSERVER_PROPOSALS", "")
    return Path(said) if said and Path(said).is_dir() else None


def keep(proposal: Mapping[str, Any], place: Path) -> str:
    """Put the record into the folder and give its number. Raise OSError if the disk, or the limit, refuses."""
    called = number(proposal)
    path = place / f"proposal-{called}.json"
    if path.exists():
        return called
    if sum(1 for _ in place.glob("proposal-*.json")) >= _MOST:
        raise OSError("the folder of proposals is full")
    received = datetime.now(UTC).isoformat(timespec="seconds")
    atomic.write(path, as_bytes({**proposal, "received": received}))
    return called


def _clean(text: str, limit: int) -> str:
    """What was typed, without control characters."""
    return "".join(letter for letter in text if letter.isprintable() or letter in "\n\u200c").strip()[:limit]

"""A draft is signed wherever its file was carried to: by a member, on a machine without a network."""

from collections.abc import Sequence
from pathlib import Path

import orjson

from termserver.model.errors import ReleaseError, UsageError
from termserver.releases import atomic
from termserver.releases.signatures import SigningKey
from termserver.trust.metadata import ROOT, TARGETS, Document

_MOST = 16_000_000


def sign(path: Path, key: SigningKey, digest: str = "") -> Document:
    """Add a signature to a draft, wherever its file was carried to; ``digest`` is the one the signer confirmed.

    Raise ReleaseError if the draft says something else than what was confirmed.
    """
    document = read_draft(path)
    if digest and not (len(digest) >= 8 and document.digest.startswith(digest)):
        raise ReleaseError(
            f"{path.name} is not what you confirmed: its digest is {document.digest[:16]}, you said {digest[:16]}. "
            "Read it again before signing.",
            f"{path.name} آن نیست که تأیید کردید: چکیدهٔ آن {document.digest[:16]} است، شما {digest[:16]} گفتید. پیش از "
            "امضا دوباره بخوانید.",
        )
    document.sign(key)
    _write(path, document)
    return document


def gather(path: Path, others: Sequence[Path]) -> Document:
    """Put the signatures of other copies of a draft into this one."""
    document = read_draft(path)
    for other in others:
        document.take_signatures(read_draft(other))
    _write(path, document)
    return document


def read_draft(path: Path) -> Document:
    """The root or the targets in a file; raise Refused if it is neither, UsageError if there is none."""
    try:
        with path.open("rb") as file:
            data = file.read(_MOST)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}.", f"{path} خوانده نمی‌شود: {error.strerror}."
        ) from None
    return Document.parse(_role(data), data)


def _role(data: bytes) -> str:
    """What the draft says it is, whatever its copy is called; what is no metadata is read as targets, and refused."""
    try:
        return ROOT if orjson.loads(data)["signed"]["_type"] == ROOT else TARGETS
    except (ValueError, KeyError, TypeError):
        return TARGETS


def _write(path: Path, document: Document) -> None:
    try:
        atomic.write(path, document.as_bytes())
    except OSError as error:
        raise ReleaseError(
            f"{path} cannot be written: {error.strerror}. Make room; the draft is as it was.",
            f"{path} نوشته نمی‌شود: {error.strerror}. جا باز کنید؛ پیش‌نویس همان است که بود.",
        ) from None

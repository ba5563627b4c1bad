"""The snapshot of access beside a publication: sealed by the operator, taken by the nodes that follow.

A publication is public and copied by mirrors, and a snapshot names people and their roles. So it lies there sealed
under the pepper that our nodes share. Who may be believed is not the pepper's matter: what is inside carries the
operator's signature, and is taken only if it is newer than what is here and its day is not over.
"""

import base64
import binascii
from collections.abc import Sequence
from pathlib import Path

import orjson

from termserver.access import snapshot
from termserver.access.snapshot import Snapshot
from termserver.model.access import AccessError
from termserver.model.days import Day
from termserver.model.values import value
from termserver.releases import atomic, sealing
from termserver.releases.signatures import PublicKey

FORMAT = "termserver-access-sealed/1"


@value
class Taken:
    """The snapshot that is offered; ``new`` if it was not here before."""

    snapshot: Snapshot
    new: bool


def sealed(signed: bytes, pepper: bytes) -> bytes:
    """The file for the publication: the signed snapshot, sealed."""
    inside = base64.b64encode(sealing.sealed(signed, pepper, FORMAT)).decode()
    return orjson.dumps({"format": FORMAT, "sealed": inside}, option=orjson.OPT_APPEND_NEWLINE)


def take(data: bytes, place: Path, trusted: Sequence[PublicKey], pepper: bytes, today: Day) -> Taken:
    """What a publication offers, written to ``place`` if it is newer.

    Raise AccessError, ``place`` untouched, if it is not ours, not signed by a trusted key, older than one that was
    believed here, or past its day.
    """
    inside = _unsealed(data, pepper)
    offered = snapshot.opened(inside, trusted)
    held = snapshot.believed(place, trusted)
    last = max(snapshot.last_number(place), held.number if held else 0)
    if offered.number < last:
        raise snapshot.too_old(offered.number, last)
    if held is not None and (offered.number, offered.made) <= (held.number, held.made):
        return Taken(held, False)
    if offered.until and offered.until < today:
        raise AccessError(
            f"The snapshot of access that is offered ended on {offered.until} and is not taken. The publisher must "
            "sign a new one: termserver access snapshot",
            f"عکس دسترسی‌ای که داده می‌شود در {offered.until} پایان یافته است و گرفته نمی‌شود؛ ناشر باید عکس تازه‌ای "
            "امضا کند: termserver access snapshot",
        )
    try:
        atomic.write(place, inside)
    except OSError as error:
        raise AccessError(
            f"{place} cannot be written: {error.strerror}.", f"{place} نوشته نمی‌شود: {error.strerror}."
        ) from None
    return Taken(snapshot.read(place, trusted), True)


def _unsealed(data: bytes, pepper: bytes) -> bytes:
    try:
        said = orjson.loads(data)
        if said["format"] != FORMAT:
            raise ValueError
        return sealing.opened(base64.b64decode(said["sealed"], validate=True), pepper, FORMAT)
    except (orjson.JSONDecodeError, binascii.Error, KeyError, TypeError, ValueError, sealing.NotOpened):
        raise AccessError(
            "The snapshot of access beside the feed cannot be opened: it was changed, or sealed under another pepper.",
            "عکس دسترسی کنار خوراک باز نمی‌شود: دگرگون شده یا با راز (pepper) دیگری مهر شده است.",
        ) from None

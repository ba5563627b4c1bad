"""The session of somebody who logged in on a page: a cookie that says who, until when, and is sealed by the server.

Nothing is kept on the server, so that every worker and every restart knows it; what its owner may do is looked up
anew at each request, and a revoked key ends its sessions.
"""

import base64
import binascii
import hmac
import secrets
import time
from typing import Any

import orjson

COOKIE, SECURE_COOKIE = "termserver_session", "__Host-termserver_session"
LASTS = 8 * 3600
"""Seconds until somebody must log in again."""
_PURPOSE = b"termserver-session/1"


def sealed(said: dict[str, Any], pepper: bytes, purpose: bytes = _PURPOSE, lasts: int = LASTS) -> str:
    """A text for a cookie that only whoever has the pepper can have made; another one each time."""
    body = orjson.dumps({**said, "until": int(time.time()) + lasts, "salt": secrets.token_hex(8)})
    seal = hmac.digest(_key(pepper, purpose), body, "sha256")
    return base64.urlsafe_b64encode(seal + body).rstrip(b"=").decode()


def unsealed(cookie: str, pepper: bytes, purpose: bytes = _PURPOSE) -> dict[str, Any] | None:
    """What was sealed, None if it was not, or if its time is over."""
    if not pepper or len(cookie) > 4096:
        return None
    try:
        data = base64.urlsafe_b64decode(cookie.encode("ascii") + b"=" * (-len(cookie) % 4))
    except (ValueError, binascii.Error):
        return None
    seal, body = data[:32], data[32:]
    if not hmac.compare_digest(seal, hmac.digest(_key(pepper, purpose), body, "sha256")):
        return None
    said: dict[str, Any] = orjson.loads(body)
    return said if said["until"] > time.time() else None


def _key(pepper: bytes, purpose: bytes) -> bytes:
    return hmac.digest(pepper, purpose, "sha256")

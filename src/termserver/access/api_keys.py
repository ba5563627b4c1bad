"""API keys: random, shown once, kept as keyed hashes.

A key reads ``ts_<prefix>_<secret>``: eight letters that name it, and 256 bits that nobody guesses. What is
kept is HMAC-SHA256 under the server's pepper: a stolen copy of the accounts opens nothing.
"""

import hmac
import os
import re
import secrets
from pathlib import Path

from termserver.model.access import AccessError

PEPPER, PEPPER_FILE = "TERMSERVER_KEY_PEPPER", "TERMSERVER_KEY_PEPPER_FILE"
_KEY = re.compile(r"ts_([a-z2-7]{8})_([A-Za-z0-9_-]{43})", re.ASCII)
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_LEAST = 16


def new_key() -> tuple[str, str]:
    """A fresh key and its prefix."""
    prefix = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return f"ts_{prefix}_{secrets.token_urlsafe(32)}", prefix


def prefix_of(key: str) -> str:
    """The prefix of a key, empty if it is none."""
    found = _KEY.fullmatch(key)
    return found[1] if found else ""


def keyed_hash(key: str, pepper: bytes) -> str:
    """What is kept of a key, 64 hex digits."""
    return hmac.digest(pepper, key.encode(), "sha256").hex()


def is_key(key: str, kept: str, pepper: bytes) -> bool:
    """Whether it is the key of which ``kept`` is the hash; takes as long either way."""
    return hmac.compare_digest(keyed_hash(key, pepper), kept)


def pepper() -> bytes:
    """The server's secret from the environment or a file; empty where there is none.

    Raise AccessError if its file cannot be read, or if it is too short to be one.
    """
    said = os.environ.get(PEPPER, "")
    place = os.environ.get(PEPPER_FILE, "")
    if not said and place:
        try:
            said = Path(place).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise AccessError(
                f"{PEPPER_FILE} ({place}) cannot be read: {error}.", f"{PEPPER_FILE} ({place}) خوانده نمی‌شود: {error}."
            ) from None
    if said and len(said) < _LEAST:
        raise AccessError(
            f"{PEPPER} is shorter than {_LEAST} letters. Make one with: openssl rand -hex 32",
            f"{PEPPER} کوتاه‌تر از {_LEAST} حرف است. چنین بسازید: openssl rand -hex 32",
        )
    return said.encode()


def needed_pepper() -> bytes:
    """The server's secret; raise AccessError where there is none."""
    found = pepper()
    if not found:
        raise AccessError(
            f"Keys are hashed under a secret of the server. Set {PEPPER_FILE} to a file with 32 random bytes in hex"
            " (openssl rand -hex 32), the same on every node.",
            f"کلیدها با رازی از سرور درهم می‌شوند. {PEPPER_FILE} را برابر پرونده‌ای با ۳۲ بایت تصادفی"
            " (openssl rand -hex 32) بگذارید، در همهٔ گره‌ها یکسان.",
        )
    return found

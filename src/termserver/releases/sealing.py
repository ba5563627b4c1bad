"""Bytes that whoever shares a secret can open, and nobody else reads or changes: AES-256-GCM under a key made of it."""

import hmac
import os
from typing import Any

_NONCE = 12


class NotOpened(Exception):
    """The bytes were sealed under another secret or for another purpose, or were changed."""


def sealed(data: bytes, secret: bytes, purpose: str, beside: bytes = b"") -> bytes:
    """The bytes, sealed; ``beside`` is said openly and cannot be changed either. Another text each time."""
    nonce = os.urandom(_NONCE)
    return nonce + bytes(_cipher(secret, purpose).encrypt(nonce, data, beside))


def opened(data: bytes, secret: bytes, purpose: str, beside: bytes = b"") -> bytes:
    """What was sealed; raise NotOpened for anything else."""
    from cryptography.exceptions import InvalidTag

    try:
        return bytes(_cipher(secret, purpose).decrypt(data[:_NONCE], data[_NONCE:], beside))
    except (InvalidTag, ValueError):
        raise NotOpened from None


def _cipher(secret: bytes, purpose: str) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(hmac.digest(secret, purpose.encode(), "sha256"))

"""The node whose accesses are logged: its name, and the key that seals."""

import os
import platform
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from termserver.access.audit_log import AuditLog
from termserver.model.errors import UsageError
from termserver.releases import locks, signatures
from termserver.releases.signatures import PublicKey, SigningKey

FOLDER, KEY, NODE = "TERMSERVER_AUDIT", "TERMSERVER_AUDIT_KEY", "TERMSERVER_NODE"
_KEY_NAME = "node"


def open_log(environment: Mapping[str, str] = os.environ, **options: Any) -> AuditLog | None:
    """The log in the folder that TERMSERVER_AUDIT names; None without one. Raise UsageError if it cannot be kept."""
    said = environment.get(FOLDER, "")
    if not said:
        return None
    folder = Path(said)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        key = node_key(folder, environment.get(KEY, ""))
        return AuditLog(folder, node_name(environment), key, **options)
    except OSError as error:
        raise UsageError(
            f"The access log cannot be kept in {folder}: {error.strerror or error}. "
            f"Set {FOLDER} to a folder that can be written.",
            f"دفتر دسترسی در {folder} نگه‌داشتنی نیست: {error.strerror or error}. "
            f"{FOLDER} را برابر پوشه‌ای بگذارید که نوشتنی است.",
        ) from None


def node_name(environment: Mapping[str, str] = os.environ) -> str:
    """TERMSERVER_NODE, else the name of this machine, in letters that a file may have."""
    said = environment.get(NODE) or platform.node() or "node"
    return re.sub(r"[^a-z0-9.-]+", "-", said.lower()).strip("-.")[:60] or "node"


def node_key(folder: Path, named: str = "") -> SigningKey:
    """The key at ``named``, else the one beside the log, made once. Raise KeyProblem or OSError."""
    if named:
        return signatures.read_private(Path(named))
    private = folder / f"{_KEY_NAME}{signatures.PRIVATE}"
    with locks.held(folder / ".lock"):
        if not private.exists():
            signatures.keep(signatures.make(_KEY_NAME), folder)
    return signatures.read_private(private)


def node_keys(folder: Path) -> tuple[PublicKey, ...]:
    """The public keys that lie beside the log: proof against a slip, not against whoever owns the folder."""
    return tuple(signatures.read_public(path) for path in sorted(folder.glob(f"*{signatures.PUBLIC}")))

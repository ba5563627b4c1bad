"""The parts of this very installation, as a CycloneDX bill of materials."""

import importlib.metadata
import re
import sys
from typing import Any

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def bill(root: str = "termserver") -> dict[str, Any]:
    """The bill of materials of a distribution and of everything it needs that is installed; the same each time."""
    parts: dict[str, importlib.metadata.Distribution] = {}
    needs: dict[str, list[str]] = {}
    waiting = [root]
    while waiting:
        name = waiting.pop()
        if name in parts:
            continue
        try:
            parts[name] = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # an extra that is not installed here, or of another system
        needs[name] = sorted({_plain(found[0]) for one in parts[name].requires or () if (found := _NAME.match(one))})
        waiting += needs[name]
    tools = {"components": [{"type": "application", "name": "termserver", "version": parts[root].version}]}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"tools": tools, "component": _component(root, parts[root]) | {"type": "application"}},
        "components": [
            *(_component(name, one) for name, one in sorted(parts.items()) if name != root),
            {"type": "platform", "name": "python", "version": sys.version.split()[0], "bom-ref": "python"},
        ],
        "dependencies": [
            {"ref": _purl(name, one), "dependsOn": [_purl(n, parts[n]) for n in needs[name] if n in parts]}
            for name, one in sorted(parts.items())
        ],
    }


def _component(name: str, one: importlib.metadata.Distribution) -> dict[str, Any]:
    purl = _purl(name, one)
    said: dict[str, Any] = {"type": "library", "name": name, "version": one.version, "bom-ref": purl, "purl": purl}
    told = one.metadata.json
    licence = told.get("license_expression") or told.get("license") or ""
    if isinstance(licence, str) and licence and "\n" not in licence:
        said["licenses"] = [{"license": {"name": licence}}]
    return said


def _purl(name: str, one: importlib.metadata.Distribution) -> str:
    return f"pkg:pypi/{name}@{one.version}"


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()

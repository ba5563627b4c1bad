"""`make audit` tells a weakness from none, and both from not having been able to ask."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

_FILE = Path(__file__).resolve().parent.parent / ".ci" / "audit.py"
WEAK = {"id": "PYSEC-2020-1", "fix_versions": ["1.2"], "aliases": [], "description": ""}
GOOD = {"name": "good", "version": "1", "vulns": []}
BAD = {"name": "bad", "version": "1.1", "vulns": [WEAK]}
UNKNOWN = {"name": "unknown", "skip_reason": "Dependency not found on PyPI and could not be audited"}


@pytest.mark.parametrize(
    ("parts", "status", "said"),
    [
        ([GOOD], 0, "1 of 1 parts were asked after; no weakness is known"),
        ([GOOD, BAD], 1, "bad 1.1: PYSEC-2020-1, mended in 1.2"),
        ([UNKNOWN, BAD], 1, "1 of 2 parts"),
        ([UNKNOWN], 3, "UNDECIDED: 0 of 1 parts"),
        ([GOOD, UNKNOWN], 3, "nothing is known of unknown"),
        ([], 3, "UNDECIDED"),
    ],
)
def test_what_could_not_be_asked_is_not_called_good(parts: list[Any], status: int, said: str) -> None:
    spec = importlib.util.spec_from_file_location("audit", _FILE)
    assert spec is not None and spec.loader is not None
    audit = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(audit)
    found, lines = audit.judged({"dependencies": parts})
    assert found == status
    assert said in "\n".join(lines)

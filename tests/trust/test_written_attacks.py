"""The table of attacks in docs/trust.md names the tests that there are, and leaves none out."""

import ast
import re
from pathlib import Path


def test_the_table_of_attacks_and_the_tests_are_the_same(root: Path) -> None:
    written = set(re.findall(r"`(test_[a-z0-9_]+)`", (root / "docs" / "trust.md").read_text("utf-8")))
    tree = ast.parse((root / "tests" / "trust" / "test_attacks.py").read_text("utf-8"))
    there = {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}
    assert written == there - {"test_the_helper_forges_well", "test_an_honest_mirror_behind_http_serves"}

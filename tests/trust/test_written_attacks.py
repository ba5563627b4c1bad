"""The tables of attacks and faults in docs/trust.md name the tests that there are; of the attacks none is left out."""

import ast
import re
from pathlib import Path

FAULTS = ("trust/test_dying.py", "publication/test_release_dying.py", "publication/test_outage.py")


def named(root: Path, heading: str) -> set[str]:
    """The tests that a section of docs/trust.md names."""
    text = (root / "docs" / "trust.md").read_text("utf-8")
    section = re.split(r"^## ", text, flags=re.MULTILINE)
    (found,) = [part for part in section if part.startswith(heading)]
    return set(re.findall(r"`(test_[a-z0-9_]+)`", found))


def there(root: Path, file: str) -> set[str]:
    tree = ast.parse((root / "tests" / file).read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_the_table_of_attacks_and_the_tests_are_the_same(root: Path) -> None:
    known = there(root, "trust/test_attacks.py")
    assert named(root, "Attacks") == known - {"test_the_helper_forges_well", "test_an_honest_mirror_behind_http_serves"}


def test_the_table_of_faults_and_the_tests_are_the_same(root: Path) -> None:
    assert named(root, "Whoever dies") == {name for file in FAULTS for name in there(root, file)}

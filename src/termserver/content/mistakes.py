"""The invalid JSON examples as what each changes in a valid one, for the release to carry.

A release holds the valid examples whole and of the others these few bytes, so that a conformance
corpus can be drawn far from the folders.
"""

from typing import Any

import orjson

from termserver.content.ruleset_files import shown
from termserver.content.tree import Tree
from termserver.model.merge_patch import applied, difference

FOLDER = "mistakes"
"""Where a release keeps them: ``mistakes/<type>/<version>.json``."""


def mistakes(tree: Tree, folder: str) -> list[dict[str, Any]]:
    """What each invalid example below ``folder`` (``validators/<type>/<version>``) changes: its ``rule``, the valid
    example it is made ``of``, and the ``patch``, a JSON merge patch.

    Those that are judged as of another day, and those that no patch can say, are left out.
    """
    valid = {name: said for name, said in _read(tree, f"{folder}/examples/valid") if isinstance(said, dict)}
    found = []
    for name, said in _read(tree, f"{folder}/examples/invalid") if valid else ():
        rule, as_of = shown(name)
        patches = [(_written(difference(one, said)), of) for of, one in valid.items()]
        patch, of = min(patches, key=lambda one: (len(one[0]), one[1]))
        if not as_of and isinstance(said, dict) and applied(valid[of], orjson.loads(patch)) == said:
            found.append({"rule": rule, "of": of, "patch": orjson.loads(patch)})
    return found


def encode(known: list[dict[str, Any]]) -> bytes:
    """The mistakes of one rule set as a release keeps them."""
    return _written(known)


def _written(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _read(tree: Tree, folder: str) -> list[tuple[str, Any]]:
    found = []
    for name in sorted(tree.files(folder)):
        if name.endswith(".json"):
            try:
                found.append((name, orjson.loads(tree.read(f"{folder}/{name}") or b"")))
            except ValueError:
                continue  # a document that cannot be read is an example too
    return found

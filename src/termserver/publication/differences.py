"""What a change set says otherwise, as people read it: codes, maps and rules field by field, other files line by line.

Read from the folders alone, without building anything: a draft that does not hold together yet is shown too.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from termserver.comparison import codes, documents, lists
from termserver.comparison.changes import Change
from termserver.content.codesystem_files import TABLES, read_base, read_system
from termserver.content.conceptmap_files import FOLDER as MAPS
from termserver.content.conceptmap_files import read_concept_map
from termserver.content.problems import Problem
from termserver.content.ruleset_files import FOLDER as RULES
from termserver.content.ruleset_files import read_rule_set
from termserver.content.tree import Tree
from termserver.model.codes import Concept
from termserver.model.text import Text
from termserver.model.values import value
from termserver.publication.changesets import ChangeSet
from termserver.terminology.comparison import Difference

_LINES = 200
"""So many lines of one file are shown."""


@value
class FileDifference:
    """One file: ``added``, ``removed`` or ``changed``; what changes in it, or else its lines as ``diff -u`` says.

    ``names`` are what the changed codes are called, in the end or else before.
    """

    path: str
    kind: str
    changes: tuple[Change, ...] = ()
    lines: tuple[str, ...] = ()
    names: Mapping[str, Text] = MappingProxyType({})


class Candidate(Tree):
    """The content folders as a change set makes them; nothing is written."""

    def __init__(self, root: Path, changes: ChangeSet | None = None) -> None:
        said = changes.changes if changes else ()
        super().__init__(root, {one.path: one.after for one in said if one.after is not None})
        self._gone = {one.path for one in said if one.after is None}

    def read(self, file: str) -> bytes | None:
        return None if file in self._gone else super().read(file)


def of(root: Path, changes: ChangeSet, seen: ChangeSet | None = None) -> list[FileDifference]:
    """What the change set says otherwise than the folders, or than the change set that somebody has ``seen``."""
    before, after = Candidate(root, seen), Candidate(root, changes)
    paths = {one.path for one in changes.changes} | {one.path for one in (seen.changes if seen else ())}
    found: list[FileDifference] = []
    folders: set[str] = set()
    for path in sorted(paths):
        was, now = before.read(path), after.read(path)
        if was == now:
            continue
        kind = "added" if was is None else "removed" if now is None else "changed"
        folder = path.rpartition("/")[0]
        names: dict[str, Text] = {}
        told = () if folder in folders else tuple(_told(before, after, path, folder, names))
        if told:
            folders.add(folder)
        lines = () if folder in folders and _is_table(path) else _lines(was, now)
        found.append(FileDifference(path, kind, told, lines, names))
    return found


def _is_table(path: str) -> bool:
    return path.rpartition("/")[2] in {*TABLES, "mappings.csv", "ruleset.yaml"}


def _told(before: Tree, after: Tree, path: str, folder: str, names: dict[str, Text]) -> Iterator[Change]:
    if not _is_table(path):
        return
    problems: list[Problem] = []
    if folder.startswith(f"{MAPS}/"):
        sides = [read_concept_map(tree, folder, read_base(tree, problems), problems) for tree in (before, after)]
        yield from lists.of_maps(*({one.concept_map.id: one.concept_map} if one else {} for one in sides))
    elif folder.startswith(f"{RULES}/"):
        rules = [read_rule_set(tree, folder, problems) for tree in (before, after)]
        yield from documents.of_rule_sets(*({folder: one.rule_set} if one else {} for one in rules))
    else:
        yield from _codes(before, after, folder, names)


def _codes(before: Tree, after: Tree, folder: str, names: dict[str, Text]) -> Iterator[Change]:
    problems: list[Problem] = []
    had, has = ({one.code: one for one in _concepts(tree, folder, problems)} for tree in (before, after))
    system = folder.removeprefix("codesystems/")
    for code in dict.fromkeys((*has, *had)):
        if had.get(code) != has.get(code):
            names[code] = (has.get(code) or had[code]).display
            yield from codes.changes_of(system, Difference(code, (), had.get(code), has.get(code)))


def _concepts(tree: Tree, folder: str, problems: list[Problem]) -> Iterable[Concept]:
    if tree.read(f"{folder}/codesystem.yaml") is None:
        return ()
    source = read_system(tree, folder, read_base(tree, problems), problems)
    return source.content().concepts if source else ()


def _lines(was: bytes | None, now: bytes | None) -> tuple[str, ...]:
    before, after = ((data or b"").decode("utf-8", "replace").splitlines() for data in (was, now))
    told = list(difflib.unified_diff(before, after, lineterm="", n=1))[2:]
    more = [f"… {len(told) - _LINES}"] if len(told) > _LINES else []
    return (*told[:_LINES], *more)

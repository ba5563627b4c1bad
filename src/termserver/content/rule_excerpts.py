"""Where each invalid example is wrong, beside the valid example it was made from: the smallest piece that shows it.

The pieces are written into the release, so that ``termserver explain`` can show them far from the
folders. XML is shown where there is XML.
"""

from collections import Counter
from difflib import SequenceMatcher

import orjson

from termserver.content.ruleset_files import shown
from termserver.content.tree import Tree
from termserver.model.explanations import Excerpt

FOLDER = "excerpts"
"""Where a release keeps them: ``excerpts/<type>/<version>.json``."""
_LINES = 16
"""Lines of a piece; a longer one is cut in its middle."""
_PARENTS = 2
_GAP = "…"


def excerpts(tree: Tree, folder: str) -> dict[str, Excerpt]:
    """The excerpt of every rule that an invalid example below ``folder`` (``validators/<type>/<version>``) breaks."""
    found: dict[str, Excerpt] = {}
    for form in (".xml", ".json"):
        right, wrong = f"{folder}/examples/valid", f"{folder}/examples/invalid"
        valid = [_lines(tree, f"{right}/{name}") for name in _names(tree, right, form)]
        counted = [(Counter(lines), lines) for lines in valid]
        for name in _names(tree, wrong, form) if counted else ():
            rule = shown(name)[0]
            if rule in found:
                continue
            bad = _lines(tree, f"{wrong}/{name}")
            own = Counter(bad)
            good = min(counted, key=lambda one: ((own - one[0]) + (one[0] - own)).total())[1]
            found[rule] = Excerpt(*_pieces(bad, good), name)
    return found


def encode(known: dict[str, Excerpt]) -> bytes:
    """The excerpts of one rule set as a release keeps them."""
    said = {rule: {"bad": one.bad, "good": one.good, "file": one.file} for rule, one in sorted(known.items())}
    return orjson.dumps(said)


def _names(tree: Tree, folder: str, form: str) -> list[str]:
    return sorted(name for name in tree.files(folder) if name.endswith(form))


def _lines(tree: Tree, path: str) -> list[str]:
    return (tree.read(path) or b"").decode("utf-8", "replace").splitlines()


def _pieces(bad: list[str], good: list[str]) -> tuple[str, str]:
    """The lines in which the two differ, each with the element around it."""
    start = 0
    while start < min(len(bad), len(good)) and bad[start] == good[start]:
        start += 1
    end = 0
    while end < min(len(bad), len(good)) - start and bad[-1 - end] == good[-1 - end]:
        end += 1
    matcher = SequenceMatcher(None, bad[start : len(bad) - end], good[start : len(good) - end], autojunk=False)
    changes = [code[1:] for code in matcher.get_opcodes() if code[0] != "equal"]
    wrong = [(start + low, start + high) for low, high, _, _ in changes]
    right = [(start + low, start + high) for _, _, low, high in changes]
    # where one of the two has nothing, it is shown how deep the other stands
    depths = [
        min(_indent(line) for line in (*bad[slice(*one)], *good[slice(*other)]))
        for one, other in zip(wrong, right, strict=True)
    ]
    return _shown(bad, wrong, depths), _shown(good, right, depths)


def _shown(lines: list[str], ranges: list[tuple[int, int]], depths: list[int]) -> str:
    """The ranges with the line that opens what they stand in and the one that opens that; without the common indent."""
    wanted: set[int] = set()
    for (low, high), depth in zip(ranges, depths, strict=True):
        wanted.update(range(low, high))
        parents = 0
        for above in range(low - 1, -1, -1):
            if parents < _PARENTS and lines[above].strip() and _indent(lines[above]) < depth:
                wanted.add(above)
                depth, parents = _indent(lines[above]), parents + 1
    chosen = sorted(wanted)
    if len(chosen) > _LINES:
        chosen = [*chosen[: _LINES // 2], *chosen[-_LINES // 2 :]]
    margin = min((_indent(lines[n]) for n in chosen if lines[n].strip()), default=0)
    shown: list[str] = []
    for before, n in zip([None, *chosen], chosen, strict=False):
        if before is not None and n != before + 1:
            shown.append(" " * (_indent(lines[n]) - margin) + _GAP)
        shown.append(lines[n][margin:].rstrip())
    if chosen and chosen[-1] not in {high - 1 for _, high in ranges}:
        shown.append(" " * (max(depths) - margin) + _GAP)
    return "\n".join(shown)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())

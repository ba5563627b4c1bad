"""Where in the text a logical path stands: a second look, only for documents with findings.

Paths are those of findings (``Composition.Insurance[0].InsuranceBox``). A path that is not in the
text stands where its nearest parent does.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from json import JSONDecoder
from typing import TYPE_CHECKING, Any, Protocol

from termserver.model.values import value
from termserver.parsing.gate import BOM

if TYPE_CHECKING:
    from termserver.parsing.xml import Element

_STEP = re.compile(r"([^.\[\]]+)|\[([0-9]+)\]")
Step = str | int


@value
class Place:
    """Line and column from 1, in characters, and the character offset in ``Places.text``."""

    line: int
    column: int
    offset: int


def steps(path: str) -> list[Step]:
    return [int(found[2]) if found[2] else found[1] for found in _STEP.finditer(path)]


class Places(Protocol):
    text: str

    def find(self, path: str) -> Place:
        """Where the path stands, or its nearest parent."""


_BLOCK = 8192


class _Lines:
    """Offsets to lines and columns of one text: the ends of lines are counted once per block."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._before: list[tuple[int, int]] = [(0, 0)]
        """For every block the lines that end before it, and where the line begins that leads into it."""
        ended, start = 0, 0
        for at in range(0, len(text), _BLOCK):
            last = text.rfind("\n", at, at + _BLOCK)
            if last >= 0:
                ended, start = ended + text.count("\n", at, at + _BLOCK), last + 1
            self._before.append((ended, start))

    def place(self, offset: int) -> Place:
        block = offset // _BLOCK
        ended, start = self._before[block]
        here = self._text.count("\n", block * _BLOCK, offset)
        if here:
            ended, start = ended + here, self._text.rfind("\n", block * _BLOCK, offset) + 1
        return Place(ended + 1, offset - start + 1, offset)


_CONTINUATION = bytes(range(0x80, 0xC0))


class _Characters:
    """Byte offsets to character offsets: the bytes that begin a character are counted once per block."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._before = [0]
        for start in range(0, len(data), _BLOCK):
            block = data[start : start + _BLOCK].translate(None, _CONTINUATION)
            self._before.append(self._before[-1] + len(block))

    def at(self, offset: int) -> int:
        block = offset // _BLOCK
        return self._before[block] + len(self._data[block * _BLOCK : offset].translate(None, _CONTINUATION))


class _Node:
    """An element that a path leads to, or through. ``children`` are those that a wanted path goes on to: by name the
    first of that name, by number the one in that place."""

    __slots__ = ("children", "offset", "wanted")

    def __init__(self, wanted: dict[Step, Any]) -> None:
        self.offset = 0
        self.wanted = wanted
        self.children: dict[Step, _Node] = {}


class XmlPlaces:
    """The start tags of an XML document that the given paths lead to.

    ``root`` is the tree of the document without comments and instructions, None where there is none; then every path
    stands at the first tag.
    """

    def __init__(self, data: bytes, root: "Element | None", paths: Iterable[str]) -> None:
        data = data.removeprefix(BOM)
        self.text = data.decode("utf-8", "replace")
        self._lines = _Lines(self.text)
        self._root = _tree(data, root, paths)
        self._characters = None if self.text.isascii() else _Characters(data)

    def find(self, path: str) -> Place:
        node = self._root
        attribute = ""
        for step in steps(path):
            found = node.children.get(step.lower() if isinstance(step, str) else step)
            if found is None:
                attribute = step if isinstance(step, str) else ""
                break
            node = found
        offset = self._characters.at(node.offset) if self._characters else node.offset
        if attribute:
            offset = self._attribute(offset, attribute)
        return self._lines.place(offset)

    def _attribute(self, offset: int, name: str) -> int:
        """The offset of an attribute in the start tag at ``offset``, else that of the tag."""
        at = offset
        for found in _ATTRIBUTE.finditer(self.text, offset + 1):
            if found[0] == ">":
                break
            if found[1] and found[1].split(":")[-1].lower() == name.lower():
                at = found.start(1)
                break
        return at


_ATTRIBUTE = re.compile(r"""([^\s=<>/"']+)\s*=\s*(?:"[^"]*"|'[^']*')|>""")


def _tree(data: bytes, root: "Element | None", paths: Iterable[str]) -> _Node:
    wanted: dict[Step, Any] = {}
    for path in paths:
        here = wanted
        for step in steps(path):
            here = here.setdefault(step.lower() if isinstance(step, str) else step, {})
    top = _Node(wanted)
    nodes: list[tuple[int, _Node]] = [(0, top)]
    if root is not None and wanted:
        found = {root: top}
        _find(root, top, found, {})
        nodes = [(number, found[element]) for number, element in enumerate(root.iter()) if element in found]
    tags = re.finditer(rb"<[^/!?]", _tags_alone(data))
    passed = 0
    for number, node in nodes:
        tag = next(islice(tags, number - passed, None), None)
        passed = number + 1
        node.offset = tag.start() if tag else 0
    return top


def _find(element: "Element", node: _Node, found: "dict[Element, _Node]", names: dict[str, str]) -> None:
    """Put into ``found`` the elements below one that are wanted; ``names`` remembers how tags are asked for."""
    wanted, children = node.wanted, node.children
    for number, child in enumerate(element):
        key: Step = number
        if number not in wanted:
            tag: str = child.tag
            name = names.get(tag)
            if name is None:
                name = names[tag] = tag.rpartition("}")[2].lower()
            key = name
        if key in wanted and key not in children:
            below = children[key] = found[child] = _Node(wanted[key])
            if below.wanted:
                _find(child, below, found, names)
            if len(children) == len(wanted):
                return


_HIDDEN = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>", re.DOTALL)


def _tags_alone(data: bytes) -> bytes:
    """The document with blanks for comments, instructions and CDATA; elsewhere ``<`` begins a tag."""
    if b"<!" in data or b"<?" in data:
        return _HIDDEN.sub(lambda hidden: b" " * len(hidden[0]), data)
    return data


class JsonPlaces:
    """The members of a JSON document, looked up one path at a time; siblings are skipped by the C scanner.

    A member stands where its key does, an item of a list where its value begins.
    """

    def __init__(self, data: bytes, renamed: Mapping[str, str] | None = None) -> None:
        self._renamed = renamed or {}
        """The names by which members are looked up that are written otherwise; both in small letters."""
        self.text = data.removeprefix(BOM).decode("utf-8", "replace")
        self._lines = _Lines(self.text)
        self._scan: Callable[[str, int], tuple[Any, int]] = JSONDecoder(strict=False).scan_once  # type: ignore[attr-defined]
        self._known: dict[int, _Members] = {}
        self._lowered = "" if "\\" in self.text else self.text.lower()
        """What names are looked for in before anything is passed over for them; empty where one may be escaped."""
        self._written = set(self._renamed.values())
        self._nowhere: dict[str, bool] = {}
        self._looked_through = 0

    def find(self, path: str) -> Place:
        at = value = _SPACE.match(self.text, 0).end()  # type: ignore[union-attr]
        for step in steps(path):
            if isinstance(step, str) and self._stands_nowhere(step.lower()):
                break
            members = self._known.get(value)
            if members is None:
                members = self._known[value] = _Members(self.text, value, self._scan, self._renamed)
            found = members.find(step.lower() if isinstance(step, str) else step)
            if found is None:
                break
            at, value = found
        return self._lines.place(at)

    def _stands_nowhere(self, name: str) -> bool:
        """Whether a name is not in the text at all; not asked any more when much text was looked through for names."""
        known = self._nowhere.get(name)
        if known is None:
            if not self._lowered or name in self._written or self._looked_through > _LOOKED_THROUGH:
                return False
            at = self._lowered.find(f'"{name}"')
            self._looked_through += len(self._lowered) if at < 0 else at
            known = self._nowhere[name] = at < 0
        return known


class _Members:
    """The members of one object, or the items of one list, with the offsets of key and value; read as far as asked."""

    def __init__(
        self, text: str, at: int, scan: Callable[[str, int], tuple[Any, int]], renamed: Mapping[str, str]
    ) -> None:
        self._text = text
        self._scan = scan
        self._renamed = renamed
        self._sign = text[at : at + 1]
        self._at = _skip(text, at + 1)
        self._value = -1
        """Where the last value met begins; it is passed over only when more is asked for, for it may be long."""
        self._known: dict[Step, tuple[int, int]] = {}
        self._ended = self._sign not in ("{", "[") or text[self._at] in "}]"

    def find(self, step: Step) -> tuple[int, int] | None:
        """Where the member stands; None if it is not there, or so far behind that nobody would look."""
        while step not in self._known and not self._ended:
            self._read()
        return self._known.get(step)

    def _read(self) -> None:
        text = self._text
        if self._value >= 0:
            _, after = self._scan(text, self._value)
            after = _skip(text, after)
            if text[after] != "," or len(self._known) >= _LOOKED_AT[self._sign]:
                self._ended = True
                return
            self._at = _skip(text, after + 1)
        if self._sign == "{":
            name, after = self._scan(text, self._at)
            self._value = _skip(text, _skip(text, after) + 1)
            lowered = name.lower()
            self._known[self._renamed.get(lowered, lowered)] = (self._at, self._value)
        else:
            self._value = self._at
            self._known[len(self._known)] = (self._at, self._at)


_LOOKED_AT = {"{": 5_000, "[": 50_000}
"""Members of an object and items of a list that are looked at; one behind them stands where its parent does."""
_LOOKED_THROUGH = 100_000_000
"""Characters that are looked through for names: a tenth of a second."""
_SPACE = re.compile(r"[ \t\r\n]*")


def _skip(text: str, at: int) -> int:
    return _SPACE.match(text, at).end()  # type: ignore[union-attr]

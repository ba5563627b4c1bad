"""Where in the text a logical path stands: a second look, only for documents with findings.

Paths are those of findings (``Composition.Insurance[0].InsuranceBox``). A path that is not in the
text stands where its nearest parent does.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping
from json import JSONDecoder
from typing import Any, Protocol
from xml.parsers import expat

from termserver.model.values import value
from termserver.parsing.gate import BOM

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


class _Lines:
    """Offsets to lines and columns of one text."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def place(self, offset: int) -> Place:
        line = bisect_right(self._starts, offset)
        return Place(line, offset - self._starts[line - 1] + 1, offset)


_CONTINUATION = bytes(range(0x80, 0xC0))
_BLOCK = 8192


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
    __slots__ = ("children", "name", "offset")

    def __init__(self, name: str, offset: int) -> None:
        self.name = name
        self.offset = offset
        self.children: list[_Node] = []


class XmlPlaces:
    """Every start tag of a well-formed XML document."""

    def __init__(self, data: bytes) -> None:
        data = data.removeprefix(BOM)
        self.text = data.decode("utf-8", "replace")
        self._lines = _Lines(self.text)
        self._root = _tree(data)
        self._characters = None if self.text.isascii() else _Characters(data)

    def find(self, path: str) -> Place:
        node = self._root
        attribute = ""
        for step in steps(path):
            found = self._child(node, step)
            if found is None:
                attribute = step if isinstance(step, str) else ""
                break
            node = found
        offset = self._characters.at(node.offset) if self._characters else node.offset
        if attribute:
            offset = self._attribute(offset, attribute)
        return self._lines.place(offset)

    @staticmethod
    def _child(node: _Node, step: Step) -> _Node | None:
        if isinstance(step, int):
            return node.children[step] if step < len(node.children) else None
        lowered = step.lower()
        return next((child for child in node.children if child.name == lowered), None)

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


def _tree(data: bytes) -> _Node:
    parser = expat.ParserCreate("utf-8")
    top = _Node("", 0)
    open_nodes = [top]

    def start(name: str, _: object) -> None:
        node = _Node(name.rpartition(":")[2].lower(), parser.CurrentByteIndex)
        open_nodes[-1].children.append(node)
        open_nodes.append(node)

    def end(_: str) -> None:
        open_nodes.pop()

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.Parse(data, True)
    return top.children[0]


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
        self._known: dict[int, dict[Step, tuple[int, int]]] = {}

    def find(self, path: str) -> Place:
        at = value = _SPACE.match(self.text, 0).end()  # type: ignore[union-attr]
        for step in steps(path):
            found = self._members(value).get(step.lower() if isinstance(step, str) else step)
            if found is None:
                break
            at, value = found
        return self._lines.place(at)

    def _members(self, at: int) -> dict[Step, tuple[int, int]]:
        """The offsets of key and value of every member, or of every item, of the value at ``at``."""
        known = self._known.get(at)
        if known is None:
            sign = self.text[at : at + 1]
            known = self._known[at] = self._object(at) if sign == "{" else self._list(at) if sign == "[" else {}
        return known

    def _object(self, at: int) -> dict[Step, tuple[int, int]]:
        text = self.text
        members: dict[Step, tuple[int, int]] = {}
        key = _skip(text, at + 1)
        while text[key] == '"':
            name, after = self._scan(text, key)
            value = _skip(text, _skip(text, after) + 1)
            lowered = name.lower()
            members[self._renamed.get(lowered, lowered)] = (key, value)
            _, after = self._scan(text, value)
            after = _skip(text, after)
            if text[after] != ",":
                break
            key = _skip(text, after + 1)
        return members

    def _list(self, at: int) -> dict[Step, tuple[int, int]]:
        text = self.text
        items: dict[Step, tuple[int, int]] = {}
        value = _skip(text, at + 1)
        while text[value] != "]":
            items[len(items)] = (value, value)
            _, after = self._scan(text, value)
            after = _skip(text, after)
            if text[after] != ",":
                break
            value = _skip(text, after + 1)
        return items


_SPACE = re.compile(r"[ \t\r\n]*")


def _skip(text: str, at: int) -> int:
    return _SPACE.match(text, at).end()  # type: ignore[union-attr]

"""YAML in its canonical form: known keys in their order, block style, long texts folded, every comment kept."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from termserver.content.yaml_files import DAY, FLAG, NUMBER, TEXT, TRUE_WORDS, Keys, Kind, Loader, Many, is_null

WIDTH = 120
"""Where a long text is folded, in characters."""

_BOTH = Keys({"fa": TEXT, "en": TEXT})
_RESOLVER: Any = yaml.resolver.Resolver()
_NOT_FIRST = "-?:,[]{}#&*!|>'\"%@`~="
_ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
# what YAML cannot hold as it is, or takes for a line break
_SPECIAL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")


@dataclass
class _Comments:
    """The comments of a file: those at its head, those that belong to a key or an item, those at its end."""

    head: list[str] = field(default_factory=list)
    of: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    tail: list[str] = field(default_factory=list)

    def take(self, node: yaml.Node) -> list[str]:
        return self.of.pop(id(node), [])


def canonical_yaml(text: str, keys: Keys) -> str | None:
    """The text in canonical form, or None where it is not a YAML mapping."""
    try:
        node = yaml.compose(text, Loader=Loader)
    except yaml.YAMLError:
        return None
    if not isinstance(node, yaml.MappingNode):
        return None
    comments = _comments(text, node) if "#" in text else _Comments()
    lines = [*comments.head, *_mapping(node, keys, comments, 0), *comments.tail]
    return "\n".join(lines) + "\n"


def _mapping(node: yaml.MappingNode, keys: Keys | None, comments: _Comments, indent: int) -> Iterator[str]:
    kinds = keys.kinds if keys else {}
    order = {key: n for n, key in enumerate(kinds)}
    pairs = sorted(node.value, key=lambda pair: order.get(pair[0].value, len(order)))
    for key_node, value in pairs:
        yield from (" " * indent + comment for comment in comments.take(key_node))
        key = _key(key_node.value)
        yield from _entry(f"{' ' * indent}{key}:", value, kinds.get(key_node.value), comments, indent)


def _entry(start: str, node: yaml.Node, kind: "Kind | None", comments: _Comments, indent: int) -> Iterator[str]:
    if kind == "both":
        kind = _BOTH
    if isinstance(node, yaml.MappingNode):
        if node.value:
            yield start
            yield from _mapping(node, kind if isinstance(kind, Keys) else None, comments, indent + 2)
        else:
            yield f"{start} {{}}"
    elif isinstance(node, yaml.SequenceNode):
        if node.value:
            yield start
            for item in node.value:
                yield from _item(item, kind, comments, indent + 2)
        else:
            yield f"{start} []"
    elif is_null(node):
        yield start
    else:
        yield from _scalar_lines(start, node, kind, indent + 2)


def _item(node: yaml.Node, kind: "Kind | None", comments: _Comments, indent: int) -> Iterator[str]:
    blank = " " * indent
    yield from (blank + comment for comment in comments.take(node))
    if isinstance(node, yaml.MappingNode) and node.value:
        lines = list(_mapping(node, kind.of if isinstance(kind, Many) else None, comments, indent + 2))
        # comments above the first key stand above the dash
        first = next(n for n, line in enumerate(lines) if not line.lstrip().startswith("#"))
        yield from (blank + line.lstrip() for line in lines[:first])
        yield f"{blank}- {lines[first].lstrip()}"
        yield from lines[first + 1 :]
    elif isinstance(node, yaml.ScalarNode):
        yield from _scalar_lines(f"{blank}-", node, TEXT if kind == "words" else None, indent + 2)
    else:
        # a list within a list is no known value; it is kept as it can be
        yield f"{blank}- {_flow(node)}"


def _flow(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(value)}" for key, value in node.value) + "}"
    if isinstance(node, yaml.SequenceNode):
        return "[" + ", ".join(map(_flow, node.value)) + "]"
    return '"' + "".join(map(_escaped, node.value)) + '"'


def _scalar_lines(start: str, node: yaml.Node, kind: Any, indent: int) -> Iterator[str]:
    value = node.value
    if kind == FLAG and value.lower() in ("true", "false", "yes", "no"):
        yield f"{start} {'true' if value.lower() in TRUE_WORDS else 'false'}"
    elif kind in (NUMBER, None) and not getattr(node, "style", None) and re.fullmatch(r"[A-Za-z0-9_.-]+", value):
        yield f"{start} {value}"
    elif "\n" in value and _fits_block(value):
        ending = "" if value.endswith("\n") else "-"
        yield f"{start} |{ending}"
        yield from (" " * indent + line if line else "" for line in value.removesuffix("\n").split("\n"))
    elif len(start) + len(value) > WIDTH and kind != DAY and _folds(value):
        yield f"{start} >-"
        yield from _folded(value, indent)
    else:
        yield f"{start} {scalar(value)}"


def _fits_block(value: str) -> bool:
    lines = value.removesuffix("\n").split("\n")
    return (
        bool(lines[0])
        and bool(lines[-1])
        and not lines[0].startswith(" ")
        and all(line == line.rstrip(" ") and not _SPECIAL.search(line) for line in lines)
    )


def _folds(value: str) -> bool:
    return " " in value and "  " not in value and value.strip(" ") == value and not _SPECIAL.search(value)


def _folded(value: str, indent: int) -> Iterator[str]:
    line = ""
    for word in value.split(" "):
        if line and indent + len(line) + 1 + len(word) > WIDTH:
            yield " " * indent + line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield " " * indent + line


def scalar(value: str) -> str:
    """One value on one line, quoted only where YAML would otherwise read something else."""
    if _SPECIAL.search(value):
        return '"' + "".join(map(_escaped, value)) + '"'
    plain = (
        value != ""
        and value[0] not in _NOT_FIRST
        and value.strip() == value
        and ": " not in value
        and " #" not in value
        and not value.endswith(":")
        and not value.startswith(("---", "..."))
        and _RESOLVER.resolve(yaml.ScalarNode, value, (True, False)) == "tag:yaml.org,2002:str"
    )
    return value if plain else "'" + value.replace("'", "''") + "'"


def _escaped(letter: str) -> str:
    if letter in _ESCAPED:
        return _ESCAPED[letter]
    if _SPECIAL.match(letter):
        return f"\\x{ord(letter):02x}" if ord(letter) < 256 else f"\\u{ord(letter):04x}"
    return letter


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", key) and key.lower() not in _WORDS else scalar(key)


_WORDS = ("y", "n", "yes", "no", "on", "off", "true", "false", "null")


def _comments(text: str, root: yaml.MappingNode) -> _Comments:
    found = _Comments()
    entries = list(_entries(root))
    if not entries:
        return found
    lines = text.split("\n")
    for line, trailing, comment in _scan(text):
        if trailing:
            owners = [node for node in entries if node.start_mark.line <= line]
            (found.of[id(owners[-1])] if owners else found.head).append(comment)
        elif line >= entries[0].start_mark.line:
            after = next((node for node in entries if node.start_mark.line > line), None)
            (found.tail if after is None else found.of[id(after)]).append(comment)
    head = [line.rstrip() for line in lines[: entries[0].start_mark.line]]
    head = [line.lstrip() for line in head if line == "" or line.lstrip().startswith("#")]
    found.head = [line for n, line in enumerate(head) if line or (n and head[n - 1])] + found.head
    return found


def _entries(node: yaml.Node) -> Iterator[yaml.Node]:
    """The key nodes and items in the order of the file; comments belong to one of them."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key
            yield from _entries(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield item
            yield from _entries(item)


def _scan(text: str) -> Iterator[tuple[int, bool, str]]:
    """Each comment with its line (from 0) and whether something stands before it on that line."""
    end = 0
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        yield from _in_gap(text, end, token.start_mark.index)
        if isinstance(token, yaml.ScalarToken) and token.style in ("|", ">"):
            header = text[token.start_mark.index :].split("\n", 1)[0]
            if " #" in header:
                yield token.start_mark.line, True, header[header.index(" #") + 1 :].rstrip()
        end = max(end, token.end_mark.index)
    yield from _in_gap(text, end, len(text))


def _in_gap(text: str, start: int, end: int) -> Iterator[tuple[int, bool, str]]:
    """The comments between two tokens: nothing else but blanks stands there."""
    at = start
    while at < end:
        at = text.find("#", at, end)
        if at < 0:
            return
        stop = text.find("\n", at)
        stop = len(text) if stop < 0 else stop
        before = text[text.rfind("\n", 0, at) + 1 : at]
        yield text.count("\n", 0, at), bool(before.strip()), text[at:stop].rstrip()
        at = stop

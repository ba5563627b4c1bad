"""Which entries of registries stand in an answer that is about codes: a search finds physicians too.

The list of drugs is a list; a registry here is one of persons or places, whose entries have audiences.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import orjson

from termserver.access.facts import Facts
from termserver.model.codes import Content, Kind
from termserver.service import TermServer

Codes = dict[str, dict[str, None]]


class Entries:
    """Finds the entries of an edition's registries in what is about to be sent."""

    def __init__(self, server: TermServer) -> None:
        self._ids = {
            system.id
            for system in server.systems()
            if system.kind is Kind.REGISTRY and system.content is not Content.NOT_PRESENT
        }
        names = "|".join(map(re.escape, sorted(self._ids)))
        self._quoted = [f'"{id}"'.encode() for id in sorted(self._ids)]
        self._links = re.compile(rf'/(?:registries|concept)/({names})/([^"?&#<> ]+)') if names else None

    def in_json(self, body: bytes) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The entries in the JSON of a search, in any of its shapes, or of one code: registry and codes."""
        if not any(one in body for one in self._quoted):
            return ()
        return tuple((registry, tuple(codes)) for registry, codes in self._found(orjson.loads(body)).items())

    def in_lines(self, action: str, pieces: Iterator[bytes], facts: Facts) -> Iterator[bytes]:
        """The pieces of a search as lines, each noted before it leaves."""
        for piece in pieces:
            if any(one in piece for one in self._quoted):
                _note(action, self._found([orjson.loads(line) for line in piece.splitlines()]), facts)
            yield piece

    def in_page(self, action: str, html: str, facts: Facts) -> None:
        """Note the entries that a page links to, which are those that it shows."""
        if self._links is not None:
            found: Codes = {}
            for registry, code in self._links.findall(html):
                found.setdefault(registry, {})[unquote(code)] = None
            _note(action, found, facts)

    def _found(self, said: Any) -> Codes:
        found: Codes = {}
        for system, code in _pairs(said):
            if system in self._ids:
                found.setdefault(system, {})[code] = None
        return found


def _pairs(said: Any) -> Iterator[tuple[str, str]]:
    """System and code of everything in an answer: objects, ``[system, code, display]``, or NLM's parallel arrays."""
    if isinstance(said, dict):
        system, code = said.get("system"), said.get("code")
        if isinstance(code, str):
            yield (system["id"] if isinstance(system, dict) else str(system)), code
        for hit in said.get("hits", ()):
            yield from _pairs(hit)
    elif isinstance(said, list) and said and isinstance(said[0], dict):
        for hit in said:
            yield from _pairs(hit)
    elif isinstance(said, list) and len(said) == 5 and isinstance(said[1], list) and isinstance(said[4], list):
        yield from zip(said[4], said[1], strict=True)
    elif isinstance(said, list) and len(said) == 4 and isinstance(said[0], list):
        yield from zip(said[3], said[0], strict=True)
    elif isinstance(said, list) and len(said) > 1 and isinstance(said[1], list):
        yield from ((row[0], row[1]) for row in said[1])


def _note(action: str, found: Codes, facts: Facts) -> None:
    for registry, codes in found.items():
        facts.shown(action, registry, len(codes), tuple(codes))

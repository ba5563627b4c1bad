"""Hits as they are read: marked words, both titles, the way down to each, grouped where registries answer too."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from termserver.model.codes import CodeSystem, Content, Kind
from termserver.model.errors import TermserverError
from termserver.model.fold import fold, words
from termserver.model.text import Text
from termserver.service import TermServer

Piece = tuple[str, bool]
"""Some text, and whether it is what was looked for."""

_WORD = re.compile(r"[^\W_]+")
_RANGE = re.compile(r" \([A-Z][0-9][0-9A-Z]-[A-Z][0-9][0-9A-Z]\)$")  # a block's title repeats its code
_LEVELS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One hit."""

    system: str
    code: str
    title: tuple[Piece, ...]
    second: tuple[Piece, ...]
    also: tuple[Piece, ...]
    everyday: str
    above: tuple[tuple[str, str], ...]
    retired: bool
    stand_in: bool
    partial: bool
    why: Text
    display_fa: str
    display_en: str


@dataclass(frozen=True, slots=True)
class Group:
    """Hits that belong together; ``system`` is empty for codes, else the registry they are entries of."""

    system: str
    rows: tuple[Row, ...]


class HitRows:
    """Makes rows of the ready JSON objects that the search answers with."""

    def __init__(self, server: TermServer) -> None:
        self._server = server
        self._systems: dict[str, CodeSystem] = {system.id: system for system in server.systems()}

    def groups(self, hits: Iterable[bytes], text: str, language: str) -> list[Group]:
        """The hits in their order; where some are entries of a registry, each registry has a group of its own."""
        asked = [word for word in dict.fromkeys(words(text)) if word]
        found: dict[str, list[Row]] = {}
        for hit in hits:
            row = self._row(orjson.loads(hit), asked, language)
            system = self._systems.get(row.system)
            registry = system is not None and system.kind is Kind.REGISTRY
            found.setdefault(row.system if registry else "", []).append(row)
        return [Group(system, tuple(rows)) for system, rows in found.items()]

    def _row(self, hit: dict[str, Any], asked: Sequence[str], language: str) -> Row:
        fa, en = hit["display_fa"], hit["display_en"]
        first, second = (fa, en) if language == "fa" else (en, fa)
        first = first or second
        marks = hit.get("marks", {})
        title = cut(first, marks.get("display", ()))
        also: tuple[Piece, ...] = ()
        if not marks:
            also = self._other_name(hit, asked)
        system = self._systems.get(hit["system"])
        return Row(
            system=hit["system"],
            code=hit["code"],
            title=title,
            second=cut(second, marks.get("display_en" if language == "fa" else "display_fa", ()))
            if second != first
            else (),
            also=also,
            everyday=self._server.everyday_name(system, hit["code"], en) if system is not None and not fa else "",
            above=self._above(hit["system"], hit["code"], language),
            retired=hit["status"] == "retired",
            stand_in=bool(hit.get("stand_in_for")),
            partial=system is not None and system.content is Content.FRAGMENT and not system.closed,
            why=Text(**hit.get("why", {}).get("says", {})),
            display_fa=fa,
            display_en=en,
        )

    @staticmethod
    def _other_name(hit: dict[str, Any], asked: Sequence[str]) -> tuple[Piece, ...]:
        """The other name by which it was found, if one has the words in it."""
        for designation in hit.get("designations", ()):
            pieces = marked(designation["value"], asked)
            if any(found for _, found in pieces):
                return pieces
        return ()

    def _above(self, system: str, code: str, language: str) -> tuple[tuple[str, str], ...]:
        """Code and title of what it is under, the widest first."""
        try:
            nearest = self._server.ancestors(system, code)[:_LEVELS]
        except TermserverError:
            return ()
        titled = ((one.code, one.display.in_language(language)) for one in reversed(nearest))
        return tuple((code, _RANGE.sub("", title)) for code, title in titled)


def cut(text: str, marks: Sequence[Sequence[int]]) -> tuple[Piece, ...]:
    """The text in pieces, marked from place to place as the search says."""
    pieces: list[Piece] = []
    done = 0
    for start, end in marks:
        pieces += [(text[done:start], False), (text[start:end], True)]
        done = end
    pieces.append((text[done:], False))
    return tuple(piece for piece in pieces if piece[0])


def marked(text: str, asked: Sequence[str]) -> tuple[Piece, ...]:
    """The text in pieces, those words marked that begin with one of the folded words ``asked``."""
    pieces: list[Piece] = []
    done = 0
    for found in _WORD.finditer(text):
        word = fold(found[0])
        begun = max((len(one) for one in asked if word.startswith(one)), default=0)
        if not begun:
            continue
        # a fold that changes the number of letters is marked whole
        end = found.start() + begun if len(word) == len(found[0]) else found.end()
        pieces += [(text[done : found.start()], False), (text[found.start() : end], True)]
        done = end
    pieces.append((text[done:], False))
    return tuple(piece for piece in pieces if piece[0])

"""The place of a code in its system: the way down to it, those beside it, those below it."""

from dataclasses import dataclass, replace

from termserver.model.errors import TermserverError
from termserver.model.text import Text
from termserver.service import TermServer
from termserver.terminology.terminology import Named

BESIDE = 60
"""So many siblings are shown around a code; of more, the code stands alone under its parent."""
BELOW = 200
_DEEPEST = 30


@dataclass(frozen=True, slots=True)
class Branch:
    """One code in the tree; ``below`` is None where its children are fetched when they are asked for."""

    code: str
    display: Text
    retired: bool
    has_children: bool
    below: tuple["Branch", ...] | None = None
    more: int = 0
    current: bool = False


class Tree:
    """Reads branches out of one opened edition."""

    def __init__(self, server: TermServer) -> None:
        self._server = server

    def children(self, system: str, code: str, most: int = BELOW) -> tuple[tuple[Branch, ...], int]:
        """The children of a code, closed, and how many more there are. Raise UnknownSystem or UnknownCode."""
        named = self._server.children(system, code)
        return tuple(self.branch(system, one) for one in named[:most]), max(0, len(named) - most)

    def branch(self, system: str, named: Named) -> Branch:
        """A closed branch."""
        return Branch(named.code, named.display, named.retired, bool(self._server.children(system, named.code)))

    def around(self, system: str, named: Named) -> Branch:
        """The tree from the top to the code, open along the way and at the code."""
        below, more = self.children(system, named.code)
        here = Branch(named.code, named.display, named.retired, bool(below), below, more, current=True)
        above = self._way_up(system, named.code)
        if above:
            beside = self._server.children(system, above[0].code)
            if len(beside) <= BESIDE:
                opened = tuple(here if one.code == named.code else self.branch(system, one) for one in beside)
                here = self._open(above.pop(0), opened)
        for one in above:
            more = len(self._server.children(system, one.code)) - 1
            here = replace(self._open(one, (here,)), more=more)
        return here

    @staticmethod
    def _open(named: Named, below: tuple[Branch, ...]) -> Branch:
        return Branch(named.code, named.display, named.retired, True, below)

    def _way_up(self, system: str, code: str) -> list[Named]:
        """First parents, nearest first."""
        way: list[Named] = []
        while len(way) < _DEEPEST:
            concept = self._server.terminology.entry(system, code)
            if concept is None or not concept.parents:
                return way
            try:
                named = {one.code.casefold(): one for one in self._server.ancestors(system, code)}
            except TermserverError:
                return way
            parent = named.get(concept.parents[0].casefold())
            if parent is None:  # a parent that is not in a partial list
                return way
            way.append(parent)
            code = parent.code
        return way

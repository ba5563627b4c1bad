"""What a rule says, as a tree of plain values; ``expressions`` reads it, ``validation`` compiles it.

Plain classes over a small base, not dataclasses: defining twenty of those takes ten milliseconds,
which ``termserver validate`` would pay at every start.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, ClassVar, Literal

from termserver.model.documents import Field

Base = Literal["item", "here", "root"]
Kind = Literal["code", "number", "day", "time", "text", "bool", "identifier", "object", "codes", "moment"]
Comparison = Literal["==", "!=", "<", "<=", ">", ">="]


class Node:
    """A part of a rule: equal to another of its class with equal parts, never changed after it is made."""

    __slots__ = ()
    __match_args__: ClassVar[tuple[str, ...]] = ()

    def parts(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self.__match_args__)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, Node) and other.parts() == self.parts()

    def __hash__(self) -> int:
        return hash((type(self), self.parts()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}{self.parts()!r}"


class Step(Node):
    """One name of a path; a repeating one may carry a filter over its items.

    ``forms`` are the class that an object there must be of to be looked at, and those derived from it (empty: any).
    """

    __slots__ = __match_args__ = ("field", "filter", "forms")

    def __init__(self, field: Field, filter: "Condition | None" = None, forms: tuple[str, ...] = ()) -> None:
        self.field = field
        self.filter = filter
        self.forms = forms

    @property
    def name(self) -> str:
        return self.field.name

    @property
    def type(self) -> str:
        return self.forms[0] if self.forms else self.field.type

    def parts(self) -> tuple[Any, ...]:
        return self.field.name, self.field.type, self.filter


class Path(Node):
    """Where a value stands, from a base. ``at`` is the logical path without indexes."""

    __slots__ = __match_args__ = ("base", "steps", "at")

    def __init__(self, base: Base, steps: tuple[Step, ...], at: str) -> None:
        self.base: Base = base
        self.steps = steps
        self.at = at

    @property
    def type(self) -> str:
        return self.steps[-1].type if self.steps else ""

    @property
    def repeats(self) -> bool:
        return any(step.field.repeats for step in self.steps)

    def __str__(self) -> str:
        dotted = ".".join(step.name for step in self.steps)
        return f"root.{dotted}" if self.base == "root" else dotted


class Written(Node):
    """A number or a text written in the rule."""

    __slots__ = __match_args__ = ("value",)

    def __init__(self, value: "str | int | Decimal | bool") -> None:
        self.value = value

    @property
    def kind(self) -> Kind:
        if isinstance(self.value, bool):
            return "bool"
        return "text" if isinstance(self.value, str) else "number"


class Get(Node):
    """One value at a path: its code, amount, day, or the plain value."""

    __slots__ = __match_args__ = ("path", "kind")

    def __init__(self, path: Path, kind: Kind) -> None:
        self.path = path
        self.kind: Kind = kind


class Moment(Node):
    """A day with its time of day; for a date and time in one, both are the same path."""

    __slots__ = __match_args__ = ("day", "time")
    kind: ClassVar[Kind] = "moment"

    def __init__(self, day: Path, time: Path) -> None:
        self.day = day
        self.time = time


class Total(Node):
    """``sum``, ``count`` or ``length``."""

    __slots__ = __match_args__ = ("what", "path")
    kind: ClassVar[Kind] = "number"

    def __init__(self, what: Literal["sum", "count", "length"], path: Path) -> None:
        self.what = what
        self.path = path


class Codes(Node):
    """The set of codes at a path."""

    __slots__ = __match_args__ = ("path",)
    kind: ClassVar[Kind] = "codes"

    def __init__(self, path: Path) -> None:
        self.path = path


class Arithmetic(Node):
    __slots__ = __match_args__ = ("op", "left", "right")
    kind: ClassVar[Kind] = "number"

    def __init__(self, op: Literal["+", "-", "*"], left: "Value", right: "Value") -> None:
        self.op = op
        self.left = left
        self.right = right


class Day(Node):
    """The day on which the document is judged."""

    __slots__ = __match_args__ = ()
    kind: ClassVar[Kind] = "day"


Value = Written | Get | Moment | Total | Codes | Arithmetic | Day


class Compare(Node):
    __slots__ = __match_args__ = ("op", "left", "right")

    def __init__(self, op: Comparison, left: Value, right: Value) -> None:
        self.op = op
        self.left = left
        self.right = right


class Among(Node):
    """``in``: a value among written ones, or among the codes at a path."""

    __slots__ = __match_args__ = ("value", "options", "negated")

    def __init__(self, value: Value, options: "tuple[str | int | Decimal, ...] | Codes", negated: bool = False) -> None:
        self.value = value
        self.options = options
        self.negated = negated


class Both(Node):
    __slots__ = __match_args__ = ("conditions",)

    def __init__(self, conditions: "tuple[Condition, ...]") -> None:
        self.conditions = conditions


class Either(Node):
    __slots__ = __match_args__ = ("conditions",)

    def __init__(self, conditions: "tuple[Condition, ...]") -> None:
        self.conditions = conditions


class Not(Node):
    __slots__ = __match_args__ = ("condition",)

    def __init__(self, condition: "Condition") -> None:
        self.condition = condition


class Exists(Node):
    __slots__ = __match_args__ = ("path",)

    def __init__(self, path: Path) -> None:
        self.path = path


class Unique(Node):
    __slots__ = __match_args__ = ("path",)

    def __init__(self, path: Path) -> None:
        self.path = path


class Mapped(Node):
    """Whether a concept map says that the code at one path becomes the code at another."""

    __slots__ = __match_args__ = ("source", "concept_map", "target")

    def __init__(self, source: Path, concept_map: str, target: Path) -> None:
        self.source = source
        self.concept_map = concept_map
        self.target = target


class Known(Node):
    """Whether a code is in one of some code systems."""

    __slots__ = __match_args__ = ("path", "systems")

    def __init__(self, path: Path, systems: tuple[str, ...]) -> None:
        self.path = path
        self.systems = systems


class Matches(Node):
    __slots__ = __match_args__ = ("path", "pattern")

    def __init__(self, path: Path, pattern: str) -> None:
        self.path = path
        self.pattern = pattern


class Truth(Node):
    """A field that is true or false by itself."""

    __slots__ = __match_args__ = ("path",)

    def __init__(self, path: Path) -> None:
        self.path = path


Condition = Compare | Among | Both | Either | Not | Exists | Unique | Mapped | Known | Matches | Truth


class Join(Node):
    """A filter ``code(item) == code(here.…)`` at one step of a path from the root."""

    __slots__ = __match_args__ = ("step", "item", "here")

    def __init__(self, step: int, item: Path, here: Path) -> None:
        self.step = step
        self.item = item
        self.here = here


def joined_step(path: Path) -> Join | None:
    """The join of a path from the root whose only filter looks for the context's code; else None."""
    filtered = [n for n, step in enumerate(path.steps) if step.filter is not None]
    if path.base != "root" or len(filtered) != 1:
        return None
    match path.steps[filtered[0]].filter:
        case Compare("==", Get(one, "code"), Get(other, "code")):
            if (one.base, other.base) == ("item", "here"):
                return Join(filtered[0], one, other)
            if (one.base, other.base) == ("here", "item"):
                return Join(filtered[0], other, one)
    return None


def looks_here(part: Any) -> bool:
    """Whether a condition, a value or a path's filter speaks of the rule's context."""
    return _speaks_of(part, ("here",))


def looks_outside(part: Any) -> bool:
    """Whether a filter speaks of anything but its own item."""
    return _speaks_of(part, ("here", "root"))


def _speaks_of(part: Any, bases: tuple[Base, ...]) -> bool:
    if isinstance(part, Path) and part.base in bases:
        return True
    if isinstance(part, Node):
        return any(_speaks_of(one, bases) for one in part.parts())
    return isinstance(part, tuple) and any(_speaks_of(one, bases) for one in part)


def paths_in(said: object) -> Iterator[str]:
    """The logical paths that a condition or a value looks at."""
    if isinstance(said, Path):
        yield said.at
    if isinstance(said, Node):
        said = said.parts()
    if isinstance(said, tuple):
        for part in said:
            yield from paths_in(part)

"""What a rule says, as a tree of plain values; ``expressions`` reads it, ``validation`` compiles it."""

from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from typing import Any, Literal

from termserver.model.documents import Field

Base = Literal["item", "here", "root"]
Kind = Literal["code", "number", "day", "time", "text", "bool", "identifier", "object", "codes", "moment"]


@dataclass(frozen=True, slots=True)
class Step:
    """One name of a path; a repeating one may carry a filter over its items.

    ``form`` is the class that an object there must be of to be looked at (empty: any).
    """

    field: Field
    filter: "Condition | None" = None
    form: str = ""

    @property
    def name(self) -> str:
        return self.field.name


@dataclass(frozen=True, slots=True)
class Path:
    """Where a value stands, from a base. ``at`` is the logical path without indexes."""

    base: Base
    steps: tuple[Step, ...]
    at: str

    @property
    def type(self) -> str:
        return self.steps[-1].form or self.steps[-1].field.type if self.steps else ""

    @property
    def repeats(self) -> bool:
        return any(step.field.repeats for step in self.steps)

    def __str__(self) -> str:
        dotted = ".".join(step.name for step in self.steps)
        return f"root.{dotted}" if self.base == "root" else dotted


@dataclass(frozen=True, slots=True)
class Written:
    """A number or a text written in the rule."""

    value: "str | int | Decimal | bool"

    @property
    def kind(self) -> Kind:
        if isinstance(self.value, bool):
            return "bool"
        return "text" if isinstance(self.value, str) else "number"


@dataclass(frozen=True, slots=True)
class Get:
    """One value at a path: its code, amount, day, or the plain value."""

    path: Path
    kind: Kind


@dataclass(frozen=True, slots=True)
class Moment:
    """A day with its time of day; for a date and time in one, both are the same path."""

    day: Path
    time: Path
    kind: Kind = "moment"


@dataclass(frozen=True, slots=True)
class Total:
    """``sum``, ``count`` or ``length``."""

    what: Literal["sum", "count", "length"]
    path: Path
    kind: Kind = "number"


@dataclass(frozen=True, slots=True)
class Codes:
    """The set of codes at a path."""

    path: Path
    kind: Kind = "codes"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    op: Literal["+", "-", "*"]
    left: "Value"
    right: "Value"
    kind: Kind = "number"


Value = Written | Get | Moment | Total | Codes | Arithmetic


@dataclass(frozen=True, slots=True)
class Compare:
    op: Literal["==", "!=", "<", "<=", ">", ">="]
    left: Value
    right: Value


@dataclass(frozen=True, slots=True)
class Among:
    """``in``: a value among written ones, or among the codes at a path."""

    value: Value
    options: "tuple[str | int | Decimal, ...] | Codes"
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Both:
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Either:
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Condition"


@dataclass(frozen=True, slots=True)
class Exists:
    path: Path


@dataclass(frozen=True, slots=True)
class Unique:
    path: Path


@dataclass(frozen=True, slots=True)
class Mapped:
    source: Path
    concept_map: str
    target: Path


@dataclass(frozen=True, slots=True)
class Matches:
    path: Path
    pattern: str


@dataclass(frozen=True, slots=True)
class Truth:
    """A field that is true or false by itself."""

    path: Path


Condition = Compare | Among | Both | Either | Not | Exists | Unique | Mapped | Matches | Truth


@dataclass(frozen=True, slots=True)
class Join:
    """A filter ``code(item) == code(here.…)`` at one step of a path from the root."""

    step: int
    item: Path
    here: Path


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
    """Whether a condition (or a value in it) speaks of the rule's context."""
    return _speaks_of(part, ("here",))


def looks_outside(part: Any) -> bool:
    """Whether a filter speaks of anything but its own item."""
    return _speaks_of(part, ("here", "root"))


def _speaks_of(part: Any, bases: tuple[Base, ...]) -> bool:
    if isinstance(part, Path):
        return part.base in bases or any(step.filter and _speaks_of(step.filter, bases) for step in part.steps)
    if isinstance(part, tuple):
        return any(_speaks_of(one, bases) for one in part)
    if isinstance(part, Field) or not is_dataclass(part):
        return False
    return any(_speaks_of(getattr(part, name.name), bases) for name in fields(part))

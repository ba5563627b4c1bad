"""Conditions of rules as generated Python: for each the text that is true where it holds, and where it does not.

Values are read by lines in the block of their base, once; lists are gone through once, however
many conditions ask for them.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from termserver.model.conditions import (
    Among,
    Arithmetic,
    Both,
    Codes,
    Compare,
    Condition,
    Day,
    Either,
    Exists,
    Get,
    Join,
    Kind,
    Known,
    Mapped,
    Matches,
    Moment,
    Not,
    Path,
    Step,
    Total,
    Truth,
    Unique,
    Value,
    Written,
    joined_step,
    looks_here,
    looks_outside,
)
from termserver.validation.code_blocks import Block, Entry, Names

_RUN = "run"
"""What the generated function calls the run it judges for."""


class ConditionWriter:
    """Writes conditions and the values they need; values go as lines into the block of their base."""

    def __init__(self, names: Names, item: Block, here: Block, root: Block) -> None:
        self._names = names
        self._item = item
        self._blocks: Mapping[str, Block] = {"item": item, "here": here, "root": root}
        self._here = here
        self._root = root

    # conditions: the text that is true where the condition is true, or false

    def true(self, condition: Condition) -> str:
        return self._condition(condition, True)

    def false(self, condition: Condition) -> str:
        return self._condition(condition, False)

    def _condition(self, condition: Condition, truth: bool) -> str:
        match condition:
            case Both(parts) | Either(parts):
                word = " and " if isinstance(condition, Both) == truth else " or "
                return "(" + word.join(self._condition(part, truth) for part in parts) + ")"
            case Not(part):
                return self._condition(part, not truth)
            case Compare(op, left, right):
                return self._known(self._compared(op, left, right), truth, left, right)
            case Among(value, options, negated):
                return self._among(value, options, truth != negated)
            case Exists(path):
                if path.repeats:
                    found = self._gathered(path, "object", "count")
                    return found if truth else f"not {found}"
                return f"{self._one(path, 'object')} {'not ' if truth else ''}in (None, {{}})"
            case Unique(path):
                found = self._values(path, self._plain_kind(path))
                return f"len(set({found})) {'==' if truth else '!='} len({found})"
            case Mapped(source, concept_map, target):
                code, other = self._code(source), self._code(target)
                asked = f"mapped({concept_map!r}, {code}, {other}) is {truth}"
                return f"({code} is not None and {other} is not None and {asked})"
            case Known(path, systems):
                code = self._code(path)
                return f"({code} is not None and known({systems!r}, {code}, {_RUN}) is {truth})"
            case Matches(path, pattern):
                text = self._one(path, "text")
                matcher = self._names.fetch(f"matcher({pattern!r})")
                return f"({text} is not None and {matcher}({text}) is {'not ' if truth else ''}None)"
            case Truth(path):
                return f"{self._one(path, 'bool')} is {truth}"
        raise TypeError(f"{condition!r} is no condition")

    def _compared(self, op: str, left: Value, right: Value) -> str:
        return f"{self._value(left)} {op} {self._value(right)}"

    def _known(self, comparison: str, truth: bool, *values: Value) -> str:
        needed = dict.fromkeys(name for value in values for name in self._may_be_absent(value))
        guards = "".join(f"{name} is not None and " for name in needed)
        return f"({guards}{comparison})" if truth else f"({guards}not {comparison})"

    def _among(self, value: Value, options: Any, truth: bool) -> str:
        if isinstance(options, Codes):
            among = self._value(options)
            guard: tuple[Value, ...] = (value, options)
        else:
            among = self._names.fetch(f"frozenset({tuple(options)!r})")
            guard = (value,)
        return self._known(f"({self._value(value)} in {among})", truth, *guard)

    # values: the name of a variable or a small text

    def _value(self, value: Value) -> str:
        match value:
            case Written(written):
                return self._names.fetch(repr(written)) if isinstance(written, Decimal) else repr(written)
            case Get(path, kind):
                return self._one(path, kind)
            case Moment(day, time):
                return self._moment(day, time)
            case Total("sum", path):
                return self._sum(path)
            case Total("count", path):
                return self._gathered(path, "object", "count")
            case Total(_, path):
                return f"len({self._one(path, 'text')})"
            case Codes(path):
                return self._gathered(path, "code", "set")
            case Arithmetic(op, left, right):
                return f"({self._value(left)} {op} {self._value(right)})"
            case Day():
                return f"{_RUN}.day"
        raise TypeError(f"{value!r} is no value")

    def _may_be_absent(self, value: Value) -> list[str]:
        match value:
            case Get(path, kind):
                return [self._one(path, kind)]
            case Moment(day, time):
                return [self._moment(day, time)]
            case Total("sum", path):
                return [self._sum(path)]
            case Total("length", path):
                return [self._one(path, "text")]
            case Arithmetic(_, left, right):
                return [*self._may_be_absent(left), *self._may_be_absent(right)]
        return []

    def _one(self, path: Path, kind: Kind) -> str:
        """The variable that holds the value at a path that does not repeat."""
        block = self._blocks[path.base]
        return self._converted(block, self._walk(block, path.steps), kind, path)

    def _code(self, path: Path) -> str:
        """The variable that holds a code: that of a coded text, or a plain value as text."""
        if path.type == "DO_CODED_TEXT":
            return self._one(path, "code")
        block = self._blocks[path.base]
        name = self._one(path, "object")
        if path.type == "string":
            return name
        key = (name, "written")
        known = block.read.get(key)
        if known is None:
            known = block.read[key] = self._names.variable()
            block.lines.append(f"{known} = str({name}) if {name} is not None else None")
        return known

    def _walk(self, block: Block, steps: Sequence[Step]) -> str:
        """Lines that read the member at a path from the block's context, each step once per block."""
        before = block.context
        for n, step in enumerate(steps):
            key = tuple((one.name, one.forms) for one in steps[: n + 1])
            known = block.read.get(key)
            if known is None:
                known = block.read[key] = self._names.variable()
                guard = f" if {before} is not None else None" if n else ""
                block.lines.append(f"{known} = {before}.get({step.name!r}){guard}")
                if step.forms:
                    other = f"not {self._names.of_form(known, step.forms)}"
                    block.lines.append(f"if {known} is not None and {other}: {known} = None")
            before = known
        return before

    def _converted(self, block: Block, name: str, kind: Kind, path: Path, present: bool = False) -> str:
        """The variable that holds what a rule compares: the code, the exact amount, the day."""
        if kind in ("object", "bool", "text"):
            return name
        key = (name, kind)
        known = block.read.get(key)
        if known is not None:
            return known
        known = block.read[key] = self._names.variable()
        guard = "" if present else f" if {name} is not None else None"
        if kind == "code":
            block.lines.append(f"{known} = {name}.get('Coded_string'){guard}")
        elif kind == "day":
            block.lines.append(f"{known} = day_of({name}){guard}")
        else:
            if path.type == "DO_QUANTITY":
                block.lines.append(f"{known} = {name}.get('Magnitude'){guard}")
            else:
                block.lines.append(f"{known} = {name}")
            block.lines.append(f"if {known}.__class__ is not int: {known} = exact({known})")
        return known

    def _moment(self, day: Path, time: Path) -> str:
        block = self._blocks[day.base]
        key = ("moment", str(day), str(time))
        known = block.read.get(key)
        if known is None:
            date, clock = self._one(day, "object"), self._one(time, "object")
            known = block.read[key] = self._names.variable()
            block.lines.append(f"{known} = moment_of({date}, {clock})")
        return known

    def _sum(self, path: Path) -> str:
        return self._gathered(path, "number", "sum")

    def _values(self, path: Path, kind: Kind) -> str:
        return self._gathered(path, kind, "list")

    def _gathered(self, path: Path, kind: Kind, into: str) -> str:
        """A variable with the sum, the number, the list or the set of what stands at a repeating path."""
        joined = joined_step(path)
        if joined is not None:
            return self._joined(path, joined, kind, into)
        base = self._blocks[path.base]
        # a filter that looks at the context can only be asked where the context is known
        outside = [step for step in path.steps if step.filter and looks_outside(step.filter)]
        block = self._here if any(step.filter and looks_here(step.filter) for step in outside) else base
        key = (into, kind, path)
        known = block.read.get(key)
        if known is not None:
            return known
        known = block.read[key] = self._names.variable()
        holder = Block(base.context) if outside else block
        inner, first = self._enter(holder, path.steps)
        first.before.append(f"{known} = {_EMPTY[into]}")
        value = self._converted(inner, inner.context, kind, path, present=True) if into != "count" else ""
        inner.lines += _add(known, value, into, kind)
        if outside:
            block.lines += holder.lines
        return known

    def _enter(self, block: Block, steps: Sequence[Step]) -> tuple[Block, Entry]:
        """The block that stands at every item of the steps, and the outermost loop or condition around it."""
        first: Entry | None = None
        for step in steps:
            for part in ("items", step.forms, step.filter):
                if not part:
                    continue
                key = (step.name, part)
                entry = block.entries.get(key)
                if entry is None:
                    entry = self._entry(block, step, part)
                    block.lines.append(entry)
                    if part != step.filter or not looks_outside(part):
                        block.entries[key] = entry
                first = first or entry
                block = entry.block
        assert first is not None
        return block, first

    def _entry(self, block: Block, step: Step, part: Any) -> Entry:
        if part == step.forms:
            return Entry([f"if {self._names.of_form(block.context, step.forms)}:"], Block(block.context))
        if part != "items":
            writer = ConditionWriter(self._names, block, self._here, self._root)
            filtered = Block(block.context)
            head = [f"if {writer.true(part)}:"]
            filtered.read = dict(block.read)
            return Entry(head, filtered)
        got = self._names.variable()
        if step.field.repeats:
            return Entry([f"for {got} in {block.context}.get({step.name!r}) or ():"], Block(got))
        return Entry([f"{got} = {block.context}.get({step.name!r})", f"if {got} is not None:"], Block(got))

    def _joined(self, path: Path, joined: Join, kind: Kind, into: str) -> str:
        """The same for a filter that looks for the context's code: gathered by code once, then looked up.

        Looking through all items again for every context would let a long document take for ever.
        """
        base = self._blocks[path.base]
        key = ("by code", into, kind, path)
        by_code = base.read.get(key)
        if by_code is None:
            by_code = base.read[key] = self._names.variable()
            holder = base.first()
            plain = [Step(step.field, None, step.forms) for step in path.steps]
            item, first = self._enter(holder, plain[: joined.step + 1])
            first.before.append(f"{by_code} = {{}}")
            code = ConditionWriter(self._names, item, self._here, self._root)._one(joined.item, "code")
            inner = self._enter(item, plain[joined.step + 1 :])[0] if plain[joined.step + 1 :] else item
            value = self._converted(inner, inner.context, kind, path, present=True) if into != "count" else ""
            empty = _EMPTY[into]
            inner.lines += [f"found = {by_code}.get({code}, {empty})", *_add("found", value, into, kind)]
            inner.lines.append(f"{by_code}[{code}] = found")
        wanted = self._one(joined.here, "code")
        known = self._here.read.get((*key, wanted))
        if known is None:
            known = self._here.read[*key, wanted] = self._names.variable()
            empty = _EMPTY[into]
            self._here.lines.append(f"{known} = {by_code}.get({wanted}, {empty}) if {wanted} is not None else {empty}")
        return known

    def _plain_kind(self, path: Path) -> Kind:
        if path.type == "DO_CODED_TEXT":
            return "code"
        return "number" if path.type in ("DO_QUANTITY", "int", "long", "double", "byte") else "text"


_EMPTY = {"sum": "0", "count": "0", "list": "[]", "set": "set()"}


def _add(known: str, value: str, into: str, kind: Kind) -> list[str]:
    """The lines that add one item to what is gathered."""
    if into == "count":
        return [f"{known} += 1"]
    if into == "sum":
        # a value that is no number has been reported; a sum without it would be reported for nothing
        return [f"{known} = {known} + {value} if {known} is not None and {value} is not None else None"]
    add = f"{known}.{'add' if into == 'set' else 'append'}({value})"
    return [add if kind == "object" else f"if {value} is not None: {add}"]

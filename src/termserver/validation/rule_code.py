"""The rules of one rule set as generated Python: straight lines over the logical message.

Rules with the same ``each`` share one function and the values they read; what concerns the whole
message is read before the loop. Conditions follow ``model.expressions``: every condition is
written twice, once for "it is true" and once for "it is false", so that a comparison with an
absent value is neither. The text that is compiled is made of checked names and numbered
variables alone.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from termserver.model.conditions import (
    Among,
    Arithmetic,
    Both,
    Codes,
    Compare,
    Condition,
    Either,
    Exists,
    Get,
    Join,
    Kind,
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
from termserver.model.documents import DocumentType, Rule
from termserver.model.expressions import parse, path_of
from termserver.model.findings import Severity
from termserver.model.ports import Codes as Terminology
from termserver.validation.dates import day_of
from termserver.validation.message import TYPE, Message
from termserver.validation.run import Run

Compiled = Callable[[Message, Run], None]


class Block:
    """Lines at one indentation around one object, and the values already read there."""

    def __init__(self, context: str) -> None:
        self.context = context
        self.lines: list[str | Entry] = []
        self.read: dict[Any, str] = {}
        self.entries: dict[Any, Entry] = {}

    def text(self, indent: int) -> list[str]:
        written: list[str] = []
        for line in self.lines:
            written += line.text(indent) if isinstance(line, Entry) else [" " * indent + line]
        return written or [" " * indent + "pass"]


class Entry:
    """A loop or a condition with its block; ``before`` are lines that must stand in front of it.

    Whoever needs the same items again writes into the same block, so that a list is gone through once.
    """

    def __init__(self, head: Sequence[str], block: Block) -> None:
        self.before: list[str] = []
        self.head = head
        self.block = block

    def text(self, indent: int) -> list[str]:
        return [*(" " * indent + line for line in (*self.before, *self.head)), *self.block.text(indent + 1)]


class RuleWriter:
    """Writes and compiles the rules of one document type; ``names`` are what the generated text may call."""

    def __init__(self, document_type: DocumentType, terminology: Terminology) -> None:
        self._type = document_type
        self._terminology = terminology
        self._counter = 0
        self.names: dict[str, Any] = {
            "exact": exact,
            "day_of": day_of,
            "moment_of": moment_of,
            "mapped": self._mapped,
            "related": {},
        }

    def compile(self, rules: Sequence[Rule]) -> Compiled:
        """One function that adds to a run what the rules find broken."""
        source = self.source(rules)
        exec(compile(source, f"<rules of {self._type.id}>", "exec"), self.names)
        asked: Compiled = self.names["rules"]
        severities = {rule.id: list(Severity).index(rule.severity) for rule in rules}
        # a warning may not stand in for an error: the verdict would change
        after = {
            rule.id: frozenset(id for id in rule.after if severities.get(id, 9) <= severities[rule.id])
            for rule in rules
            if rule.after
        }

        def judge(message: Message, run: Run) -> None:
            before = len(run.findings)
            asked(message, run)
            if len(run.findings) > before:
                broken = {finding.rule for finding in run.findings[before:]}
                run.findings[before:] = [
                    finding for finding in run.findings[before:] if not broken & after.get(finding.rule, frozenset())
                ]

        return judge

    def source(self, rules: Sequence[Rule]) -> str:
        root = Block("root")
        groups: dict[str, list[Rule]] = {}
        for rule in rules:
            groups.setdefault(rule.each, []).append(rule)
        for each, group in groups.items():
            self._group(root, path_of(each, self._type), each, group)
        return "\n".join(["def rules(root, run):", *root.text(1)])

    def _group(self, root: Block, path: Path, each: str, rules: Sequence[Rule]) -> None:
        block, where, depth = root, "", 0
        entered: list[tuple[Block, Entry]] = []
        for step in path.steps:
            got = self._variable()
            where = f"{where}.{step.name}" if where else step.name
            if step.field.repeats:
                head = [f"for i{depth}, {got} in enumerate({block.context}.get({step.name!r}) or ()):"]
                where += f"[{{i{depth}}}]"
                depth += 1
            else:
                head = [f"{got} = {block.context}.get({step.name!r})", f"if {got} is not None:"]
            entered.append((block, Entry(head, Block(got))))
            block = entered[-1][1].block
            if step.form:
                entered.append((block, Entry([f"if {self.of_form(got, step.form)}:"], Block(got))))
                block = entered[-1][1].block
        for rule in rules:
            self._rule(block, root, rule, each, where)
        # an inner block is put in place when it is done: what it reads from an outer one stands before it
        for outer, entry in entered:
            outer.lines.append(entry)

    def _rule(self, block: Block, root: Block, rule: Rule, each: str, where: str) -> None:
        holds = parse(rule.holds, self._type, each)
        writer = ConditionWriter(self, block, block, root)
        broken = writer.false(holds)
        if rule.when:
            broken = f"{writer.true(parse(rule.when, self._type, each))} and {broken}"
        at = rule.at or ""
        path = ".".join(part for part in (where, at) if part)
        name = f"rule_{len(self.names)}"
        self.names[name] = (rule.id, rule.severity, rule.says)
        self.names[f"{name}_hint"] = (rule.hint, rule.sepas_category)
        found = Entry([f"if {broken}:"], Block(block.context))
        found.block.lines.append(f'run.add_rule(*{name}, f"{path}", *{name}_hint)')
        block.lines.append(found)

    def _variable(self) -> str:
        self._counter += 1
        return f"v{self._counter}"

    def of_form(self, name: str, form: str) -> str:
        """The text that is true where the object is of that form, or of one derived from it."""
        return f"{name}.get({TYPE!r}) in {self.keep(frozenset(self._type.forms_of(form)))}"

    def keep(self, value: Any) -> str:
        """A name in the generated text for a value that cannot be written there."""
        name = f"c{len(self.names)}"
        self.names[name] = value
        return name

    def _mapped(self, concept_map: str, source: str, target: str) -> bool | None:
        """Whether the map says that source becomes target; None where it does not know the source."""
        known = self.names["related"]
        key = (concept_map, source)
        if key not in known:
            if len(known) > 10_000:
                known.clear()
            known[key] = self._terminology.related(concept_map, source)
        targets = known[key]
        return None if targets is None else target in targets


class ConditionWriter:
    """Writes conditions and the values they need; values go as lines into the block of their base."""

    def __init__(self, writer: RuleWriter, item: Block, here: Block, root: Block) -> None:
        self._writer = writer
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
                return f"{self._one(path, 'object')} is {'not ' if truth else ''}None"
            case Unique(path):
                found = self._values(path, self._plain_kind(path))
                return f"len(set({found})) {'==' if truth else '!='} len({found})"
            case Mapped(source, concept_map, target):
                code, other = self._one(source, "code"), self._one(target, "code")
                asked = f"mapped({concept_map!r}, {code}, {other}) is {truth}"
                return f"({code} is not None and {other} is not None and {asked})"
            case Matches(path, pattern):
                text = self._one(path, "text")
                matcher = self._writer.keep(re.compile(pattern, re.ASCII).fullmatch)
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
            among = self._writer.keep(frozenset(options))
            guard = (value,)
        return self._known(f"({self._value(value)} in {among})", truth, *guard)

    # values: the name of a variable or a small text

    def _value(self, value: Value) -> str:
        match value:
            case Written(written):
                return self._writer.keep(written) if isinstance(written, Decimal) else repr(written)
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

    def _walk(self, block: Block, steps: Sequence[Step]) -> str:
        """Lines that read the member at a path from the block's context, each step once per block."""
        before = block.context
        for n, step in enumerate(steps):
            key = tuple((before.name, before.form) for before in steps[: n + 1])
            known = block.read.get(key)
            if known is None:
                known = block.read[key] = self._writer._variable()
                guard = f" if {before} is not None else None" if n else ""
                block.lines.append(f"{known} = {before}.get({step.name!r}){guard}")
                if step.form:
                    other = f"not {self._writer.of_form(known, step.form)}"
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
        known = block.read[key] = self._writer._variable()
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
            known = block.read[key] = self._writer._variable()
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
        known = block.read[key] = self._writer._variable()
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
            for part in ("items", step.form, step.filter):
                if not part:
                    continue
                key = (step.name, part)
                entry = block.entries.get(key)
                if entry is None:
                    entry = self._entry(block, step, part)
                    block.lines.append(entry)
                    if isinstance(part, str) or not looks_outside(part):
                        block.entries[key] = entry
                first = first or entry
                block = entry.block
        assert first is not None
        return block, first

    def _entry(self, block: Block, step: Step, part: Any) -> Entry:
        if part == step.form:
            return Entry([f"if {self._writer.of_form(block.context, step.form)}:"], Block(block.context))
        if part != "items":
            writer = ConditionWriter(self._writer, block, self._here, self._root)
            filtered = Block(block.context)
            head = [f"if {writer.true(part)}:"]
            filtered.read = dict(block.read)
            return Entry(head, filtered)
        got = self._writer._variable()
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
            by_code = base.read[key] = self._writer._variable()
            holder = Block(base.context)
            plain = [Step(step.field, form=step.form) for step in path.steps]
            item, first = self._enter(holder, plain[: joined.step + 1])
            first.before.append(f"{by_code} = {{}}")
            code = ConditionWriter(self._writer, item, self._here, self._root)._one(joined.item, "code")
            inner = self._enter(item, plain[joined.step + 1 :])[0] if plain[joined.step + 1 :] else item
            value = self._converted(inner, inner.context, kind, path, present=True) if into != "count" else ""
            empty = _EMPTY[into]
            inner.lines += [f"found = {by_code}.get({code}, {empty})", *_add("found", value, into, kind)]
            inner.lines.append(f"{by_code}[{code}] = found")
            base.lines += holder.lines
        wanted = self._one(joined.here, "code")
        known = self._here.read.get((*key, wanted))
        if known is None:
            known = self._here.read[*key, wanted] = self._writer._variable()
            empty = _EMPTY[into]
            self._here.lines.append(f"{known} = {by_code}.get({wanted}, {empty}) if {wanted} is not None else {empty}")
        return known

    def _plain_kind(self, path: Path) -> Kind:
        if path.type == "DO_CODED_TEXT":
            return "code"
        return "number" if path.type in ("DO_QUANTITY", "int", "double", "byte") else "text"


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


def exact(value: Any) -> Any:
    """The number exactly: an int where it is whole, else a Decimal of the digits written; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Decimal):
        return value
    if isinstance(value, float) and value == value and value not in (float("inf"), float("-inf")):
        return int(value) if value.is_integer() else Decimal(repr(value))
    return None


def moment_of(day: Any, time: Any) -> str | None:
    """The ISO day with the time of day, comparable as text; None where either is absent."""
    found = day_of(day)
    if found is None or not isinstance(time, dict):
        return None
    parts = [time.get(name) for name in ("Hour", "Minute", "Second")]
    if type(parts[0]) is not int:
        return None
    hour, minute, second = (part if type(part) is int else 0 for part in parts)
    return f"{found}T{hour:02d}:{minute:02d}:{second:02d}"

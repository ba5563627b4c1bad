"""The rules of one rule set as generated Python: straight lines over the logical message.

Rules with the same ``each`` share one function and the values they read; what concerns the whole
message is read before the loop. Conditions follow ``model.expressions``: every condition is
written twice, once for "it is true" and once for "it is false", so that a comparison with an
absent value is neither. The text that is compiled is made of checked names and numbered
variables alone.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from termserver.model.conditions import Node, Path, Step
from termserver.model.documents import DocumentType, Rule
from termserver.model.expressions import parse, path_of
from termserver.model.findings import Finding, Layer, Severity
from termserver.model.ports import Codes
from termserver.validation.bindings import Binding, CodedElements
from termserver.validation.code_blocks import Block, Entry, Names
from termserver.validation.condition_code import ConditionWriter
from termserver.validation.message import Message
from termserver.validation.registries import Registries
from termserver.validation.run import Run

Compiled = Callable[[Message, Run], None]


class RuleWriter:
    """Writes and compiles the rules of one document type."""

    def __init__(self, document_type: DocumentType, terminology: Codes) -> None:
        self._type = document_type
        self._terminology = terminology
        self._names = Names()
        self._names.known |= {"mapped": self._mapped, "known": self._in_systems, "nested": nested}
        self._coded = CodedElements(terminology, Registries(terminology))
        self._bindings: dict[tuple[str, ...], Binding] = {}
        self._related: dict[tuple[str, str], tuple[str, ...] | None] = {}

    def compile(self, rules: Sequence[Rule]) -> Compiled:
        """One function that adds to a run what the rules find broken."""
        source = self.source(rules)
        exec(compile(source, f"<rules of {self._type.id}>", "exec"), self._names.known)
        asked: Compiled = self._names.known["rules"]
        severities = {rule.id: list(Severity).index(rule.severity) for rule in rules}
        # a warning may not stand in for an error: the verdict would change
        after = {
            rule.id: frozenset(id for id in rule.after if severities.get(id, 9) <= severities[rule.id])
            for rule in rules
            if rule.after
        }

        by_id = {rule.id: rule for rule in rules}
        looks_at: dict[str, frozenset[str]] = {}

        def judge(message: Message, run: Run) -> None:
            before = len(run.findings)
            asked(message, run)
            if len(run.findings) == before:
                return
            found = run.findings[before:]
            broken = {finding.rule for finding in found}
            found = [finding for finding in found if not broken & after.get(finding.rule, frozenset())]
            wrong = {_element(finding) for finding in (*run.structural, *run.findings[:before]) if _is_wrong(finding)}
            if wrong:
                for name in broken - looks_at.keys():
                    # a rule with words of its own for a fault is itself what is said of it
                    looks_at[name] = frozenset() if by_id[name].stands_for else self._looked_at(by_id[name])
                found = [finding for finding in found if wrong.isdisjoint(looks_at[finding.rule])]
            run.findings[before:] = found

        return judge

    def _looked_at(self, rule: Rule) -> frozenset[str]:
        """The logical paths that decide whether a rule holds, with all that they stand in."""
        steps = [path.split(".") for path in _paths_in(parse(rule.holds, self._type, rule.each))]
        return frozenset(".".join(path[:n]) for path in steps for n in range(1, len(path) + 1))

    def source(self, rules: Sequence[Rule]) -> str:
        root = Block("root")
        groups: dict[str, list[Rule]] = {}
        for rule in rules:
            if not rule.holds:
                continue  # it only says in its own words what is found without it
            groups.setdefault(rule.each, []).append(rule)
        for each, group in groups.items():
            self._group(root, path_of(each, self._type), each, group)
        return "\n".join(["def rules(root, run):", *root.text(1)])

    def _group(self, root: Block, path: Path, each: str, rules: Sequence[Rule]) -> None:
        block, where, depth = root, "", 0
        entered: list[tuple[Block, Entry]] = []
        for step in path.steps:
            got = self._names.variable()
            recursive = step is path.steps[-1] and self._holds_itself(step)
            where = f"{where}.{step.name}" if where else step.name
            if recursive:
                head = [f"for i{depth}, {got} in nested({block.context}, {step.name!r}):"]
                where = f"{where.removesuffix(step.name)}{{i{depth}}}"
                depth += 1
            elif step.field.repeats:
                head = [f"for i{depth}, {got} in enumerate({block.context}.get({step.name!r}) or ()):"]
                where += f"[{{i{depth}}}]"
                depth += 1
            else:
                head = [f"{got} = {block.context}.get({step.name!r})", f"if {got} is not None:"]
            entered.append((block, Entry(head, Block(got))))
            block = entered[-1][1].block
            if step.forms:
                entered.append((block, Entry([f"if {self._names.of_form(got, step.forms)}:"], Block(got))))
                block = entered[-1][1].block
        for rule in rules:
            self._rule(block, root, rule, each, where)
        # an inner block is put in place when it is done: what it reads from an outer one stands before it
        for outer, entry in entered:
            outer.lines.append(entry)

    def _holds_itself(self, step: Step) -> bool:
        """Whether the items of a list have the same list in them, as components of a service have components."""
        known = self._type.classes.get(step.type)
        inside = self._type.fields_of(known.name) if known and step.field.repeats else ()
        return any(field.name == step.name and field.type == step.field.type and field.repeats for field in inside)

    def _rule(self, block: Block, root: Block, rule: Rule, each: str, where: str) -> None:
        holds = parse(rule.holds, self._type, each)
        writer = ConditionWriter(self._names, block, block, root)
        broken = writer.false(holds)
        if rule.when:
            broken = f"{writer.true(parse(rule.when, self._type, each))} and {broken}"
        at = rule.at or ""
        path = ".".join(part for part in (where, at) if part)
        name = self._names.keep((rule.id, rule.severity, rule.says))
        way_out = self._names.keep((rule.hint, rule.sepas_category))
        found = Entry([f"if {broken}:"], Block(block.context))
        found.block.lines.append(f'run.add_rule(*{name}, f"{path}", *{way_out})')
        block.lines.append(found)

    def _in_systems(self, systems: tuple[str, ...], code: str, run: Run) -> bool | None:
        """Whether the code is in one of the systems on the day; None, and counted, where that cannot be told."""
        binding = self._bindings.get(systems)
        if binding is None:
            binding = self._bindings[systems] = Binding.of(systems, self._terminology)
        judged = self._coded.judge_plain(binding, code, run.day)
        run.codes += 1
        if judged.unchecked:
            run.count_unchecked(judged.unchecked)
            return None
        return not judged.problems

    def _mapped(self, concept_map: str, source: str, target: str) -> bool | None:
        """Whether the map says that source becomes target; None where it does not know the source."""
        known = self._related
        key = (concept_map, source)
        if key not in known:
            if len(known) > 10_000:
                known.clear()
            known[key] = self._terminology.related(concept_map, source)
        targets = known[key]
        return None if targets is None else target in targets


def nested(message: Message, name: str) -> Iterator[tuple[str, Message]]:
    """The items of a list and those of the same list in them, at every depth, each with its path from the message."""
    waiting = [("", message)]
    while waiting:
        path, holder = waiting.pop()
        for n, item in enumerate(holder.get(name) or ()):
            here = f"{path}{name}[{n}]"
            yield here, item
            waiting.append((f"{here}.", item))


def _is_wrong(finding: Finding) -> bool:
    """Whether a field cannot be read, or its code or identifier is none: a rule about it would only say so again."""
    return (
        finding.severity is Severity.ERROR
        and finding.layer in (Layer.STRUCTURE, Layer.CODE, Layer.IDENTIFIER)
        and finding.rule not in ("structure.order", "structure.length")
    )


def _element(finding: Finding) -> str:
    """The logical path of the field, that of the code, quantity, date or time one of whose members is at fault."""
    path = re.sub(r"\[[0-9]+\]", "", finding.where.path)
    parent, _, member = path.rpartition(".")
    return parent if member in _MEMBERS else path


_MEMBERS = frozenset(
    ("Value", "Terminology_id", "Coded_string", "Magnitude", "Year", "Month", "Day", "Hour", "Minute", "Second")
)


def _paths_in(said: object) -> Iterator[str]:
    if isinstance(said, Path):
        yield said.at
    if isinstance(said, Node):
        said = said.parts()
    if isinstance(said, tuple):
        for part in said:
            yield from _paths_in(part)

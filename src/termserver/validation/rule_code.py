"""The text of the rules of one rule set: straight lines over the logical message.

Rules with the same ``each`` share one function and the values they read; what concerns the whole
message is read before the loop. Conditions follow ``model.expressions``: every condition is
written twice, once for "it is true" and once for "it is false", so that a comparison with an
absent value is neither. The text is made of checked names and numbered variables alone; what it
calls is in ``rules``.
"""

from collections.abc import Sequence

from termserver.model.conditions import Path, Step
from termserver.model.documents import DocumentType, Rule
from termserver.model.expressions import parse, path_of
from termserver.validation.code_blocks import Block, Entry, Names
from termserver.validation.condition_code import ConditionWriter


class RuleWriter:
    """Writes the rules of one document type."""

    def __init__(self, document_type: DocumentType) -> None:
        self._type = document_type
        self._names = Names()

    def source(self, rules: Sequence[Rule]) -> str:
        """The function ``rules(message, run)``, which adds to a run what the rules find broken."""
        root = Block("root")
        groups: dict[str, list[Rule]] = {}
        for rule in rules:
            if not rule.holds:
                continue  # it only says in its own words what is found without it
            groups.setdefault(rule.each, []).append(rule)
        for each, group in groups.items():
            self._group(root, path_of(each, self._type), each, group)
        return "\n".join([*self._names.fetched(), "def rules(root, run):", *root.text(1)])

    def _group(self, root: Block, path: Path, each: str, rules: Sequence[Rule]) -> None:
        block, where, depth = root, "", 0
        entered: list[tuple[Block, Entry]] = []
        for step in path.steps:
            got = self._names.variable()
            recursive = step is path.steps[-1] and self._holds_itself(step)
            where = f"{where}.{step.name}" if where else step.name
            if recursive:
                items = f"nested({block.context}, {step.name!r})"
                head = [f"for i{depth}, {got} in {items} if {step.name!r} in {block.context} else ():"]
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
        said = self._names.fetch(f"said[{rule.id!r}]")
        found = Entry([f"if {broken}:"], Block(block.context))
        found.block.lines.append(f'run.add_rule({said}, f"{path}")')
        block.lines.append(found)

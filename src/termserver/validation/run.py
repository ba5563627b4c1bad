"""What one run of the checks over one message gathers."""

from collections.abc import Sequence
from typing import Any

from termserver.model.days import Day
from termserver.model.documents import Rule
from termserver.model.findings import Finding, Layer, Location
from termserver.model.ports import CodeState
from termserver.validation.bindings import Problem
from termserver.validation.dates import day_of
from termserver.validation.message import Message

_DATED = (
    *("StartDate", "DateDispense", "DateTimeResult", "DateOfInjection", "DiagnosisDate", "IssueDate", "IssueDateTime"),
    *("ReferredDate", "AdmissionDate", "DischargeDate", "DeathDate"),
)
"""The members by which a part of a message states its own day, in the order they count."""
_DATED_NAMES = frozenset(_DATED)


_STATES = {
    **dict.fromkeys(
        ("code.unknown", "code.shape", "code.check-digit", "code.width", "code.swapped"), CodeState.UNKNOWN
    ),
    "registry.unknown": CodeState.UNKNOWN,
    "code.retired": CodeState.RETIRED,
    **dict.fromkeys(("code.not-in-force", "registry.not-in-force", "registry.locked"), CodeState.NOT_IN_FORCE),
}
"""How a coded element stands that is found at fault by the rule."""


class Enough(Exception):
    """The limit of findings is reached; what was found so far stands."""


class Run:
    """The findings, the counted codes and the unchecked systems of one message.

    Adding a finding beyond ``limit`` raises ``Enough``.
    """

    __slots__ = (
        *(
            "codes",
            "day",
            "entries",
            "entry_states",
            "findings",
            "given_day",
            "limit",
            "message",
            "states",
            "structural",
        ),
        *("unchecked", "unchecked_entries"),
    )

    def __init__(self, message: Message, day: Day, given_day: Day = "", limit: int = 1000) -> None:
        self.limit = limit
        self.message = message
        self.day = day
        self.given_day = given_day
        self.codes = 0
        self.findings: list[Finding] = []
        self.structural: Sequence[Finding] = ()
        """What the structure of the message is already found at fault for."""
        self.unchecked: dict[str, int] = {}
        self.states: dict[str, int] = {}
        """How many coded elements stand otherwise than well, by ``CodeState``."""
        self.entries = 0
        """How many identifiers name an entry of a registry that is here."""
        self.entry_states: dict[str, int] = {}
        self.unchecked_entries: dict[str, int] = {}

    def add(self, path: str, problems: Sequence[Problem]) -> None:
        for problem in problems:
            where = f"{path}.{problem.member}" if problem.member else path
            self.findings.append(
                Finding(
                    problem.rule,
                    problem.layer,
                    problem.severity,
                    problem.message,
                    Location(where),
                    problem.hint,
                    problem.category,
                )
            )
        if len(self.findings) > self.limit:
            raise Enough

    def add_rule(self, rule: Rule, path: str) -> None:
        """A rule is broken at the path."""
        where = Location(path)
        self.findings.append(
            Finding(rule.id, Layer.RULE, rule.severity, rule.says, where, rule.hint, rule.sepas_category)
        )
        if len(self.findings) > self.limit:
            raise Enough

    def count_state(self, problems: Sequence[Problem]) -> None:
        """Count how a coded element stands by what is said of it."""
        for problem in problems:
            state = _STATES.get(problem.rule)
            if state is not None:
                self.states[state] = self.states.get(state, 0) + 1
                return

    def count_entry(self, registry: str, state: str) -> None:
        """Count an entry of a registry by how it stands; in part of a list it may not be known."""
        self.entries += 1
        if state == CodeState.UNLISTED:
            self.unchecked_entries[registry] = self.unchecked_entries.get(registry, 0) + 1
        elif state != CodeState.OK:
            self.entry_states[state] = self.entry_states.get(state, 0) + 1

    def count_unchecked(self, system: str) -> None:
        self.unchecked[system] = self.unchecked.get(system, 0) + 1

    def day_at(self, path: str) -> Day:
        """The day of the nearest dated ancestor of a path, else the document's; ``--as-of`` beats both."""
        if self.given_day:
            return self.given_day
        found = self.day
        value: Any = self.message
        for step in path.replace("[", ".[").split("."):
            if isinstance(value, list):
                value = value[int(step[1:-1])]
            elif isinstance(value, dict):
                value = value.get(step)
            if isinstance(value, dict) and not _DATED_NAMES.isdisjoint(value):
                for name in _DATED:
                    if day := day_of(value.get(name)):
                        found = day
                        break
        return found

"""Which codes belong to a value set, told for one code at a time."""

import re
from collections.abc import Callable
from functools import partial

from termserver.model.codes import CodeSystem, Content, Include, ValueSet
from termserver.model.ports import CodeState
from termserver.terminology.closure import Ordinals, united

Standing = Callable[[str], tuple[str, int]]
"""How a code stands in its system, and its ordinal (-1: not in the list)."""
Below = Callable[[str], Ordinals]
"""The ordinals below a code."""

_UNTOLD = (CodeState.UNLISTED, CodeState.NOT_PRESENT)
_WRONG = (CodeState.UNKNOWN, CodeState.BAD_SHAPE, CodeState.BAD_CHECK)


class IncludeRule:
    """One include or exclude, made ready. Listed codes belong; of the rest, those under some codes or, if
    no codes are named at all, all of the system; a shape narrows the rest."""

    def __init__(self, include: Include, system: CodeSystem | None, below: Below) -> None:
        fold = str.casefold if system is not None and not system.case_sensitive else str
        self._fold = fold
        self._codes = frozenset(fold(code) for code in include.codes)
        self._shape = re.compile(include.shape, re.ASCII) if include.shape else None
        self._under = united(below(code) for code in include.under) if include.under else None
        self._whole = not include.codes and not include.under

    def holds(self, code: str, standing: Standing) -> bool | None:
        """Whether the code belongs; None if its system's list is not here or only in part."""
        if self._fold(code) in self._codes:
            return True
        if not self._whole and self._under is None:
            return False
        if self._shape is not None and not self._shape.fullmatch(code):
            return False
        state, ordinal = standing(code)
        if state in _UNTOLD:
            return None
        if state in _WRONG:
            return False
        return self._under is None or ordinal in self._under


class OpenValueSet:
    """A value set made ready to be asked."""

    def __init__(
        self,
        value_set: ValueSet,
        system: Callable[[str], CodeSystem | None],
        below: Callable[[str, str], Ordinals],
    ) -> None:
        self.value_set = value_set
        self._include = self._rules(value_set.include, system, below)
        self._exclude = self._rules(value_set.exclude, system, below)
        self._missing: bool | None = False if value_set.content is Content.COMPLETE else None

    @staticmethod
    def _rules(
        includes: tuple[Include, ...],
        system: Callable[[str], CodeSystem | None],
        below: Callable[[str, str], Ordinals],
    ) -> dict[str, list[IncludeRule]]:
        rules: dict[str, list[IncludeRule]] = {}
        for include in includes:
            known = system(include.system)
            id = known.id if known else include.system
            rules.setdefault(id, []).append(IncludeRule(include, known, partial(below, id)))
        return rules

    @property
    def systems(self) -> tuple[str, ...]:
        """The ids of the systems it draws from."""
        return tuple(self._include)

    def holds(self, system_id: str, code: str, standing: Standing) -> bool | None:
        """Whether the code belongs; None if that cannot be told."""
        included = _any(self._include.get(system_id, ()), code, standing)
        if included is False:
            return self._missing
        excluded = _any(self._exclude.get(system_id, ()), code, standing)
        if excluded:
            return False
        return None if excluded is None else included


def _any(rules: list[IncludeRule] | tuple[()], code: str, standing: Standing) -> bool | None:
    answers = [rule.holds(code, standing) for rule in rules]
    return True if True in answers else None if None in answers else False

"""Where a code stands: found in its list in any of its widths, judged by shape and check digit where it is not."""

import re
from collections.abc import Iterator

from termserver.model.check_digits import is_right
from termserver.model.codes import CodeSystem, Content
from termserver.model.days import Day
from termserver.model.ports import CodeState
from termserver.terminology.systems import OpenSystem, Systems
from termserver.terminology.tables import CONCEPT, code_key

_BOUND = 200_000
_LONGEST = 256
"""A code of more characters is judged and not remembered."""

Dated = tuple[bool, Day, Day, Day, Day]
"""Retired; first and last day of the concept; first and last day of its system."""


class CodeStates:
    """``model.ports.Codes.state`` with a bounded memory: about 10 µs the first time, 0.1 µs later."""

    def __init__(self, systems: Systems) -> None:
        self._systems = systems
        self._known: dict[tuple[str, str], str | Dated] = {}
        self._shapes: dict[str, re.Pattern[str] | None] = {}

    def state(self, system_id: str, code: str, day: Day) -> str:
        """One of ``CodeState``; with an empty ``day`` periods do not count."""
        try:
            known = self._known[system_id, code]
        except KeyError:
            known = self._find(system_id, code)
        return known if known.__class__ is str else _on(known, day)  # type: ignore[arg-type]

    def _find(self, system_id: str, code: str) -> str | Dated:
        system = self._systems.find(system_id)
        if system is None:
            return CodeState.NOT_PRESENT
        row = find(system, code, self._systems.metadata(system).widths)
        found = self._unlisted(system, code) if row is None else _standing(row, self._systems.metadata(system))
        if len(code) <= _LONGEST:
            if len(self._known) >= _BOUND:
                self._known.clear()
            self._known[system_id, code] = found
        return found

    def _unlisted(self, system: OpenSystem, code: str) -> str:
        metadata = self._systems.metadata(system)
        shape = self._shape(system.key, metadata)
        if shape is not None and not shape.fullmatch(code):
            return CodeState.BAD_SHAPE
        if metadata.check and not keeps_check_digit(metadata.check, code):
            return CodeState.BAD_CHECK
        if metadata.content in (Content.NOT_PRESENT, Content.EXAMPLE):  # a few examples are no list
            return CodeState.NOT_PRESENT
        if metadata.content is Content.COMPLETE or metadata.closed:
            return CodeState.UNKNOWN
        return CodeState.UNLISTED

    def _shape(self, key: str, system: CodeSystem) -> re.Pattern[str] | None:
        if key not in self._shapes:
            flags = re.ASCII if system.case_sensitive else re.ASCII | re.IGNORECASE
            self._shapes[key] = re.compile(system.shape, flags) if system.shape else None
        return self._shapes[key]


def find(system: OpenSystem, code: str, widths: tuple[int, ...]) -> tuple[str, int, int, Day, Day] | None:
    """The row of ``tables.CONCEPT`` for the code: as it is written, else in another of its widths; None if unlisted."""
    row = system.reader.get(CONCEPT, code_key(system.number, code, system.folds_case))
    if row is None and widths:
        for other in _other_widths(code, widths):
            row = system.reader.get(CONCEPT, code_key(system.number, other, system.folds_case))
            if row is not None:
                break
    return row


def _other_widths(code: str, widths: tuple[int, ...]) -> Iterator[str]:
    if not (code.isascii() and code.isdigit()):
        return
    bare = code.lstrip("0") or "0"
    if len(code) not in widths and code != bare:
        return
    for other in (bare, *(bare.zfill(width) for width in widths)):
        if other != code:
            yield other


def keeps_check_digit(rule: str, code: str) -> bool:
    """Whether the last digit is right; a code that is not made of digits as the rule needs them keeps none."""
    try:
        return is_right(rule, code)
    except (IndexError, ValueError):
        return False


def _standing(row: tuple[str, int, int, Day, Day], system: CodeSystem) -> str | Dated:
    _, _, retired, first, last = row
    if not (first or last or system.period):
        return CodeState.RETIRED if retired else CodeState.OK
    return bool(retired), first, last, system.period.start, system.period.end


def _on(dated: Dated, day: Day) -> str:
    retired, first, last, system_first, system_last = dated
    if not day:
        return CodeState.RETIRED if retired else CodeState.OK
    if (first and day < first) or (system_first and day < system_first) or (system_last and day > system_last):
        return CodeState.NOT_IN_FORCE
    if last and day > last:
        return CodeState.RETIRED if retired else CodeState.NOT_IN_FORCE
    # retired since an unknown day; with a last day it was still good until then
    return CodeState.RETIRED if retired and not last else CodeState.OK

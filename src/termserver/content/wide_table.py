"""A code system as one table that a person edits: a row a concept, a column for each language, name and property.

``code, display_fa, display_en, parent, status, valid_from, valid_to, replaced_by, source``, then
``designation:LANGUAGE:USE`` and ``property:CODE`` (with ``property:CODE:from`` and ``:to`` where values have periods).
Several values of a cell stand between `` | ``; such a mark within a value is written ``\\|``.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from termserver.content.codesystem_files import CONCEPTS
from termserver.content.table_mapping import DESIGNATION, PROPERTY
from termserver.model.codes import Concept, Designation, Property, Status
from termserver.model.days import ALWAYS, Period
from termserver.model.text import Text

_BETWEEN = " | "
_PARTS = re.compile(r" \| ")


def joined(values: Iterable[str]) -> str:
    """Several values as one cell."""
    return _BETWEEN.join(one.replace("|", "\\|") if "|" in one else one for one in values)


def parts(cell: str) -> list[str]:
    """The values of a cell; none of an empty one."""
    if not cell:
        return []
    return [one.replace("\\|", "|") for one in _PARTS.split(cell)] if "|" in cell else [cell]


def columns_of(concepts: Iterable[Concept]) -> tuple[str, ...]:
    """The columns that these concepts need."""
    names: dict[str, None] = {}
    values: dict[str, bool] = {}
    for concept in concepts:
        for name in concept.designations:
            names[f"{DESIGNATION}{name.language}:{name.use}"] = None
        for said in concept.properties:
            values[said.code] = values.get(said.code, False) or bool(said.period)
    more = list(names)
    for code, dated in values.items():
        more.append(PROPERTY + code)
        if dated:
            more += [f"{PROPERTY}{code}:from", f"{PROPERTY}{code}:to"]
    return (*CONCEPTS, *more)


def row_of(concept: Concept, columns: Sequence[str]) -> list[str]:
    """The cells of a concept."""
    cells = {
        "code": concept.code,
        "display_fa": concept.display.fa,
        "display_en": concept.display.en,
        "parent": joined(concept.parents),
        "status": "retired" if concept.status is Status.RETIRED else "",
        "valid_from": concept.period.start,
        "valid_to": concept.period.end,
        "replaced_by": joined(concept.replaced_by),
        "source": concept.source,
    }
    lists: dict[str, list[str]] = {}
    for name in concept.designations:
        lists.setdefault(f"{DESIGNATION}{name.language}:{name.use}", []).append(name.value)
    for said in concept.properties:
        column = PROPERTY + said.code
        lists.setdefault(column, []).append(said.value)
        lists.setdefault(f"{column}:from", []).append(said.period.start)
        lists.setdefault(f"{column}:to", []).append(said.period.end)
    return [cells[column] if column in cells else joined(lists.get(column, ())) for column in columns]


def reader_of(columns: Sequence[str]) -> Callable[[Sequence[str]], Concept]:
    """What makes a concept of the cells of these columns; those that are not known are passed over."""
    at = {column: n for n, column in enumerate(columns)}
    named = [(n, *_named(column)) for n, column in enumerate(columns) if column.startswith(DESIGNATION)]
    valued = [
        (n, column.removeprefix(PROPERTY), at.get(f"{column}:from"), at.get(f"{column}:to"))
        for n, column in enumerate(columns)
        if column.startswith(PROPERTY) and not _is_period(column, at)
    ]

    def cell(cells: Sequence[str], column: str) -> str:
        place = at.get(column)
        return cells[place] if place is not None else ""

    def concept(cells: Sequence[str]) -> Concept:
        start, end = cell(cells, "valid_from"), cell(cells, "valid_to")
        return Concept(
            cell(cells, "code"),
            Text(cell(cells, "display_fa"), cell(cells, "display_en")),
            tuple(parts(cell(cells, "parent"))),
            Status.RETIRED if cell(cells, "status") == "retired" else Status.ACTIVE,
            Period(start, end) if start or end else ALWAYS,
            tuple(parts(cell(cells, "replaced_by"))),
            tuple(Designation(language, value, use) for n, language, use in named for value in parts(cells[n])),
            tuple(said for place in valued for said in _properties(cells, *place)),
            cell(cells, "source"),
        )

    return concept


def _named(column: str) -> tuple[str, str]:
    language, _, use = column.removeprefix(DESIGNATION).partition(":")
    return language, use or "synonym"


def _is_period(column: str, at: dict[str, int]) -> bool:
    base, _, end = column.rpartition(":")
    return end in ("from", "to") and base in at


def _properties(cells: Sequence[str], n: int, code: str, start: int | None, end: int | None) -> Iterator[Property]:
    values = parts(cells[n])
    if start is None and end is None:
        yield from (Property(code, value) for value in values)
        return
    firsts = cells[start].split(_BETWEEN) if start is not None else []
    lasts = cells[end].split(_BETWEEN) if end is not None else []
    for m, value in enumerate(values):
        first, last = firsts[m] if m < len(firsts) else "", lasts[m] if m < len(lasts) else ""
        yield Property(code, value, Period(first, last) if first or last else ALWAYS)

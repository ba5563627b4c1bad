"""Whether labels, designations and properties belong to codes that are there, and say what was defined."""

import re
from collections.abc import Iterator

from termserver.content.codesystem_files import SystemSource
from termserver.content.csv_files import Row
from termserver.content.known_codes import KnownSystem, meant
from termserver.content.label_check import check_label
from termserver.content.problems import Problem, did_you_mean, error, warning
from termserver.content.yaml_files import is_day
from termserver.model.text import Text

_INTEGER = re.compile(r"-?[0-9]+")
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def check_details(source: SystemSource, known: KnownSystem) -> Iterator[Problem]:
    """The problems of labels, ``designations.csv`` and ``properties.csv``."""
    yield from _labels(source)
    yield from _designations(source, known)
    yield from _properties(source, known)


def _labels(source: SystemSource) -> Iterator[Problem]:
    table = source.tables["concepts.csv"]
    for row in table.rows:
        fa, en = row.cells[1], row.cells[2]
        if not fa and not en:
            yield error(
                table.file,
                row.place(1),
                "label.missing",
                Text(fa=f"کد «{row.cells[0]}» نامی ندارد.", en=f"The code '{row.cells[0]}' has no name."),
                Text(fa="display_fa یا display_en را بنویسید.", en="Write display_fa or display_en."),
            )
        for n, label, language in ((1, fa, "fa"), (2, en, "en")):
            for problem in check_label(table.file, (0, 0), table.columns[n], label, language):
                yield _at(problem, row, n)


def _at(problem: Problem, row: Row, column: int) -> Problem:
    """The problem at its cell: the place is only reckoned for what is wrong."""
    line, start = row.place(column)
    return Problem(problem.file, line, start, problem.rule, problem.severity, problem.message, problem.hint)


def _designations(source: SystemSource, known: KnownSystem) -> Iterator[Problem]:
    table = source.tables["designations.csv"]
    codes = source.codes
    seen: dict[tuple[str, ...], int] = {}
    for row in table.rows:
        code, language, _, value = row.cells
        if code not in codes:
            yield _unknown_code(table.file, row, "designation.unknown-code", code, known)
        if not _LANGUAGE.fullmatch(language):
            yield error(
                table.file,
                row.place(1),
                "designation.language",
                Text(fa=f"زبان «{language}» شناخته نیست.", en=f"'{language}' is not a language code."),
                Text(fa="fa یا en یا مانند آن بنویسید.", en="Write fa, en or the like."),
            )
        if not value:
            yield error(
                table.file,
                row.place(3),
                "designation.missing",
                Text(fa=f"نام دیگر «{code}» خالی است.", en=f"The designation of '{code}' is empty."),
                Text(fa="نام را بنویسید یا سطر را پاک کنید.", en="Write it, or delete the row."),
            )
        for problem in check_label(table.file, (0, 0), "value", value, language):
            yield _at(problem, row, 3)
        before = seen.setdefault(tuple(row.cells), row.line)
        if before != row.line:
            yield warning(
                table.file,
                row.place(0),
                "designation.duplicate",
                Text(
                    fa=f"این نام «{code}» پیش‌تر در سطر {before} آمده است.",
                    en=f"This designation of '{code}' is already there on line {before}.",
                ),
                Text(fa="یکی را پاک کنید.", en="Delete one of the two rows."),
            )


def _properties(source: SystemSource, known: KnownSystem) -> Iterator[Problem]:
    table = source.tables["properties.csv"]
    codes = source.codes
    types = {defined.code: defined.type for defined in source.system.properties}
    for row in table.rows:
        code, name, value = row.cells[:3]
        if code not in codes:
            yield _unknown_code(table.file, row, "property.unknown-code", code, known)
        if name not in types:
            yield error(
                table.file,
                row.place(1),
                "property.undefined",
                Text(
                    fa=f"ویژگی «{name}» در codesystem.yaml تعریف نشده است.",
                    en=f"The property '{name}' is not defined in codesystem.yaml.",
                ),
                did_you_mean(
                    name,
                    types,
                    Text(fa="آن را زیر properties تعریف کنید.", en="Define it there, under 'properties'."),
                ),
            )
        elif not fits(value, types[name]):
            yield error(
                table.file,
                row.place(2),
                "property.value",
                Text(
                    fa=f"مقدار «{value}» برای «{name}» از نوع {types[name]} نیست.",
                    en=f"The value '{value}' of '{name}' is not of type {types[name]}.",
                ),
                Text(fa="مقدار یا نوع ویژگی را درست کنید.", en="Mend the value, or the property's type."),
            )


def fits(value: str, kind: str) -> bool:
    """Whether a value is one of its property's type."""
    if kind == "integer":
        return _INTEGER.fullmatch(value) is not None
    if kind == "decimal":
        return _DECIMAL.fullmatch(value) is not None
    if kind == "boolean":
        return value in ("true", "false")
    if kind == "date":
        return is_day(value)
    return value != ""


def _unknown_code(file: str, row: Row, rule: str, code: str, known: KnownSystem) -> Problem:
    return error(
        file,
        row.place(0),
        rule,
        Text(fa=f"کد «{code}» در concepts.csv نیست.", en=f"The code '{code}' is not in concepts.csv."),
        meant(code, known),
    )

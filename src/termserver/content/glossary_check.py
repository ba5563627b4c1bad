"""Whether every name of the glossary is there once, in the right language, and leads to one thing."""

import re
from collections.abc import Iterator

from termserver.content.csv_files import Row, Table
from termserver.content.glossary_files import NAME, TERMS_FILE, GlossarySource, variants
from termserver.content.label_check import check_label, check_text
from termserver.content.letters import is_persian
from termserver.content.problems import Problem, did_you_mean, error
from termserver.model.fold import key
from termserver.model.text import Text

_CODE = re.compile(r"[0-9A-Z][0-9A-Z.-]*")


def check_glossary(source: GlossarySource) -> Iterator[Problem]:
    """The problems of the glossary; names are compared folded, blanks and half-spaces left out."""
    yield from _metadata(source)
    categories = [known.code for known in source.glossary.categories]
    persian: dict[str, int] = {}
    english: dict[str, int] = {}
    for row in source.table.rows:
        yield from _cells(source.table, row)
        yield from _category(source.table, row, categories)
        yield from _own_names(source.table, row)
        yield from _codes(source.table, row, source.glossary.coded_in)
        yield from _elsewhere(source.table, row, persian, english)


def _metadata(source: GlossarySource) -> Iterator[Problem]:
    values, glossary = source.values, source.glossary
    if glossary.id != NAME:
        yield error(
            values.file,
            values.place("id"),
            "id.not-the-folder",
            Text(fa=f"«{glossary.id}» نام پوشه نیست.", en=f"'{glossary.id}' is not the name of the folder."),
            Text(fa=f"بنویسید «{NAME}».", en=f"Write '{NAME}'."),
        )
    for place in (values, *values.children("categories")):
        yield from check_text(values.file, place.places, "title", place.both("title"))
    yield from check_text(values.file, values.places, "description", glossary.description)
    seen: set[str] = set()
    for known, said in zip(glossary.categories, values.children("categories"), strict=True):
        if known.code in seen:
            yield error(
                values.file,
                said.place("code"),
                "glossary.duplicate-category",
                Text(fa=f"دستهٔ «{known.code}» دو بار آمده است.", en=f"The category '{known.code}' is there twice."),
                Text(fa="یکی را پاک کنید.", en="Delete one."),
            )
        seen.add(known.code)


def _cells(table: Table, row: Row) -> Iterator[Problem]:
    """Empty cells, and letters that the language does not write."""
    for column, language in (("term_fa", "fa"), ("variants_fa", "fa"), ("term_en", "en"), ("variants_en", "en")):
        cell = row.cells[table.columns.index(column)]
        place = table.place(row, column)
        if not cell:
            if column.startswith("term"):
                yield error(
                    TERMS_FILE,
                    place,
                    "glossary.missing-term",
                    Text(fa=f"خانهٔ {column} خالی است.", en=f"The cell {column} is empty."),
                    Text(fa="نام را بنویسید یا سطر را پاک کنید.", en="Write the name, or delete the row."),
                )
            continue
        names = [cell] if column.startswith("term") else variants(cell)
        for name in names:
            yield from check_label(TERMS_FILE, place, column, name, language)
            if not key(name):
                yield error(
                    TERMS_FILE,
                    place,
                    "glossary.empty-name",
                    Text(
                        fa=f"در {column} نامی بی‌حرف هست: «{name}».", en=f"{column} has a name of no letters: '{name}'."
                    ),
                    Text(fa="میان دو | یک نام بنویسید.", en="Write one name between two bars (|)."),
                )
        if language == "fa" and not any(map(is_persian, names)):
            yield error(
                TERMS_FILE,
                place,
                "glossary.not-persian",
                Text(fa=f"هیچ نامی در {column} فارسی نیست: «{cell}».", en=f"No name in {column} is Persian: '{cell}'."),
                Text(fa="نام‌های انگلیسی را در variants_en بنویسید.", en="Write English names in variants_en."),
            )


def _category(table: Table, row: Row, categories: list[str]) -> Iterator[Problem]:
    category = row.cells[table.columns.index("category")]
    if category not in categories:
        yield error(
            TERMS_FILE,
            table.place(row, "category"),
            "glossary.unknown-category",
            Text(fa=f"دستهٔ «{category}» در glossary.yaml نیست.", en=f"glossary.yaml has no category '{category}'."),
            did_you_mean(
                category,
                categories,
                Text(fa=f"یکی از این‌ها: {'، '.join(categories)}", en=f"One of: {', '.join(categories)}"),
            ),
        )


def _codes(table: Table, row: Row, coded_in: str) -> Iterator[Problem]:
    """Codes without the system that they are of, and what is no code or stands there twice."""
    codes = variants(row.cells[table.columns.index("codes")])
    place = table.place(row, "codes") if codes else None
    if place and not coded_in:
        yield error(
            TERMS_FILE,
            place,
            "glossary.no-system",
            Text(fa="glossary.yaml نمی‌گوید کدها از کدام سامانه‌اند.", en="glossary.yaml names no system of the codes."),
            Text(fa="در آن coded_in را بنویسید، مانند icd10.", en="Write coded_in there, such as icd10."),
        )
    for n, code in enumerate(codes):
        if place and (not _CODE.fullmatch(code) or code in codes[:n]):
            yield error(
                TERMS_FILE,
                place,
                "glossary.wrong-code",
                Text(fa=f"«{code}» کد نیست یا دو بار آمده است.", en=f"'{code}' is no code, or there twice."),
                Text(
                    fa="کدها را با | از هم جدا کنید، رایج‌ترین نخست: E11 | E10.",
                    en="Part the codes by bars (|), the commonest first: E11 | E10.",
                ),
            )


def _names(row: Row) -> Iterator[tuple[str, str]]:
    """The column and the name of each name of a row."""
    fa, variants_fa, en, variants_en, _, _ = row.cells
    yield "term_fa", fa
    yield from (("variants_fa", name) for name in variants(variants_fa))
    yield "term_en", en
    yield from (("variants_en", name) for name in variants(variants_en))


def _own_names(table: Table, row: Row) -> Iterator[Problem]:
    seen: dict[tuple[str, str], str] = {}
    for column, name in _names(row):
        language = column[-2:]
        before = seen.setdefault((language, key(name)), name)
        if before is not name and key(name):
            yield error(
                TERMS_FILE,
                table.place(row, column),
                "glossary.repeated-name",
                Text(
                    fa=f"«{name}» همان «{before}» در همین سطر است.", en=f"'{name}' is '{before}' of the same row again."
                ),
                Text(
                    fa="یکی را پاک کنید؛ فاصله، نیم‌فاصله و نگارش عربی خودبه‌خود یکی گرفته می‌شوند.",
                    en="Delete one; blanks, half-spaces and Arabic spellings are taken as one anyway.",
                ),
            )


def _elsewhere(table: Table, row: Row, persian: dict[str, int], english: dict[str, int]) -> Iterator[Problem]:
    """Persian names and English titles that another row has; abbreviations may lead to several things."""
    for column, name in _names(row):
        folded = key(name)
        owners = english if column == "term_en" else persian if column.endswith("fa") else None
        if owners is None or not folded:
            continue
        line = owners.setdefault(folded, row.line)
        if line == row.line:
            continue
        other = "variants_fa" if column == "term_en" else "variants_en"
        yield error(
            TERMS_FILE,
            table.place(row, column),
            "glossary.duplicate-term",
            Text(fa=f"«{name}» در سطر {line} نیز آمده است.", en=f"'{name}' is also in line {line}."),
            Text(
                fa=f"نام‌های دیگر این سطر را به {other} سطر {line} ببرید و این یکی را پاک کنید.",
                en=f"Move the other names of this row into {other} of line {line}, and delete this one.",
            ),
        )

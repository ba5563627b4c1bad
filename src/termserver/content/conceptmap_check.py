"""Whether a concept map joins codes that are there, by a relationship that FHIR knows."""

from collections.abc import Iterator, Mapping

from termserver.content.code_check import CodeJudge
from termserver.content.conceptmap_files import ConceptMapSource
from termserver.content.csv_files import Row
from termserver.content.known_codes import KnownSystem
from termserver.content.problems import Problem, did_you_mean, error
from termserver.content.system_check import check_identity, check_titled
from termserver.content.valueset_check import unknown_code, unknown_system
from termserver.model.codes import Content
from termserver.model.text import Text

RELATIONSHIPS = (
    "equivalent",
    "source-is-narrower-than-target",
    "source-is-broader-than-target",
    "related-to",
    "not-related-to",
)
"""FHIR R5 ConceptMapRelationship."""


def check_concept_map(source: ConceptMapSource, systems: Mapping[str, KnownSystem]) -> Iterator[Problem]:
    """The problems of one concept map."""
    values, table = source.values, source.table
    yield from check_identity(values, source.folder, [source.folder.rsplit("/", 1)[1]])
    yield from check_titled(values, ("title",))
    ends = []
    for n, key in enumerate(("source_system", "target_system")):
        name = values.text(key)
        if name in systems:
            ends.append((n, systems[name], CodeJudge(systems[name].system)))
        elif name:
            yield unknown_system(values.file, values.place(key), "map.unknown-system", name, systems)
    seen: dict[tuple[str, str], int] = {}
    for row in table.rows:
        for n, known, judge in ends:
            yield from _end(table.file, row, n, known, judge)
        relationship = row.cells[2]
        if relationship not in RELATIONSHIPS:
            yield error(
                table.file,
                row.place(2),
                "map.relationship",
                Text(fa=f"رابطهٔ «{relationship}» شناخته نیست.", en=f"The relationship '{relationship}' is not known."),
                did_you_mean(
                    relationship,
                    RELATIONSHIPS,
                    Text(fa=f"یکی از این‌ها: {', '.join(RELATIONSHIPS)}", en=f"Use one of: {', '.join(RELATIONSHIPS)}"),
                ),
            )
        before = seen.setdefault((row.cells[0], row.cells[1]), row.line)
        if before != row.line:
            yield error(
                table.file,
                row.place(0),
                "map.duplicate",
                Text(
                    fa=f"«{row.cells[0]}» پیش‌تر در سطر {before} به «{row.cells[1]}» نگاشته شده است.",
                    en=f"'{row.cells[0]}' is already mapped to '{row.cells[1]}' on line {before}.",
                ),
                Text(fa="یکی را پاک کنید.", en="Delete one of the two rows."),
            )


def _end(file: str, row: Row, n: int, known: KnownSystem, judge: CodeJudge) -> Iterator[Problem]:
    code = row.cells[n]
    if n == 1 and not code and row.cells[2] == "not-related-to":
        return
    if known.has(code):
        return
    wrong = judge.wrong(code) if code else None
    if wrong:
        yield error(file, row.place(n), *wrong)
    elif known.system.content == Content.NOT_PRESENT and not code:
        yield error(
            file,
            row.place(n),
            "code.missing",
            Text(fa="این سطر کد ندارد.", en="This row has no code."),
            Text(fa="کد را بنویسید یا سطر را پاک کنید.", en="Write the code, or delete the row."),
        )
    else:
        yield from unknown_code(file, row.place(n), "map.unknown-code", code, known)

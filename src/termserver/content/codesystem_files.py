"""A folder of ``codesystems/``: the metadata of a code system and its tables of codes."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from termserver.content.csv_files import Row, Table, read_table
from termserver.content.problems import Place, Problem, did_you_mean, error
from termserver.content.tree import Tree
from termserver.content.yaml_files import (
    BOTH,
    FLAG,
    NUMBER,
    NUMBERS,
    PERIOD,
    TEXT,
    WORDS,
    Keys,
    Many,
    Values,
    bad_day,
    choice,
    is_day,
    read_yaml,
)
from termserver.model.codes import (
    Audience,
    CodeSystem,
    CodeSystemContent,
    Concept,
    Content,
    Designation,
    FieldDefinition,
    Kind,
    Property,
    PropertyDefinition,
    Status,
)
from termserver.model.days import ALWAYS, Period
from termserver.model.text import Text

CONCEPTS = (
    "code",
    "display_fa",
    "display_en",
    "parent",
    "status",
    "valid_from",
    "valid_to",
    "replaced_by",
    "source",
)
DESIGNATIONS = ("code", "language", "use", "value")
PROPERTIES = ("code", "property", "value", "valid_from", "valid_to")
TABLES = {"concepts.csv": CONCEPTS, "designations.csv": DESIGNATIONS, "properties.csv": PROPERTIES}
"""The tables of a code system's folder and their columns, in order."""

SETTINGS_FILE = "codesystems/settings.yaml"
SETTINGS = Keys({"base": TEXT, "release": Keys({"name": TEXT, "version": TEXT})})
SYSTEM = Keys(
    {
        "id": TEXT,
        "url": TEXT,
        "native_id": TEXT,
        "aliases": WORDS,
        "oid": TEXT,
        "version": TEXT,
        "title": BOTH,
        "publisher": TEXT,
        "source": TEXT,
        "licence": TEXT,
        "content": TEXT,
        "provisional": FLAG,
        "closed": Keys({"known": FLAG, "evidence": TEXT}, required=("known",)),
        "case_sensitive": FLAG,
        "hierarchy": TEXT,
        "shape": TEXT,
        "example": TEXT,
        "check": TEXT,
        "widths": NUMBERS,
        "period": PERIOD,
        "kind": TEXT,
        "stands_in_for": TEXT,
        "weight": NUMBER,
        "description": BOTH,
        "properties": Many(
            Keys(
                {
                    "code": TEXT,
                    "title": BOTH,
                    "type": TEXT,
                    "system": TEXT,
                    "indexed": FLAG,
                    "repeats": FLAG,
                    "audience": TEXT,
                    "key": WORDS,
                    "fields": Many(
                        Keys(
                            {"code": TEXT, "title": BOTH, "type": TEXT, "system": TEXT, "audience": TEXT},
                            required=("code",),
                        )
                    ),
                    "source": TEXT,
                },
                required=("code",),
            ),
        ),
    },
    required=("id", "url", "version", "title", "content"),
)
SEPARATOR = " | "
PROVISIONAL_BASE = "https://maxa.behdasht.gov.ir/fhir"


@dataclass
class SystemSource:
    """A code system as its folder says it, with the places that a check points at."""

    folder: str
    system: CodeSystem
    values: Values
    tables: dict[str, Table] = field(default_factory=dict)

    @property
    def codes(self) -> dict[str, Row]:
        """The first row of every code, in the order of the file."""
        first: dict[str, Row] = {}
        for row in self.tables["concepts.csv"].rows:
            first.setdefault(row.cells[0], row)
        return first

    def content(self) -> CodeSystemContent:
        """The system with its concepts; days and statuses that cannot be read are left out."""
        return CodeSystemContent(self.system, tuple(self._concepts()))

    def _concepts(self) -> list[Concept]:
        names: dict[str, list[Designation]] = defaultdict(list)
        for row in self.tables["designations.csv"].rows:
            code, language, use, value = row.cells
            names[code].append(Designation(language, value, use or "synonym"))
        values: dict[str, list[Property]] = defaultdict(list)
        for row in self.tables["properties.csv"].rows:
            code, name, value, start, end = row.cells
            values[code].append(Property(name, value, _period(start, end)))
        concepts = []
        for row in self.tables["concepts.csv"].rows:
            code, fa, en, parent, status, start, end, replaced, source = row.cells
            concepts.append(
                Concept(
                    code,
                    Text(fa, en),
                    several(parent),
                    Status.RETIRED if status == "retired" else Status.ACTIVE,
                    _period(start, end),
                    several(replaced),
                    tuple(names.get(code, ())),
                    tuple(values.get(code, ())),
                    source,
                )
            )
        return concepts


def several(cell: str) -> tuple[str, ...]:
    """The values of a cell that may hold several, separated by `` | ``."""
    if not cell:
        return ()
    return tuple(cell.split(SEPARATOR)) if SEPARATOR in cell else (cell,)


def _period(start: str, end: str) -> Period:
    return Period(start, end) if start or end else ALWAYS


def read_base(tree: Tree, problems: list[Problem]) -> str:
    """The base of the canonical URLs, ``${base}`` in the files (``codesystems/settings.yaml``)."""
    data = tree.read(SETTINGS_FILE)
    values = read_yaml(SETTINGS_FILE, data, SETTINGS, problems) if data is not None else None
    return (values.text("base") if values else "").rstrip("/") or PROVISIONAL_BASE


def read_release_label(tree: Tree, problems: list[Problem]) -> tuple[str, str]:
    """The name and version of the release that these folders make (``codesystems/settings.yaml``)."""
    data = tree.read(SETTINGS_FILE)
    values = read_yaml(SETTINGS_FILE, data, SETTINGS, problems) if data is not None else None
    said = values.child("release") if values else None
    return (said.text("name", "standards"), said.text("version", "0")) if said else ("standards", "0")


def read_system(tree: Tree, folder: str, base: str, problems: list[Problem]) -> SystemSource | None:
    """The code system in ``folder``, or None if its metadata cannot be read; what is wrong joins ``problems``."""
    file = f"{folder}/codesystem.yaml"
    data = tree.read(file)
    if data is None:
        problems.append(_no_metadata(tree, folder, file))
        return None
    values = read_yaml(file, data, SYSTEM, problems)
    if values is None:
        return None
    source = SystemSource(folder, _system(values, base, problems), values)
    for name, columns in TABLES.items():
        table_file = f"{folder}/{name}"
        data = tree.read(table_file)
        table = Table(table_file, columns) if data is None else read_table(table_file, data, columns, problems)
        source.tables[name] = table
    _check_cells(source, problems)
    return source


def _no_metadata(tree: Tree, folder: str, file: str) -> Problem:
    there = [name for name in tree.files(folder) if name.endswith((".yaml", ".yml"))]
    return error(
        file,
        Place(),
        "file.missing",
        Text(fa=f"پوشهٔ {folder} فایل codesystem.yaml ندارد.", en=f"The folder {folder} has no codesystem.yaml."),
        did_you_mean(
            "codesystem.yaml",
            there,
            Text(
                fa="فراداده را بنویسید (docs/content.md) یا پوشه را پاک کنید.",
                en="Write the metadata (see docs/content.md) or delete the folder.",
            ),
        )
        if not there
        else Text(fa=f"نام {there[0]} را codesystem.yaml بگذارید.", en=f"Rename {there[0]} to codesystem.yaml."),
    )


def _system(values: Values, base: str, problems: list[Problem]) -> CodeSystem:
    closed = values.child("closed")
    return CodeSystem(
        id=values.text("id"),
        url=with_base(values.text("url"), base),
        title=values.both("title"),
        version=values.text("version"),
        content=choice(values, "content", Content, Content.FRAGMENT, problems),
        native_id=values.text("native_id"),
        aliases=values.words("aliases"),
        oid=values.text("oid"),
        kind=choice(values, "kind", Kind, Kind.TERMINOLOGY, problems),
        publisher=values.text("publisher"),
        source=values.text("source"),
        licence=values.text("licence"),
        description=values.both("description"),
        provisional=values.flag("provisional"),
        closed=closed.flag("known"),
        closed_evidence=closed.text("evidence"),
        case_sensitive=values.flag("case_sensitive", True),
        hierarchy=values.text("hierarchy"),
        shape=values.text("shape"),
        example=values.text("example"),
        check=values.text("check"),
        widths=values.numbers("widths"),
        period=values.period(),
        stands_in_for=values.text("stands_in_for"),
        weight=values.number("weight", 100),
        properties=tuple(_property(said, problems) for said in values.children("properties")),
    )


def _property(said: Values, problems: list[Problem]) -> PropertyDefinition:
    return PropertyDefinition(
        said.text("code"),
        said.both("title"),
        said.text("type", "string"),
        said.flag("indexed"),
        choice(said, "audience", Audience, Audience.PUBLIC, problems),
        tuple(
            FieldDefinition(
                field.text("code"),
                field.both("title"),
                field.text("type", "string"),
                field.text("system"),
                choice(field, "audience", Audience, Audience.PUBLIC, problems),
            )
            for field in said.children("fields")
        ),
        said.words("key"),
        said.flag("repeats"),
        said.text("system"),
        said.text("source"),
    )


def with_base(url: str, base: str) -> str:
    """The URL with ``${base}`` put in."""
    return url.replace("${base}", base)


_STATUSES: Mapping[str, None] = dict.fromkeys(["", *map(str, Status)])


def _check_cells(source: SystemSource, problems: list[Problem]) -> None:
    """What would not survive the reading: an empty code, an unknown status, an unreadable day."""
    concepts = source.tables["concepts.csv"]
    for row in concepts.rows:
        code, _, _, _, status, start, end, _, _ = row.cells
        if not code:
            problems.append(
                error(
                    concepts.file,
                    concepts.place(row, "code"),
                    "code.missing",
                    Text(fa="این سطر کد ندارد.", en="This row has no code."),
                    Text(fa="کد را بنویسید یا سطر را پاک کنید.", en="Write the code, or delete the row."),
                )
            )
        if status not in _STATUSES:
            problems.append(
                error(
                    concepts.file,
                    concepts.place(row, "status"),
                    "status.unknown",
                    Text(fa=f"وضعیت «{status}» شناخته نیست.", en=f"The status '{status}' is not known."),
                    did_you_mean(
                        status,
                        map(str, Status),
                        Text(
                            fa="active یا retired بنویسید، یا خانه را خالی بگذارید.",
                            en="Write 'active' or 'retired', or leave the cell empty.",
                        ),
                    ),
                )
            )
        if start or end:
            _check_period(concepts, row, start, end, problems)
    properties = source.tables["properties.csv"]
    for row in properties.rows:
        if row.cells[3] or row.cells[4]:
            _check_period(properties, row, row.cells[3], row.cells[4], problems)


def _check_period(table: Table, row: Row, start: str, end: str, problems: list[Problem]) -> None:
    unreadable = False
    for column, day in (("valid_from", start), ("valid_to", end)):
        if day and not is_day(day):
            problems.append(bad_day(table.file, table.place(row, column), day))
            unreadable = True
    if start and end and end < start and not unreadable:
        problems.append(
            error(
                table.file,
                table.place(row, "valid_to"),
                "date.order",
                Text(
                    fa=f"دوره در {end} پایان می‌یابد، پیش از آغازش در {start}.",
                    en=f"The period ends on {end}, before it begins on {start}.",
                ),
                Text(fa="دو تاریخ را جابه‌جا یا درست کنید.", en="Swap or mend the two days."),
            )
        )

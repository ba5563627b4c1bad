"""The rows of a table put into the tables of a code system, each reported: added, changed, unchanged or refused."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from termserver.content.code_check import lost_zeros, zero_twin, zero_widths
from termserver.content.codesystem_files import CONCEPTS, SystemSource, several
from termserver.content.import_report import Change, Outcome, RowReport
from termserver.content.row_reading import RowReader, RowRefused, TableRow
from termserver.content.table_mapping import DESIGNATION, PROPERTY, TableMapping
from termserver.model.text import Text


@dataclass
class TableMerge:
    """The tables of a code system with a table put into them; nothing is written here."""

    target: SystemSource
    mapping: TableMapping
    source: str
    reports: list[RowReport] = field(default_factory=list)

    def __post_init__(self) -> None:
        tables = self.target.tables
        self.concepts = {row.cells[0]: list(row.cells) for row in tables["concepts.csv"].rows}
        self.designations = [list(row.cells) for row in tables["designations.csv"].rows]
        self.properties = [list(row.cells) for row in tables["properties.csv"].rows]
        self.in_table: set[str] = set()

    def take(self, rows: list[tuple[int, Sequence[str]]], reader: RowReader) -> None:
        """Judge every row, then put those that stand into the tables."""
        reports: dict[int, RowReport] = {}  # by place in the table: row numbers are the reader's affair
        taken: dict[int, TableRow] = {}
        seen: dict[str, int] = {}
        cased = self.target.system.case_sensitive
        spelt = {code if cased else code.lower(): code for code in self.concepts}
        for n, (number, cells) in enumerate(rows):
            if not any(map(str.strip, cells)):
                reports[n] = RowReport(number, "", Outcome.BLANK)
                continue
            try:
                row = reader.read(number, cells)
                key = row.code if cased else row.code.lower()
                if key in seen:
                    raise _twice(row.code, seen[key])
                seen[key] = number
                row.code = spelt.get(key, row.code)
                self._check_named(row)
                taken[n] = row
            except RowRefused as refused:
                reports[n] = self._refused(number, cells, refused)
        self._check_related(rows, taken, reports)
        properties = _by_code_and_name(self.properties)
        designations = {(row[0], row[1], row[3]) for row in self.designations}
        for n, row in taken.items():
            self.in_table.add(row.code)
            reports[n] = self._put(row, properties, designations)
        self.properties = [cells for group in properties.values() for cells in group]
        self.reports = [reports[n] for n in range(len(rows))]
        self.in_table |= {report.code for report in self.reports}

    def missing(self) -> list[str]:
        """The active codes of the folder that the table does not have."""
        status = CONCEPTS.index("status")
        return [
            code for code, cells in self.concepts.items() if code not in self.in_table and cells[status] != "retired"
        ]

    def _refused(self, number: int, cells: Sequence[str], refused: RowRefused) -> RowReport:
        at = self.mapping.columns["code"][1]
        code = cells[at].strip() if at < len(cells) else ""
        header = self.mapping.columns.get(refused.column, (refused.column, 0))[0]
        return RowReport(number, code, Outcome.REFUSED, (), (), header, refused.rule, refused.reason)

    def _check_named(self, row: TableRow) -> None:
        known = self.concepts.get(row.code)
        if not (row.values.get("display_fa") or row.values.get("display_en") or (known and (known[1] or known[2]))):
            raise RowRefused(
                "display_fa",
                "label.missing",
                Text(fa=f"کد «{row.code}» نامی ندارد.", en=f"The code '{row.code}' has no name."),
            )
        start = row.values.get("valid_from") or (known[5] if known else "")
        end = row.values.get("valid_to") or (known[6] if known else "")
        if start and end and end < start:
            raise RowRefused(
                "valid_to",
                "date.order",
                Text(
                    fa=f"دوره در {end} پایان می‌یابد، پیش از {start}.", en=f"The period ends on {end}, before {start}."
                ),
            )

    def _check_related(
        self,
        rows: list[tuple[int, Sequence[str]]],
        taken: dict[int, TableRow],
        reports: dict[int, RowReport],
    ) -> None:
        """Refuse rows whose parent or successor is nowhere; again, while that takes parents away."""
        while True:
            codes = self.concepts.keys() | {row.code for row in taken.values()}
            unrelated = [
                (n, column, code)
                for n, row in taken.items()
                for column in ("parent", "replaced_by")
                for code in several(row.values.get(column, ""))
                if code not in codes
            ]
            if not unrelated:
                return
            for n, column, code in unrelated:
                if n in taken:
                    del taken[n]
                    rule = "parent.unknown" if column == "parent" else "replaced-by.unknown"
                    reason = Text(
                        fa=f"کد «{code}» نه در جدول هست و نه در پوشه.",
                        en=f"The code '{code}' is neither in the table nor in the folder.",
                    )
                    reports[n] = self._refused(*rows[n], RowRefused(column, rule, reason))

    def _put(
        self,
        row: TableRow,
        properties: dict[tuple[str, str], list[list[str]]],
        designations: set[tuple[str, str, str]],
    ) -> RowReport:
        changes: list[Change] = []
        known = self.concepts.get(row.code)
        cells = known or [row.code, *[""] * (len(CONCEPTS) - 1)]
        for n, column in enumerate(CONCEPTS):
            value = row.values.get(column, "")
            if column == "status" and value == "active" and cells[n] == "":
                value = ""
            if column == "source" and not known and not value:
                value = self.source
            if value and value != cells[n]:
                changes.append(Change(column, cells[n], value))
                cells[n] = value
        self.concepts[row.code] = cells
        for column, value in row.values.items():
            if column.startswith(PROPERTY):
                key = (row.code, column.removeprefix(PROPERTY))
                before = properties.get(key, [])
                values = several(value)
                if tuple(said[2] for said in before) != values:
                    changes.append(Change(column, " | ".join(said[2] for said in before), value))
                    properties[key] = [[*key, said, "", ""] for said in values]
            elif column.startswith(DESIGNATION):
                language = column.removeprefix(DESIGNATION)
                if (row.code, language, value) not in designations:
                    designations.add((row.code, language, value))
                    self.designations.append([row.code, language, "", value])
                    changes.append(Change(column, "", value))
        outcome = Outcome.ADDED if not known else Outcome.CHANGED if changes else Outcome.UNCHANGED
        return RowReport(row.number, row.code, outcome, tuple(changes) if known else (), tuple(row.mended))


def twins(target: SystemSource, mapping: TableMapping, rows: list[tuple[int, Sequence[str]]]) -> dict[str, str]:
    """Codes that have lost zeros by the look of the others; where there is a shape, that tells it better."""
    if target.system.shape:
        return {}
    at = mapping.columns["code"][1]
    there = list(target.codes)
    codes = list(dict.fromkeys([*there, *(cells[at].strip() for _, cells in rows if at < len(cells))]))
    found = dict(lost_zeros(codes))
    known = set(there)
    own_zeros = zero_widths(codes)
    for code in codes:
        twin = "" if code in known else zero_twin(code, known, own_zeros)
        if twin:
            found[code] = twin
    return found


def _by_code_and_name(rows: list[list[str]]) -> dict[tuple[str, str], list[list[str]]]:
    found: dict[tuple[str, str], list[list[str]]] = {}
    for cells in rows:
        found.setdefault((cells[0], cells[1]), []).append(cells)
    return found


def _twice(code: str, row: int) -> RowRefused:
    return RowRefused(
        "code",
        "code.duplicate",
        Text(fa=f"کد «{code}» پیش‌تر در سطر {row} آمده است.", en=f"The code '{code}' is already there in row {row}."),
    )

"""One row of a committee's table as a concept's cells: taken as it is, mended if asked for, or refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from termserver.content.code_check import CodeJudge, lost_among_siblings
from termserver.content.codesystem_files import SEPARATOR, several
from termserver.content.detail_check import fits
from termserver.content.import_report import Change
from termserver.content.label_check import check_label
from termserver.content.letters import mended, unseen_in_code
from termserver.content.problems import errors
from termserver.content.table_mapping import DESIGNATION, PROPERTY, TableMapping
from termserver.content.yaml_files import is_day
from termserver.model import fold
from termserver.model.codes import CodeSystem
from termserver.model.days import parse_day
from termserver.model.errors import UsageError
from termserver.model.text import Text

_ACTIVE = {fold.key(word) for word in ("active", "فعال", "1", "true", "yes", "بله", "معتبر", "valid")}
_RETIRED = {
    fold.key(word) for word in ("retired", "inactive", "غیرفعال", "0", "false", "no", "خیر", "منسوخ", "نامعتبر")
}


class RowRefused(Exception):
    """The row cannot be taken: which column of ours, by which rule, why."""

    def __init__(self, column: str, rule: str, reason: Text) -> None:
        super().__init__(reason.en)
        self.column, self.rule, self.reason = column, rule, reason


@dataclass
class TableRow:
    """A row that may be taken: what it says by our columns; a column that says nothing is not there."""

    number: int
    code: str
    values: dict[str, str] = field(default_factory=dict)
    mended: list[Change] = field(default_factory=list)


class RowReader:
    """Reads the rows of one table for one code system; ``mend`` writes lost zeros and Arabic letters right.

    ``twins`` are codes that have lost zeros by the look of the others, with the zeros put back.
    """

    def __init__(
        self, system: CodeSystem, mapping: TableMapping, mend: bool, twins: Mapping[str, str] | None = None
    ) -> None:
        self.system = system
        self.mapping = mapping
        self.mend = mend
        self.twins = twins or {}
        self.judge = CodeJudge(system)
        self.types = {defined.code: defined.type for defined in system.properties}

    def read(self, number: int, cells: Sequence[str]) -> TableRow:
        """The row's values; raise RowRefused for the first that cannot be taken."""
        row = TableRow(number, "")
        for ours, (_, at) in self.mapping.columns.items():
            cell = cells[at] if at < len(cells) else ""
            value = cell.strip()
            if value != cell:
                row.mended.append(Change(ours, cell, value))
            if ours in ("code", "parent", "replaced_by"):
                value = self._codes(row, ours, value)
            elif ours in ("display_fa", "display_en", "source") or ours.startswith(DESIGNATION):
                value = self._label(row, ours, value)
            elif ours == "status":
                value = self._status(row, value)
            elif ours in ("valid_from", "valid_to"):
                value = self._day(row, ours, value)
            elif ours.startswith(PROPERTY):
                self._property(ours, value)
            if ours == "code":
                row.code = value
            elif value:
                row.values[ours] = value
        return row

    def _codes(self, row: TableRow, column: str, cell: str) -> str:
        if not cell:
            if column == "code":
                raise RowRefused(column, "code.missing", Text(fa="این سطر کد ندارد.", en="This row has no code."))
            return ""
        found = [self._code(row, column, code) for code in (several(cell) if column != "code" else (cell,))]
        return SEPARATOR.join(found)

    def _code(self, row: TableRow, column: str, code: str) -> str:
        twin = self.twins.get(code)
        if twin and self.mend:
            row.mended.append(Change(column, code, twin))
            return twin
        wrong = ("code.lost-zero", *lost_among_siblings(code, twin)) if twin else self.judge.wrong(code)
        if wrong and self.mend:
            right = self._mended_code(code)
            if right and self.judge.wrong(right) is None:
                row.mended.append(Change(column, code, right))
                return right
        if wrong:
            rule, message, hint = wrong
            raise RowRefused(column, rule, Text(fa=f"{message.fa} {hint.fa}", en=f"{message.en} {hint.en}"))
        return code

    def _mended_code(self, code: str) -> str:
        right = fold.latin_digits(code)
        while sign := unseen_in_code(right):
            right = right.replace(sign.letter, "")
        right = right.strip()
        if not self.judge.fits(right) and right.endswith(".0"):
            right = right[:-2]
        return right if self.judge.fits(right) else self.judge.padded(right)

    def _label(self, row: TableRow, column: str, value: str) -> str:
        language = {"display_fa": "fa", "display_en": "en"}.get(column, column.removeprefix(DESIGNATION).split(":")[0])
        found = errors(check_label("", (1, 1), column, value, language))
        if not found:
            return value
        right = mended(value)
        if self.mend and not errors(check_label("", (1, 1), column, right, language)):
            row.mended.append(Change(column, value, right))
            return right
        first = found[0]
        reason = Text(
            fa=f"{first.message.fa} {first.hint.fa}",
            en=f"{first.message.en} {first.hint.en}",
        )
        raise RowRefused(column, first.rule, reason)

    def _status(self, row: TableRow, value: str) -> str:
        key = fold.key(value)
        if not key or key in _ACTIVE:
            return "active" if key else ""
        if key in _RETIRED:
            return "retired"
        raise RowRefused(
            "status",
            "status.unknown",
            Text(
                fa=f"وضعیت «{value}» شناخته نیست؛ active یا retired (فعال یا غیرفعال) بنویسید.",
                en=f"The status '{value}' is not known; write 'active' or 'retired'.",
            ),
        )

    def _day(self, row: TableRow, column: str, value: str) -> str:
        if not value or is_day(value):
            return value
        try:
            day = parse_day(fold.latin_digits(value))
        except UsageError as failure:
            raise RowRefused(column, "date.unreadable", failure.text) from None
        row.mended.append(Change(column, value, day))
        return day

    def _property(self, column: str, value: str) -> None:
        kind = self.types[column.removeprefix(PROPERTY)]
        for part in several(value):
            if not fits(part, kind):
                raise RowRefused(
                    column,
                    "property.value",
                    Text(
                        fa=f"مقدار «{part}» از نوع {kind} نیست.",
                        en=f"The value '{part}' is not of type {kind}.",
                    ),
                )

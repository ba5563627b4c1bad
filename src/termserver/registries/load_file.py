"""The file of a load: what form it has, by which mapping it is read, whether it is of this registry at all."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from termserver.content.registry_mappings import RegistryMapping
from termserver.importers.entry_lines import holds_json, is_unreadable, read_entries
from termserver.importers.table_files import read_table
from termserver.importers.tables import TableFile, TableNote
from termserver.model.errors import ImportFailed
from termserver.model.registries import RegistryError, Verdict
from termserver.model.text import Text
from termserver.registries.days import Calendar
from termserver.registries.definition import Definition
from termserver.registries.rows import Row, RowReading
from termserver.registries.table_rows import TableRows, fitting, own_mapping
from termserver.registries.tally import Tally

_SNIFFED = 400
_OF_ANOTHER = frozenset(("code.shape", "code.missing", "property.unknown", "row.member", "field.unknown", "row.form"))


class LoadFile:
    """A file that is to be loaded; ``rows`` reads it once."""

    def __init__(self, path: Path, size: int, definition: Definition, registries: Mapping[str, Definition]) -> None:
        self.path = path
        self.mapping = ""
        self._size = size
        self._definition = definition
        self._registries = registries
        self._table: TableFile | None = None
        self._calendar = Calendar.AUTO
        self._entries: Iterator[tuple[int, Any]] = iter(())

    def open(self, mappings: Sequence[RegistryMapping], given: RegistryMapping | None, sheet: str) -> None:
        """Find out what the file is; raise ImportFailed where it is nothing that can be read."""
        name = self.path.name
        if not self._size:
            raise ImportFailed(
                f"{name} is empty. Nothing was loaded, nothing was closed.",
                f"{name} خالی است. چیزی بار نشد و چیزی بسته نشد.",
            )
        if holds_json(self.path):
            self._entries = self._headed()
            return
        own = own_mapping(self._definition)
        known = given.headers() if given else tuple(one for known in (*mappings, own) for one in known.headers())
        self._table = read_table(self.path, sheet=sheet, known=known)
        mapping = given or fitting(self._table, self._definition, mappings)
        self.mapping = mapping.name
        try:
            self._calendar = Calendar(mapping.calendar)
        except ValueError:
            raise ImportFailed(
                f"{mapping.name}: '{mapping.calendar}' is no calendar; use {', '.join(Calendar)}.",
                f"{mapping.name}: «{mapping.calendar}» تقویم نیست؛ یکی از {'، '.join(Calendar)}.",
            ) from None
        self._entries = TableRows(self._table, self._definition, mapping).entries()

    @property
    def notes(self) -> Sequence[TableNote]:
        """What the reader of a table noticed, once its rows were read."""
        return self._table.notes if self._table is not None else ()

    def rows(self, delta: bool) -> Iterator[Row]:
        """The entries, read; raise RegistryError if the first ones show that they are of another registry."""
        reading = RowReading(self._definition, self._calendar, delta)
        rows = (self._read(reading, number, said) for number, said in self._entries)
        first = list(islice(rows, _SNIFFED))
        strange = [row for row in first if any(noted[0] in _OF_ANOTHER for noted in row.rejected)]
        if len(first) >= 5 and len(strange) >= 0.8 * len(first):
            raise self._another(self._seeming([row.code for row in strange if row.code]), strange[0])
        yield from first
        yield from rows

    def _headed(self) -> Iterator[tuple[int, Any]]:
        """The entries without the line by which a file may name its registry."""
        for number, said in read_entries(self.path):
            if number == 1 and isinstance(said, dict) and "registry" in said and "code" not in said:
                if said["registry"] != self._definition.id:
                    raise self._another(str(said["registry"]))
                continue
            yield number, said

    @staticmethod
    def _read(reading: RowReading, number: int, said: Any) -> Row:
        if is_unreadable(said):
            row = Row(number)
            row.reject("row.json", "", "", "The line is no JSON.", "این سطر JSON نیست.")
            return row
        return reading.read(number, said)

    def _seeming(self, codes: Sequence[str]) -> str:
        """The one other registry whose codes these could be; empty where there is none, or several."""
        fits = [
            other.id
            for other in self._registries.values()
            if other.id != self._definition.id
            and other.system.shape
            and codes
            and sum(other.has_shape(other.canonical(code)) for code in codes) >= 0.8 * len(codes)
        ]
        return fits[0] if len(fits) == 1 else ""

    def _another(self, seems: str = "", row: Row | None = None) -> RegistryError:
        why_en, why_fa = "", ""
        if row is not None:
            message = row.rejected[0][3]
            why_en, why_fa = f" Row {row.number}: {message.en}", f" سطر {row.number}: {message.fa}"
        seems_en = f" It looks like one of {seems}." if seems else ""
        seems_fa = f" به فایل {seems} می‌ماند." if seems else ""
        name, wanted = self.path.name, self._definition.id
        return RegistryError(
            f"{name} is not a file of the registry {wanted}; nothing was loaded.{seems_en}{why_en}",
            f"{name} فایل ثبت {wanted} نیست؛ چیزی بار نشد.{seems_fa}{why_fa}",
        )


def stop_reasons(tally: Tally, closed: int, active: int, allow_rejected: float, allow_closing: float) -> list[Text]:
    """Why a load may not be applied; ``closed`` entries of the ``active`` ones would be closed by it."""
    reasons = []
    rows, rejected = tally.read, tally.verdicts[Verdict.REJECTED]
    if rejected == rows:
        reasons.append(
            Text(
                en="No row of the file could be taken. Nothing was loaded, nothing was closed.",
                fa="هیچ سطری از فایل پذیرفته نشد. چیزی بار نشد و چیزی بسته نشد.",
            )
        )
    elif rejected > allow_rejected * rows:
        reasons.append(
            Text(
                en=f"{rejected:,} of {rows:,} rows were rejected, more than {allow_rejected:.0%}. Mend the file, or "
                "allow it: --allow-rejected",
                fa=f"{rejected:,} سطر از {rows:,} سطر پذیرفته نشد، بیش از {allow_rejected:.0%}. فایل را درست کنید یا "
                "اجازه دهید: ‎--allow-rejected",
            )
        )
    if closed and closed >= allow_closing * active and allow_closing < 1:
        reasons.append(
            Text(
                en=f"The load would close {closed:,} of {active:,} entries ({closed / max(active, 1):.1%}); fewer than "
                f"{allow_closing:.1%} are allowed. If that is meant: --allow-closing",
                fa=f"این بارگذاری {closed:,} ورودی از {active:,} را می‌بندد ({closed / max(active, 1):.1%})؛ کمتر از "
                f"{allow_closing:.1%} مجاز است. اگر درست است: ‎--allow-closing",
            )
        )
    return reasons

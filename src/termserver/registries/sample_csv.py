"""The sample as CSV: one row for each fact that repeats, with the columns ``property`` and ``property.field``."""

import csv
import io
from pathlib import Path

from termserver.registries.sample_chance import Json

_FIXED = ("code", "display.fa", "display.en", "status", "period.start", "period.end", "replaced_by")
_FROM, _TO = "period.start", "period.end"


class CsvFile:
    """A table of entries, written beside the NDJSON; its columns are those that the first thousand entries have.

    Every row carries the code. The n-th values of all properties that repeat share a row.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: list[Json] = []
        self._columns: dict[str, int] = {}
        self._file: io.TextIOWrapper | None = None

    def add(self, entry: Json) -> None:
        if self._file is None:
            self._waiting.append(entry)
            if len(self._waiting) == 1_000:
                self._begin()
        else:
            self._write(entry)

    def close(self) -> None:
        if self._file is None and self._waiting:
            self._begin()
        if self._file is not None:
            self._file.close()

    def _begin(self) -> None:
        names = dict.fromkeys(_FIXED)
        for entry in self._waiting:
            for row in _rows(entry):
                names.update(dict.fromkeys(row))
        for n, name in enumerate([*_FIXED, *sorted(name for name in names if name not in _FIXED)]):
            self._columns[name] = n
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._path.open("w", encoding="utf-8-sig", newline="")
        self._table = csv.writer(self._file, lineterminator="\r\n")
        self._table.writerow(list(self._columns))
        for entry in self._waiting:
            self._write(entry)
        self._waiting.clear()

    def _write(self, entry: Json) -> None:
        for row in _rows(entry):
            self._table.writerow([row.get(name, "") for name in self._columns])


def _rows(entry: Json) -> list[Json]:
    """The rows of an entry; what it says once stands in the first."""
    during = entry.get("period", {})
    first: Json = {
        "display.fa": entry["display"].get("fa", ""),
        "display.en": entry["display"].get("en", ""),
        "status": entry.get("status", ""),
        _FROM: during.get("start", ""),
        _TO: during.get("end", ""),
        "replaced_by": " | ".join(entry.get("replaced_by", ())),
    }
    rows: list[Json] = [first]
    met: dict[str, int] = {}
    for fact in entry["properties"]:
        code, said = fact["code"], fact["value"]
        n = met.get(code, 0)
        met[code] = n + 1
        while len(rows) <= n:
            rows.append({})
        if said.__class__ is dict:
            rows[n].update({f"{code}.{name}": one for name, one in said.items()})
        else:
            rows[n][code] = said
        for side in ("start", "end"):
            if side in fact.get("period", ()):
                rows[n][f"{code}.{side}"] = fact["period"][side]
    for row in rows:
        row["code"] = entry["code"]
    return rows

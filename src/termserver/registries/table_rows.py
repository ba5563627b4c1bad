"""The rows of a table (CSV, XLSX) as entries of a registry: each cell to its fact, the rows of a code to one entry."""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from termserver.content.registry_mappings import RegistryMapping
from termserver.importers.tables import TableFile
from termserver.model.errors import ImportFailed
from termserver.model.fold import key as fold_key
from termserver.registries.definition import Definition

Json = dict[str, Any]
_OWN = ("code", "display.fa", "display.en", "status", "period.start", "period.end", "replaced_by", "parents",
        "source", "closed")  # fmt: skip
_DAYS = ("start", "end")


def own_mapping(definition: Definition) -> RegistryMapping:
    """The mapping of a table whose headers are the names of our facts."""
    targets = list(_OWN)
    for known in definition.system.properties:
        targets += [known.code] if not known.fields else []
        targets += [f"{known.code}.{field.code}" for field in known.fields]
        targets += [f"{known.code}.{side}" for side in _DAYS]
    return RegistryMapping("own", definition.id, {target: (target,) for target in targets})


def fitting(table: TableFile, definition: Definition, mappings: Sequence[RegistryMapping]) -> RegistryMapping:
    """The mapping whose headers the table has; raise ImportFailed, naming the registry whose file it seems to be."""
    there = {fold_key(header) for header in table.headers}

    def hits(mapping: RegistryMapping) -> int:
        return sum(any(fold_key(header) in there for header in headers) for headers in mapping.columns.values())

    fit = [
        (hits(mapping), mapping)
        for mapping in (*mappings, own_mapping(definition))
        if any(fold_key(header) in there for header in mapping.columns["code"])
    ]
    ours = [(n, mapping) for n, mapping in fit if mapping.registry == definition.id and n >= min(2, len(there))]
    others = [(n, mapping) for n, mapping in fit if mapping.registry != definition.id]
    best = max(ours, key=lambda one: one[0], default=None)
    other = max(others, key=lambda one: one[0], default=None)
    if best is not None and (other is None or other[0] <= best[0]):
        return best[1]
    listed = ", ".join(table.headers)
    if other is not None:
        raise ImportFailed(
            f"{table.name} looks like a file of the registry {other[1].registry}, not of {definition.id}. "
            f"Load it there, or say the columns with --mapping FILE.yaml. Its headers: {listed}.",
            f"{table.name} به فایل ثبت {other[1].registry} می‌ماند، نه {definition.id}. همان‌جا بار کنید یا ستون‌ها را "
            f"با ‎--mapping FILE.yaml‎ بگویید. عنوان‌های آن: {listed}.",
        )
    raise ImportFailed(
        f"{table.name} has no headers that are known of the registry {definition.id}. Say the columns with "
        f"--mapping FILE.yaml. Its headers: {listed}.",
        f"{table.name} عنوان‌های شناختهٔ ثبت {definition.id} را ندارد. ستون‌ها را با ‎--mapping FILE.yaml‎ بگویید. "
        f"عنوان‌های آن: {listed}.",
    )


class TableRows:
    """Turns the rows of a table into entries by a mapping."""

    def __init__(self, table: TableFile, definition: Definition, mapping: RegistryMapping) -> None:
        self._table = table
        self._definition = definition
        self._values = {
            target: {fold_key(theirs): ours for theirs, ours in pairs.items()}
            for target, pairs in mapping.values.items()
        }
        self._split = mapping.split
        self._constants = mapping.constants
        places = self._places(mapping)
        for target in (*places, *mapping.constants):
            self._known(mapping, target)
        self._simple = [(target, at) for target, at in places.items() if target in _OWN]
        self._names = [
            (target.split(".")[1:], at, target) for target, at in places.items() if target.startswith("designation.")
        ]
        self._facts: dict[str, list[tuple[str, str, int]]] = {}
        for target, at in places.items():
            if target not in _OWN and not target.startswith("designation."):
                group, _, field = target.partition(".")
                self._facts.setdefault(group, []).append((field, target, at))

    def _places(self, mapping: RegistryMapping) -> dict[str, int]:
        by_key = {fold_key(header): n for n, header in enumerate(self._table.headers)}
        places: dict[str, int] = {}
        for target, headers in mapping.columns.items():
            at = next((by_key[key] for key in map(fold_key, headers) if key in by_key), None)
            if at is not None:
                places[target] = at
        if "code" not in places:
            raise ImportFailed(
                f"{self._table.name} has no column '{mapping.columns['code'][0]}' for the code "
                f"(header row {self._table.header_row}). Its headers: {', '.join(self._table.headers)}.",
                f"{self._table.name} ستون «{mapping.columns['code'][0]}» برای کد ندارد "
                f"(سطر عنوان {self._table.header_row}). عنوان‌های آن: {'، '.join(self._table.headers)}.",
            )
        return places

    def _known(self, mapping: RegistryMapping, target: str) -> None:
        if target in _OWN or target.startswith("designation."):
            return
        group, _, field = target.partition(".")
        code = group.partition("#")[0]
        known = self._definition.properties.get(code)
        fields = {one.code for one in known.fields} if known else set()
        if known is None or (field and field not in fields and field not in _DAYS):
            targets = own_mapping(self._definition).columns
            near = difflib.get_close_matches(target, list(targets), 1)
            raise ImportFailed(
                f"{mapping.name}: '{target}' is no fact of the registry {self._definition.id}."
                + (f" Did you mean '{near[0]}'?" if near else ""),
                f"{mapping.name}: «{target}» در ثبت {self._definition.id} نیست."
                + (f" آیا منظور «{near[0]}» بود؟" if near else ""),
            )

    def entries(self) -> Iterator[tuple[int, Json]]:
        """The entries in the order of their first rows, each with the number of that row."""
        code_at = dict(self._simple)["code"]
        gathered: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
        for number, cells in self._table.rows:
            # rows without a code are rejected one by one
            code = cells[code_at].strip() or f"\n{number}"
            gathered.setdefault(code, []).append((number, cells))
        for code in list(gathered):
            rows = gathered.pop(code)
            yield rows[0][0], self._merged([self._entry(cells) for _, cells in rows])

    def _cell(self, target: str, cells: Sequence[str], at: int) -> str:
        text = cells[at].strip()
        if text.upper() == "NULL":
            return ""
        translated = self._values.get(target)
        return translated.get(fold_key(text), text) if translated is not None else text

    def _entry(self, cells: Sequence[str]) -> Json:
        said: Json = {}
        for target, at in self._simple:
            text = self._cell(target, cells, at)
            if not text:
                continue
            member, _, part = target.partition(".")
            if part:
                said.setdefault(member, {})[part] = text
            elif member in ("replaced_by", "parents"):
                said[member] = [one.strip() for one in text.replace("،", "|").replace(";", "|").split("|")]
            else:
                said[member] = text
        for names, at, target in self._names:
            text = self._cell(target, cells, at)
            if text:
                use, language = names[0], names[1] if len(names) > 1 else "fa"
                said.setdefault("designations", []).append({"use": use, "language": language, "value": text})
        properties = said.setdefault("properties", [])
        for group, places in self._facts.items():
            properties += self._stated(group, places, cells)
        return said

    def _stated(self, group: str, places: Sequence[tuple[str, str, int]], cells: Sequence[str]) -> Iterable[Json]:
        code = group.partition("#")[0]
        own_fields = self._definition.fields.get(code, {})
        record: Json = {}
        period: Json = {}
        plain: list[str] = []
        if not self._cell(places[0][1], cells, places[0][2]):
            return []  # the first column that a mapping names decides whether the row has such a fact
        for field, target, at in places:
            text = self._cell(target, cells, at)
            if not text:
                continue
            if not field:
                mark = self._split.get(target)
                plain += [one for one in (part.strip() for part in text.split(mark)) if one] if mark else [text]
            elif field in own_fields or field not in _DAYS:
                record[field] = text
            else:
                period[field] = text
        for target, text in self._constants.items():
            of, _, field = target.partition(".")
            if of == group and field in _DAYS and field not in own_fields:
                period.setdefault(field, text)
            elif of == group and field:
                record.setdefault(field, text)
            elif of == group and not plain:
                plain = [text]
        values: list[Any] = [record] if own_fields and (record or not plain) else list(plain)
        return [{"code": code, "value": value, **({"period": period} if period else {})} for value in values]

    @staticmethod
    def _merged(entries: Sequence[Mapping[str, Any]]) -> Json:
        merged: Json = dict(entries[0])
        for other in entries[1:]:
            for member, value in other.items():
                if isinstance(value, list):
                    merged[member] = [*merged.get(member, []), *value]
                elif isinstance(value, dict):
                    merged[member] = {**value, **merged.get(member, {})}
                else:
                    merged.setdefault(member, value)
        return merged

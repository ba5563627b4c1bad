"""A table of concepts (CSV, XLSX, NDJSON) as a code system: by its own headers, or by a file that maps the columns.

The form that ``termserver export`` writes comes back unchanged (``content.wide_table``).
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from termserver.content.code_check import lost_zeros
from termserver.content.codesystem_files import CONCEPTS, PROVISIONAL_BASE
from termserver.content.registry_mappings import RegistryMapping, read_mapping
from termserver.content.table_mapping import DESIGNATION, PROPERTY, USUAL_HEADERS, guessed_mapping
from termserver.content.wide_table import joined, reader_of
from termserver.content.yaml_files import is_day
from termserver.importers import entry_lines
from termserver.importers.reading import reading
from termserver.importers.report import Outcome
from termserver.importers.table_files import read_table
from termserver.importers.tables import TableFile
from termserver.importers.taken import Gathering, Notes, Taken, Wishes, digest_of, label, reported
from termserver.model import fold
from termserver.model.codes import CodeSystem, CodeSystemContent, Concept, Content, PropertyDefinition
from termserver.model.errors import ImportFailed, UsageError
from termserver.model.text import Text
from termserver.model.values import replace

_STATUSES = {"active": "", "1": "", "true": "", "فعال": "", "retired": "retired", "inactive": "retired"} | {
    "0": "retired",
    "false": "retired",
    "deprecated": "retired",
    "غیرفعال": "retired",
    "منسوخ": "retired",
}
_TARGETS = {
    "display.fa": "display_fa",
    "display.en": "display_en",
    "period.start": "valid_from",
    "period.end": "valid_to",
}
_LISTS = ("parent", "replaced_by")


def read(paths: Sequence[Path], wishes: Wishes) -> Taken:
    """The code system that the tables hold together. Raise ImportFailed or UsageError where they cannot be read."""
    mapping = _mapping(wishes.mapping)
    base = _base(wishes, mapping)
    gathered: Gathering | None = None
    digests = {path.name: digest_of(path) for path in paths}
    all_notes = []
    for path in paths:
        notes = Notes(path.name, base.id)
        all_notes.append(notes)
        if gathered is None:
            gathered = Gathering(notes, not base.case_sensitive)
        gathered.notes = notes
        if _is_lines(path):
            _take_lines(path, gathered, wishes)
        else:
            known = mapping.headers() if mapping else (*USUAL_HEADERS, *CONCEPTS)
            _take_table(read_table(path, sheet=wishes.sheet, known=known), mapping, base, gathered, wishes)
    assert gathered is not None
    concepts = gathered.concepts()
    if not concepts:
        raise ImportFailed(f"{paths[0].name} has no row that can be read.", f"{paths[0].name} هیچ سطر خوانایی ندارد.")
    issue = f"table-{''.join(digests.values())[:10]}"
    before = base.version.partition("+")[0]
    version = wishes.version or (f"{before}+{issue}" if base.version else issue)
    properties = {said.code for concept in concepts for said in concept.properties}
    declared = {one.code for one in base.properties}
    system = replace(
        base,
        version=version,
        content=Content.FRAGMENT if base.content is Content.NOT_PRESENT else base.content,
        source=base.source or "; ".join(path.name for path in paths),
        properties=(*base.properties, *(PropertyDefinition(code) for code in sorted(properties - declared))),
    )
    systems = (CodeSystemContent(system, concepts),)
    return Taken(systems, reported(all_notes, systems, digests), base.id, label(version))


def _is_lines(path: Path) -> bool:
    return path.suffix.lower() in (".ndjson", ".jsonl", ".json")


def _mapping(path: Path | None) -> RegistryMapping | None:
    if path is None:
        return None
    with reading(path):
        return read_mapping(path.name, path.read_bytes())


def _base(wishes: Wishes, mapping: RegistryMapping | None) -> CodeSystem:
    """The system that is filled: a registered one by any of its names, else a new one."""
    name = wishes.system or (mapping.registry if mapping else "")
    if not name:
        raise UsageError(
            "Say which code system the table fills: --system insurer (or 'system:' in the mapping file).",
            "بگویید جدول کدام سامانه را پر می‌کند: ‎--system insurer‎ (یا ‎system:‎ در پروندهٔ نگاشت).",
        )
    asked = name.casefold()
    for known in wishes.registered.values():
        if asked in (one.casefold() for one in known.names()):
            return known
    from termserver.importers.fhir_systems import slug

    url = name if ":" in name else f"{PROVISIONAL_BASE}/CodeSystem/{slug(name)}"
    id = slug(name.rstrip("/").rpartition("/")[2])
    return CodeSystem(id, url, Text(en=id), "", Content.COMPLETE, provisional=True)


def _take_table(
    table: TableFile, mapping: RegistryMapping | None, base: CodeSystem, gathered: Gathering, wishes: Wishes
) -> None:
    notes = gathered.notes
    rows = list(table.rows)
    columns, change = _columns(table, rows, mapping, base)
    make = reader_of(columns)
    bad_cells = _told_notes(table, columns, notes)
    code_at = columns.index("code")
    padded = dict(lost_zeros(list(dict.fromkeys(cells[code_at].strip() for _, cells in rows))))
    for n, (number, row) in enumerate(rows, start=1):
        if wishes.progress and n % 5000 == 0:
            wishes.progress(n, len(rows))
        cells = change(row)
        code = cells[code_at].strip()
        if (number, "code") in bad_cells:
            notes.refuse(number, "code", "number.digits-lost", *_DIGITS_LOST, code)
            continue
        if code in padded:
            _zeros(notes, number, code, padded[code], wishes.mend)
            if wishes.mend:
                cells[code_at] = padded[code]
        concept = _checked(make(cells), cells, columns, number, notes)
        if concept is not None:
            gathered.put(concept, number, table.headers[code_at] if code_at < len(table.headers) else "code")


_DIGITS_LOST = (
    "Excel has lost digits of this code. Format the column as text and enter it again.",
    "اکسل رقم‌های این کد را از دست داده است. قالب ستون را متن کنید و دوباره وارد کنید.",
)


def _columns(
    table: TableFile, rows: list[tuple[int, tuple[str, ...]]], mapping: RegistryMapping | None, base: CodeSystem
) -> tuple[list[str], Callable[[Sequence[str]], list[str]]]:
    """Our name of each of their columns (empty for one that is not taken), and what is changed in a row's cells."""
    headers = table.headers
    if mapping is not None:
        return _mapped(table, mapping)
    if "code" in headers and all(one in CONCEPTS or one.startswith((DESIGNATION, PROPERTY)) for one in headers):
        return list(headers), _status_only(headers)
    guessed = guessed_mapping(headers, rows, base)
    columns = [""] * len(headers)
    for ours, (_, at) in guessed.columns.items():
        columns[at] = ours
    for n, header in enumerate(headers):
        if header.startswith((DESIGNATION, PROPERTY)) and not columns[n]:
            columns[n] = header
    _not_taken(table, columns)
    return columns, _status_only(columns)


def _mapped(table: TableFile, mapping: RegistryMapping) -> tuple[list[str], Callable[[Sequence[str]], list[str]]]:
    columns = [""] * len(table.headers)
    by_key = {fold.key(header): n for n, header in reversed(list(enumerate(table.headers)))}
    for target, spellings in mapping.columns.items():
        at = next((by_key[key] for key in map(fold.key, spellings) if key in by_key), None)
        if at is None:
            found = ", ".join(table.headers)
            raise ImportFailed(
                f"{table.name} has no column '{spellings[0]}' for {target} (header row {table.header_row}). "
                f"Found: {found}.",
                f"{table.name} ستون «{spellings[0]}» برای {target} ندارد (سطر عنوان: {table.header_row}). "
                f"عنوان‌ها: {found}.",
            )
        columns[at] = _ours(target)
    added = {_ours(target): value for target, value in mapping.constants.items()}
    _not_taken(table, columns)
    whole = [*columns, *added]
    values = {_ours(target): pairs for target, pairs in mapping.values.items()}
    split = {_ours(target): mark for target, mark in mapping.split.items()}

    def change(cells: Sequence[str]) -> list[str]:
        changed = [*cells[: len(columns)], *added.values()]
        for n, ours in enumerate(whole):
            cell = changed[n].strip()
            if ours in split and split[ours] in cell:
                cell = joined(part.strip() for part in cell.split(split[ours]) if part.strip())
            changed[n] = values[ours].get(cell, cell) if ours in values else cell
        return changed

    return whole, lambda cells: _status_only(whole)(change(cells))


def _ours(target: str) -> str:
    if target in _TARGETS:
        return _TARGETS[target]
    if target.startswith("designation."):  # designation.en.synonym
        return DESIGNATION + target.removeprefix("designation.").replace(".", ":", 1)
    if target in CONCEPTS or target.startswith((DESIGNATION, PROPERTY)):
        return target
    return PROPERTY + target


def _status_only(columns: Sequence[str]) -> Callable[[Sequence[str]], list[str]]:
    """Statuses in the words of the house."""
    at = columns.index("status") if "status" in columns else -1

    def change(cells: Sequence[str]) -> list[str]:
        changed = list(cells)
        if at >= 0 and changed[at]:
            changed[at] = _STATUSES.get(changed[at].strip().lower(), changed[at])
        return changed

    return change


def _not_taken(table: TableFile, columns: Sequence[str]) -> None:
    from termserver.importers.tables import TableNote

    for header, ours in zip(table.headers, columns, strict=False):
        if not ours:
            said = Text(f"ستون «{header}» وارد نشد.", f"The column '{header}' was not imported.")
            table.notes.append(TableNote(0, header, "column.unknown", said))


def _told_notes(table: TableFile, columns: Sequence[str], notes: Notes) -> set[tuple[int, str]]:
    """The reader's notes into the report; the cells whose digits are lost."""
    ours = dict(zip(table.headers, columns, strict=False))
    bad = set()
    for note in table.notes:
        if note.rule in ("number.digits-lost", "number.scientific"):
            bad.add((note.row, ours.get(note.column, "")))
        notes.note(note.row, note.column, Outcome.FLAGGED, note.rule, note.message, note.value)
    return bad


def _zeros(notes: Notes, row: int, code: str, padded: str, mend: bool) -> None:
    if mend:
        said = Text("صفرهای آغازین بازگردانده شد.", "Leading zeros were put back.")
        notes.note(row, "code", Outcome.REPAIRED, "code.zeros-lost", said, code, padded)
    else:
        notes.flag(
            row,
            "code",
            "code.zeros-lost",
            f"'{code}' seems to have lost its leading zeros ('{padded}'); --mend puts them back.",
            f"«{code}» گویا صفرهای آغازین خود را از دست داده («{padded}»)؛ ‎--mend‎ آن‌ها را بازمی‌گرداند.",
            code,
        )


def _checked(concept: Concept, cells: Sequence[str], columns: Sequence[str], row: int, notes: Notes) -> Concept | None:
    """The concept, with what cannot be read left out; None where the status says nothing that is known."""
    if "status" in columns:
        status = cells[columns.index("status")].strip()
        if status not in ("", "retired"):
            notes.refuse(
                row,
                "status",
                "status.unknown",
                f"The status '{status}' is not known; write active or retired, or map it under 'values:'.",
                f"وضعیت «{status}» شناخته نیست؛ active یا retired بنویسید یا زیر ‎values:‎ نگاشت کنید.",
                status,
            )
            return None
    for column in ("valid_from", "valid_to"):
        day = cells[columns.index(column)].strip() if column in columns else ""
        if day and not is_day(day):
            notes.refuse(
                row,
                column,
                "date.unreadable",
                f"'{day}' is no day; write it as 2026-11-22.",
                f"«{day}» روز نیست؛ به شکل 2026-11-22 بنویسید.",
                day,
            )
            return None
    if not (concept.display.fa or concept.display.en):
        notes.flag(row, "display", "name.missing", "The row has no name; the code stands for it.", "سطر نام ندارد.")
        concept = replace(concept, display=Text(en=concept.code))
    return concept


def _take_lines(path: Path, gathered: Gathering, wishes: Wishes) -> None:
    for number, said in entry_lines.read_entries(path):
        concept = None if entry_lines.is_unreadable(said) else _concept(said)
        if concept is None:
            gathered.notes.refuse(
                number,
                "",
                "syntax.json",
                "The line is no JSON object with a code and a display.",
                "سطر شیء JSON با code و display نیست.",
            )
            continue
        gathered.put(concept, number)
        if wishes.progress and number % 5000 == 0:
            wishes.progress(number, 0)


def _concept(said: Any) -> Concept | None:
    from termserver.model.codes import Designation, Property, Status
    from termserver.model.days import ALWAYS, Period

    def period(one: dict[str, Any]) -> Period:
        known = one.get("period") or {}
        start, end = str(known.get("start") or ""), str(known.get("end") or "")
        return Period(start, end) if start or end else ALWAYS

    try:
        display = said.get("display") or {}
        if isinstance(display, str):
            display = {"en": display}
        return Concept(
            str(said["code"]),
            Text(str(display.get("fa") or ""), str(display.get("en") or "")),
            tuple(map(str, said.get("parents", ()))),
            Status(said.get("status") or "active"),
            period(said),
            tuple(map(str, said.get("replaced_by", ()))),
            tuple(
                Designation(str(one["language"]), str(one["value"]), str(one.get("use") or "synonym"))
                for one in said.get("designations", ())
            ),
            tuple(Property(str(one["code"]), str(one["value"]), period(one)) for one in said.get("properties", ())),
            str(said.get("source") or ""),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return None

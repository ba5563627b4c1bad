"""Rows of drug sheets gathered into codes: products, generics, ERX and GTIN; every doubt is an entry of the report."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from termserver.importers import drug_values
from termserver.importers.drug_sheets import Sheet
from termserver.importers.drug_values import Note
from termserver.importers.report import FileReport, Outcome, ReportRow
from termserver.importers.tables import TableFile
from termserver.model.text import Text


@dataclass(slots=True)
class Draft:
    """A code as gathered so far: where it was met first, its names and its values, each once, in the order met."""

    at: str
    names: dict[str, None] = field(default_factory=dict)
    values: dict[str, dict[str, None]] = field(default_factory=dict)

    def add(self, name: str, value: str) -> None:
        if value:
            self.values.setdefault(name, {})[value] = None

    def first(self, name: str) -> str:
        return next(iter(self.values.get(name, ())), "")


class Gathering:
    """All sheets of one import, row after row."""

    def __init__(self) -> None:
        self.products: dict[str, Draft] = {}
        self.generics: dict[str, Draft] = {}
        self.erx: dict[str, Draft] = {}
        self.gtins: dict[str, Draft] = {}
        self.entries: list[ReportRow] = []
        self.files: list[FileReport] = []
        self.sheets: set[str] = set()
        self._owner_names: dict[str, dict[str, None]] = {}
        self._owner_ids: dict[str, dict[str, None]] = {}
        self._titles_at: dict[tuple[str, str, str], str] = {}

    def add(self, table: TableFile, sheet: Sheet, places: dict[str, int]) -> Iterator[int]:
        """Take every row of the table; yield the number of rows taken so far."""
        self.sheets.add(sheet.id)
        for n, header in enumerate(table.headers):
            if n not in places.values():
                self._unknown_column(table, header)
        facts: Counter[str] = Counter()
        distinct: dict[str, set[str]] = {"generic": set(), "erx": set(), "gtin": set(), "owner-id": set()}
        read = refused = 0
        for row, cells in table.rows:
            read += 1
            values, notes = self._values(table, row, cells, places)
            key = "irc" if sheet.products else "erx"
            if not values.get(key):
                # without its key a row names nothing: the note on the key is why it is refused
                why = [note for name, note in notes if name == key][-1]
                rule = f"{key}.missing" if why.rule == "text.null" else why.rule
                notes = [(key, Note(Outcome.REFUSED, rule, why.before, why.after))]
                refused += 1
            elif sheet.products:
                self._product(f"{table.name}:{row}", sheet, values, notes)
            else:
                self._title(f"{table.name}:{row}", values, notes)
            self._report(table, row, places, notes)
            _count(facts, distinct, values, notes)
            yield read
        facts.update({f"{name}-distinct": len(met) for name, met in distinct.items() if met})
        for note in table.notes:
            if not note.row or note.rule.startswith(("header.", "row.")):
                self.entries.append(
                    ReportRow(table.name, note.row, note.column, Outcome.FLAGGED, note.rule, note.message, note.value)
                )
        known = dict(sorted(facts.items()))
        self.files.append(FileReport(table.name, sheet.id, table.sha256, read, read - refused, refused, known))

    def not_whole(self) -> None:
        """Enter that the lists stay fragments, because rows of them were refused."""
        for file in self.files:
            if file.refused:
                said = Text(
                    f"{file.refused:,} سطر پذیرفته نشد؛ فهرست کامل نیست و پاره ثبت شد.",
                    f"{file.refused:,} rows were refused; the list is not whole and was taken as a fragment.",
                )
                self.entries.append(ReportRow(file.file, 0, "", Outcome.FLAGGED, "content.not-whole", said))

    def _unknown_column(self, table: TableFile, header: str) -> None:
        said = Text(
            f"ستون «{header}» شناخته‌شده نیست و وارد نشد.", f"The column '{header}' is not known and was not imported."
        )
        self.entries.append(ReportRow(table.name, 0, header, Outcome.FLAGGED, "column.unknown", said))

    def _values(
        self, table: TableFile, row: int, cells: tuple[str, ...], places: dict[str, int]
    ) -> tuple[dict[str, str], list[tuple[str, Note]]]:
        """The values by field and the notes on them; of a row whose columns may have shifted only a refusal."""
        key = "irc" if "irc" in places else "erx"
        if len(cells) > len(table.headers):
            return {}, [(key, Note(Outcome.REFUSED, "row.cells", str(len(cells)), str(len(table.headers))))]
        values: dict[str, str] = {}
        notes: list[tuple[str, Note]] = []
        lost = {note.column for note in table.notes if note.row == row and note.rule == "number.digits-lost"}
        for name, at in places.items():
            if lost and table.headers[at] in lost:
                notes.append((name, Note(Outcome.FLAGGED, "number.digits-lost", cells[at])))
                continue
            value, found = drug_values.READERS.get(name, drug_values.text)(cells[at])
            values[name] = value
            notes += [(name, note) for note in found]
        return values, notes

    def _product(self, at: str, sheet: Sheet, values: dict[str, str], notes: list[tuple[str, Note]]) -> None:
        irc, name = values["irc"], values.get("name", "")
        if not name:
            notes.append(("name", Note(Outcome.FLAGGED, "name.missing")))
        known = self.products.get(irc)
        if known is None:
            known = self.products[irc] = Draft(at)
        else:
            notes.append(("irc", _again(known, values)))
        if name:
            known.names[name] = None
        for field_name, value in values.items():
            if field_name not in ("irc", "name"):
                known.add(field_name, value)
        known.add("sheet", sheet.id)
        self._code(self.generics, values.get("generic", ""), at, name, {"erx": values.get("erx", "")})
        self._erx(at, values, name, irc, notes)
        gtin = values.get("gtin", "")
        if gtin in self.gtins and irc not in self.gtins[gtin].values["irc"]:
            notes.append(("gtin", Note(Outcome.MERGED, "gtin.repeated", self.gtins[gtin].first("irc"))))
        self._code(self.gtins, gtin, at, name, {"irc": irc})
        self._owner(values.get("owner", ""), values.get("owner-id", ""), notes)

    def _title(self, at: str, values: dict[str, str], notes: list[tuple[str, Note]]) -> None:
        erx, generic, title = values["erx"], values.get("generic", ""), values.get("title", "")
        if not title:
            notes.append(("title", Note(Outcome.FLAGGED, "name.missing")))
        same = self._titles_at.setdefault((erx, generic, title), at)
        titles = self.erx[erx].values.get("title", {}) if erx in self.erx else {}
        if same != at:
            notes.append(("erx", Note(Outcome.MERGED, "erx.repeated", same)))
        elif title and titles and title not in titles:
            notes.append(("title", Note(Outcome.MERGED, "erx.two-titles", next(iter(titles)))))
        self._erx(at, values, "", "", notes)
        self._code(self.generics, generic, at, "", {"erx": erx, "title": title})

    def _erx(self, at: str, values: dict[str, str], name: str, irc: str, notes: list[tuple[str, Note]]) -> None:
        erx, generic = values.get("erx", ""), values.get("generic", "")
        known = self.erx.get(erx)
        generics = known.values.get("generic", {}) if known else {}
        if known and name and known.names and name not in known.names:
            notes.append(("erx", Note(Outcome.MERGED, "erx.two-names", next(iter(known.names)), name)))
        if generic and generics and generic not in generics:
            notes.append(("erx", Note(Outcome.FLAGGED, "erx.two-generics", next(iter(generics)), generic)))
        self._code(self.erx, erx, at, name, {"generic": generic, "irc": irc, "title": values.get("title", "")})

    def _code(self, drafts: dict[str, Draft], code: str, at: str, name: str, values: dict[str, str]) -> None:
        if not code:
            return
        draft = drafts.get(code)
        if draft is None:
            draft = drafts[code] = Draft(at)
        if name:
            draft.names[name] = None
        for property_name, value in values.items():
            draft.add(property_name, value)

    def _owner(self, name: str, number: str, notes: list[tuple[str, Note]]) -> None:
        if not (name and number):
            return
        names = self._owner_names.setdefault(number, {})
        if names and name not in names:
            notes.append(("owner", Note(Outcome.FLAGGED, "owner.two-names", next(iter(names)), name)))
        names[name] = None
        numbers = self._owner_ids.setdefault(name, {})
        if numbers and number not in numbers:
            notes.append(("owner-id", Note(Outcome.FLAGGED, "owner.two-ids", next(iter(numbers)), number)))
        numbers[number] = None

    def _report(self, table: TableFile, row: int, places: dict[str, int], notes: list[tuple[str, Note]]) -> None:
        for name, note in notes:
            column = table.headers[places[name]]
            said = drug_values.message(note)
            self.entries.append(
                ReportRow(table.name, row, column, note.outcome, note.rule, said, note.before, note.after)
            )


def _again(known: Draft, values: dict[str, str]) -> Note:
    """What a second row of the same IRC says: nothing new, or other values."""
    other = []
    if values.get("name") and values["name"] not in known.names:
        other.append(f"{next(iter(known.names), '')} / {values['name']}")
    for name, value in values.items():
        met = known.values.get(name, {})
        if name not in ("irc", "name") and value and value not in met:
            other.append(f"{name} {', '.join(met)} / {value}")
    if other:
        return Note(Outcome.MERGED, "irc.differs", known.at, "; ".join(other))
    return Note(Outcome.MERGED, "irc.repeated", known.at)


def _count(
    facts: Counter[str], distinct: dict[str, set[str]], values: dict[str, str], notes: list[tuple[str, Note]]
) -> None:
    """The figures by which a sheet is known: compared with those published about it."""
    facts["irc-leading-zero"] += values.get("irc", "").startswith("0")
    for name, met in distinct.items():
        if values.get(name):
            met.add(values[name])
    for name, note in notes:
        facts[f"{name}:{note.rule}"] += 1

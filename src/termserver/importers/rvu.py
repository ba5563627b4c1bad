"""The relative value book: services with marks and components, and if given the K factors and the map to LOINC."""

import re
from collections.abc import Sequence
from pathlib import Path

from termserver.content.code_check import lost_zeros
from termserver.importers.report import Outcome
from termserver.importers.table_files import read_table
from termserver.importers.tables import Column, TableFile, find_columns
from termserver.importers.taken import Gathering, Notes, Taken, Wishes, digest_of, label, reported
from termserver.model import fold
from termserver.model.codes import (
    CodeSystem,
    CodeSystemContent,
    Concept,
    ConceptMap,
    ConceptMapping,
    Content,
    Property,
    PropertyDefinition,
)
from termserver.model.days import ALWAYS, Period
from termserver.model.errors import ImportFailed
from termserver.model.text import Text
from termserver.model.values import replace

_BOOK = (
    Column("code", ("code", "کد ملی خدمت", "کد ملی", "کد خدمت", "کد")),
    Column("title", ("title", "شرح خدمت", "شرح کد", "شرح", "عنوان")),
    Column("mark", ("feature", "ویژگی کد", "ویژگی", "نشان"), required=False),
    Column("note", ("description", "توضیحات تکمیلی", "توضیحات"), required=False),
    Column("total", ("total", "جزء کل", "ارزش تام", "ارزش کل", "کل"), required=False),
    Column("professional", ("prof", "professional", "جزء حرفه ای", "جزء حرفه‌ای", "حرفه ای"), required=False),
    Column("technical", ("technical", "جزء فنی", "فنی"), required=False),
    Column("anaesthesia", ("anesthesia", "ارزش بیهوشی", "ارزش پایه بیهوشی", "بیهوشی"), required=False),
    Column("kind", ("cucif", "نوع کد"), required=False),
    Column("global", ("global", "گلوبال"), required=False),
    Column("star", ("star_list", "فاقد پوشش"), required=False),
)
_LOINC = (
    Column("code", ("rvu_code", "rvu", "کد ملی خدمت", "کد RVU")),
    Column("loinc", ("loinc_cod", "loinc_code", "loinc", "کد LOINC")),
    Column("name", ("en_name", "fa_name", "نام"), required=False),
)
_FACTORS = (
    Column("code", ("code", "کد")),
    Column("value", ("value", "k", "مقدار", "ضریب")),
    Column("title", ("title", "display_fa", "شرح", "عنوان"), required=False),
    Column("start", ("valid_from", "از تاریخ"), required=False),
    Column("end", ("valid_to", "تا تاریخ"), required=False),
)
_PROPERTIES = (
    PropertyDefinition("mark", Text("نشان", "Mark (a set of #, * and +)"), "code", indexed=True),
    PropertyDefinition("professional", Text("جزء حرفه‌ای", "Professional component, K units"), "decimal"),
    PropertyDefinition("technical", Text("جزء فنی", "Technical component, K units"), "decimal"),
    PropertyDefinition("anaesthesia", Text("ارزش پایه بیهوشی", "Anaesthesia base, units"), "decimal"),
    PropertyDefinition("chapter", Text("فصل", "Chapter (first digit)"), "code", indexed=True),
    PropertyDefinition("total", Text("ارزش تام", "Total, K units"), "decimal"),
    PropertyDefinition("note", Text("توضیحات", "Note")),
    PropertyDefinition("kind", Text("نوع کد", "Kind of code"), "code"),
)
_CODE = re.compile(r"([0-9]{2}|[0-9]{6})(\.[0-9])?")
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
_DIGITS = {ord(persian): str(n) for letters in ("۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩") for n, persian in enumerate(letters)}


def read(paths: Sequence[Path], wishes: Wishes) -> Taken:
    """The book as ``rvu3``; a table with a column of LOINC codes as the map, one with values of K as ``rvu-k-factor``.

    The book is taken for the whole list only by ``--complete``. Raise ImportFailed for a table that is none of these.
    """
    digests = {path.name: digest_of(path) for path in paths}
    issue = wishes.version or f"book-{''.join(digests.values())[:10]}"
    book: Gathering | None = None
    factors: Gathering | None = None
    mappings: list[ConceptMapping] = []
    all_notes: list[Notes] = []
    headers = [one for columns in (_BOOK, _LOINC, _FACTORS) for column in columns for one in column.headers]
    for path in paths:
        table = read_table(path, sheet=wishes.sheet, known=headers)
        keys = {fold.key(one) for one in table.headers}
        if any(fold.key(one) in keys for one in _LOINC[1].headers):
            notes = Notes(path.name, "RVU → LOINC")
            mappings += _mappings(table, notes)
        elif any(fold.key(one) in keys for one in _FACTORS[1].headers):
            notes = Notes(path.name, "K")
            factors = factors or Gathering(notes)
            factors.notes = notes
            _factors(table, factors)
        else:
            notes = Notes(path.name, "RVU")
            book = book or Gathering(notes)
            book.notes = notes
            _book(table, book, wishes)
        all_notes.append(notes)
    contents = []
    if book is not None and len(book):
        contents.append(CodeSystemContent(_system(wishes, _RVU, issue, digests), book.concepts()))
    if factors is not None and len(factors):
        contents.append(CodeSystemContent(_system(wishes, _K, issue, digests), factors.concepts()))
    maps = []
    if mappings:
        maps.append(
            ConceptMap(
                "rvu3-to-loinc",
                "https://maxa.behdasht.gov.ir/fhir/ConceptMap/rvu3-to-loinc",
                Text("کتاب ارزش نسبی به LOINC", "Relative value book to LOINC"),
                issue,
                "rvu3",
                "loinc",
                tuple(dict.fromkeys(mappings)),
                source="; ".join(digests),
                provisional=True,
            )
        )
    if not contents and not maps:
        raise ImportFailed(
            f"{paths[0].name} holds no row of the relative value book.",
            f"{paths[0].name} سطری از کتاب ارزش نسبی ندارد.",
        )
    systems = tuple(contents)
    return Taken(systems, reported(all_notes, systems, digests), "rvu", label(issue), concept_maps=tuple(maps))


_RVU = CodeSystem(
    id="rvu3",
    url="https://maxa.behdasht.gov.ir/fhir/CodeSystem/rvu3",
    native_id="RVU3",
    title=Text("کتاب ارزش نسبی خدمات", "National relative value book"),
    version="",
    content=Content.FRAGMENT,
    shape=r"([0-9]{6}|[0-9]{2})(\.[0-9])?",
    widths=(10,),
    weight=195,
    properties=_PROPERTIES,
)
_K = CodeSystem(
    id="rvu-k-factor",
    url="https://maxa.behdasht.gov.ir/fhir/CodeSystem/rvu-k-factor",
    title=Text("ضریب K کتاب ارزش نسبی", "K factors of the relative value book"),
    version="",
    content=Content.FRAGMENT,
    weight=70,
    properties=(PropertyDefinition("value", Text("مقدار (ریال)", "Value, rial per K unit"), "integer"),),
)


def _system(wishes: Wishes, default: CodeSystem, issue: str, digests: dict[str, str]) -> CodeSystem:
    base = wishes.base(default)
    before = base.version.partition("+")[0]
    whole = bool(wishes.complete) and default is _RVU
    return replace(
        base,
        version=issue if whole or not before else f"{before}+{issue}",
        content=Content.COMPLETE if whole else Content.FRAGMENT,
        source="; ".join(f"{name} (SHA-256 {digest})" for name, digest in digests.items()),
    )


def _book(table: TableFile, gathered: Gathering, wishes: Wishes) -> None:
    notes = gathered.notes
    places = find_columns(table, _BOOK)
    rows = [(line, {name: cells[at].strip() for name, at in places.items()}) for line, cells in table.rows]
    _told(table, notes)
    for _, said in rows:
        said["code"] = said["code"].translate(_DIGITS)
    padded = dict(lost_zeros(list(dict.fromkeys(said["code"] for _, said in rows))))
    for line, said in rows:
        code = said["code"]
        marks = {sign for sign in code + said.get("mark", "") if sign in "#*+"}
        code = code.strip("#*+ ")
        if code in padded:
            notes.flag(
                line,
                "code",
                "code.zeros-lost",
                f"'{code}' seems to have lost its leading zeros ('{padded[code]}').",
                f"«{code}» گویا صفرهای آغازین خود را از دست داده («{padded[code]}»).",
                code,
            )
        if not _CODE.fullmatch(code):
            notes.refuse(
                line,
                "code",
                "code.shape",
                f"'{said['code']}' is no code of the book: six digits, or two of a modifier.",
                f"«{said['code']}» کد کتاب نیست: شش رقم، یا دو رقم تعدیل‌کننده.",
                said["code"],
            )
            continue
        if said.get("star") in ("1", "بله"):
            marks.add("*")
        properties = [Property("mark", sign) for sign in sorted(marks)]
        if len(code) >= 6:
            properties.append(Property("chapter", code[0]))
        for name in ("professional", "technical", "anaesthesia", "total"):
            properties += _number(notes, line, name, said.get(name, ""))
        properties += [Property(name, said[name]) for name in ("note", "kind") if said.get(name)]
        if said.get("global") in ("1", "بله"):
            properties.append(Property("mark", "global"))
        gathered.put(Concept(code, Text(fa=said["title"] or code), properties=tuple(properties)), line)
        if wishes.progress and line % 2000 == 0:
            wishes.progress(line, 0)


def _number(notes: Notes, line: int, name: str, cell: str) -> list[Property]:
    text = cell.translate(_DIGITS).replace("٫", ".").replace("/", ".")
    if not text or text in ("-", "0"):
        return []
    if _NUMBER.fullmatch(text):
        if text != cell:
            notes.note(
                line,
                name,
                Outcome.REPAIRED,
                "number.decimal",
                Text("عدد بازنویسی شد.", "The number was rewritten."),
                cell,
                text,
            )
        return [Property(name, text)]
    notes.flag(
        line, name, "number.unreadable", f"'{cell}' is no number; left out.", f"«{cell}» عدد نیست؛ کنار رفت.", cell
    )
    return []


def _mappings(table: TableFile, notes: Notes) -> list[ConceptMapping]:
    places = find_columns(table, _LOINC)
    found = []
    _told(table, notes)
    for line, cells in table.rows:
        code, loinc = (cells[places[name]].strip().translate(_DIGITS) for name in ("code", "loinc"))
        if not _CODE.fullmatch(code.strip("#*+ ")) or not re.fullmatch(r"[0-9]{1,7}-[0-9]", loinc):
            notes.refuse(
                line,
                "loinc" if _CODE.fullmatch(code) else "code",
                "code.shape",
                f"'{code}' → '{loinc}' is no code of the book with a LOINC code.",
                f"«{code}» ← «{loinc}» کد کتاب با کد LOINC نیست.",
                loinc,
            )
            continue
        notes.landed += 1
        found.append(ConceptMapping(code.strip("#*+ "), loinc, "related-to"))
    return found


def _factors(table: TableFile, gathered: Gathering) -> None:
    places = find_columns(table, _FACTORS)
    _told(table, gathered.notes)
    for line, cells in table.rows:
        said = {name: cells[at].strip() for name, at in places.items()}
        value = said["value"].translate(_DIGITS).replace(",", "").replace("٬", "")
        if not value.isdigit():
            gathered.notes.refuse(
                line, "value", "number.unreadable", f"'{said['value']}' is no amount.", f"«{said['value']}» مبلغ نیست."
            )
            continue
        start, end = said.get("start", ""), said.get("end", "")
        one = Property("value", value, Period(start, end) if start or end else ALWAYS)
        known = gathered.get(said["code"])
        if known is not None:
            gathered.notes.landed += 1
            gathered.change(said["code"], properties=(*known.properties, one))
        else:
            gathered.put(Concept(said["code"], Text(fa=said.get("title") or said["code"]), properties=(one,)), line)


def _told(table: TableFile, notes: Notes) -> None:
    for note in table.notes:
        notes.note(note.row, note.column, Outcome.FLAGGED, note.rule, note.message, note.value)

"""ATC with DDD from the tables in circulation (CSV, XLSX): a code may have a row for each route and its dose."""

import re
from collections.abc import Sequence
from pathlib import Path

from termserver.importers.licences import licence_of
from termserver.importers.table_files import read_table
from termserver.importers.tables import Column, find_columns
from termserver.importers.taken import Gathering, Notes, Taken, Wishes, digest_of, label, reported
from termserver.model.codes import (
    CodeSystem,
    CodeSystemContent,
    Concept,
    Content,
    Designation,
    Property,
    PropertyDefinition,
)
from termserver.model.errors import ImportFailed
from termserver.model.text import Text
from termserver.model.values import replace

_COLUMNS = (
    Column("code", ("ATC code", "atc_code", "ATCCode", "ATC", "code", "کد ATC", "کد")),
    Column("name", ("ATC level name", "atc_name", "Name", "Substance", "ATC name", "Title", "title_en", "عنوان")),
    Column("persian", ("title_fa", "نام فارسی", "عنوان فارسی"), required=False),
    Column("ddd", ("DDD", "ddd"), required=False),
    Column("unit", ("UOM", "U", "Unit", "uom", "DDD unit"), required=False),
    Column("route", ("Adm.R", "adm_r", "Adm. route", "Route", "AdmR"), required=False),
    Column("note", ("Comment", "Note", "note", "Remarks"), required=False),
)
_LEVELS = (1, 3, 4, 5, 7)
_CODE = re.compile(r"[A-Z]([0-9]{2}([A-Z]([A-Z]([0-9]{2})?)?)?)?")
_PROPERTIES = (
    PropertyDefinition("level", Text("سطح", "Level"), "integer"),
    PropertyDefinition("ddd", Text("دوز روزانهٔ تعریف‌شده", "Defined daily dose"), repeats=True),
    PropertyDefinition("note", Text("یادداشت", "Note")),
)


def read(paths: Sequence[Path], wishes: Wishes) -> Taken:
    """ATC, each level under the one above it. Raise ImportFailed for a table without codes and names."""
    gathered: Gathering | None = None
    all_notes = []
    digests = {path.name: digest_of(path) for path in paths}
    for path in paths:
        table = read_table(path, sheet=wishes.sheet, known=[one for column in _COLUMNS for one in column.headers])
        places = find_columns(table, _COLUMNS)
        notes = Notes(path.name, "ATC")
        all_notes.append(notes)
        gathered = gathered or Gathering(notes)
        gathered.notes = notes
        for line, cells in table.rows:
            _take(gathered, line, {name: cells[at].strip() for name, at in places.items()})
    assert gathered is not None
    concepts = gathered.concepts()
    if not concepts:
        raise ImportFailed(f"{paths[0].name} has no ATC code.", f"{paths[0].name} کد ATC ندارد.")
    base = wishes.base(
        CodeSystem(
            id="atc",
            url="http://www.whocc.no/atc",
            native_id="ATC",
            oid="2.16.840.1.113883.6.73",
            title=Text("طبقه‌بندی ATC داروها", "ATC classification of drugs"),
            version="",
            content=Content.COMPLETE,
            publisher="WHO Collaborating Centre for Drug Statistics Methodology",
            hierarchy="is-a",
            shape=r"[A-Z]([0-9]{2}([A-Z]([A-Z]([0-9]{2})?)?)?)?",
            weight=120,
            properties=_PROPERTIES,
        )
    )
    system = replace(
        base,
        version=wishes.version or f"table-{''.join(digests.values())[:10]}",
        content=Content.COMPLETE,
        source="; ".join(digests),
        licence=licence_of("atc"),
    )
    systems = (CodeSystemContent(system, concepts),)
    return Taken(systems, reported(all_notes, systems, digests), system.id, label(system.version))


def _take(gathered: Gathering, line: int, said: dict[str, str]) -> None:
    code = said["code"].upper()
    if not _CODE.fullmatch(code):
        gathered.notes.refuse(
            line,
            "ATC code",
            "code.shape",
            f"'{said['code']}' is no ATC code, such as A10BA02 or a level above it.",
            f"«{said['code']}» کد ATC نیست؛ مانند A10BA02 یا سطحی بالاتر از آن.",
            said["code"],
        )
        return
    dose = " ".join(one for one in (said.get("ddd"), said.get("unit"), said.get("route")) if one)
    more = [Property("ddd", dose)] if said.get("ddd") and said["ddd"].upper() not in ("NA", "-") else []
    if said.get("note") and said["note"].upper() != "NA":
        more.append(Property("note", said["note"]))
    known = gathered.get(code)
    if known is not None:  # another route of the same substance
        gathered.notes.landed += 1
        names = known.designations
        if said["name"] and said["name"] != known.display.en:
            names = tuple(dict.fromkeys((*names, Designation("en", said["name"]))))
        gathered.change(code, properties=tuple(dict.fromkeys((*known.properties, *more))), designations=names)
        return
    level = _LEVELS.index(len(code)) + 1
    parents = (code[: _LEVELS[level - 2]],) if level > 1 else ()
    gathered.put(
        Concept(
            code,
            Text(said.get("persian", ""), said["name"] or code),
            parents,
            properties=(Property("level", str(level)), *more),
        ),
        line,
        "ATC code",
    )

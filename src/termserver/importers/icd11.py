"""ICD-11 from WHO's linearisation tables (LinearizationMiniOutput, SimpleTabulation; text with tabs, or XLSX)."""

import re
from collections.abc import Sequence
from pathlib import Path

from termserver.importers.licences import licence_of
from termserver.importers.table_files import read_table
from termserver.importers.tables import Column, find_columns
from termserver.importers.taken import Gathering, Notes, Taken, Wishes, digest_of, label, reported
from termserver.model.codes import CodeSystem, CodeSystemContent, Concept, Content, Property, PropertyDefinition
from termserver.model.errors import ImportFailed
from termserver.model.text import Text
from termserver.model.values import replace

_COLUMNS = (
    Column("foundation", ("Foundation URI",), required=False),
    Column("linearization", ("Linearization (release) URI", "Linearization URI"), required=False),
    Column("code", ("Code",)),
    Column("block", ("BlockId",), required=False),
    Column("title", ("Title", "TitleEN")),
    Column("kind", ("ClassKind",)),
    Column("chapter", ("ChapterNo",), required=False),
    Column("residual", ("IsResidual",), required=False),
    Column("leaf", ("isLeaf",), required=False),
    Column("note", ("CodingNote",), required=False),
)
_DASHES = re.compile(r"^((?:- ?)*)")
_RELEASE = re.compile(r"/release/11/([0-9]{4}-[0-9]{2})/([a-z]+)")
_PROPERTIES = (
    PropertyDefinition("kind", Text("گونه", "Kind"), "code"),
    PropertyDefinition("foundation-uri", Text("نشانی در بنیاد", "Foundation URI"), indexed=True),
    PropertyDefinition("residual", Text("باقی‌مانده", "Residual category"), "boolean"),
    PropertyDefinition("coding-note", Text("راهنمای کدگذاری", "Coding note")),
)


def read(paths: Sequence[Path], wishes: Wishes) -> Taken:
    """The linearisation: chapters by number, blocks by their id, categories by code; the tree by the dashes of titles.

    Raise ImportFailed for another file.
    """
    path = paths[0]
    digest = digest_of(path)
    table = read_table(path, known=[header for column in _COLUMNS for header in column.headers])
    places = find_columns(table, _COLUMNS)
    notes = Notes(path.name, "ICD-11")
    gathered = Gathering(notes)
    release, language = "", "fa" if "-fa" in path.stem.lower() else "en"
    above: list[tuple[int, str]] = []
    for line, cells in table.rows:
        said = {name: cells[at].strip() for name, at in places.items()}
        kind = said["kind"].lower()
        code = said["code"] or (said.get("chapter", "") if kind == "chapter" else said.get("block", ""))
        if not code and said.get("linearization"):
            code = said["linearization"].rpartition("/mms/")[2]
        dashes = _DASHES.match(said["title"])
        prefix = dashes[1] if dashes else ""
        title, depth = said["title"][len(prefix) :].strip(), prefix.count("-")
        if found := _RELEASE.search(said.get("linearization", "")):
            release = release or found[1]
        while above and above[-1][0] >= depth:
            above.pop()
        if kind not in ("chapter", "block", "category", "window"):
            notes.refuse(
                line,
                "ClassKind",
                "kind.unknown",
                f"ClassKind is '{said['kind']}'; chapter, block or category was expected.",
                f"‏ClassKind «{said['kind']}» است؛ chapter، block یا category انتظار می‌رفت.",
                said["kind"],
            )
            continue
        properties = [Property("kind", kind)]
        if said.get("foundation"):
            properties.append(Property("foundation-uri", said["foundation"]))
        if said.get("residual", "").lower() == "true":
            properties.append(Property("residual", "true"))
        if said.get("note"):
            properties.append(Property("coding-note", said["note"]))
        parents = (above[-1][1],) if above and kind != "chapter" else ()
        text = Text(fa=title) if language == "fa" else Text(en=title)
        if gathered.put(Concept(code, text, parents, properties=tuple(properties)), line, "Code"):
            above.append((depth, code))
        if wishes.progress and line % 5000 == 0:
            wishes.progress(line, 0)
    concepts = gathered.concepts()
    if not concepts:
        raise ImportFailed(f"{path.name} has no row of ICD-11.", f"{path.name} سطری از ICD-11 ندارد.")
    base = wishes.base(
        CodeSystem(
            id="icd11",
            url="http://id.who.int/icd/release/11/mms",
            native_id="ICD-11-MMS",
            aliases=("icd-11", "icd11-mms"),
            title=Text("طبقه‌بندی بین‌المللی بیماری‌ها، ویرایش یازدهم (ICD-11 MMS)", "ICD-11 for Mortality and Morbidity"),
            version="",
            content=Content.COMPLETE,
            publisher="World Health Organization",
            hierarchy="is-a",
            weight=110,
            properties=_PROPERTIES,
        )
    )
    system = replace(
        base,
        version=wishes.version or release or "not-stated",
        content=Content.COMPLETE,
        source=f"{path.name} (SHA-256 {digest})",
        licence=licence_of("icd11"),
    )
    systems = (CodeSystemContent(system, concepts),)
    return Taken(systems, reported([notes], systems, {path.name: digest}), system.id, label(system.version))

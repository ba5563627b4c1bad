"""The drug sheets of the Food and Drug Organisation, read whole: every row lands or is in the report."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from termserver.importers import drug_systems
from termserver.importers.drug_gathering import Gathering
from termserver.importers.drug_sheets import KNOWN_HEADERS, sheet_of
from termserver.importers.report import ImportReport, Progress
from termserver.importers.table_files import read_table
from termserver.importers.tables import find_columns
from termserver.model.codes import CodeSystem, CodeSystemContent
from termserver.model.errors import ImportFailed, UsageError


@dataclass(frozen=True, slots=True)
class DrugImport:
    """What came of the sheets: the code systems they fill, and the report on every row."""

    contents: tuple[CodeSystemContent, ...]
    report: ImportReport


def read(
    paths: Iterable[Path],
    registered: Mapping[str, CodeSystem] | None = None,
    *,
    version: str = "",
    complete: bool | None = None,
    progress: Progress | None = None,
) -> DrugImport:
    """Read drug sheets (chemical, natural, medical supplies, prescribing; CSV or XLSX), each known by its headers.

    ``registered`` gives the metadata of the systems as the content folders know them, by id.
    ``version`` names the issue of the sheets; without it a digest does, for the sheets bear no
    date. ``complete`` is the importer's word that the sheets are the whole list: then an unknown
    IRC, generic or ERX code is an error in a document. Unsaid, they are fragments and it is a
    warning: the sheets of 1404 lack products and ERX codes that real packets carry. With a refused
    row the list is not whole whoever says so; GTINs are never complete. Raise ImportFailed for a
    file that is no such sheet, lacks a column or has no rows.
    ``termserver import drugs`` is: read, then ``build.build_release`` of the release
    ``drugs <version>`` with all of ``contents``, then onto the shelf and into the edition.
    """
    gathered = Gathering()
    paths = list(paths)
    if not paths:
        raise UsageError(
            "Name at least one drug sheet: termserver import drugs SHEET.csv …",
            "دست‌کم یک برگه دارویی نام ببرید: termserver import drugs SHEET.csv …",
        )
    done = 0
    for path in paths:
        table = read_table(path, known=KNOWN_HEADERS)
        sheet = sheet_of(table)
        places = find_columns(table, sheet.columns)
        taken = 0
        for taken in gathered.add(table, sheet, places):
            if progress and (done + taken) % 5000 == 0:
                progress(done + taken, 0)
        if not taken:
            raise ImportFailed(
                f"{table.name} has a header row and no rows below it.",
                f"{table.name} تنها سطر عنوان دارد و زیر آن سطری نیست.",
            )
        done += taken
    if progress:
        progress(done, done)
    if complete and any(file.refused for file in gathered.files):
        complete = False
        gathered.not_whole()
    contents = drug_systems.contents(gathered, registered or {}, version, bool(complete))
    concepts = {content.system.id: len(content.concepts) for content in contents}
    return DrugImport(contents, ImportReport(tuple(gathered.files), tuple(gathered.entries), concepts))

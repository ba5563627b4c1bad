"""``termserver content import``: the committee's full table into a code system's folder."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from termserver.cli.console import NO_STATUS
from termserver.cli.shared import Json, Lang, Root, content_root, spoken, write_json
from termserver.model.errors import UsageError

EXAMPLES = (
    "content import insurer insurers.xlsx --dry-run",
    "content import insurer table.csv --map code=کد --map display_fa=عنوان --promote",
)


def import_table(
    system: Annotated[str, typer.Argument(metavar="SYSTEM", help="The code system, by id, native id or URL.")],
    table: Annotated[Path, typer.Argument(metavar="TABLE", help="The table, CSV or XLSX.")],
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="OURS=THEIRS",
            help="Which column of theirs fills ours; may be repeated; else it is guessed.",
        ),
    ] = None,
    sheet: Annotated[str, typer.Option(help="The sheet of a workbook; else the first one with content.")] = "",
    source: Annotated[str, typer.Option(help="The source that is noted with every added row.")] = "",
    version: Annotated[str, typer.Option(help="The new version of the code system.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report, and change nothing.")] = False,
    promote: Annotated[
        bool, typer.Option("--promote", help="The table is the whole list: the system becomes complete.")
    ] = False,
    retire_missing: Annotated[
        bool, typer.Option("--retire-missing", help="With --promote: retire the codes that the table does not have.")
    ] = False,
    mend: Annotated[
        bool, typer.Option("--mend", help="Write lost zeros and Arabic letters right; each is reported.")
    ] = False,
    root: Root = None,
    lang: Lang = None,
    json: Json = False,
) -> int:
    """Load a full table (CSV, XLSX) into a code system. Every row is reported; nothing wrong is written."""
    from termserver.content import promotion
    from termserver.content.table_mapping import USUAL_HEADERS
    from termserver.importers.table_files import read_table

    folder = content_root(root)
    told = _told(mapping or ())
    opened = read_table(table, sheet=sheet, known=tuple(told.values()) if told else USUAL_HEADERS)
    report = promotion.import_table(
        folder,
        system,
        opened.headers,
        opened.rows,
        told,
        source=source,
        version=version,
        dry_run=dry_run,
        promote=promote,
        retire_missing=retire_missing,
        mend=mend,
    )
    language = spoken(lang)
    if json:
        notes = [
            {"row": note.row, "column": note.column, "rule": note.rule, "message": note.message.as_json()}
            for note in opened.notes
        ]
        write_json({**report.as_json(), "table": {"file": opened.name, "sha256": opened.sha256, "notes": notes}})
    else:
        for note in opened.notes:
            typer.echo(f"{opened.name}:{note.row}: {note.message.in_language(language)}")
        for line in report.lines(language):
            typer.echo(line)
    return 0 if report.ok else NO_STATUS


def _told(pairs: Sequence[str]) -> dict[str, str] | None:
    """``code=کد`` as a mapping of our columns to theirs; None where nothing was told."""
    told = {}
    for pair in pairs:
        ours, equals, theirs = pair.partition("=")
        if not (equals and ours and theirs):
            raise UsageError(
                f"--map '{pair}' is not OURS=THEIRS. For example: --map code=کد",
                f"‎--map «{pair}»‎ به شکل OURS=THEIRS نیست. نمونه: ‎--map code=کد",
            )
        told[ours.strip()] = theirs.strip()
    return told or None

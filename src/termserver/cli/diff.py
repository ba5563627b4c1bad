"""``termserver diff``: what differs between two versions of anything, and what it does to those who follow."""

from pathlib import Path
from typing import Annotated

import typer

from termserver.cli.console import NO_STATUS
from termserver.cli.shared import Json, Lang, command, spoken, write_json
from termserver.model.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add ``diff`` to the application."""
    command(
        app,
        "diff",
        "diff standards@2026.10 standards@2026.11",
        "diff old.release new.release --system icd10cm",
        "diff old.release new.release -o changes.xlsx",
        "diff termserver.lock new.release --notes > NOTES.md",
    )(diff)


def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="A release file, an edition, a lock, or NAME@VERSION.")],
    after: Annotated[str, typer.Argument(metavar="B", help="The same, of the newer one.")],
    system: Annotated[str, typer.Option(metavar="SYSTEM", help="Only this code system.")] = "",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write a workbook (.xlsx) instead of text.")
    ] = None,
    notes: Annotated[bool, typer.Option("--notes", help="Draft release notes, Persian and English.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Show every change, not the first of each subject.")
    ] = False,
    breaking: Annotated[
        bool, typer.Option("--breaking", help="Status 1 if something that was right becomes wrong.")
    ] = False,
    lang: Lang = None,
    json: Json = False,
) -> int:
    """Show what differs: codes by field, value sets by membership, structure by element, rules stricter or looser."""
    from termserver.comparison import told
    from termserver.comparison.changes import Effect
    from termserver.comparison.releases import compare

    if output is not None and output.suffix.lower() != ".xlsx":
        raise UsageError(
            f"{output} is no workbook. Name it .xlsx, or use --json.",
            f"{output} نام کارپوشه نیست. پسوند ‎.xlsx‎ بدهید یا --json به کار ببرید.",
        )
    language = spoken(lang)
    found = compare(_place(before), _place(after), system)
    if output is not None:
        told.write_workbook(found, output, language)
    if json:
        write_json(found.as_json())
    elif notes:
        drafted = told.notes(found)
        typer.echo(f"{drafted.fa}\n{drafted.en}", nl=False)
    elif output is None:
        for line in told.lines(found, language, len(found.changes) if everything else told.MOST):
            typer.echo(line)
    else:
        typer.echo(f"{output}: {len(found.changes):,}")
    return NO_STATUS if breaking and found.of(Effect.BREAKING, Effect.MEANING) else 0


def _place(said: str) -> Path:
    """The path that is meant: a file, or a release of the shelf by its name and version or digest."""
    if Path(said).exists() or "@" not in said:
        return Path(said)
    from termserver.releases import editions
    from termserver.releases.shelf import Shelf

    name, _, wanted = said.partition("@")
    shelf = Shelf()
    listed = [(one.pin, one.path) for one in shelf.installed() if not one.problem]
    shipped = editions.SHIPPED / editions.EDITION_FILE
    if shipped.is_file():
        listed += [(pin, editions.SHIPPED / editions.file_name(pin)) for pin in editions.read(shipped).releases]
    found = {
        pin.digest: path
        for pin, path in listed
        if pin.name == name and wanted in (pin.version, pin.digest[: len(wanted)])
    }
    if len(found) != 1:
        there = ", ".join(sorted({f"{pin.name}@{pin.version}" for pin, _ in listed})) or "-"
        raise UsageError(
            f"{len(found)} releases here are {said}. There are: {there}.",
            f"{len(found)} انتشار با نام {said} هست. موجود: {there}.",
        )
    return next(iter(found.values()))

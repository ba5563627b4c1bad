"""``termserver diff``: what differs between two versions of anything, and what it does to those who follow."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from termserver.cli.console import NO_STATUS
from termserver.cli.shared import Json, Lang, command, send, spoken, write_json, writing
from termserver.model.errors import UsageError


class Form(StrEnum):
    TEXT = "text"
    JSON = "json"
    XLSX = "xlsx"
    FHIR = "fhir"
    NOTES = "notes"


def register(app: typer.Typer) -> None:
    """Add ``diff`` to the application."""
    command(
        app,
        "diff",
        "diff standards@2026.10 standards@2026.11",
        "diff old.release new.release --system icd10cm",
        "diff old.release new.release -o changes.xlsx",
        "diff termserver.lock new.release -o NOTES.md",
        "diff old.release new.release --format fhir -o changes.json",
    )(diff)


def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="A release file, an edition, a lock, or NAME@VERSION.")],
    after: Annotated[str, typer.Argument(metavar="B", help="The same, of the newer one.")],
    system: Annotated[str, typer.Option(metavar="SYSTEM", help="Only this code system.")] = "",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write it here; its ending says the form.")
    ] = None,
    form: Annotated[
        Form | None, typer.Option("--format", help="The form; else that of the file's ending, else text.")
    ] = None,
    notes: Annotated[bool, typer.Option("--notes", help="The same as --format notes.")] = False,
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
    from termserver.comparison import fhir_form, told
    from termserver.comparison.changes import Effect
    from termserver.comparison.releases import compare

    chosen = form or (Form.NOTES if notes else Form.JSON if json else _form_of(output))
    if chosen is Form.XLSX and output is None:
        raise UsageError("Say where the workbook goes: -o FILE.xlsx.", "بگویید کارپوشه کجا برود: ‎-o FILE.xlsx.")
    language = spoken(lang)
    found = compare(_place(before), _place(after), system)
    match chosen:
        case Form.XLSX:
            assert output is not None
            with writing(output):
                told.write_workbook(found, output, language)
        case Form.NOTES:
            drafted = told.notes(found)
            send((f"{drafted.fa}\n{drafted.en}".encode(),), output)
        case Form.JSON:
            write_json(found.as_json(), output)
        case Form.FHIR:
            write_json(fhir_form.bundle(found), output)
        case Form.TEXT:
            lines = told.lines(found, language, len(found.changes) if everything else told.MOST)
            send((f"{line}\n".encode() for line in lines), output)
    if output is not None:
        typer.echo(f"{output}: {len(found.changes):,}", err=json)
    return NO_STATUS if breaking and found.of(Effect.BREAKING, Effect.MEANING) else 0


def _form_of(output: Path | None) -> Form:
    if output is None:
        return Form.TEXT
    known = {".xlsx": Form.XLSX, ".md": Form.NOTES, ".json": Form.JSON, ".txt": Form.TEXT}
    found = known.get(output.suffix.lower())
    if found is None:
        raise UsageError(
            f"{output}: the ending says no form. Use {', '.join(known)}, or --format.",
            f"{output}: پسوند شکلی نمی‌گوید. {', '.join(known)} یا --format به کار ببرید.",
        )
    return found


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

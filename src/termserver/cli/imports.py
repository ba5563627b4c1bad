"""``termserver import``: other publishers' content into a release of its own, onto the shelf, into the edition."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from termserver.cli import concept_text, import_files
from termserver.cli.progress import Progress
from termserver.cli.shared import Json, Lang, command, send, spoken, write_json
from termserver.model.codes import CodeSystemContent
from termserver.model.releases import Edition

app = typer.Typer(
    help="Load other publishers' content: FHIR packages, ICD, LOINC, SNOMED CT, drug sheets, tables.",
    no_args_is_help=True,
)


def register(into: typer.Typer) -> None:
    """Add ``import`` and its commands to the application."""
    command(app, "icd10cm", "import icd10cm")(icd10cm)
    command(app, "icd10", "import icd10", "import icd10 --accept-licence")(icd10)
    command(app, "drugs", "import drugs chemical.csv natural.csv --report drugs-report.csv")(drugs)
    import_files.register(app)
    into.add_typer(app, name="import")


def icd10cm(accept_licence: import_files.FreeLicence = False, lang: Lang = None, json: Json = False) -> None:
    """Load ICD-10-CM (US, public domain). It stands in for ICD-10 in searches until the Ministry's is there."""
    from termserver.importers import icd10cm as importer

    if accept_licence:
        import_files.say_free(spoken(lang))
    with Progress("ICD-10-CM") as progress:
        content = importer.read(progress)
    _tell(_publish("icd10cm", [content]), spoken(lang), json)


def icd10(
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="You hold a licence of WHO and accept the notice.")
    ] = False,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Load WHO's ICD-10 (English, 2019). Without --accept-licence it shows the licence notice and stops."""
    from termserver.importers import icd10 as importer

    with Progress("ICD-10") as progress:
        content = importer.read(accept_licence, import_files.registered().get("icd10"), progress)
    _tell(_publish("icd10", [content]), spoken(lang), json)


def drugs(
    files: Annotated[list[Path], typer.Argument(metavar="FILES...", help="The sheets, CSV or XLSX, in any order.")],
    report: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Write what became of the rows here, for Excel.")
    ] = None,
    version: Annotated[
        str, typer.Option(help="The issue of the sheets, such as 1405-08-30; else a digest of them.")
    ] = "",
    complete: Annotated[
        bool | None,
        typer.Option("--complete/--partial", help="Your word on whether the sheets are the whole list."),
    ] = None,
    accept_licence: import_files.FreeLicence = False,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Load the Food and Drug Organisation's sheets. Every row lands or is in the report."""
    from termserver.importers import drugs as importer

    if accept_licence:
        import_files.say_free(spoken(lang))
    with Progress("drugs") as progress:
        done = importer.read(files, import_files.registered(), version=version, complete=complete, progress=progress)
    if report is not None:
        send((done.report.as_csv().encode("utf-8-sig"),), report)
    edition = _publish("drugs", done.contents)
    language = spoken(lang)
    if not json:
        typer.echo(done.report.as_text(language))
    _tell(edition, language, json, {"report": done.report.as_json()} if json else {})


def _publish(name: str, contents: Sequence[CodeSystemContent]) -> Edition:
    from termserver.cli.publishing import publish

    with Progress(f"{name} → release") as progress:
        return publish(contents, name, contents[0].system.version, progress)


def _tell(edition: Edition, language: str, json: bool, more: dict[str, Any] | None = None) -> None:
    if json:
        write_json({**(more or {}), "edition": edition.as_json(), "release": edition.digest})
    else:
        typer.echo(concept_text.current(edition, language))

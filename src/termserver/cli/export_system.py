"""``termserver export SYSTEM``: a code system that is in force, as a table, as lines, as SVS, as FHIR."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from termserver.cli.shared import EditionPath, Json, Lang, open_server, send, spoken, write_json, writing
from termserver.model.errors import UsageError


class Form(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    NDJSON = "ndjson"
    SVS = "svs"
    FHIR = "fhir"


EXAMPLES = (
    "export insurer --format xlsx -o insurer.xlsx",
    "export system insurer --format svs > insurer.xml",
)


def system(
    name: Annotated[str, typer.Argument(metavar="SYSTEM", help="The code system, by id, native id, URL or OID.")],
    form: Annotated[Form, typer.Option("--format", help="What is written.")] = Form.CSV,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where to; else to standard output.")
    ] = None,
    edition: EditionPath = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Write a code system: CSV and XLSX for editing, NDJSON, IHE SVS, FHIR JSON."""
    language = spoken(lang)
    if output is None and json:
        raise UsageError(
            "--json tells of a file: -o FILE. As JSON itself: --format ndjson or fhir.",
            "‎--json‎ از پرونده می‌گوید: ‎-o FILE‎. برای خود JSON: ‎--format ndjson‎ یا fhir.",
        )
    if output is None and form is Form.XLSX:
        raise UsageError("A workbook needs a file: -o FILE.xlsx.", "کارپوشه پرونده می‌خواهد: ‎-o FILE.xlsx.")
    from termserver.publication import exports

    with open_server(edition) as server:
        whole = exports.exportable(server, name)
        known = whole.system
        if form is Form.XLSX and output is not None:
            with writing(output):
                exports.workbook(output, whole, language == "fa")
        else:
            send((piece.encode() for piece in exports.WRITERS[form](server, whole)), output)
    if json:
        told = {"system": known.id, "version": known.version, "format": str(form), "file": str(output)}
        write_json({**told, "concepts": whole.size, "licence": known.licence})
    elif output is not None:
        typer.echo(f"{output}: {whole.size:,}")
    if known.licence and not json:
        typer.echo(f"{'مجوز' if language == 'fa' else 'licence'}: {known.licence}", err=True)

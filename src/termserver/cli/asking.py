"""The commands that ask an edition: ``search``, ``lookup`` and ``example``."""

import sys
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from termserver.cli import concept_text, console
from termserver.cli.shared import (
    EditionPath,
    Json,
    Lang,
    Syntax,
    Wire,
    command,
    open_server,
    spoken,
    write_json,
)
from termserver.model.codes import Coding
from termserver.model.days import parse_day


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    command(app, "search", "search diabetes typ", "search تامین --system insurer --lang fa")(search)
    command(app, "lookup", "lookup insurer 1 --lang fa", "lookup icd10cm E11.9 --on 1405-08-30")(lookup)
    command(app, "example", "example patient-bill --format json -o bill.json")(example)


def search(
    query: Annotated[list[str], typer.Argument(metavar="QUERY", help="Words, their beginnings, or a code.")],
    system: Annotated[
        list[str] | None,
        typer.Option(metavar="SYSTEM", help="Only in this code system, by id, native id or URL; may be repeated."),
    ] = None,
    limit: Annotated[int, typer.Option(help="How many hits to show.", min=0, max=1000)] = 20,
    offset: Annotated[int, typer.Option(help="How many hits to pass over.", min=0)] = 0,
    lang: Lang = None,
    syntax: Annotated[Syntax, typer.Option(help="advanced reads AND OR NOT, phrases and field:value.")] = Syntax.PLAIN,
    status: Annotated[str, typer.Option(metavar="STATE", help="Only active or only retired concepts.")] = "",
    under: Annotated[
        list[str] | None, typer.Option(metavar="CODE", help="Only this code and what lies below it; may be repeated.")
    ] = None,
    chapter: Annotated[
        list[str] | None, typer.Option(metavar="CODE", help="Only this chapter (IX, 9); may be repeated.")
    ] = None,
    value_set: Annotated[str, typer.Option(metavar="ID", help="Only members of this value set.")] = "",
    on: Annotated[str, typer.Option(metavar="DAY", help="Only what is in force on this day, ISO or Jalali.")] = "",
    facet: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Count by system, status, chapter or a property.")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say why each hit is where it is.")] = False,
    edition: EditionPath = None,
    json: Json = False,
) -> None:
    """Find concepts by words or codes, best first. Persian and English, whatever keyboard the letters came from."""
    language = spoken(lang)
    with open_server(edition) as server:
        found = server.search(
            " ".join(query),
            systems=tuple(system or ()),
            limit=limit,
            offset=offset,
            language=language,
            syntax=str(syntax),
            status=status,
            under=tuple(under or ()),
            chapter=tuple(chapter or ()),
            value_set=value_set,
            on=parse_day(on) if on else "",
            facets=tuple(facet or ()),
            explain=explain,
        )
        hits = [orjson.loads(hit) for hit in found.hits]
        if json:
            said: dict[str, Any] = {"hits": hits, "total": found.total}
            if found.relaxed:
                said["relaxed"] = found.relaxed
            if found.did_you_mean:
                said["did_you_mean"] = found.did_you_mean
            if found.facets:
                said["facets"] = {name: [one.as_json() for one in counts] for name, counts in found.facets.items()}
            write_json({**said, "release": server.edition.digest})
            return
        for line in concept_text.hits(hits, language):
            typer.echo(line)
        for line in concept_text.facets(found.facets, language):
            typer.echo(line)
        if found.relaxed:
            typer.echo(concept_text.loosened(found.relaxed, found.did_you_mean, language), err=True)
        typer.echo(concept_text.total(len(hits), offset, found.total, server.edition, language), err=True)


def lookup(
    system: Annotated[
        str, typer.Argument(metavar="SYSTEM", help="The code system, by id, native id or URL, in any case of letters.")
    ],
    code: Annotated[str, typer.Argument(metavar="CODE", help="The code.")],
    on: Annotated[str, typer.Option(metavar="DAY", help="As on this day: 2026-11-21, or Jalali 1405-08-30.")] = "",
    lang: Lang = None,
    edition: EditionPath = None,
    json: Json = False,
) -> None:
    """Show one concept, as on a given day. Its names, properties, place in the hierarchy and release."""
    language = spoken(lang)
    day = parse_day(on) if on else None
    with open_server(edition) as server:
        shown: dict[str, Any] = server.lookup(Coding(system, code), day).as_json(language)
        if json:
            write_json({**shown, "release": server.edition.digest})
            return
        for line in concept_text.concept(shown, language):
            typer.echo(line)


def example(
    type: Annotated[
        str, typer.Argument(metavar="TYPE", help="The document type: patient-bill, medication-prescription.")
    ],
    format: Annotated[Wire, typer.Option(help="How the document is written.")] = Wire.XML,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write it here, not to standard output.")
    ] = None,
    edition: EditionPath = None,
    json: Json = False,
) -> None:
    """Write a valid document of a type, to start from."""
    with open_server(edition) as server:
        data = server.example(type, str(format))
        release = server.edition.digest
    if output is not None:
        output.write_bytes(data)
        if json:
            write_json({"type": type, "format": str(format), "file": str(output), "release": release})
        else:
            typer.echo(f"{output}: {type} ({format})", err=True)
    elif json:
        write_json({"type": type, "format": str(format), "document": data.decode("utf-8"), "release": release})
    else:
        console.write_bytes(data)
        sys.stdout.flush()

"""``termserver sample``: a synthetic nation, as files to load or as a release to look at."""

from pathlib import Path
from typing import Annotated

import typer

from termserver.cli import concept_text
from termserver.cli.progress import Progress
from termserver.cli.shared import EditionPath, Json, Lang, command, spoken, write_json
from termserver.model.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add ``sample`` to the application."""
    command(app, "sample", "sample -o nation", "sample --small -o nation --csv", "sample --small --use")(sample)


def sample(
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FOLDER", help="Write the nation's files here.")
    ] = None,
    use: Annotated[
        bool, typer.Option("--use", help="Build a release of it, marked as a sample, into the current edition.")
    ] = False,
    small: Annotated[bool, typer.Option("--small", help="2,000 professionals, 600 centres, 300 products.")] = False,
    seed: Annotated[int, typer.Option(help="The same seed gives the same nation.", min=0)] = 1,
    professionals: Annotated[int | None, typer.Option(help="How many; 300,000 if nothing is said.")] = None,
    centres: Annotated[int | None, typer.Option(help="How many; 60,000 if nothing is said.")] = None,
    products: Annotated[int | None, typer.Option(help="How many; 30,000 if nothing is said.")] = None,
    days: Annotated[int | None, typer.Option(help="How many days of changes; 365 if nothing is said.")] = None,
    changes: Annotated[
        int, typer.Option(help="How many professionals change on a day; 0: one in a thousand.", min=0)
    ] = 0,
    csv: Annotated[bool, typer.Option("--csv", help="Write the full files as CSV too.")] = False,
    edition: EditionPath = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Make a synthetic nation: physicians, centres, software, drug products. Nobody and nothing in it is real."""
    from termserver.model.values import replace
    from termserver.registries.sample import BIG, RELEASE, SMALL, Nation, sample_content, write
    from termserver.registries.sample_lists import NationalLists
    from termserver.service import TermServer

    if output is None and not use:
        raise UsageError(
            "Say where the sample goes: -o FOLDER for its files, or --use for a release of it.",
            "بگویید نمونه کجا برود: ‎-o FOLDER برای فایل‌ها یا ‎--use برای انتشار.",
        )
    said = {"professionals": professionals, "centres": centres, "products": products, "days": days}
    plan = replace(
        SMALL if small else BIG, seed=seed, changes=changes, **{name: n for name, n in said.items() if n is not None}
    )
    language = spoken(lang)
    said_json: dict[str, object] = {}
    with TermServer.open(edition) as server:
        lists = NationalLists(server.terminology)
        nation = Nation(plan, lists)
        if output is not None:
            with Progress("sample") as progress:
                written = write(nation, output, csv, progress)
            said_json |= {**written, "folder": str(output)}
            if not json:
                typer.echo(_told(output, written, language))
        content = sample_content(nation, lists) if use else ()
    if content:
        from termserver.cli.publishing import publish

        with Progress(RELEASE) as progress:
            made = publish(content, RELEASE, content[0].system.version, progress)
        said_json |= {"edition": made.as_json(), "release": made.digest}
        if not json:
            typer.echo(concept_text.current(made, language))
    if json:
        write_json(said_json)


def _told(folder: Path, written: dict[str, object], language: str) -> str:
    entries, changes = written["entries"], written["changes"]
    assert isinstance(entries, dict) and isinstance(changes, dict)
    first, last = written["first_day"], written["last_day"]
    if language == "fa":
        lines = [f"{folder}: از {first} تا {last}، ساختگی"]
        lines += [f"  {id}: {n:,} ورودی، {changes.get(id, 0):,} تغییر" for id, n in entries.items()]
    else:
        lines = [f"{folder}: {first} to {last}, synthetic"]
        lines += [f"  {id}: {n:,} entries, {changes.get(id, 0):,} changes" for id, n in entries.items()]
    return "\n".join(lines)

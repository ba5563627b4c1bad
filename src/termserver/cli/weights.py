"""``termserver weights``: what ``serve --learn`` has counted, shown, handed out, or forgotten."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from termserver.cli.shared import Json, Lang, command, spoken, write_json
from termserver.model.errors import UsageError

app = typer.Typer(help="How often codes are picked: counts by code and day, where --learn is on.", no_args_is_help=True)

Folder = Annotated[
    Path | None, typer.Option("--folder", metavar="FOLDER", help="That of serve --learn, else TERMSERVER_LEARN.")
]


def register(into: typer.Typer) -> None:
    """Add ``weights`` and its commands to the application."""
    command(app, "show", "weights show --folder picks", "weights show --limit 100 --json")(show)
    command(app, "export", "weights export --folder picks > picks.csv")(export)
    command(app, "forget", "weights forget --folder picks", "weights forget icd10cm E11")(forget)
    into.add_typer(app, name="weights")


def show(
    folder: Folder = None,
    limit: Annotated[int, typer.Option(help="How many codes.", min=1)] = 20,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Show the codes that are picked most, with what their picks count today."""
    from termserver.search import picks

    place = _place(folder)
    weighed = sorted(picks.weights(picks.read(place)).items(), key=lambda item: (-item[1], item[0]))
    if json:
        write_json([{"system": s, "code": c, "weight": round(weight, 2)} for (s, c), weight in weighed[:limit]])
        return
    for (system, code), weight in weighed[:limit]:
        typer.echo(f"{weight:8.1f}  {system}  {code}")
    if not weighed:
        typer.echo("چیزی شمرده نشده است." if spoken(lang) == "fa" else "Nothing has been counted.")


def export(folder: Folder = None, json: Json = False) -> None:
    """Write all that is kept as CSV: system, code, day, picks. There is nothing else."""
    from termserver.search import picks

    path = _place(folder) / picks.FILE
    if json:
        rows = sorted(picks.read(path.parent).items())
        write_json([dict(zip(picks.FIELDS, (*key, count), strict=True)) for key, count in rows])
        return
    data = path.read_bytes() if path.exists() else (",".join(picks.FIELDS) + "\n").encode()
    sys.stdout.buffer.write(data)


def forget(
    system: Annotated[str, typer.Argument(metavar="SYSTEM", help="Only the counts of this code system.")] = "",
    code: Annotated[str, typer.Argument(metavar="CODE", help="Only those of this code.")] = "",
    folder: Folder = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Forget counts: all, those of a system, or of one code. A running server takes it up at its next start."""
    from termserver.search import picks

    gone = picks.forget(_place(folder), system, code)
    if json:
        write_json({"forgotten": gone})
    else:
        typer.echo(f"{gone} انتخاب فراموش شد." if spoken(lang) == "fa" else f"{gone} picks forgotten.")


def _place(folder: Path | None) -> Path:
    named = folder or (Path(os.environ["TERMSERVER_LEARN"]) if os.environ.get("TERMSERVER_LEARN") else None)
    if named is None or not named.is_dir():
        raise UsageError(
            f"There is no folder {named}." if named else "Name the folder: --folder FOLDER, or set TERMSERVER_LEARN.",
            f"پوشهٔ {named} نیست." if named else "پوشه را نام ببرید: ‎--folder FOLDER، یا TERMSERVER_LEARN را بگذارید.",
        )
    return named

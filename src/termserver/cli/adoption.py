"""``termserver committee adoption``: which systems run which edition, by what they acknowledged."""

from pathlib import Path
from typing import Annotated, Any

import typer

from termserver.cli.shared import Json, Lang, command, spoken, write_json
from termserver.model.errors import UsageError

Publication = Annotated[
    Path | None,
    typer.Option("--publication", metavar="FOLDER", help="The folder of the publication; else TERMSERVER_PUBLICATION."),
]
Keys = Annotated[
    Path | None,
    typer.Option("--keys", metavar="FOLDER", help="The subscribers' public keys; else TERMSERVER_SUBSCRIBERS."),
]


def register(into: typer.Typer) -> None:
    """Add ``adoption`` to the committee's commands."""
    command(
        into, "adoption", "committee adoption --publication publication", "committee adoption --csv > adoption.csv"
    )(adoption)


def adoption(
    publication: Publication = None,
    keys: Keys = None,
    csv: Annotated[bool, typer.Option("--csv", help="Write it as CSV.")] = False,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Show which systems run which releases, and whether that is what is in force. What is signed says by whom."""
    from termserver.content.csv_writing import csv_text
    from termserver.publication.adoption import STANDINGS

    told = told_of(publication, keys)
    if json:
        write_json(told)
        return
    if csv:
        columns = ("system", "name", "version", "digest", "standing", "since", "seen", "engine", "signed_by")
        rows = [[one[name] or "" for name in columns] for one in told["systems"]]
        typer.echo(csv_text(columns, rows), nl=False)
        return
    language = spoken(lang)

    def standing(one: dict[str, Any]) -> str:
        return STANDINGS[one["standing"]].in_language(language)

    for one in told["systems"]:
        mark = "✓" if one["signed_by"] else " "
        typer.echo(
            f"{mark} {one['system']}  {one['name']} {one['version']}  {standing(one)}  {one['since']} … {one['seen']}"
        )
    for one in told["releases"]:
        typer.echo(f"{one['systems']}  {one['name']} {one['version']} ({one['digest'][:12]})  {standing(one)}")


def told_of(publication: Path | None, keys: Path | None) -> dict[str, Any]:
    """What ``adoption`` tells, as JSON; raise UsageError where no publication is named."""
    import os

    from termserver.api.acknowledgements import KEYS
    from termserver.api.publication import FOLDER
    from termserver.publication import adoption as adopted
    from termserver.trust.publishers import clock

    folder = publication or (Path(os.environ[FOLDER]) if os.environ.get(FOLDER) else None)
    if folder is None:
        raise UsageError(
            f"Name the folder of the publication: --publication FOLDER, or {FOLDER}.",
            f"پوشهٔ انتشار را نام ببرید: ‎--publication FOLDER یا {FOLDER}.",
        )
    subscribers = keys or (Path(os.environ[KEYS]) if os.environ.get(KEYS) else None)
    return adopted.told(folder, subscribers, clock())

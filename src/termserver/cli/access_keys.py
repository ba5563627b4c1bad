"""``termserver access key``: API keys made, turned, listed and ended. A key is shown once, on standard output."""

import os
from pathlib import Path
from typing import Annotated

import orjson
import typer

from termserver.cli.access_books import As, Database, acting, opened
from termserver.cli.shared import Json, Lang, Root, command, spoken, write_json

app = typer.Typer(help="API keys.", no_args_is_help=True)

Prefix = Annotated[str, typer.Argument(metavar="PREFIX", help="The eight letters after ts_.")]
Days = Annotated[int, typer.Option(min=1, max=1830, help="How many days it lives.")]


def register(into: typer.Typer) -> None:
    """Add ``key`` to the commands of ``access``."""
    command(app, "new", "access key new vendor-12 --scope registry-changes --as operator-1")(new)
    command(app, "rotate", "access key rotate abcdefgh --overlap 14 --as operator-1")(rotate)
    command(app, "revoke", "access key revoke abcdefgh")(revoke)
    command(app, "list", "access key list", "access key list vendor-12")(list_)
    into.add_typer(app, name="key")


def new(
    client: Annotated[str, typer.Argument(metavar="CLIENT", help="Whose key it is.")],
    scope: Annotated[list[str] | None, typer.Option(help="Only this group of routes; may be repeated.")] = None,
    days: Days = 365,
    by: As = "",
    root: Root = None,
    database: Database = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Make a key. It is shown now and never again; only its keyed hash is kept."""
    with opened(root, database) as accounts:
        made = accounts.new_key(client, acting(by), tuple(scope or ()), days)
    _shown(made, spoken(lang), json)


def rotate(
    prefix: Prefix,
    overlap: Annotated[int, typer.Option(min=0, max=90, help="How many days the old one goes on.")] = 14,
    days: Days = 365,
    by: As = "",
    root: Root = None,
    database: Database = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Make a successor with the same scopes; the old key goes on for a while."""
    with opened(root, database) as accounts:
        made = accounts.rotate(prefix, acting(by), overlap, days)
    _shown(made, spoken(lang), json)


def revoke(prefix: Prefix, root: Root = None, database: Database = None, lang: Lang = None, json: Json = False) -> None:
    """End a key at once."""
    with opened(root, database) as accounts:
        ended = accounts.revoke_key(prefix)
    if json:
        write_json({"ended": prefix, "client": ended.client})
    else:
        said = "پایان یافت؛ عکس تازه بسازید" if spoken(lang) == "fa" else "is ended. Now: termserver access snapshot"
        typer.echo(f"{prefix} ({ended.client}) {said}")


def list_(
    client: Annotated[str, typer.Argument(metavar="[CLIENT]", help="One client's; without it, all.")] = "",
    root: Root = None,
    database: Database = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """List keys by their prefix: whose, for what, until when, and the last day one was used here."""
    with opened(root, database) as accounts:
        _, _, keys = accounts.books()
    used = _last_used()
    found = [one for one in keys if not client or one.client == client]
    if json:
        write_json({"keys": [one.as_json() | {"last_used": used.get(one.prefix, "")} for one in found]})
        return
    for one in found:
        state = f"ended {one.ended}" if one.ended else f"until {one.expires}"
        scopes = ",".join(one.scopes) or "*"
        typer.echo(f"{one.prefix}  {one.client}  {scopes}  {state}  {used.get(one.prefix, '-')}")
    if not found:
        typer.echo("کلیدی نیست." if spoken(lang) == "fa" else "No keys.")


def _last_used() -> dict[str, str]:
    """The days that this node has noted beside its snapshot."""
    from termserver.access.node import ACCESS, used_file

    place = os.environ.get(ACCESS, "")
    try:
        found: dict[str, str] = orjson.loads(used_file(Path(place)).read_bytes()) if place else {}
    except (OSError, orjson.JSONDecodeError):
        return {}
    return found


def _shown(made: object, language: str, json: bool) -> None:
    from termserver.accounts.accounts import Made

    assert isinstance(made, Made)
    row = made.row
    if json:
        write_json(row.as_json() | {"key": made.key})
        return
    typer.echo(made.key)
    said = (
        f"این کلید «{row.client}» است تا {row.expires} و دیگر نشان داده نمی‌شود. عکس تازه: termserver access snapshot"
        if language == "fa"
        else f"The key of {row.client} until {row.expires}; it is not shown again. Now: termserver access snapshot"
    )
    typer.echo(said, err=True)

"""``termserver keys``: the keys of those who sign, made and shown; never the private half of one."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from termserver.cli.shared import Json, Lang, command, spoken, write_json
from termserver.model.errors import UsageError
from termserver.releases import signatures
from termserver.releases.signatures import Passphrase

app = typer.Typer(help="The keys of those who sign.", no_args_is_help=True)

PASSPHRASE = "TERMSERVER_KEY_PASSPHRASE"


def register(into: typer.Typer) -> None:
    """Add ``keys`` and its commands to the application."""
    command(app, "new", "keys new committee-1405", "keys new committee-1405 --folder keys --encrypt")(new)
    command(app, "show", "keys show committee-1405.pub.pem")(show)
    into.add_typer(app, name="keys")


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the key is called, and its two files.")],
    folder: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the files go; else here.")] = Path(),
    encrypt: Annotated[
        bool, typer.Option("--encrypt", help=f"Lock it with a passphrase, asked for or from {PASSPHRASE}.")
    ] = False,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Make a key. NAME.key.pem is for its owner alone; NAME.pub.pem is for everybody."""
    made = signatures.make(name)
    locked = _asked(f"passphrase of {name}", twice=True) if encrypt else ""
    private, public = signatures.keep(made, folder, locked)
    if json:
        write_json({"name": name, "key": made.public.id, "private": str(private), "public": str(public)})
        return
    typer.echo(f"{made.public.id}  {name}")
    typer.echo(
        f"{private}: خصوصی، به کسی ندهید؛ {public}: همگانی"
        if spoken(lang) == "fa"
        else f"{private}: private, give it to nobody; {public}: public"
    )


def show(
    files: Annotated[list[Path], typer.Argument(metavar="FILES...", help="Public or private key files.")],
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Show the ids and names of keys. Of a private one too, only its public half is told."""
    found = []
    for path in files:
        private = path.name.endswith(signatures.PRIVATE)
        key = signatures.read_private(path, passphrase(path)).public if private else signatures.read_public(path)
        found.append((path, key, private))
    if json:
        write_json(
            {
                "keys": [
                    {"file": str(path), "key": key.id, "name": key.name, "private": private, "algorithm": "Ed25519"}
                    for path, key, private in found
                ]
            }
        )
        return
    words = {"fa": ("خصوصی", "همگانی"), "en": ("private", "public")}[spoken(lang)]
    for path, key, private in found:
        typer.echo(f"{key.id}  {key.name or '-'}  {words[0] if private else words[1]}  {path}")


def passphrase(path: Path) -> Passphrase:
    """What brings the passphrase of a key file when it turns out to be encrypted."""
    return lambda: _asked(f"passphrase of {path}", twice=False)


def _asked(said: str, twice: bool) -> str:
    given = os.environ.get(PASSPHRASE, "")
    if given:
        return given
    if not sys.stdin.isatty():
        raise UsageError(
            f"A passphrase is needed and nobody can be asked. Set {PASSPHRASE}.",
            f"گذرواژه لازم است و کسی نیست که پرسیده شود. {PASSPHRASE} را تنظیم کنید.",
        )
    answer: str = typer.prompt(said, hide_input=True, confirmation_prompt=twice, err=True)
    return answer

"""``termserver export``: what is in force, written in the forms of others."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from termserver.cli import export_system
from termserver.cli.shared import EditionPath, Json, Lang, command, open_server, spoken, write_json, writing
from termserver.model.errors import UsageError


class _Exports(TyperGroup):
    """``export NAME`` is ``export system NAME`` for whatever is no command of its own."""

    usual = "system"

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = [self.usual, *args]
        return super().resolve_command(ctx, args)


app = typer.Typer(cls=_Exports, help="What is in force, in the forms of others.", no_args_is_help=True)


def register(into: typer.Typer) -> None:
    """Add ``export`` and its commands to the application."""
    command(app, "package", "export package -o packages", "export package ir.mexa.cs.gender -o packages")(package)
    command(app, "system", *export_system.EXAMPLES)(export_system.system)
    into.add_typer(app, name="export")


def package(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAMES...", help="Packages by name; without any, all.", show_default=False),
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FOLDER", help="Where the files go.")] = None,
    scope: Annotated[str, typer.Option(help="How the names begin; else TERMSERVER_PACKAGE_SCOPE, else ir.mexa.")] = "",
    edition: EditionPath = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Write FHIR packages (.tgz): of the releases, and of each code system, value set and map."""
    from termserver.publication.fhir_packages import SCOPE, Packages
    from termserver.releases import atomic

    if output is None:
        raise UsageError("Say where the packages go: -o FOLDER.", "بگویید بسته‌ها کجا بروند: ‎-o FOLDER.")
    with open_server(edition) as server:
        packages = Packages([server], scope or os.environ.get("TERMSERVER_PACKAGE_SCOPE") or SCOPE)
        chosen = []
        for name in names or packages.names():
            found = packages.find(name)
            if found is None:
                raise _unknown(name, packages.names())
            chosen.append(found)
        told = []
        for one in chosen:
            made = packages.tarball(one)
            path = output / one.file
            with writing(path):
                output.mkdir(parents=True, exist_ok=True)
                atomic.write(path, made.data)
            told.append({"name": one.name, "version": one.version, "file": str(path), "integrity": made.integrity})
    if json:
        write_json({"packages": told})
    elif len(told) == 1:
        typer.echo(f"{told[0]['file']}  {told[0]['integrity']}")
    else:
        typer.echo(f"{output}: {len(told)} بسته" if spoken(lang) == "fa" else f"{output}: {len(told)} packages")


def _unknown(name: str, known: list[str]) -> UsageError:
    from difflib import get_close_matches

    near = next(iter(get_close_matches(name, known, n=1, cutoff=0.3)), known[0] if known else "-")
    return UsageError(
        f"There is no package '{name}'. Did you mean '{near}'?", f"بسته‌ای به نام «{name}» نیست. آیا «{near}» منظور بود؟"
    )

"""``termserver settings``: what is in force on this node, and who said it."""

import os

import typer

from termserver.cli.console import NO_STATUS
from termserver.cli.shared import Json, Lang, command, spoken, write_json


def register(into: typer.Typer) -> None:
    """Add the command to the application."""
    command(into, "settings", "settings", "settings --json")(settings)


def settings(lang: Lang = None, json: Json = False) -> int:
    """Show every setting, its value (secrets masked) and where it comes from. Status 1 for names that nobody knows."""
    from termserver.model.settings import in_force

    told, strangers = in_force(_said_before())
    if json:
        write_json(
            {
                "settings": [
                    {
                        "name": one.setting.name,
                        "value": one.shown,
                        "from": one.source,
                        "says": one.setting.says.as_json(),
                    }
                    for one in told
                ],
                "unknown": strangers,
            }
        )
        return NO_STATUS if strangers else 0
    language = spoken(lang)
    for one in told:
        mark = " " if one.source == "default" else "*"
        says = one.setting.says.in_language(language)
        typer.echo(f"{mark} {one.setting.name:<32} {one.shown or '-':<28} [{one.source}]  {says}")
    for name in strangers:
        typer.echo(f"نام ناشناخته: {name}" if language == "fa" else f"unknown name: {name}", err=True)
    return NO_STATUS if strangers else 0


def _said_before() -> dict[str, str]:
    """The environment as it was before the settings file was put into it."""
    from termserver.model.settings import put_there

    return {name: said for name, said in os.environ.items() if name not in put_there}

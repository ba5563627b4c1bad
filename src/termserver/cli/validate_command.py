"""``validate`` as the typer application lists it: the same options, made from the same table."""

import inspect
from enum import StrEnum
from typing import Annotated, Any

import typer

from termserver.cli import validate_options
from termserver.cli.validate import judge


def register(app: typer.Typer) -> None:
    """Add ``validate`` to the application."""

    def validate(**given: Any) -> int:
        said: dict[str, Any] = {
            name: str(value) if isinstance(value, StrEnum) else value
            for name, value in given.items()
            if value is not None
        }
        return judge(said.pop("files", None) or [], **said)

    files = typer.Argument(metavar="FILES...", help=validate_options.FILES_HELP, show_default=False)
    parameters = [_parameter("files", list[str] | None, files, None)]
    for option in validate_options.OPTIONS:
        shown = typer.Option(option.name, help=option.help, metavar=option.metavar or None, show_default=False)
        default: Any = option.default
        kind: Any = str
        if option.flag:
            kind, default = bool, False
        elif option.many:
            kind, default = list[str] | None, None
        elif option.choices:
            choice = StrEnum(option.field, {name.upper(): name for name in option.choices})  # type: ignore[misc]
            kind, default = choice | None, choice(option.default) if option.default else None
        parameters.append(_parameter(option.field, kind, shown, default))
    made: Any = validate
    made.__signature__ = inspect.Signature(parameters)
    made.__annotations__ = {}
    app.command(
        "validate",
        help=validate_options.SUMMARY,
        epilog="\b\n" + validate_options.EXAMPLES.replace("\n\n", "\n\n\b\n"),
    )(validate)


def _parameter(name: str, kind: Any, shown: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, shown])

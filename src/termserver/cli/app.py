"""The command line with all its commands; ``validate`` is listed here and answered elsewhere."""

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from termserver import __version__
from termserver.cli import (
    access,
    asking,
    audit,
    backup,
    bundle,
    committee,
    conformance,
    content,
    coverage,
    diff,
    doctor,
    explain,
    export,
    following,
    imports,
    keys,
    lock,
    mapping,
    node_settings,
    publish,
    registry,
    release,
    replay,
    sample,
    sbom,
    serve,
    validate_command,
    weights,
)
from termserver.model.errors import UsageError

app = typer.Typer(
    name="termserver",
    help="The national coding terminology server, and the referee of electronic health documents.",
    epilog="Every command has --help with an example, and --json. TERMSERVER_LANG=fa speaks Persian.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    suggest_commands=True,
)

# typer keeps its click private since 0.20, and shares it before; this is the class either way
_ClickException: Any = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"termserver {__version__}")
        raise typer.Exit


@app.callback()
def _start(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and leave.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """The national coding terminology server, and the referee of electronic health documents."""


serve.register(app)
validate_command.register(app)
replay.register(app)
coverage.register(app)
lock.register(app)
bundle.register(app)
asking.register(app)
explain.register(app)
export.register(app)
content.register(app)
release.register(app)
registry.register(app)
imports.register(app)
sample.register(app)
conformance.register(app)
keys.register(app)
committee.register(app)
access.register(app)
mapping.register(app)
diff.register(app)
publish.register(app, keys.app, release.app)
following.register(app)
node_settings.register(app)
audit.register(app)
backup.register(app)
doctor.register(app)
sbom.register(app)
weights.register(app)


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit status; failures of ours are raised."""
    try:
        status = app(args=list(arguments), prog_name="termserver", standalone_mode=False)
    except _ClickException as mistake:
        mistake.show(file=sys.stderr)
        return int(mistake.exit_code)
    except typer.Abort:
        raise UsageError(
            "Nobody answered, and nothing was done. In a script, say it by an option (--help).",
            "کسی پاسخ نداد و کاری انجام نشد. در اسکریپت، آن را با گزینه بگویید (‎--help).",
        ) from None
    return status if isinstance(status, int) else 0

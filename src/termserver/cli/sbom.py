"""``termserver sbom``: what is installed beneath termserver."""

from pathlib import Path
from typing import Annotated

import typer

from termserver.cli.shared import Json, command, write_json


def register(app: typer.Typer) -> None:
    """Add ``sbom`` to the application."""

    @command(app, "sbom", "sbom", "sbom -o sbom.json")
    def sbom(
        out: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where it goes.")] = None,
        json: Json = False,
    ) -> None:
        """Write what is installed beneath termserver, with versions and licences, as CycloneDX 1.6 JSON."""
        from termserver.sbom import bill

        made = bill()
        write_json(made, out)
        if out is not None and json:
            write_json({"file": str(out), "components": len(made["components"])})

"""``termserver lock``: the releases that a vendor's repository is judged by, pinned by their digests."""

from pathlib import Path
from typing import Annotated

import typer

from termserver.cli import concept_text
from termserver.cli.console import NO_STATUS
from termserver.cli.settings import LOCK_FILE
from termserver.cli.shared import EditionPath, Json, Lang, command, open_server, spoken, write_json
from termserver.model.errors import ReleaseError, UsageError
from termserver.model.releases import Edition, Pin
from termserver.releases import editions
from termserver.releases.digests import edition_of
from termserver.releases.shelf import Shelf


def register(app: typer.Typer) -> None:
    """Add ``lock`` to the application."""
    command(app, "lock", "lock", "lock standards@2026.11", "lock --check")(lock)


def lock(
    pins: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PINS...",
            help="Releases of the shelf as NAME@VERSION or NAME@DIGEST; without any, those of the current edition.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The lock to write.")] = Path(
        LOCK_FILE
    ),
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; status 1 if the lock pins something else.")
    ] = False,
    edition: EditionPath = None,
    lang: Lang = None,
    json: Json = False,
) -> int:
    """Pin the current edition by digest in termserver.lock. Commit it: `termserver validate` then judges by it."""
    language = spoken(lang)
    wanted = edition_of([_found(pin) for pin in pins]) if pins else _current(edition)
    same = output.is_file() and editions.read(output) == wanted
    if not check:
        editions.write(output, wanted.releases)
        _tell_missing(wanted, output, language)
    if json:
        write_json({**wanted.as_json(), "file": str(output), "changed": not same})
    else:
        typer.echo(f"{output}: {concept_text.labels(wanted)}")
        if check and not same:
            typer.echo(
                f"{output} ویراست دیگری را نگه می‌دارد. اجرا کنید: termserver lock"
                if language == "fa"
                else f"{output} pins another edition. Run: termserver lock",
                err=True,
            )
    return NO_STATUS if check and not same else 0


def _current(edition: Path | None) -> Edition:
    with open_server(edition) as server:
        current: Edition = server.edition
    return current


def _found(said: str) -> Pin:
    """The release of the shelf or of the installation that ``NAME@VERSION`` means; a lock pins no other."""
    name, _, wanted = said.partition("@")
    if not wanted or wanted == "latest":
        raise UsageError(
            f"'{said}' pins nothing: a lock names a version or a digest, as in standards@2026.11.",
            f"«{said}» چیزی را ثابت نمی‌کند: قفل نسخه یا چکیده می‌خواهد، مانند standards@2026.11.",
        )
    here = [one.pin for one in Shelf().installed() if not one.problem]
    shipped = editions.SHIPPED / editions.EDITION_FILE
    here += editions.read(shipped).releases if shipped.is_file() else ()
    found = {
        pin.digest: pin for pin in here if pin.name == name and (pin.version == wanted or pin.digest.startswith(wanted))
    }
    if len(found) != 1:
        listed = ", ".join(sorted({f"{pin.name}@{pin.version}" for pin in here})) or "-"
        raise ReleaseError(
            f"{len(found)} releases here are {said}. There are: {listed}. Run: termserver release list",
            f"{len(found)} انتشار با نام {said} هست. موجود: {listed}. اجرا کنید: termserver release list",
        )
    return next(iter(found.values()))


def _tell_missing(edition: Edition, output: Path, language: str) -> None:
    """Say which releases a machine must install before it can use the lock, this one included."""
    folders = [output.parent, output.parent / "releases", Shelf().releases, editions.SHIPPED]
    for pin in edition.releases:
        if not any((folder / editions.file_name(pin)).is_file() for folder in folders):
            label = f"{pin.name} {pin.version} ({concept_text.short(pin.digest)})"
            typer.echo(
                f"{label} در قفسه نیست. اجرا کنید: termserver release install FILE"
                if language == "fa"
                else f"{label} is not on the shelf. Run: termserver release install FILE",
                err=True,
            )

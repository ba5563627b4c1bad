"""``termserver backup``, ``restore``, ``drill``: everything a node has written, kept elsewhere and put back."""

from pathlib import Path
from typing import Annotated, Any

import typer

from termserver.cli.shared import Json, Lang, command, spoken, write_json
from termserver.model.errors import UsageError

Database = Annotated[
    str | None, typer.Option(metavar="PLACE", help="The database: a file or a URL; else TERMSERVER_DATABASE_URL.")
]
Source = Annotated[Path, typer.Argument(metavar="BACKUP", help="The folder of the backup.")]


def register(into: typer.Typer) -> None:
    """Add the three commands to the application."""
    command(into, "backup", "backup /mnt/safe/termserver-1405-08-30")(backup)
    command(into, "restore", "restore /mnt/safe/termserver-1405-08-30")(restore)
    command(into, "drill", "drill /mnt/safe/termserver-1405-08-30")(drill)


def backup(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder for it.")],
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="Private keys too. Keep such a backup locked.")
    ] = False,
    database: Database = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Copy the shelf, the database, the access log, proposals and the publication, while all of it is in use."""
    from termserver.database import backup as backups

    made = backups.make(folder, _places(database), with_keys)
    if json:
        write_json(
            {
                "folder": str(folder),
                "files": len(made.files),
                "bytes": made.bytes,
                "store": made.store.as_json() if made.store else None,
                "left_out": list(made.left_out),
                "sha256": made.digest,
            }
        )
        return
    persian = spoken(lang) == "fa"
    typer.echo(
        f"{folder}: {len(made.files)} پرونده، {made.bytes / 1e6:.1f} مگابایت، SHA-256 {made.digest}"
        if persian
        else f"{folder}: {len(made.files)} files, {made.bytes / 1e6:.1f} MB, SHA-256 {made.digest}"
    )
    if made.left_out:
        listed = ", ".join(made.left_out)
        typer.echo(
            f"کلیدهای خصوصی در آن نیست: {listed} (با --with-keys می‌آید)"
            if persian
            else f"Private keys are not in it: {listed} (--with-keys takes them along)",
            err=True,
        )


def restore(folder: Source, database: Database = None, lang: Lang = None, json: Json = False) -> None:
    """Put a backup back: into the folders and the database of the settings, which must be empty."""
    from termserver.database import backup as backups

    done = backups.restore(folder, _places(database))
    if json:
        write_json({"files": len(done.files), "left_out": list(done.left_out), "sha256": done.digest})
        return
    typer.echo(
        f"بازگردانده شد: {len(done.files)} پرونده" if spoken(lang) == "fa" else f"Restored: {len(done.files)} files"
    )
    if done.left_out:
        typer.echo(f"+ {', '.join(done.left_out)}", err=True)


def drill(
    folder: Source,
    database: Annotated[
        str | None, typer.Option(metavar="URL", help="An empty PostgreSQL database, where the backup is of one.")
    ] = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Prove a backup: restore it aside, compare every digest, open the edition, check the access log."""
    from termserver.database import backup as backups

    steps = []
    for step, told in backups.drill(folder, database):
        steps.append({"step": step, "told": told})
        if not json:
            typer.echo(f"✓ {step}: {told}")
    if json:
        write_json({"steps": steps})


def _places(database: str | None) -> Any:
    from termserver.database.backup import Places
    from termserver.releases.editions import default_folder

    shelf = default_folder()
    if shelf is None:
        raise UsageError(
            "There is no shelf: set TERMSERVER_SHELF to a folder.", "قفسه‌ای نیست: TERMSERVER_SHELF را تنظیم کنید."
        )
    return Places.of_node(shelf, database)

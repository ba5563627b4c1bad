"""``termserver release``: release files built, installed, chosen, taken back and verified."""

from pathlib import Path
from typing import Annotated, Any

import typer

from termserver.cli import concept_text
from termserver.cli.console import NO_STATUS
from termserver.cli.progress import Progress
from termserver.cli.shared import Json, Lang, Root, command, content_root, open_server, spoken, write_json
from termserver.model.errors import ReleaseError
from termserver.model.releases import Edition, Pin
from termserver.model.values import replace
from termserver.releases import editions
from termserver.releases.editions import pin_of
from termserver.releases.file import ReleaseFile
from termserver.releases.shelf import Installed, Shelf
from termserver.releases.verification import verify_in_full

app = typer.Typer(help="Release files, the current edition, and the way back.", no_args_is_help=True)


def register(into: typer.Typer) -> None:
    """Add ``release`` and its commands to the application."""
    command(
        app,
        "build",
        "release build",
        "release build -o standards.release",
        "release build --root ours --on standards.release -o ours.release",
    )(build)
    command(app, "list", "release list")(list_)
    command(app, "use", "release use standards 1405.2", "release use standards 4f1c9a2b")(use)
    command(app, "drop", "release drop icd10cm")(drop)
    command(app, "rollback", "release rollback")(rollback)
    command(app, "verify", "release verify", "release verify standards.release")(verify)
    command(app, "install", "release install standards.release", "release install standards.release --use")(install)
    into.add_typer(app, name="release")


def build(
    root: Root = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write the release here; the shelf stays as it is."),
    ] = None,
    name: Annotated[str, typer.Option(help="The name of the release; else the folders' own.")] = "",
    version: Annotated[str, typer.Option(help="The version of the release; else the folders' own.")] = "",
    on: Annotated[
        Path | None, typer.Option("--on", metavar="FILE", help="The release of another publisher that it builds on.")
    ] = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Freeze the content folders into a release and use it. It goes to the shelf and into the current edition."""
    from termserver.build import build_release, label_of
    from termserver.cli.publishing import publish
    from termserver.content.check import check
    from termserver.content.folders import read
    from termserver.content.problems import refuse

    folder = content_root(root)
    base = None
    if on is None:
        refuse(check(folder))
    else:
        from termserver import basis

        with open_server(on) as server:
            refuse(check(folder, basis.BaseSystems(server)))
            (base,) = server.edition.releases
    own_name, own_version = label_of(folder)
    label = (name or own_name, version or own_version)
    with Progress(" ".join(label)) as progress:
        content = read(folder) if base is None else basis.bound(read(folder), base)
        if output is None:
            edition = publish(content, *label, progress)
        else:
            manifest = build_release(content, output, *label, progress)
    if output is None:
        _tell_edition(edition, spoken(lang), json)
    elif json:
        write_json({**pin_of(manifest).as_json(), "file": str(output)})
    else:
        typer.echo(f"{output}: {manifest.label} ({concept_text.short(manifest.digest)})")


def list_(lang: Lang = None, json: Json = False) -> None:
    """List the releases on the shelf. A star marks those of the current edition."""
    listed = [_readable(one) for one in Shelf().installed()]
    edition = _current()
    if json:
        write_json(
            {
                "releases": [_installed_json(one) for one in listed],
                "edition": edition.as_json() if edition else None,
                "shelf": str(Shelf().folder),
            }
        )
        return
    for one in listed:
        typer.echo(_installed_text(one))
    language = spoken(lang)
    here = str(Shelf().folder)
    if edition is None:
        typer.echo(
            f"قفسه: {here}; هنوز ویراستی نیست" if language == "fa" else f"shelf: {here}; no edition yet", err=True
        )
    elif not listed:
        for pin in edition.releases:
            typer.echo(f"* {pin.name} {pin.version}  {concept_text.short(pin.digest)}  {editions.SHIPPED}")


def use(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of a release on the shelf.")],
    wanted: Annotated[str, typer.Argument(metavar="VERSION", help="Its version, or the beginning of its digest.")] = "",
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Let the current edition hold this release. Another version of it gives way."""
    _tell_edition(Shelf().use(name, wanted), spoken(lang), json)


def drop(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of a release of the current edition.")],
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Take a release out of the current edition. Its file stays on the shelf."""
    _tell_edition(Shelf().drop(name), spoken(lang), json)


def rollback(lang: Lang = None, json: Json = False) -> None:
    """Go back to the edition before the current one."""
    _tell_edition(Shelf().rollback(), spoken(lang), json)


def verify(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILES...", help="Release files; without any, the whole shelf.")
    ] = None,
    lang: Lang = None,
    json: Json = False,
) -> int:
    """Hash every byte and row of releases again. Status 1 if one is not what was published."""
    checked = [_verified(file) for file in files] if files else Shelf().verify() or _shipped()
    if json:
        write_json({"releases": [_installed_json(one) for one in checked]})
    else:
        for one in checked:
            typer.echo(_installed_text(one))
    return NO_STATUS if any(one.problem for one in checked) else 0


def install(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A release file.")],
    use: Annotated[bool, typer.Option("--use", help="Add it to the current edition too.")] = False,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Verify a release file and put it on the shelf. The edition stays as it is, unless --use."""
    shelf = Shelf()
    pin = shelf.install(file)
    if use:
        _tell_edition(shelf.use_all([pin]), spoken(lang), json)
    elif json:
        write_json({**pin.as_json(), "file": str(shelf.path_of(pin))})
    else:
        typer.echo(f"{shelf.path_of(pin)}: {pin.name} {pin.version} ({concept_text.short(pin.digest)})")


def _verified(file: Path) -> Installed:
    size = file.stat().st_size if file.is_file() else 0
    try:
        return Installed(pin_of(verify_in_full(file.absolute())), file, size, False)
    except ReleaseError as error:
        return Installed(Pin(file.stem, "", ""), file, size, False, str(error))


def _readable(one: Installed) -> Installed:
    """The release; of the current ones with what is wrong where this termserver cannot search it."""
    if not one.current or one.problem:
        return one
    from termserver.search.postings import about_index

    try:
        with ReleaseFile.open(one.path) as release:
            about_index(release)
    except ReleaseError as error:
        return replace(one, problem=str(error))
    return one


def _shipped() -> list[Installed]:
    return [_verified(file) for file in sorted(editions.SHIPPED.glob("*.release"))]


def _current() -> Edition | None:
    """The shelf's edition, else the one that came with the installation."""
    shipped = editions.SHIPPED / editions.EDITION_FILE
    return Shelf().current() or (editions.read(shipped) if shipped.is_file() else None)


def _installed_json(one: Installed) -> dict[str, Any]:
    return {
        **one.pin.as_json(),
        "file": str(one.path),
        "bytes": one.size,
        "current": one.current,
        "problem": one.problem or None,
    }


def _installed_text(one: Installed) -> str:
    star = "*" if one.current else " "
    if one.problem:
        return f"{star} {one.pin.name}: {one.problem}"
    digest = concept_text.short(one.pin.digest)
    return f"{star} {one.pin.name} {one.pin.version}  {digest}  {one.size / 1e6:.1f} MB  {one.path}"


def _tell_edition(edition: Edition, language: str, json: bool) -> None:
    if json:
        write_json({"edition": edition.as_json(), "release": edition.digest})
    else:
        typer.echo(concept_text.current(edition, language))

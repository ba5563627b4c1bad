"""``termserver bundle``: what a machine without a network needs, in one folder or archive.

The releases of the edition, a lock that finds them beside itself, and the wheels of termserver and
of what it stands on, each with its SHA-256.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from termserver import __version__
from termserver.cli import concept_text, installation
from termserver.cli.settings import LOCK_FILE
from termserver.cli.shared import EditionPath, Json, Lang, command, open_server, spoken, write_json
from termserver.model.errors import TermserverError, UsageError
from termserver.releases import editions

_SUMS = "SHA256SUMS"
_READ_ME = """termserver {version}, offline. Nothing here asks the network.

  sha256sum -c SHA256SUMS                                      (Windows: Get-FileHash)
{install}  termserver validate --lock {lock} YOUR-DOCUMENTS

The lock finds its releases in the folder releases beside it. To keep them on the machine's shelf:

  termserver release install releases/NAME.release --use

Releases: {releases}
"""
_INSTALL = "  python -m pip install --no-index --find-links wheels termserver\n"
_TIME = (1980, 1, 1, 0, 0, 0)
"""The same bundle has the same bytes whenever it is made."""
_NOT_SOURCES = (".git", ".venv", "var", "dist", "build", "shipped", "__pycache__", ".*_cache", "tests", "benchmarks")


class BundleFailed(TermserverError):
    """pip could not bring the wheels together."""


def register(app: typer.Typer) -> None:
    """Add ``bundle`` to the application."""
    command(app, "bundle", "bundle offline.zip", "bundle offline/ --platform win_amd64 --python-version 3.12")(bundle)


def bundle(
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="A new folder, or an archive that ends in .zip.")],
    wheels: Annotated[
        bool, typer.Option("--wheels/--no-wheels", help="Bring the wheels too, by pip; this needs a network.")
    ] = True,
    platform: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TAG",
            help="The machine the wheels are for, as pip names it; else this one. May be repeated.",
            show_default=False,
        ),
    ] = None,
    python_version: Annotated[
        str, typer.Option(metavar="VERSION", help="The Python the wheels are for; else this one.")
    ] = "",
    edition: EditionPath = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Gather what a machine without a network needs to validate: releases, a lock and the wheels of termserver."""
    if target.exists() and (target.is_file() or any(target.iterdir())):
        raise UsageError(
            f"{target} is there already. Name a new folder or archive.",
            f"{target} از پیش هست. پوشه یا بایگانی تازه‌ای نام ببرید.",
        )
    target.absolute().parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.absolute().parent, prefix=".bundle-") as made:
        folder = Path(made) / "bundle"
        (folder / "releases").mkdir(parents=True)
        with open_server(edition) as server:
            for release in server.releases:
                shutil.copyfile(release.path, folder / "releases" / editions.file_name(release.pin))
            editions.write(folder / LOCK_FILE, server.edition.releases)
            labels = ", ".join(f"{pin.name} {pin.version}" for pin in server.edition.releases)
            digest = server.edition.digest
        if wheels:
            _bring_wheels(folder / "wheels", platform or [], python_version)
        install = _INSTALL if wheels else ""
        said = _READ_ME.format(version=__version__, lock=LOCK_FILE, releases=labels, install=install)
        (folder / "README.txt").write_text(said, "utf-8")
        names = _sum(folder)
        if target.suffix.lower() == ".zip":
            _archive(folder, names, Path(made) / "bundle.zip")
            os.replace(Path(made) / "bundle.zip", target)
        else:
            if target.is_dir():
                target.rmdir()  # it is empty
            os.replace(folder, target)
    if json:
        write_json({"bundle": str(target), "files": names, "release": digest})
    else:
        counted = sum(name.endswith(".whl") for name in names)
        typer.echo(
            f"{target}: {labels} [ویراست {concept_text.short(digest)}]، {counted} چرخ"
            if spoken(lang) == "fa"
            else f"{target}: {labels} [edition {concept_text.short(digest)}], {counted} wheels"
        )


def _bring_wheels(folder: Path, platforms: Sequence[str], python_version: str) -> None:
    """The wheel of termserver (of the checkout, or of the index it was installed from) and of its core libraries."""
    folder.mkdir()
    foreign = [part for platform in platforms for part in ("--platform", platform)]
    foreign += ["--python-version", python_version] if python_version else []
    here = installation.checkout()
    wanted = f"termserver=={__version__}"
    if here is not None:
        with tempfile.TemporaryDirectory() as made:  # building writes beside the sources; the checkout stays as it is
            sources = Path(made) / "termserver"
            shutil.copytree(here, sources, ignore=shutil.ignore_patterns(*_NOT_SOURCES))
            _pip("wheel", "--no-deps", "--wheel-dir", str(folder), str(sources))
        wanted = str(next(folder.glob("termserver-*.whl")))
    only = ["--only-binary", ":all:"] if foreign else ["--prefer-binary"]
    _pip("download", *only, *foreign, "--dest", str(folder), wanted)


def _pip(*arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        why = next((line for line in done.stderr.splitlines() if "ERROR" in line), done.stderr.strip()[:300])
        raise BundleFailed(
            f"pip {arguments[0]} failed: {why} Without wheels: termserver bundle TARGET --no-wheels",
            f"pip {arguments[0]} نتوانست: {why} بی چرخ‌ها: termserver bundle TARGET --no-wheels",
        )


def _sum(folder: Path) -> list[str]:
    """Write the sums as ``sha256sum`` does; the names of all files come back."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    lines = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (folder / _SUMS).write_text("".join(lines), "utf-8")
    return sorted([*names, _SUMS])


def _archive(folder: Path, names: list[str], target: Path) -> None:
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            member = zipfile.ZipInfo(name, _TIME)
            member.compress_type = zipfile.ZIP_STORED if name.endswith(".whl") else zipfile.ZIP_DEFLATED
            archive.writestr(member, (folder / name).read_bytes())

"""``termserver content``: the committee's folders checked, formatted, filled and written about."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from termserver.cli import content_import, content_mutate
from termserver.cli.console import NO_STATUS
from termserver.cli.shared import Json, Lang, Root, command, content_root, open_server, spoken, write_json

app = typer.Typer(help="The committee's folders: check, format, fill, generate.", no_args_is_help=True)


def register(into: typer.Typer) -> None:
    """Add ``content`` and its commands to the application."""
    command(app, "check", "content check", "content check FOLDER --lang fa")(check)
    command(app, "format", "content format", "content format --check")(format)
    command(app, "import", *content_import.EXAMPLES)(content_import.import_table)
    command(app, "schemas", "content schemas", "content schemas --check")(schemas)
    command(app, "guides", "content guides", "content guides --check")(guides)
    command(app, "mutate", *content_mutate.EXAMPLES)(content_mutate.mutate)
    into.add_typer(app, name="content")


def check(
    folder: Annotated[
        Path | None, typer.Argument(metavar="FOLDER", help="The same as --root.", show_default=False)
    ] = None,
    root: Root = None,
    on: Annotated[
        Path | None, typer.Option("--on", metavar="FILE", help="The release of another publisher that they build on.")
    ] = None,
    lang: Lang = None,
    json: Json = False,
) -> int:
    """Say everything that is wrong in the folders. File, line, column, and how to mend it."""
    from termserver.content.check import check as check_content
    from termserver.content.problems import errors

    if on is None:
        problems = check_content(content_root(folder or root))
    else:
        from termserver import basis

        with open_server(on) as server:
            problems = check_content(content_root(folder or root), basis.BaseSystems(server))
    if json:
        write_json({"problems": [problem.as_json() for problem in problems], "errors": len(errors(problems))})
    else:
        language = spoken(lang)
        for problem in problems:
            typer.echo(problem.in_language(language))
        wrong = len(errors(problems))
        soft = len(problems) - wrong
        counted = f"{_counted(wrong, 'error')}, {_counted(soft, 'warning')}"
        typer.echo(f"{wrong} خطا، {soft} هشدار" if language == "fa" else counted, err=True)
    return NO_STATUS if errors(problems) else 0


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def format(
    check: Annotated[bool, typer.Option("--check", help="Change nothing; status 1 if a file would change.")] = False,
    root: Root = None,
    lang: Lang = None,
    json: Json = False,
) -> int:
    """Write every file in its canonical form. A diff then shows meaning alone."""
    from termserver.content import canonical

    folder = content_root(root)
    files = canonical.unformatted(folder) if check else canonical.format(folder)
    return _tell_files(files, "termserver content format", check, spoken(lang), json)


def schemas(
    check: Annotated[bool, typer.Option("--check", help="Change nothing; status 1 if a file would change.")] = False,
    root: Root = None,
    lang: Lang = None,
    json: Json = False,
) -> int:
    """Write XSD and JSON Schema from the field descriptions."""
    from termserver.content import generated

    return _generate(root, generated.schemas, "schemas", check, spoken(lang), json)


def guides(
    check: Annotated[bool, typer.Option("--check", help="Change nothing; status 1 if a file would change.")] = False,
    root: Root = None,
    lang: Lang = None,
    json: Json = False,
) -> int:
    """Write the field guides (docs/types/) and the pages of the rules (docs/rules/)."""
    from termserver.content import generated

    return _generate(root, generated.guides, "guides", check, spoken(lang), json)


def _generate(
    root: Path | None,
    make: Callable[[Path], dict[Path, bytes]],
    name: str,
    check: bool,
    language: str,
    json: bool,
) -> int:
    from termserver.content import generated

    folder = content_root(root)
    files = make(folder)
    changed = generated.stale(folder, files) if check else generated.write(folder, files)
    return _tell_files(changed, f"termserver content {name}", check, language, json)


def _tell_files(files: Sequence[Path], remedy: str, check: bool, language: str, json: bool) -> int:
    """Name the files that were written, or that are not as the command would write them (status 1)."""
    names = [file.as_posix() for file in files]
    if json:
        write_json({"files": names, "changed": not check})
    for name in () if json else names:
        if not check:
            typer.echo(name)
        elif language == "fa":
            typer.echo(f"{name} آن‌گونه نیست که باید. اجرا کنید: {remedy}")
        else:
            typer.echo(f"{name} is not as it would be written. Run: {remedy}")
    return NO_STATUS if check and files else 0

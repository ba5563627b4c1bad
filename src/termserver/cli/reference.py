"""``docs/cli.md``, made from the commands themselves: ``python -m termserver.cli.reference > docs/cli.md``."""

from collections.abc import Iterator
from typing import Any

_HEAD = """# The command line

Made by `python -m termserver.cli.reference > docs/cli.md`; a test holds it to the commands.

Every command has `--help` with an example, and `--json`. `termserver --version` shows the version;
`--install-completion` and `--show-completion` complete commands in your shell. From a checkout, `python cli.py …` does
the same as `termserver …`.

## What a run ends with

| status | meaning |
|---|---|
| 0 | done: accepted, found, built |
| 1 | the answer is no: a document is rejected, the code is not there, the folders or the table are not right |
| 2 | wrong usage: an unknown option, a missing file, a name of no code system or document type |
| 3 | undecided: a document (unknown type, no rules in force, a budget hit, `--require-checked`), an unsigned release |
| 4 | it could not be done: a release that cannot be opened, an internal failure |
| 130, 141 | stopped by Ctrl-C; the reader of the output left |

Over many documents 4 > 2 > 1 > 3 > 0; never a count. An internal failure is one line; `TERMSERVER_DEBUG=1` shows where.

## What it reads from the environment

| variable | meaning |
|---|---|
| `TERMSERVER_LANG` | `fa` or `en`: the language of texts and failures; else the locale decides |
| `TERMSERVER_EDITION` | the edition, lock or release file to ask where no `--edition` is given; else the shelf's |
| `TERMSERVER_SHELF` | the folder of installed releases; else the user's data folder |
| `TERMSERVER_DEBUG` | `1` shows the traceback of a failure |
"""


def page() -> str:
    """The whole page, ending with a line end."""
    import typer

    from termserver.cli.app import app

    root: Any = typer.main.get_command(app)
    return "\n".join([_HEAD, *_commands(root, "termserver")]).rstrip() + "\n"


def _commands(group: Any, above: str) -> Iterator[str]:
    for name, command in group.commands.items():
        called = f"{above} {name}"
        if hasattr(command, "commands"):
            yield f"## {called}\n\n{command.help}\n"
            yield from _commands(command, called)
        else:
            level = "###" if " " in above else "##"
            yield "\n".join([f"{level} {called}\n", *_command(called, command)])


def _command(called: str, command: Any) -> Iterator[str]:
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [
        one
        for one in command.params
        if one.param_type_name == "option" and one.name != "help" and not getattr(one, "hidden", False)
    ]
    yield f"{command.help}\n"
    usage = " ".join([called, "[OPTIONS]", *(_argument(one) for one in arguments)])
    yield f"```\n{usage}\n```\n"
    if arguments or options:
        yield "| | |\n|---|---|"
        for one in arguments:
            yield _row(_argument(one), one.help or "")
        for one in options:
            yield _row(_option(one), f"{one.help or ''}{_default(one)}")
        yield ""
    yield "```\n" + (command.epilog or "").replace("\b\n", "").strip() + "\n```\n"


def _row(name: str, says: str) -> str:
    bar = "\\|"  # a bar inside a cell
    return f"| `{name.replace('|', bar)}` | {says.replace('|', bar)} |"


def _argument(argument: Any) -> str:
    name: str = argument.metavar or argument.name.upper()
    return name if argument.required else f"[{name}]"


def _option(option: Any) -> str:
    spelled = ", ".join(sorted([*option.opts, *option.secondary_opts], key=len))
    if option.is_flag:
        return spelled
    return f"{spelled} {option.metavar or '|'.join(_choices(option)) or 'VALUE'}"


def _choices(option: Any) -> list[str]:
    kind = getattr(option, "type_descriptor", None) or option.type
    return [str(getattr(choice, "value", choice)) for choice in getattr(kind, "choices", None) or ()]


def _default(option: Any) -> str:
    if option.is_flag or option.default in (None, "", [], ()):
        return ""
    return f" Default: {getattr(option.default, 'value', option.default)}."


if __name__ == "__main__":
    import sys

    from termserver.cli.console import prepare

    prepare()
    sys.stdout.write(page())

"""``termserver validate``: documents in, reports out, one exit status.

Neither typer nor a web framework is imported here; the release is opened after the options are
read, so that help and mistakes are answered at once.
"""

import argparse
import os
from collections.abc import Sequence

from termserver.cli import console, validate_options
from termserver.cli.documents import cannot_read, named
from termserver.model.errors import TermserverError
from termserver.model.findings import EXIT_STATUS, USAGE_STATUS, exit_status
from termserver.parsing.gate import BYTE_LIMIT


class _Help(argparse.RawDescriptionHelpFormatter):
    """The usual help; argparse would load the archive libraries to learn how wide the terminal is."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns())


def _columns() -> int:
    columns = os.environ.get("COLUMNS", "")
    if columns.isdigit() and int(columns):
        return int(columns)
    try:
        return os.get_terminal_size(1).columns
    except (OSError, ValueError):
        return 80


def parser() -> argparse.ArgumentParser:
    """The parser of ``termserver validate``, made from ``validate_options``."""
    made = argparse.ArgumentParser(
        prog="termserver validate",
        description=validate_options.SUMMARY,
        epilog=validate_options.EXAMPLES,
        formatter_class=_Help,
        allow_abbrev=False,
    )
    made.add_argument("files", nargs="+", metavar="FILES", help=validate_options.FILES_HELP)
    for option in validate_options.OPTIONS:
        if option.flag:
            made.add_argument(option.name, action="store_true", help=option.help)
        else:
            made.add_argument(
                option.name,
                choices=option.choices or None,
                default=option.default,
                metavar=option.metavar or None,
                help=option.help,
            )
    return made


def validate(arguments: Sequence[str]) -> int:
    """Judge what the arguments name and return the exit status."""
    options = parser().parse_args(arguments)
    return judge(**vars(options))


def judge(
    files: Sequence[str],
    type: str = "",
    json: bool = False,
    lang: str = "",
    engine: str = "fast",
    as_of: str = "",
    require_checked: bool = False,
    edition: str = "",
    show_values: bool = False,
    quiet: bool = False,
) -> int:
    """Judge every document named, report each as soon as it is judged, and return one exit status for all."""
    from termserver.cli.validate_output import JsonOutput, TextOutput
    from termserver.service import TermServer

    with TermServer.open(edition or None) as server:
        language = lang or console.language_of(())
        out = JsonOutput(server.edition) if json else TextOutput(server.edition, language, quiet)
        statuses: list[int] = []
        for document in named(files):
            try:
                data = document.read(BYTE_LIMIT)
            except OSError as error:
                why = cannot_read(document, error)
                console.complain(why.in_language(language))
                out.unread(document.name, why)
                statuses.append(USAGE_STATUS)
                continue
            try:
                report = server.check_document(
                    data,
                    name=document.name,
                    type=type,
                    engine=engine,
                    as_of=as_of,
                    require_checked=require_checked,
                    show_values=show_values,
                )
            except TermserverError:
                raise  # an option is wrong, for this document as for all
            except Exception as error:
                statuses.append(console.fail(error, language))
                out.unread(document.name, console.words_for(error))
                continue
            out.report(report)
            statuses.append(EXIT_STATUS[report.verdict])
        out.end()
    return exit_status(statuses)

"""``termserver validate``: documents in, reports out, one exit status.

Neither typer nor a web framework is imported here; the release is opened after the options are
read, so that help and mistakes are answered at once.
"""

import argparse
import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from termserver.cli import console, outputs, validate_options
from termserver.cli.documents import STDIN, Inputs
from termserver.cli.judging import How, Judging
from termserver.cli.settings import LOCK_FILE, Settings
from termserver.model.errors import UsageError
from termserver.model.findings import EXIT_STATUS, exit_status
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
    made.add_argument("files", nargs="*", metavar="FILES", help=validate_options.FILES_HELP)
    for option in validate_options.OPTIONS:
        if option.flag:
            made.add_argument(option.name, action="store_true", help=option.help)
        else:
            made.add_argument(
                option.name,
                action="append" if option.many else "store",
                choices=option.choices or None,
                default=option.default or (None if option.many else ""),
                metavar=option.metavar or None,
                help=option.help,
            )
    return made


def validate(arguments: Sequence[str]) -> int:
    """Judge what the arguments name and return the exit status."""
    options = parser().parse_intermixed_args(arguments)
    return judge(**vars(options))


def judge(
    files: Sequence[str],
    json: bool = False,
    output: Sequence[str] | None = None,
    lang: str = "",
    jobs: str = "",
    changed_since: str = "",
    edition: str = "",
    lock: str = "",
    config: str = "",
    stdin_name: str = "",
    quiet: bool = False,
    **asked: Any,
) -> int:
    """Judge every document named, report each as soon as it is judged, and return one exit status for all.

    ``asked`` are the options that say how: the fields of ``How``.
    """
    language = lang or console.language_of(())
    settings = Settings.of(config, asked)
    how = settings.how
    files = files or settings.paths
    if not files:
        raise UsageError(
            "Name the documents: termserver validate FILES (or 'paths' in .termserver.yaml).",
            "سندها را نام ببرید: termserver validate FILES (یا paths در ‎.termserver.yaml‎).",
        )
    said = outputs.asked(output) if output else settings.outputs
    if json and outputs.on_stdout(said):
        raise UsageError(
            "--json writes to standard output, and so does an --output. Give that one a file: --output FORM:FILE",
            "هم ‎--json‎ و هم ‎--output‎ در خروجی استاندارد می‌نویسند. برای دومی فایل بدهید: --output FORM:FILE",
        )
    wanted = _changed(changed_since, files) if changed_since else None
    documents = Inputs(BYTE_LIMIT, wanted, [one.file for one in said if one.file], stdin_name).documents(files)
    with opened(edition_to_judge_by(edition, lock)) as server, outputs.Outputs() as out:
        _add(out, said, server, how, json, language, quiet)
        statuses = set()
        with _judges(server, jobs) as judges:
            judging = Judging(server, how, judges)
            about_settings = judging.settings_report()
            if about_settings is not None:
                out.report(about_settings)
                statuses |= {EXIT_STATUS[about_settings.verdict]} - {0}
            for result in judging.results(documents):
                statuses.add(result.status)
                if result.report is not None:
                    out.report(result.report)
                elif result.why is not None:
                    console.complain(result.why.in_language(language))
                    out.unread(result.name, result.why)
        if not statuses and changed_since:
            console.complain(
                f"هیچ سندی پس از {changed_since} تغییر نکرده است."
                if language == "fa"
                else f"no document has changed since {changed_since}."
            )
        status = exit_status(list(statuses))
        out.end(status)
    return status


def edition_to_judge_by(edition: str, lock: str) -> str:
    """The path to judge by, where something was said; a lock in the working folder says it too.

    Raise UsageError if both were given, or the lock is not there.
    """
    if edition and lock:
        raise UsageError(
            "--edition and --lock both say what to judge by. Give one of them.",
            "هم ‎--edition‎ و هم ‎--lock‎ می‌گویند با چه داوری شود. یکی را بدهید.",
        )
    if lock and not os.path.isfile(lock):
        raise UsageError(
            f"There is no lock {lock}. Write one with: termserver lock -o {lock}",
            f"قفل {lock} نیست. با این فرمان بسازید: termserver lock -o {lock}",
        )
    return edition or lock or (LOCK_FILE if os.path.isfile(LOCK_FILE) else "")


def opened(edition: str) -> Any:
    """The ``TermServer`` of that edition; of the current one without a name."""
    from termserver.service import TermServer

    return TermServer.open(edition or None)


def _add(
    out: outputs.Outputs,
    said: Sequence[outputs.Asked],
    server: Any,
    how: How,
    json: bool,
    language: str,
    quiet: bool,
) -> None:
    """Open the outputs that were asked for; text goes to standard output where nothing else does."""
    from termserver.cli.validate_output import JsonOutput, TextOutput

    if json:
        out.add(JsonOutput(server.edition))
    elif not outputs.on_stdout(said):
        out.add(TextOutput(server.edition, language, quiet))
    forms = [one for one in said if one.form != outputs.TEXT]
    about = _about(server, how, any(one.form == "sarif" for one in forms)) if forms else None
    for one in said:
        if one.form != outputs.TEXT:
            from termserver.formats.registry import writer

            out.add(outputs.FormOutput(writer(one.form, language), out.sink(one.file), about))
        elif one.file:
            sink = out.sink(one.file)
            out.add(TextOutput(server.edition, language, quiet, _lines_to(sink)))
        else:
            out.add(TextOutput(server.edition, language, quiet))


def _lines_to(sink: outputs.Sink) -> Callable[[str], None]:
    return lambda text: sink.write(f"{text}\n".encode("utf-8", "replace"))


def _about(server: Any, how: How, titles: bool) -> Any:
    from termserver import __version__
    from termserver.formats.run import RunInfo

    return RunInfo(server.edition, __version__, how.options(), server.rule_titles() if titles else {})


@contextlib.contextmanager
def _judges(server: Any, jobs: str) -> Iterator[Any]:
    """The processes that ``--jobs`` asks for; None: judge in this one."""
    if not jobs:
        yield None
        return
    from termserver.api.pool import Judges

    if jobs != "auto" and not (jobs.isascii() and jobs.isdigit() and 1 <= int(jobs) <= 256):
        raise UsageError(
            f"'{jobs}' is no number of processes. Give --jobs 1 to 256, or auto.",
            f"«{jobs}» شمار پردازه‌ها نیست. ‎--jobs‎ از 1 تا 256 یا auto است.",
        )
    with Judges(server, None if jobs == "auto" else int(jobs)) as judges:
        yield judges


def _changed(revision: str, files: Sequence[str]) -> Callable[[str], bool]:
    if STDIN in files:
        raise UsageError(
            "Standard input has no revision; --changed-since is for files.",
            "ورودی استاندارد نسخه ندارد؛ ‎--changed-since‎ برای فایل‌هاست.",
        )
    from termserver.cli.changes import changed_since

    return changed_since(revision)

"""``termserver registry verify``: a list of numbers with their days, each answered from the opened edition, offline."""

import csv
import io
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from termserver.cli import console
from termserver.cli.console import NO_STATUS
from termserver.cli.shared import EditionPath, Json, Lang, command, open_server, spoken, write_json
from termserver.model.errors import UsageError

_WANTED = {
    "number": ("number", "شماره", "شماره نظام پزشکی", "code", "کد", "id"),
    "kind": ("kind", "نوع", "نوع پروانه"),
    "date": ("date", "day", "تاریخ", "روز"),
    "group": ("group", "گروه"),
    "registry": ("registry", "ثبت"),
}
_ANSWERED = ("standing", "reason", "detail", "says")


def register(app: typer.Typer) -> None:
    """Add ``verify`` to the commands of ``registry``."""
    command(
        app,
        "verify",
        "registry verify physicians numbers.csv > answers.csv",
        "registry verify physicians --number د-99000000 --date 1405-08-30",
    )(verify)


def verify(
    registry: Annotated[str, typer.Argument(metavar="REGISTRY", help="physicians, centres, software, irc …")],
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help="CSV or XLSX with the columns number, kind, date (and group, registry); - is standard input.",
            show_default=False,
        ),
    ] = None,
    number: Annotated[str, typer.Option(metavar="NUMBER", help="One number, instead of a file.")] = "",
    kind: Annotated[str, typer.Option(help="Ask for this kind of licence where a row names none.")] = "",
    date: Annotated[
        str, typer.Option(metavar="DAY", help="The day of rows that have none, ISO or Jalali; else today.")
    ] = "",
    group: Annotated[str, typer.Option(help="The group of rows that have none (physician, dentist, midwife …).")] = "",
    edition: EditionPath = None,
    lang: Lang = None,
    json: Json = False,
) -> int:
    """Was each of these in force on its day? Writes CSV: the row, its standing and why. Status 1 if any was not."""
    if (file is None) == (not number):
        raise UsageError("Name a FILE or a --number.", "یک FILE یا یک --number نام ببرید.")
    language = spoken(lang)
    usual = {"number": "", "kind": kind, "date": date, "group": group, "registry": registry}
    rows = iter([(1, {**usual, "number": number})]) if file is None else _rows(file, usual)
    tally: Counter[str] = Counter()
    with open_server(edition) as server:
        answers = _answered(server, rows, language, tally)
        if json:
            write_json(list(answers))
        else:
            _write(answers)
    if file is not None:
        console.complain(", ".join(f"{name}: {count:,}" for name, count in sorted(tally.items())) or "0")
    return 0 if not tally or set(tally) == {"valid"} else NO_STATUS


def _rows(file: Path, usual: dict[str, str]) -> Iterator[tuple[int, dict[str, str]]]:
    from termserver.importers import csv_tables
    from termserver.importers.table_files import read_table
    from termserver.importers.tables import Column, find_columns

    known = [header for headers in _WANTED.values() for header in headers]
    if str(file) == "-":
        table = csv_tables.read("-", sys.stdin.buffer.read(), "", known)
    else:
        table = read_table(file, known=known)
    columns = [Column(field, headers, required=field == "number") for field, headers in _WANTED.items()]
    places = find_columns(table, columns)
    for row, cells in table.rows:
        said = {field: cells[at].strip() for field, at in places.items() if cells[at].strip()}
        yield row, {**usual, **said}


def _answered(
    server: Any, rows: Iterator[tuple[int, dict[str, str]]], language: str, tally: Counter[str]
) -> Iterator[dict[str, str]]:
    from termserver.model.days import parse_day, today
    from termserver.model.registries import is_registry

    asked: dict[str, Any] = {}
    days = {"": today()}
    for row, said in rows:
        name, date = said["registry"], said["date"]
        if name not in asked:
            system = server.resolve(name)
            if not is_registry(system):
                raise UsageError(
                    f"'{system.id}' is a list of codes, not a registry.", f"«{system.id}» فهرست کد است، نه ثبت."
                )
            asked[name] = server.verifying(name)
        if date not in days:
            try:
                days[date] = parse_day(date)
            except UsageError as error:
                raise UsageError(f"Row {row}: {error.text.en}", f"سطر {row}: {error.text.fa}") from None
        verdict = asked[name](said["number"], said["kind"], days[date], said["group"])
        tally[str(verdict.standing)] += 1
        yield {
            "number": said["number"],
            "kind": said["kind"],
            "date": days[date],
            "standing": str(verdict.standing),
            "reason": verdict.reason,
            "detail": verdict.detail,
            "says": verdict.says.in_language(language),
        }


def _write(answers: Iterator[dict[str, str]]) -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, ("number", "kind", "date", *_ANSWERED), lineterminator="\n")
    writer.writeheader()
    for answer in answers:
        writer.writerow(answer)
        if out.tell() > 65536:
            console.write_bytes(out.getvalue().encode())
            out.seek(0)
            out.truncate()
    console.write_bytes(out.getvalue().encode())

"""``termserver registry``: files into the store of the registries, and releases out of it."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from termserver.cli import registry_verify
from termserver.cli.console import NO_STATUS
from termserver.cli.progress import Progress
from termserver.cli.shared import Json, Lang, command, spoken, write_json
from termserver.model.errors import UsageError

app = typer.Typer(
    help="Load the baseline registries, ask what was known when, and make releases.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(metavar="REGISTRY", help="physicians, centres, software, irc …")]
Database = Annotated[
    str,
    typer.Option(
        "--database", metavar="URL", help="The store: a URL or a file (else TERMSERVER_DATABASE_URL, else the shelf)."
    ),
]
File = Annotated[Path, typer.Argument(metavar="FILE", help="CSV, XLSX, JSON or NDJSON.")]
Delta = Annotated[bool, typer.Option("--delta", help="The file holds changes alone; nothing that it lacks is closed.")]
Mapping = Annotated[
    Path | None, typer.Option(metavar="FILE.yaml", help="Which column fills which fact; else it is found out.")
]
Sheet = Annotated[str, typer.Option(help="The sheet of a workbook; else the first one with content.")]
Source = Annotated[str, typer.Option(help="Who gave the file; loads of one source make a trend.")]
Day = Annotated[str, typer.Option(help="The day of the data, ISO or Jalali; else today.")]
Closing = Annotated[
    str,
    typer.Option("--allow-closing", metavar="SHARE", help="The load may close fewer than this share of the entries."),
]
Rejected = Annotated[
    str, typer.Option("--allow-rejected", metavar="SHARE", help="The load may lose up to this share of its rows.")
]
Again = Annotated[bool, typer.Option("--again", help="Load it although it was loaded before.")]
Reports = Annotated[
    list[Path] | None,
    typer.Option("--report", metavar="FILE", help="Write the report here, as .html, .xlsx or .json; may be repeated."),
]
KnownOn = Annotated[str, typer.Option("--known-on", metavar="DAY", help="As it was known on that day, or moment.")]


def register(into: typer.Typer) -> None:
    """Add ``registry`` and its commands to the application."""
    command(app, "load", "registry load physicians physicians.csv --report report.html")(load)
    command(app, "dry-run", "registry dry-run centres centres.xlsx --mapping ours.yaml")(dry_run)
    command(app, "list", "registry list")(list_registries)
    command(app, "report", "registry report physicians", "registry report physicians 12 --report rows.xlsx")(report)
    command(app, "show", "registry show physicians 99000000 --known-on 1405-08-30")(show)
    command(app, "history", "registry history physicians 99000000")(history)
    command(app, "changes", "registry changes physicians --after 0 --limit 100 --json")(changes)
    command(app, "snapshot", "registry snapshot physicians")(snapshot)
    command(app, "extract", "registry extract physicians")(extract)
    registry_verify.register(app)
    into.add_typer(app, name="registry")


def load(
    registry: Name,
    file: File,
    delta: Delta = False,
    mapping: Mapping = None,
    sheet: Sheet = "",
    source: Source = "",
    day: Day = "",
    allow_closing: Closing = "5%",
    allow_rejected: Rejected = "20%",
    again: Again = False,
    reports: Reports = None,
    database: Database = "",
    lang: Lang = None,
    json: Json = False,
) -> int:
    """Load a file into a registry: every row is judged, then all of it is applied at once, or nothing."""
    options = _options(delta, mapping, sheet, source, day, allow_closing, allow_rejected, again, False)
    return _load(registry, file, options, reports, database, spoken(lang), json)


def dry_run(
    registry: Name,
    file: File,
    delta: Delta = False,
    mapping: Mapping = None,
    sheet: Sheet = "",
    source: Source = "",
    day: Day = "",
    allow_closing: Closing = "5%",
    allow_rejected: Rejected = "20%",
    again: Again = False,
    reports: Reports = None,
    database: Database = "",
    lang: Lang = None,
    json: Json = False,
) -> int:
    """Do all that a load does, report it, and leave the registry as it was."""
    options = _options(delta, mapping, sheet, source, day, allow_closing, allow_rejected, again, True)
    return _load(registry, file, options, reports, database, spoken(lang), json)


def _refuse_without_database() -> None:
    from importlib.util import find_spec

    if find_spec("sqlalchemy") is None or find_spec("alembic") is None:
        raise UsageError(
            'The store of the registries needs two more packages. Run: pip install "termserver[registry]"',
            'انبار ثبت‌ها دو بستهٔ دیگر می‌خواهد. اجرا کنید: pip install "termserver[registry]"',
        )


def _options(
    delta: bool,
    mapping: Path | None,
    sheet: str,
    source: str,
    day: str,
    allow_closing: str,
    allow_rejected: str,
    again: bool,
    dry: bool,
) -> Any:
    _refuse_without_database()
    from termserver.content.registry_mappings import read_mapping
    from termserver.model.registries import LoadKind
    from termserver.registries.loading import LoadOptions

    told = None
    if mapping is not None:
        try:
            told = read_mapping(mapping.name, mapping.read_bytes())
        except OSError as error:
            raise UsageError(
                f"{mapping} cannot be read: {error.strerror}.", f"{mapping} خوانده نمی‌شود: {error.strerror}."
            ) from None
    return LoadOptions(
        kind=LoadKind.DELTA if delta else LoadKind.FULL,
        day=day,
        source=source,
        sheet=sheet,
        mapping=told,
        allow_closing=_share(allow_closing, "--allow-closing"),
        allow_rejected=_share(allow_rejected, "--allow-rejected"),
        dry_run=dry,
        again=again,
    )


def _share(said: str, option: str) -> float:
    text = said.strip().rstrip("%٪")
    try:
        share = float(text) / (100 if text != said.strip() else 1)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise UsageError(
            f"{option} '{said}' is no share. Write 5% or 0.05.", f"{option} «{said}» سهم نیست. ‎5%‎ یا ‎0.05‎ بنویسید."
        )
    return share


@contextlib.contextmanager
def _room(database: str) -> Iterator[Any]:
    """The store and what the current edition knows of the registries."""
    _refuse_without_database()
    from termserver.registries.room import open_room

    with open_room(database) as opened:
        yield opened


def _load(
    registry: str, file: Path, options: Any, reports: list[Path] | None, database: str, language: str, json: bool
) -> int:
    from termserver.registries import report_files, report_words
    from termserver.registries.tally import unpacked

    for path in reports or ():
        report_files.refuse_other_kinds(path)
    with _room(database) as room, Progress(registry) as progress:
        done = room.loading(registry).load(file, options, progress)
    for path in reports or ():
        report_files.write(path, done.summary, unpacked(done.notes), done.trend, language)
    if json:
        write_json({**done.summary, "seconds": round(done.seconds, 3), "trend": list(done.trend)})
    else:
        for line in report_words.lines(done.summary, language):
            typer.echo(line)
    return 0 if done.ok else NO_STATUS


def list_registries(database: Database = "", lang: Lang = None, json: Json = False) -> None:
    """Show every registry that was loaded: how many entries, how many open, where its cursor stands."""
    with _room(database) as room:
        states = room.store.registries()
    if json:
        write_json(
            [
                {
                    "registry": one.registry,
                    "entries": one.entries,
                    "open": one.active,
                    "cursor": one.cursor,
                    "recorded": one.recorded,
                    "checksum": one.checksum,
                }
                for one in states
            ]
        )
        return
    if not states:
        typer.echo("هنوز چیزی بار نشده است." if spoken(lang) == "fa" else "Nothing has been loaded yet.")
    for one in states:
        typer.echo(f"{one.registry}  {one.active:,} / {one.entries:,}  cursor {one.cursor:,}  {one.recorded}")


def report(
    registry: Name,
    number: Annotated[int, typer.Argument(metavar="LOAD", help="The number of a load; else the last one.")] = 0,
    reports: Reports = None,
    database: Database = "",
    lang: Lang = None,
    json: Json = False,
) -> int:
    """Show the report of a load again, and how the quality of its source went over time."""
    from termserver.registries import report_files, report_words
    from termserver.registries.load_report import trend_of

    language = spoken(lang)
    with _room(database) as room:
        found = room.load_of(registry, number)
        before = [
            one.summary
            for one in room.store.loads(found.registry)
            if one.source == found.source and one.number <= found.number
        ]
        trend = trend_of([{**one} for one in before[:30]][::-1])
        for path in reports or ():
            report_files.write(path, found.summary, room.store.notes(found.number), trend, language)
    if json:
        write_json({**found.summary, "load": found.number, "trend": trend})
        return 0
    for line in report_words.lines({**found.summary, "load": found.number}, language):
        typer.echo(line)
    for one in trend if len(trend) > 1 else ():
        typer.echo(f"  #{one['load']} {one['recorded']}: {one['read']:,} / {one['warning']:,} / {one['rejected']:,}")
    return 0


def show(
    registry: Name,
    code: Annotated[str, typer.Argument(metavar="CODE", help="The code of the entry, in any spelling of it.")],
    known_on: KnownOn = "",
    database: Database = "",
    lang: Lang = None,
    json: Json = False,
) -> int:
    """Show what is known of an entry, or was known on a day."""
    with _room(database) as room:
        found = room.entry(registry, code, known_on)
    if json:
        write_json(found.as_json())
    else:
        for line in room.lines(found, spoken(lang)):
            typer.echo(line)
    return 0


def history(
    registry: Name,
    code: Annotated[str, typer.Argument(metavar="CODE", help="The code of the entry, in any spelling of it.")],
    database: Database = "",
    lang: Lang = None,
    json: Json = False,
) -> int:
    """Show everything that was ever recorded of an entry, and from when until when it was what was known."""
    with _room(database) as room:
        versions = room.history(registry, code)
    if json:
        write_json([one.as_json() for one in versions])
    else:
        for one in versions:
            for line in room.lines(one, spoken(lang)):
                typer.echo(line)
    return 0


def changes(
    registry: Name,
    after: Annotated[int, typer.Option(help="The cursor after which to begin.")] = 0,
    limit: Annotated[int, typer.Option(help="So many changes at most.", min=1)] = 1000,
    database: Database = "",
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Show what changed after a cursor, each entry once, in its last form."""
    with _room(database) as room:
        page = room.store.changes(room.definition(registry).id, after, limit)
    if json:
        write_json(
            {
                "registry": page.registry,
                "changes": [one.as_json() for one in page.changes],
                "next_cursor": page.next_cursor,
                "complete": page.complete,
                "checksum": page.checksum,
                "entries": page.entries,
            }
        )
        return
    for one in page.changes:
        typer.echo(f"{one.cursor}  {one.kind}  {one.code}  {one.recorded}")
    more = "" if page.complete else f"  termserver registry changes {page.registry} --after {page.next_cursor}"
    typer.echo(f"cursor {page.next_cursor}{more}")


def snapshot(
    registry: Name,
    day: Day = "",
    known_on: KnownOn = "",
    complete: Annotated[
        bool | None, typer.Option("--complete/--partial", help="Your word on whether the registry is whole.")
    ] = None,
    keep_edition: Annotated[bool, typer.Option("--keep-edition", help="Do not put it into the edition.")] = False,
    database: Database = "",
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Make a release of a registry, with what differs from the one before, and put it into the current edition."""
    with _room(database) as room, Progress(f"{registry} → release") as progress:
        made = room.snapshot(registry, day, known_on, complete, use=not keep_edition, shared=True, progress=progress)
    _tell(made, json)


def extract(
    registry: Name,
    day: Day = "",
    database: Database = "",
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Make the small release for offline validators: codes, specialties and the periods of licences, nobody's name."""
    with _room(database) as room, Progress(f"{registry} → release") as progress:
        made = room.snapshot(registry, day, extract=True, use=False, shared=True, progress=progress)
    _tell(made, json)


def _tell(made: Any, json: bool) -> None:
    if json:
        write_json(made.as_json())
        return
    typer.echo(f"{made.pin.name} {made.pin.version} [{made.pin.digest[:12]}]  {made.entries:,}  cursor {made.cursor:,}")
    if made.delta is not None:
        typer.echo(f"  {made.delta.name}: {made.changes:,}")

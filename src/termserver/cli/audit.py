"""``termserver audit``: the log of every access, checked, searched, written out, and told to whom it is about."""

import datetime
import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from termserver.cli import console
from termserver.cli.console import NO_STATUS
from termserver.cli.shared import Json, Lang, command, send, spoken, write_json
from termserver.model.errors import UsageError

if TYPE_CHECKING:
    from termserver.access.audit_lines import Head

app = typer.Typer(help="The log of every access.", no_args_is_help=True)

_TEHRAN = datetime.timezone(datetime.timedelta(hours=3, minutes=30))


class Form(StrEnum):
    NDJSON = "ndjson"
    CSV = "csv"
    FHIR = "fhir"


Folders = Annotated[
    list[Path] | None,
    typer.Argument(metavar="FOLDERS...", help="The logs (else TERMSERVER_AUDIT).", show_default=False),
]
Since = Annotated[str, typer.Option(metavar="WHEN", help="From this day (ISO or Jalali, Tehran) or moment on.")]
Until = Annotated[str, typer.Option(metavar="WHEN", help="Up to this day with it, or before this moment.")]
Who = Annotated[str, typer.Option(help="Only of this client or person.")]
Role = Annotated[str, typer.Option(help="Only of this role.")]
Action = Annotated[str, typer.Option(help="Only this action: read, verify, search, lookup, changes, …")]
Registry = Annotated[str, typer.Option(help="Only of this registry.")]
Code = Annotated[str, typer.Option(help="Only of this entry.")]
Address = Annotated[str, typer.Option(help="Only from this network address.")]


def register(into: typer.Typer) -> None:
    """Add ``audit`` and its commands to the application."""
    command(app, "verify", "audit verify /var/lib/termserver/audit --key node.pub.pem --head head.json")(verify)
    command(app, "search", "audit search --since 1405-08-01 --registry physicians --role vendor")(search)
    command(app, "export", "audit export --to csv --since 1405-08-01 --output accesses.csv")(export)
    command(app, "about", "audit about 99000870 --lang fa")(about)
    command(app, "head", "audit head --json > head-$(date +%F).json")(head)
    into.add_typer(app, name="audit")


def verify(
    folders: Folders = None,
    key: Annotated[
        list[Path] | None,
        typer.Option("--key", metavar="PUB", help="The node's public key; else the one beside the log."),
    ] = None,
    head: Annotated[
        list[str] | None,
        typer.Option("--head", metavar="FILE", help="A head that was published; may be repeated."),
    ] = None,
    lang: Lang = None,
    json: Json = False,
) -> int:
    """Check every line, seal and head. Status 1 if anything was changed, removed, moved, inserted or taken back."""
    from termserver.access.audit_check import check
    from termserver.access.audit_node import node_keys
    from termserver.releases.signatures import read_public

    heads = [one for file in head or () for one in _heads(file)]
    status = 0
    told: list[dict[str, Any]] = []
    for folder in _folders(folders):
        keys = tuple(read_public(path) for path in key) if key else node_keys(folder)
        checked = check(folder, keys, heads)
        status = NO_STATUS if checked.faults else status
        told.append(
            {
                "folder": str(folder),
                "streams": checked.streams,
                "segments": checked.segments,
                "lines": checked.lines,
                "seals": checked.seals,
                "unsealed_lines": checked.open_lines,
                "own_key": not key,
                "heads": len(heads),
                "faults": [one.as_json() for one in checked.faults],
            }
        )
    if json:
        write_json({"logs": told})
        return status
    language = spoken(lang)
    for one in told:
        for fault in one["faults"]:
            typer.echo(f"{fault['file']}:{fault['line']}: {fault['kind']}: {fault['says'][language]}")
        figures = (one["folder"], one["lines"], one["segments"], one["seals"], len(one["faults"]))
        typer.echo(
            "{}: {:,} خط در {} بخش، {} مهر، {} نادرستی".format(*figures)
            if language == "fa"
            else "{}: {:,} lines in {} segments, {} seals, {} faults".format(*figures)
        )
        if one["own_key"] or not one["heads"]:
            typer.echo(
                "  با کلید و سری که جای دیگری نگه داشته‌اید بسنجید (--key، --head): آنچه کنار دفتر است با آن عوض می‌شود."
                if language == "fa"
                else "  Check with a key and a head that you kept elsewhere (--key, --head): what lies beside the log "
                "can be replaced with it.",
                err=True,
            )
    return status


def search(
    folders: Folders = None,
    since: Since = "", until: Until = "", who: Who = "", role: Role = "", action: Action = "", registry: Registry = "",
    code: Code = "", address: Address = "",
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 1000,
    lang: Lang = None,
    json: Json = False,
) -> None:  # fmt: skip
    """Show the accesses that fit, the oldest first."""
    from itertools import islice

    from termserver.access.audit_reading import Wanted, events

    wanted = Wanted(_from(since), _to(until), who, role, action, registry, code, address)
    for said in islice(events(_folders(folders), wanted), limit):
        if json:
            console.write_bytes(orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE))
            continue
        codes = said.get("codes", [])
        shown = " ".join(codes[:5]) + (f" … ({len(codes)})" if len(codes) > 5 else "")
        what = f"{said.get('registry', '')} {shown}".strip() or said.get("route", "")
        typer.echo(
            f"{said['t']}  {said.get('status', '')}  {said.get('who', '')} ({' '.join(said.get('roles', ()))})  "
            f"{said.get('address', '')}  {said.get('do', '')}  {what}"
        )


def export(
    folders: Folders = None,
    to: Annotated[Form, typer.Option(help="NDJSON, CSV, or FHIR AuditEvents as NDJSON.")] = Form.NDJSON,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="A file; else here.")] = None,
    since: Since = "", until: Until = "", who: Who = "", role: Role = "", action: Action = "", registry: Registry = "",
    code: Code = "", address: Address = "",
    json: Annotated[bool, typer.Option("--json", help="The same as --to ndjson.")] = False,
) -> None:  # fmt: skip
    """Write the accesses that fit, line by line, however many they are."""
    from termserver.access.audit_export import FORMS
    from termserver.access.audit_reading import Wanted, events

    wanted = Wanted(_from(since), _to(until), who, role, action, registry, code, address)
    pieces = FORMS[Form.NDJSON if json else to](events(_folders(folders), wanted))
    send(pieces, output)


def about(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The code of the entry, as 99000870.")],
    folders: Folders = None,
    registry: Annotated[str, typer.Option(help="The registry that the code is of.")] = "physicians",
    since: Since = "",
    until: Until = "",
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Who looked this entry up, when, and for what; copies of its whole registry too."""
    from termserver.access.audit_report import about as report
    from termserver.terminology.registry_views import canonical_code

    kept = canonical_code(registry, code) or code
    found = report(_folders(folders), kept, registry, _from(since), _to(until))
    if json:
        write_json(found.as_json())
        return
    persian = spoken(lang) == "fa"
    if not found.looked:
        typer.echo(f"کسی {kept} را ندیده است." if persian else f"Nobody looked {kept} up.")
    for one in found.looked:
        typer.echo(_said(one, persian))
    if found.copies:
        typer.echo("کسانی که همهٔ ثبت را گرفته‌اند:" if persian else "Who took the whole registry:")
        for one in found.copies:
            typer.echo(f"  {_said(one, persian)}")


def head(folders: Folders = None, lang: Lang = None, json: Json = False) -> None:
    """Show how far each stream goes, as the node signed it at its last seal; keep that where nobody can replace it."""
    from termserver.access.audit_lines import HEAD_FILE, streams
    from termserver.access.audit_log import read_head

    found = [
        known
        for folder in _folders(folders)
        for stream in streams(folder)
        if (known := read_head(stream / HEAD_FILE)) is not None
    ]
    if json:
        write_json({"heads": [one.as_json() for one in found]})
        return
    for one in found:
        typer.echo(f"{one.t}  {one.node}/{one.stream}  n={one.n}  {one.h}")


def _said(one: Any, persian: bool) -> str:
    who = one.who + (f" ({one.organisation})" if one.organisation else "")
    purpose = f"  [{one.purpose}]" if one.purpose else ""
    when = one.first if one.first == one.last else f"{one.first} … {one.last}"
    times = f"{one.times} بار" if persian else f"{one.times}×"
    return f"{who}  {times}  {when}  {' '.join(one.actions)}{purpose}"


def _folders(given: list[Path] | None) -> list[Path]:
    if given:
        return given
    from termserver.access.audit_node import FOLDER

    said = os.environ.get(FOLDER, "")
    if not said:
        raise UsageError(
            f"Name the folder of the log, or set {FOLDER}.", f"پوشهٔ دفتر را نام ببرید یا {FOLDER} را تنظیم کنید."
        )
    return [Path(said)]


def _heads(file: str) -> "list[Head]":
    from termserver.access.audit_lines import Head

    try:
        said = orjson.loads(Path(file).read_bytes())
        some = said["heads"] if isinstance(said, dict) and "heads" in said else [said]
        heads = [Head.from_json(one) for one in some]
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"{file} cannot be read: {error}.", f"{file} خوانده نمی‌شود: {error}.") from None
    if None in heads:
        raise UsageError(
            f"{file} is no head of an access log; fetch one from /api/audit/head.",
            f"{file} سرِ دفتر دسترسی نیست؛ آن را از ‎/api/audit/head بگیرید.",
        )
    return [one for one in heads if one is not None]


def _from(said: str) -> str:
    return _moment(said, 0)


def _to(said: str) -> str:
    return _moment(said, 1)


def _moment(said: str, days: int) -> str:
    """A moment in UTC as the log writes it; a day begins at midnight in Tehran, ``days`` later."""
    if not said:
        return ""
    from termserver.model.days import parse_day

    try:
        if "T" in said:
            moment = datetime.datetime.fromisoformat(said)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
        else:
            day = datetime.date.fromisoformat(parse_day(said)) + datetime.timedelta(days)
            moment = datetime.datetime.combine(day, datetime.time(), _TEHRAN)
    except ValueError:
        raise UsageError(
            f"'{said}' is no day and no moment, as 1405-08-30 or 2026-11-21T08:30:00Z.",
            f"«{said}» نه روز است و نه لحظه؛ مانند 1405-08-30 یا 2026-11-21T08:30:00Z.",
        ) from None
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")

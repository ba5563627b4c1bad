"""``termserver mapping``: how much of each list is said in another, what waits, and what was decided of it."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from termserver.cli.committee import As, Database, OpenCommittee, acting, now, tell
from termserver.cli.shared import EditionPath, Json, Lang, Root, command, open_server, spoken, write_json
from termserver.model.errors import UsageError
from termserver.model.text import Text

app = typer.Typer(help="Maps between lists, as work to be done.", no_args_is_help=True)

Map = Annotated[str, typer.Argument(metavar="MAP", help="The map, by its id.")]
Of = Annotated[
    str, typer.Option("--list", metavar="LIST", help="Which of its two lists waits; else that of the source.")
]
Kind = Annotated[str, typer.Option(help="The kind of decision, as governance.yaml names it.")]
Number = Annotated[
    int | None, typer.Option("--proposal", metavar="NUMBER", help="Add it to this proposal of yours; else a new one.")
]
Reason = Annotated[str, typer.Option("--comment", help="Why; goes into the map.")]


def register(into: typer.Typer) -> None:
    """Add ``mapping`` and its commands to the application."""
    command(app, "coverage", "mapping coverage", "mapping coverage --csv > coverage.csv")(coverage)
    command(
        app,
        "queue",
        "mapping queue specialty-to-tamin-specialty",
        "mapping queue ihio-gender-to-gender --csv > queue.csv",
    )(queue)
    command(app, "accept", "mapping accept specialty-to-tamin-specialty 171108 00138 --as coder-1")(accept)
    command(app, "reject", "mapping reject specialty-to-tamin-specialty 171108 00138 --as coder-1")(reject)
    command(app, "none", "mapping none specialty-to-tamin-specialty 171108 --as coder-1")(none)
    command(app, "propose", "mapping propose queue.csv --as coder-1")(propose)
    into.add_typer(app, name="mapping")


def coverage(
    csv: Annotated[bool, typer.Option("--csv", help="Write it as CSV.")] = False,
    edition: EditionPath = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Show how the codes of each list stand: mapped, mapped to a retired code, without counterpart, unmapped."""
    from termserver.content.csv_writing import csv_text
    from termserver.publication.mapping import Mappings

    with open_server(edition) as server:
        found = Mappings(server).coverage()
    if json:
        write_json({"coverage": [one.as_json() for one in found]})
        return
    columns = ("map", "list", "against", "total", "mapped", "retired", "none", "unmapped")
    if csv:
        rows = [[str(getattr(one, name)) for name in columns] for one in found]
        typer.echo(csv_text(columns, rows), nl=False)
        return
    fa = spoken(lang) == "fa"
    for one in found:
        told = f"{one.share:6.1%}  {one.list} → {one.against}  "
        told += (
            f"نگاشته {one.mapped}، به بازنشسته {one.retired}، بی‌همتا {one.none}، مانده {one.unmapped}"
            if fa
            else f"{one.mapped} mapped, {one.retired} to retired, {one.none} without counterpart, {one.unmapped} left"
        )
        if not one.checked:
            told += "  (مقصد اینجا نیست)" if fa else "  (the other list is not here)"
        typer.echo(f"{told}  [{one.map}]")


def queue(
    map: Map,
    of: Of = "",
    limit: Annotated[int, typer.Option(min=1, help="How many.")] = 50,
    offset: Annotated[int, typer.Option(min=0, help="After how many.")] = 0,
    csv: Annotated[bool, typer.Option("--csv", help="Write it as CSV, to be filled in and proposed.")] = False,
    edition: EditionPath = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Show the codes that wait to be mapped, with what the search suggests and why."""
    from termserver.publication import mapping_decisions
    from termserver.publication.mapping import Mappings

    with open_server(edition) as server:
        mappings = Mappings(server)
        found, total = mappings.queue(mappings.end(map, of), limit, offset)
    if json:
        write_json({"queue": [one.as_json() for one in found], "total": total})
        return
    if csv:
        typer.echo(mapping_decisions.table(found), nl=False)
        return
    language = spoken(lang)
    for one in found:
        typer.echo(f"{one.code}  {one.display.in_language(language)}{_leads(one, language)}")
        for other in one.suggestions:
            name = other.display.in_language(language)
            typer.echo(f"    {other.score:4.2f}  {other.code}  {name}  ({other.reason.in_language(language)})")
    typer.echo(f"{min(offset + len(found), total)} / {total}")


def accept(
    map: Map,
    code: Annotated[str, typer.Argument(metavar="CODE", help="The code that waits.")],
    target: Annotated[str, typer.Argument(metavar="TARGET", help="Its counterpart in the other list.")],
    relationship: Annotated[str, typer.Option(help="As FHIR R5 says it.")] = "equivalent",
    of: Of = "",
    comment: Reason = "",
    kind: Kind = "code-list",
    proposal: Number = None,
    who: As = "",
    root: Root = None,
    database: Database = None,
    edition: EditionPath = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Propose that two codes belong together."""
    _decide(
        "accept", map, of, code, target, relationship, comment, kind, proposal, who, root, database, edition, lang, json
    )


def reject(
    map: Map,
    code: Annotated[str, typer.Argument(metavar="CODE", help="The code that waits.")],
    target: Annotated[str, typer.Argument(metavar="TARGET", help="What was suggested.")],
    of: Of = "",
    comment: Reason = "",
    kind: Kind = "code-list",
    proposal: Number = None,
    who: As = "",
    root: Root = None,
    database: Database = None,
    edition: EditionPath = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Propose that two codes do not belong together; they are not suggested again."""
    _decide("reject", map, of, code, target, "", comment, kind, proposal, who, root, database, edition, lang, json)


def none(
    map: Map,
    code: Annotated[str, typer.Argument(metavar="CODE", help="The code that waits.")],
    comment: Reason = "",
    kind: Kind = "code-list",
    proposal: Number = None,
    who: As = "",
    root: Root = None,
    database: Database = None,
    edition: EditionPath = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Propose that a code has no counterpart; it does not wait any more."""
    _decide("none", map, "", code, "", "", comment, kind, proposal, who, root, database, edition, lang, json)


def propose(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A queue as CSV, its column 'decision' filled in.")],
    kind: Kind = "code-list",
    proposal: Number = None,
    who: As = "",
    root: Root = None,
    database: Database = None,
    edition: EditionPath = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Propose what a filled-in table decides."""
    from termserver.publication import mapping_decisions

    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{file} cannot be read: {error.strerror}.", f"{file} خوانده نمی‌شود: {error.strerror}."
        ) from None
    decisions = mapping_decisions.read_table(data, str(file))
    _proposed(decisions, kind, proposal, who, root, database, edition, lang, json)


def _decide(
    decision: str, map: str, of: str, code: str, target: str, relationship: str, comment: str, kind: str,
    proposal: int | None, who: str, root: Path | None, database: str | None, edition: Path | None, lang: Any,
    json: bool,
) -> None:  # fmt: skip
    from termserver.publication import mapping_decisions

    made = mapping_decisions.Decision(map, of, code, decision, target, relationship, comment)
    mapping_decisions.check(made, f"{map} {code}")
    _proposed([made], kind, proposal, who, root, database, edition, lang, json)


def _proposed(
    decisions: list[Any], kind: str, proposal: int | None, who: str, root: Path | None, database: str | None,
    edition: Path | None, lang: Any, json: bool,
) -> None:  # fmt: skip
    """Put the decisions into a new proposal, or upon one's own."""
    from termserver.publication import mapping_decisions
    from termserver.publication.mapping import Mappings

    with open_server(edition) as server, OpenCommittee(root, database) as committee:
        before = committee.change_set(proposal) if proposal is not None else None
        changes = mapping_decisions.change_set(committee.root, Mappings(server), decisions, before)
        if proposal is not None:
            based_on = committee.proposal(proposal).digest
            made = committee.revise(proposal, acting(who), now(), changes, based_on)
        else:
            maps = ", ".join(dict.fromkeys(one.map for one in decisions))
            title = Text(f"نگاشت: {maps} ({len(decisions)})", f"Mapping: {maps} ({len(decisions)})")
            made = committee.propose(acting(who), now(), kind, title, changes)
    tell(made, spoken(lang), json)


def _leads(one: Any, language: str) -> str:
    if not one.leads_to:
        return ""
    codes = ", ".join(one.leads_to)
    return f"  (به {codes} که بازنشسته است)" if language == "fa" else f"  (to {codes}, which is retired)"

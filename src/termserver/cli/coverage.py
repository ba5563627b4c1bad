"""``termserver coverage``: what a vendor's corpus never tries, by document type."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from termserver.cli import console
from termserver.cli.documents import Inputs
from termserver.cli.judging import How, Judging
from termserver.cli.shared import Json, Lang, command, spoken, write_json
from termserver.cli.validate import edition_to_judge_by, opened
from termserver.model.findings import USAGE_STATUS
from termserver.parsing.gate import BYTE_LIMIT
from termserver.validation.appearance import Coverage

_SHOWN = 40


def register(app: typer.Typer) -> None:
    """Add ``coverage`` to the application."""
    command(app, "coverage", "coverage documents/", "coverage tests/*.zip --json")(coverage)


def coverage(
    files: Annotated[
        list[str], typer.Argument(metavar="FILES...", help="Documents, folders and archives, as validate takes them.")
    ],
    type: Annotated[
        str, typer.Option(metavar="TYPE", help="The document type, where a document does not tell it itself.")
    ] = "",
    edition: Annotated[str, typer.Option(metavar="PATH", help="Ask this edition, lock or release file.")] = "",
    lock: Annotated[
        str, typer.Option(metavar="FILE", help="Ask by this lock; else by the termserver.lock of the working folder.")
    ] = "",
    lang: Lang = None,
    json: Json = False,
) -> int:
    """Tell which elements never appeared in the documents, and which rules never found anything in them."""
    language = spoken(lang)
    seen: dict[tuple[str, str], Coverage] = {}
    status, untyped = 0, 0
    with opened(edition_to_judge_by(edition, lock)) as server:
        types = {(known.id, known.version): known for known in server.document_types()}
        rule_sets = server.rule_sets()
        judging = Judging(server, How(type=type))
        for document in Inputs(BYTE_LIMIT).documents(files):
            (result,) = judging.results([document])
            if result.report is None:
                status = max(status, USAGE_STATUS, result.status)
                if result.why is not None:
                    console.complain(result.why.in_language(language))
                continue
            key = (result.report.document_type, result.report.type_version)
            if key not in types:
                untyped += 1
                continue
            if key not in seen:
                own = [rules for rules in rule_sets if rules.document_type == key[0]]
                seen[key] = Coverage(types[key], own)
            seen[key].add(document.data, result.report)
        digest = server.edition.digest
    said = [seen[key].as_json() for key in sorted(seen)]
    if json:
        write_json({"types": said, "without_a_type": untyped, "release": digest})
    else:
        for one in said:
            for line in _lines(one, language == "fa"):
                typer.echo(line)
        if untyped or not said:
            typer.echo(f"سندهای بی نوع: {untyped}" if language == "fa" else f"documents of no known type: {untyped}")
    return status


def _lines(one: dict[str, Any], fa: bool) -> Iterator[str]:
    elements, rules = one["elements"], one["rules"]
    yield (
        f"{one['type']} {one['version']}: {one['documents']} سند؛ {elements['appeared']} از {elements['known']} عنصر "
        f"دیده شد؛ {rules['found']} از {rules['known']} قاعده چیزی یافت"
        if fa
        else f"{one['type']} {one['version']}: {one['documents']} documents; {elements['appeared']} of "
        f"{elements['known']} elements appeared; {rules['found']} of {rules['known']} rules found something"
    )
    yield from _listed("عنصرهایی که دیده نشد" if fa else "elements that never appeared", elements["never"], fa)
    yield from _listed("قاعده‌هایی که چیزی نیافت" if fa else "rules that never found anything", rules["never"], fa)


def _listed(head: str, names: list[str], fa: bool) -> Iterator[str]:
    if not names:
        return
    yield f"  {head}:"
    for name in names[:_SHOWN]:
        yield f"    {name}"
    if len(names) > _SHOWN:
        more = len(names) - _SHOWN
        yield f"    … و {more} مورد دیگر (‎--json‎)" if fa else f"    … and {more} more (--json)"

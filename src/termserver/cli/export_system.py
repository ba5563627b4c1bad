"""``termserver export SYSTEM``: a code system that is in force, as a table, as lines, as SVS, as FHIR."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from termserver.cli.shared import EditionPath, Json, Lang, open_server, spoken, write_json
from termserver.model.codes import Audience, CodeSystem, Concept, Kind
from termserver.model.errors import UsageError
from termserver.model.values import replace

if TYPE_CHECKING:
    from termserver.service import TermServer
    from termserver.terminology.whole import WholeSystem


class Form(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    NDJSON = "ndjson"
    SVS = "svs"
    FHIR = "fhir"


EXAMPLES = (
    "export insurer --format xlsx -o insurer.xlsx",
    "export system insurer --format svs > insurer.xml",
)


def system(
    name: Annotated[str, typer.Argument(metavar="SYSTEM", help="The code system, by id, native id, URL or OID.")],
    form: Annotated[Form, typer.Option("--format", help="What is written.")] = Form.CSV,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where to; else to standard output.")
    ] = None,
    edition: EditionPath = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Write a code system: CSV and XLSX for editing, NDJSON, IHE SVS, FHIR JSON."""
    language = spoken(lang)
    if output is None and json:
        raise UsageError(
            "--json tells of a file: -o FILE. As JSON itself: --format ndjson or fhir.",
            "‎--json‎ از پرونده می‌گوید: ‎-o FILE‎. برای خود JSON: ‎--format ndjson‎ یا fhir.",
        )
    if output is None and form is Form.XLSX:
        raise UsageError("A workbook needs a file: -o FILE.xlsx.", "کارپوشه پرونده می‌خواهد: ‎-o FILE.xlsx.")
    with open_server(edition) as server:
        whole = server.whole(name)
        known = whole.system
        if known.kind is Kind.REGISTRY:
            raise UsageError(
                f"{known.id} is a registry: every access to its entries is logged. Use: termserver registry extract",
                f"{known.id} ثبت است و هر دسترسی به آن ثبت می‌شود. به کار ببرید: termserver registry extract",
            )
        if not whole.size:
            raise UsageError(
                f"The content of {known.id} is not here; import it first (docs/imports.md).",
                f"محتوای {known.id} اینجا نیست؛ نخست آن را وارد کنید (docs/imports.md).",
            )
        if form is Form.XLSX:
            assert output is not None
            _workbook(output, known, whole, language)
        else:
            _written(output, _WRITERS[form](server, known, whole))
    if json:
        told = {"system": known.id, "version": known.version, "format": str(form), "file": str(output)}
        write_json({**told, "concepts": whole.size, "licence": known.licence})
    elif output is not None:
        typer.echo(f"{output}: {whole.size:,}")
    if known.licence and not json:
        typer.echo(f"{'مجوز' if language == 'fa' else 'licence'}: {known.licence}", err=True)


def _written(output: Path | None, pieces: Iterator[str]) -> None:
    from termserver.cli.console import write_bytes

    if output is None:
        for piece in pieces:
            write_bytes(piece.encode())
        return
    from termserver.releases import atomic

    temporary = atomic.neighbour(output)
    try:
        with temporary.open("w", encoding="utf-8", newline="") as out:
            for piece in pieces:
                out.write(piece)
        atomic.put(temporary, output)
    except OSError as error:
        raise UsageError(
            f"{output} cannot be written: {error.strerror}.", f"{output} نوشته نمی‌شود: {error.strerror}."
        ) from None
    finally:
        temporary.unlink(missing_ok=True)


def concepts(system: CodeSystem, whole: "WholeSystem") -> Iterator[Concept]:
    """Every concept once, under the first of its parents, in the order of the tree; only what is public of it."""
    from termserver.releases.digests import natural

    public = {one.code for one in system.properties if one.audience is Audience.PUBLIC}
    codes = [(entry.code, ordinal) for ordinal, entry in whole.entries() if not entry.parents]
    waiting = [ordinal for _, ordinal in sorted(codes, key=lambda one: natural(one[0]), reverse=True)]
    left = set(whole.everything)
    while waiting or left:
        ordinal = waiting.pop() if waiting else min(left)
        if ordinal not in left:
            continue
        left.discard(ordinal)
        entry = whole.entry(ordinal)
        if any(said.code not in public for said in entry.properties):
            declared = {one.code for one in system.properties}
            kept = tuple(said for said in entry.properties if said.code in public or said.code not in declared)
            entry = replace(entry, properties=kept)
        yield entry
        waiting += reversed(whole.children(ordinal))


def _table(system: CodeSystem, whole: "WholeSystem") -> Iterator[Sequence[str]]:
    from termserver.content.wide_table import columns_of, row_of

    columns = columns_of(concepts(system, whole))
    yield columns
    for one in concepts(system, whole):
        yield row_of(one, columns)


def _csv(server: "TermServer", system: CodeSystem, whole: "WholeSystem") -> Iterator[str]:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    yield "\ufeff"  # by which Excel knows that it is UTF-8
    for row in _table(system, whole):
        writer.writerow(row)
        yield out.getvalue()
        out.seek(0)
        out.truncate()


def _workbook(path: Path, system: CodeSystem, whole: "WholeSystem", language: str) -> None:
    from termserver.formats import xlsx

    try:
        xlsx.write(path, [("concepts", _table(system, whole))], language == "fa")
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}.", f"{path} نوشته نمی‌شود: {error.strerror}."
        ) from None


def _ndjson(server: "TermServer", system: CodeSystem, whole: "WholeSystem") -> Iterator[str]:
    import orjson

    for one in concepts(system, whole):
        said: dict[str, Any] = {"code": one.code, "display": {"fa": one.display.fa, "en": one.display.en}}
        said |= {
            key: value
            for key, value in (
                ("parents", list(one.parents)),
                ("status", "retired" if one.status == "retired" else ""),
                ("period", {"start": one.period.start, "end": one.period.end} if one.period else None),
                ("replaced_by", list(one.replaced_by)),
                ("designations", [{"language": d.language, "use": d.use, "value": d.value} for d in one.designations]),
                (
                    "properties",
                    [
                        {"code": p.code, "value": p.value}
                        | ({"period": {"start": p.period.start, "end": p.period.end}} if p.period else {})
                        for p in one.properties
                    ],
                ),
                ("source", one.source),
            )
            if value
        }
        yield orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE).decode()


def _svs(server: "TermServer", system: CodeSystem, whole: "WholeSystem") -> Iterator[str]:
    from termserver.formats import svs

    id = system.oid or system.url

    def listed(language: str) -> Iterator[svs.Listed]:
        for one in concepts(system, whole):
            shown = getattr(one.display, language) or one.display.fa or one.display.en
            yield svs.Listed(one.code, shown, id, system.id, system.version)

    languages = [
        ("fa-IR" if language == "fa" else "en-US", listed(language))
        for language in ("fa", "en")
        if any(getattr(one.display, language) for one in concepts(system, whole))
    ]
    yield from svs.write(id, str(system.title), system.version, languages)


def _fhir(server: "TermServer", system: CodeSystem, whole: "WholeSystem") -> Iterator[str]:
    import orjson

    from termserver.api.fhir.edition import EditionShelf, json_shelf
    from termserver.fhir import definitions

    version = "" if system.version == "not-stated" else system.version
    found = [*json_shelf(server, "4.0.1").systems(system.url), *EditionShelf(server).systems(system.url)]
    one = next(known for known in found if known.head.version == version)
    head, shown = definitions.whole(one)
    yield orjson.dumps(head, option=orjson.OPT_INDENT_2).decode().removesuffix("\n}")
    yield ',\n  "concept": [\n'
    for n, said in enumerate(shown):
        yield (",\n" if n else "") + orjson.dumps(said).decode()
    yield "\n  ]\n}\n"


_WRITERS: dict[Form, Callable[["TermServer", CodeSystem, "WholeSystem"], Iterator[str]]] = {
    Form.CSV: _csv,
    Form.NDJSON: _ndjson,
    Form.SVS: _svs,
    Form.FHIR: _fhir,
}

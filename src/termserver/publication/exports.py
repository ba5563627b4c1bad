"""A code system that is in force, written for others: as a table, as lines, as IHE SVS, as FHIR.

Only what is public of a concept is written, and no entry of a registry: every access to those is logged.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from termserver.content.wide_table import columns_of, row_of
from termserver.fhir import definitions
from termserver.fhir_edition.shelf import EditionShelf, json_shelf
from termserver.formats import svs, xlsx
from termserver.model.codes import Audience, Concept, Kind
from termserver.model.errors import UsageError
from termserver.model.values import replace
from termserver.releases.digests import natural
from termserver.service import TermServer
from termserver.terminology.whole import WholeSystem

Writer = Callable[[TermServer, WholeSystem], Iterator[str]]


def exportable(server: TermServer, name: str) -> WholeSystem:
    """The code system of that name; raise UsageError for a registry, and for a list whose content is not here."""
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
    return whole


def concepts(whole: WholeSystem) -> Iterator[Concept]:
    """Every concept once, under the first of its parents, in the order of the tree; only what is public of it."""
    declared = {one.code for one in whole.system.properties}
    public = {one.code for one in whole.system.properties if one.audience is Audience.PUBLIC}
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
            kept = tuple(said for said in entry.properties if said.code in public or said.code not in declared)
            entry = replace(entry, properties=kept)
        yield entry
        waiting += reversed(whole.children(ordinal))


def workbook(path: Path, whole: WholeSystem, right_to_left: bool) -> None:
    """Write an XLSX file of one sheet; raise OSError."""
    xlsx.write(path, [("concepts", _table(whole))], right_to_left)


def _table(whole: WholeSystem) -> Iterator[Sequence[str]]:
    columns = columns_of(concepts(whole))
    yield columns
    for one in concepts(whole):
        yield row_of(one, columns)


def _csv(server: TermServer, whole: WholeSystem) -> Iterator[str]:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    yield "\ufeff"  # by which Excel knows that it is UTF-8
    for row in _table(whole):
        writer.writerow(row)
        yield out.getvalue()
        out.seek(0)
        out.truncate()


def _ndjson(server: TermServer, whole: WholeSystem) -> Iterator[str]:
    for one in concepts(whole):
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


def _svs(server: TermServer, whole: WholeSystem) -> Iterator[str]:
    system = whole.system
    id = system.oid or system.url

    def listed(language: str) -> Iterator[svs.Listed]:
        for one in concepts(whole):
            shown = getattr(one.display, language) or one.display.fa or one.display.en
            yield svs.Listed(one.code, shown, id, system.id, system.version)

    languages = [
        ("fa-IR" if language == "fa" else "en-US", listed(language))
        for language in ("fa", "en")
        if any(getattr(one.display, language) for one in concepts(whole))
    ]
    yield from svs.write(id, str(system.title), system.version, languages)


def _fhir(server: TermServer, whole: WholeSystem) -> Iterator[str]:
    system = whole.system
    version = "" if system.version == "not-stated" else system.version
    found = [*json_shelf(server, "4.0.1").systems(system.url), *EditionShelf(server).systems(system.url)]
    head, shown = definitions.whole(next(known for known in found if known.head.version == version))
    yield orjson.dumps(head, option=orjson.OPT_INDENT_2).decode().removesuffix("\n}")
    yield ',\n  "concept": [\n'
    for n, said in enumerate(shown):
        yield (",\n" if n else "") + orjson.dumps(said).decode()
    yield "\n  ]\n}\n"


WRITERS: Mapping[str, Writer] = {"csv": _csv, "ndjson": _ndjson, "svs": _svs, "fhir": _fhir}

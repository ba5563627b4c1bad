"""What came of every value set of an import: how many codes it has here, or why it cannot be worked out."""

from dataclasses import replace

import orjson

from termserver.fhir.expandable import Outcome, examine
from termserver.fhir.grammars import WithGrammars
from termserver.fhir.library import Library
from termserver.fhir.shelves import JsonShelf, Shelves
from termserver.fhir_edition.shelf import EditionShelf, json_shelf
from termserver.importers import report
from termserver.importers.fhir_package import INDEX
from termserver.importers.taken import Taken
from termserver.model.text import Text
from termserver.service import TermServer

_DIFFERS, _OTHER_VERSIONS, _REFUSED, _EXPANDS = (
    "valueset.differs",
    "valueset.other-versions",
    "valueset.refused",
    "valueset",
)
_NAMED = 20
"""So many codes by which two expansions differ are named; the counts are of all."""


def examined(taken: Taken, server: TermServer) -> Taken:
    """``taken`` with a row of its report for every value set in it, worked out with the edition behind it."""
    brought = JsonShelf([orjson.loads(data) for path, data in taken.files.items() if path != INDEX])
    library = Library(WithGrammars(Shelves([brought, json_shelf(server, "4.0.1"), EditionShelf(server)])))
    first, *others = taken.report.files
    outcomes = list(examine(library, brought.every_value_set()))
    rows = [_row(first.file, one) for one in outcomes]
    expanded = sum(one.total is not None for one in outcomes)
    facts = {**first.facts, "value sets that expand": expanded, "value sets refused": len(rows) - expanded}
    compared = sum(one.compared for one in outcomes)
    if compared:
        differ, made_otherwise = (sum(row.rule == rule for row in rows) for rule in (_DIFFERS, _OTHER_VERSIONS))
        facts |= {
            "expansions that agree": compared - differ - made_otherwise,
            "made with other versions": made_otherwise,
            "expansions that differ": differ,
        }
    files = (replace(first, facts=facts), *others)
    return replace(taken, report=replace(taken.report, files=files, rows=(*taken.report.rows, *rows)))


def _row(file: str, one: Outcome) -> report.ReportRow:
    total = "" if one.total is None else str(one.total)
    outcome, rule, said = report.Outcome.LANDED, _EXPANDS, Text(f"{one.total} کد", f"{one.total} codes")
    if one.reason:
        outcome, rule, said = report.Outcome.FLAGGED, _REFUSED, Text(one.persian, one.reason)
    if one.missing or one.extra:
        outcome, rule = report.Outcome.FLAGGED, _OTHER_VERSIONS if one.other_versions else _DIFFERS
        lacks, more = ", ".join(one.missing[:_NAMED]), ", ".join(one.extra[:_NAMED])
        versions = ", ".join(one.other_versions) or "-"
        said = Text(
            f"از گسترشی که همراه دارد: {len(one.missing)} کد کم ({lacks})، {len(one.extra)} کد بیش ({more}). "
            f"نسخه‌های دیگر: {versions}",
            f"Against the expansion it brings: {len(one.missing)} codes lack ({lacks}), {len(one.extra)} are "
            f"more ({more}). Made with other versions: {versions}",
        )
    return report.ReportRow(file, 0, one.canonical, outcome, rule, said, "", total)

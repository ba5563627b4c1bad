"""SNOMED CT in Release Format 2, full or snapshot, as it was on a day, with its languages and reference sets.

Reference sets of concepts become value sets; associations tell what took the place of an inactive concept.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from termserver.importers.licences import licence_of
from termserver.importers.taken import Gathering, Notes, Taken, Wishes, digest_of, label, reported
from termserver.importers.text_lines import Source, rows, sources
from termserver.model.codes import (
    CodeSystem,
    CodeSystemContent,
    Concept,
    Content,
    Designation,
    Include,
    Property,
    PropertyDefinition,
    Status,
    ValueSet,
)
from termserver.model.errors import ImportFailed, UsageError
from termserver.model.text import Text
from termserver.model.values import replace

IS_A, FSN, SYNONYM = "116680003", "900000000000003001", "900000000000013009"
PREFERRED = "900000000000548007"
_PERSIAN = re.compile("[\u0600-\u06ff]")
_SUCCESSORS = {
    "900000000000526001": "replaced by",
    "900000000000527005": "same as",
    "900000000000530003": "alternative",
}
_KINDS = {
    "concept": re.compile(r"x?sct2_Concept_", re.IGNORECASE),
    "description": re.compile(r"x?sct2_Description_", re.IGNORECASE),
    "relationship": re.compile(r"x?sct2_(Relationship|RelationshipConcreteValues)_", re.IGNORECASE),
    "language": re.compile(r"x?der2_cRefset_Language", re.IGNORECASE),
    "simple": re.compile(r"x?der2_Refset_Simple", re.IGNORECASE),
    "association": re.compile(r"x?der2_cRefset_Association", re.IGNORECASE),
}
_COLUMNS = {
    "concept": ("id", "effectiveTime", "active", "moduleId"),
    "description": ("id", "effectiveTime", "active", "conceptId", "languageCode", "typeId", "term"),
    "relationship": ("id", "effectiveTime", "active", "sourceId", "destinationId?", "value?", "typeId"),
    "language": ("id", "effectiveTime", "active", "referencedComponentId", "acceptabilityId", "refsetId"),
    "simple": ("id", "effectiveTime", "active", "referencedComponentId", "refsetId"),
    "association": ("id", "effectiveTime", "active", "referencedComponentId", "targetComponentId", "refsetId"),
}
_DAY = re.compile(r"[0-9]{8}")


class _Edition:
    """The rows in force on the day, of each kind."""

    def __init__(self, files: dict[str, list[Source]], on: str, wishes: Wishes) -> None:
        self._files = files
        self._on = on
        self._wishes = wishes
        self.notes: list[Notes] = []
        self.newest = ""
        self.module = ""

    def rows(self, kind: str) -> Iterator[tuple[int, str, list[str]]]:
        """Line, id and the other cells of the newest state on the day; only active ones, but for concepts."""
        latest: dict[str, tuple[str, int, list[str]]] = {}
        for source in self._files.get(kind, ()):
            notes = Notes(source.name, kind)
            self.notes.append(notes)
            for line, (id, time, *cells) in rows(source, _COLUMNS[kind], notes, tabs=True):
                if not id or not _DAY.fullmatch(time) or cells[0] not in ("0", "1"):
                    notes.refuse(
                        line,
                        "effectiveTime",
                        "row.unreadable",
                        f"The row '{id}' has no id, no day (YYYYMMDD) or no active of 0 or 1.",
                        f"سطر «{id}» شناسه یا روز (YYYYMMDD) یا active برابر 0 یا 1 ندارد.",
                        id,
                    )
                    continue
                notes.landed += 1
                if self._wishes.progress and line % 50_000 == 0:
                    self._wishes.progress(line, 0)
                if self._on and time > self._on:
                    notes.facts["later than the day"] += 1
                    continue
                known = latest.get(id)
                if known is None or time >= known[0]:
                    latest[id] = time, line, cells
                    self.newest = max(self.newest, time)
        for id, (_, line, cells) in latest.items():
            if kind == "concept" or cells[0] == "1":
                yield line, id, cells[1:] if kind != "concept" else cells


def read(paths: Sequence[Path], wishes: Wishes) -> Taken:
    """The edition in a folder, a zip archive or files of RF2. Raise ImportFailed or UsageError."""
    on = wishes.on.replace("-", "")
    files = _files(paths, bool(on))
    if on and not _DAY.fullmatch(on):
        raise UsageError(
            f"'{wishes.on}' is no day; write it as 2026-03-01.", f"«{wishes.on}» روز نیست؛ به شکل 2026-03-01 بنویسید."
        )
    edition = _Edition(files, on, wishes)
    preferred = _preferred(edition)
    names, definitions = _names(edition, preferred)
    parents, attributes = _relations(edition)
    successors = _successors(edition)
    told = Notes("concepts", "SNOMED CT")
    gathered = Gathering(told)
    for line, id, (active, module) in edition.rows("concept"):
        edition.module = edition.module or module
        display, others = names.pop(id, (Text(en=id), ()))
        gathered.put(
            Concept(
                id,
                display,
                tuple(parents.get(id, ())),
                Status.ACTIVE if active == "1" else Status.RETIRED,
                replaced_by=tuple(successors.get(id, ())),
                designations=others,
                properties=(
                    *(Property(type, value) for type, value in attributes.get(id, ())),
                    *(Property("definition", text) for text in definitions.get(id, ())),
                ),
            ),
            line,
            "id",
        )
    concepts = gathered.concepts()
    edition.notes[-1].rows += told.rows
    if not concepts:
        raise ImportFailed("The release holds no concept on that day.", "در آن روز مفهومی در این انتشار نیست.")
    return _taken(edition, concepts, attributes, paths, wishes)


def _taken(
    edition: _Edition,
    concepts: tuple[Concept, ...],
    attributes: dict[str, list[tuple[str, str]]],
    paths: Sequence[Path],
    wishes: Wishes,
) -> Taken:
    shown = {one.code: one.display for one in concepts}
    types = dict.fromkeys(type for some in attributes.values() for type, _ in some)
    base = wishes.base(_DEFAULT)
    day = edition.newest
    version = wishes.version or f"http://snomed.info/sct/{edition.module}/version/{day}"
    system = replace(
        base,
        version=version,
        content=Content.COMPLETE,
        source="; ".join(one.file for one in edition.notes)[:500],
        licence=licence_of("snomed"),
        hierarchy="is-a",
        properties=(
            *base.properties,
            *(PropertyDefinition(type, shown.get(type, Text(en=type)), "code") for type in types),
        ),
    )
    systems = (CodeSystemContent(system, concepts),)
    members: defaultdict[str, list[str]] = defaultdict(list)
    for _, _, (member, refset) in edition.rows("simple"):
        if member in shown:
            members[refset].append(member)
    sets = tuple(
        ValueSet(
            f"snomed-refset-{refset}",
            f"http://snomed.info/sct?fhir_vs=refset/{refset}",
            shown.get(refset, Text(en=refset)),
            day,
            (Include(system.id, tuple(dict.fromkeys(codes))),),
            source=f"reference set {refset}",
        )
        for refset, codes in members.items()
    )
    digests = {path.name: digest_of(path) for path in paths if path.is_file()}
    return Taken(systems, reported(edition.notes, systems, digests), system.id, label(day), value_sets=sets)


_DEFAULT = CodeSystem(
    id="snomedct",
    url="http://snomed.info/sct",
    native_id="SNOMEDCT",
    oid="2.16.840.1.113883.6.96",
    title=Text("اسنومد (SNOMED CT)", "SNOMED CT"),
    version="",
    content=Content.COMPLETE,
    publisher="SNOMED International",
    hierarchy="is-a",
    shape=r"[0-9]{6,18}",
    check="verhoeff",
    weight=140,
    properties=(PropertyDefinition("definition", Text("تعریف", "Definition")),),
)


def _files(paths: Sequence[Path], past: bool) -> dict[str, list[Source]]:
    """The tables by kind; where both are there, the full ones for the past and the snapshot otherwise."""
    found: dict[str, list[Source]] = {}
    for source in sources(paths, (".txt",)):
        for kind, name in _KINDS.items():
            if name.match(source.name):
                found.setdefault(kind, []).append(source)
    for kind in ("concept", "description", "relationship"):
        if kind not in found:
            raise ImportFailed(
                f"There is no {kind} table of RF2 (sct2_{kind.title()}_….txt) among the files.",
                f"جدول {kind} از RF2 (sct2_{kind.title()}_….txt) در میان پرونده‌ها نیست.",
            )
    for kind, some in found.items():
        full = [one for one in some if "Full" in one.name]
        snapshot = [one for one in some if "Snapshot" in one.name]
        if full and snapshot:
            found[kind] = full if past else snapshot
    return found


def _preferred(edition: _Edition) -> set[str]:
    return {member for _, _, (member, how, _) in edition.rows("language") if how == PREFERRED}


Names = dict[str, tuple[Text, tuple[Designation, ...]]]


def _names(edition: _Edition, preferred: set[str]) -> tuple[Names, dict[str, list[str]]]:
    """The display (what a language reference set prefers, else the first synonym) and the other names of concepts."""
    described: defaultdict[str, list[tuple[bool, str, str, str]]] = defaultdict(list)
    definitions: defaultdict[str, list[str]] = defaultdict(list)
    for _, id, (concept, language, type, term) in edition.rows("description"):
        if type in (FSN, SYNONYM):
            described[concept].append((id in preferred, language, type, term))
        else:
            definitions[concept].append(term)
    return {concept: _named(some) for concept, some in described.items()}, definitions


def _named(some: list[tuple[bool, str, str, str]]) -> tuple[Text, tuple[Designation, ...]]:
    best: dict[str, str] = {}
    for wanted in ((True, SYNONYM), (False, SYNONYM), (True, FSN), (False, FSN)):
        for is_preferred, language, type, term in some:
            if (is_preferred, type) == wanted:
                best.setdefault("fa" if language == "fa" or _PERSIAN.search(term) else language[:2], term)
    others = tuple(
        Designation(language, term, "fully-specified" if type == FSN else "synonym")
        for _, language, type, term in some
        if term not in (best.get("fa"), best.get("en"))
    )
    return Text(best.get("fa", ""), best.get("en", "")), tuple(dict.fromkeys(others))


def _relations(edition: _Edition) -> tuple[dict[str, list[str]], dict[str, list[tuple[str, str]]]]:
    parents: defaultdict[str, list[str]] = defaultdict(list)
    attributes: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for _, _, (source, target, value, type) in edition.rows("relationship"):
        if type == IS_A:
            if target not in parents[source]:
                parents[source].append(target)
        elif (type, target or value) not in attributes[source]:
            attributes[source].append((type, target or value))
    return parents, attributes


def _successors(edition: _Edition) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for _, _, (member, target, refset) in edition.rows("association"):
        if refset in _SUCCESSORS and target not in found[member]:
            found[member].append(target)
    return found

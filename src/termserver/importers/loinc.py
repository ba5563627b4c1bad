"""LOINC from the tables of its release: Loinc.csv, and if given parts, answer lists, hierarchy, maps, translations."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from termserver.importers.licences import licence_of
from termserver.importers.taken import Gathering, Notes, Taken, Wishes, digest_of, label, reported
from termserver.importers.text_lines import Source, header_of, rows, sources
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
from termserver.model.errors import ImportFailed
from termserver.model.text import Text
from termserver.model.values import replace

_AXES = ("COMPONENT", "PROPERTY", "TIME_ASPCT", "SYSTEM", "SCALE_TYP", "METHOD_TYP", "CLASS", "STATUS")
_MORE = ("ORDER_OBS?", "EXAMPLE_UCUM_UNITS?", "VersionLastChanged?", "DefinitionDescription?")
_NAMES = (("SHORTNAME?", "short"), ("DisplayName?", "display"), ("CONSUMER_NAME?", "consumer"))
_VARIANT = re.compile(r"([a-z]{2})([A-Z]{2})[0-9]+LinguisticVariant\.csv")
_RELEASE = re.compile(r"[Ll]oinc_?([0-9]\.[0-9]{2})")
_INDEXED = ("COMPONENT", "CLASS", "SYSTEM")


class _Loinc:
    """What is gathered from the tables."""

    def __init__(self, notes: Notes) -> None:
        self.gathered = Gathering(notes)
        self.answers: dict[str, tuple[str, str, list[str]]] = {}
        self.newest = ""


def read(paths: Sequence[Path], wishes: Wishes) -> Taken:
    """LOINC as far as its tables are given (files, the unpacked folder, or the zip archive); Loinc.csv must be there.

    Translations come in by ``wishes.languages`` (``fa``, ``fr``), a Persian one always. Raise ImportFailed.
    """
    known = {_kind(source): source for source in sources(paths, (".csv",)) if _kind(source) in _READERS}
    if "loinc" not in known:
        raise ImportFailed(
            "There is no Loinc.csv (LoincTable) among the files.",
            "پروندهٔ Loinc.csv (LoincTable) در میان پرونده‌ها نیست.",
        )
    variants = [one for one in sources(paths, ("LinguisticVariant.csv",)) if _language(one, wishes)]
    all_notes = []
    loinc = _Loinc(Notes(known["loinc"].name, "LOINC"))
    for kind, take in _READERS.items():
        if kind in known:
            all_notes.append(_begin(loinc, known[kind], "LOINC"))
            take(loinc, known[kind], wishes)
    for source in variants:
        all_notes.append(_begin(loinc, source, _language(source, wishes)))
        _variant(loinc, source, _language(source, wishes))
    concepts = loinc.gathered.concepts()
    if not concepts:
        raise ImportFailed(f"{known['loinc'].name} has no row.", f"{known['loinc'].name} سطری ندارد.")
    named = next((found[1] for path in paths if (found := _RELEASE.search(path.name))), "")
    version = wishes.version or named or loinc.newest or "not-stated"
    base = wishes.base(_DEFAULT)
    names = {one.code for one in base.properties}
    used = dict.fromkeys(said.code for concept in concepts for said in concept.properties)
    system = replace(
        base,
        version=version,
        content=Content.COMPLETE,
        source="; ".join(one.file for one in all_notes),
        licence=licence_of("loinc"),
        properties=(
            *base.properties,
            *(PropertyDefinition(code, Text(en=code), indexed=code in _INDEXED) for code in used if code not in names),
        ),
    )
    systems = (CodeSystemContent(system, concepts),)
    digests = {path.name: digest_of(path) for path in paths if path.is_file()}
    sets = tuple(
        ValueSet(
            f"loinc-{id.lower()}",
            f"http://loinc.org/vs/{id}",
            Text(en=name),
            version,
            (Include(system.id, tuple(dict.fromkeys(codes))),),
            source=f"LOINC answer list {id} {oid}".strip(),
        )
        for id, (name, oid, codes) in loinc.answers.items()
        if codes
    )
    return Taken(systems, reported(all_notes, systems, digests), system.id, label(version), value_sets=sets)


_DEFAULT = CodeSystem(
    id="loinc",
    url="http://loinc.org",
    native_id="LOINC",
    oid="2.16.840.1.113883.6.1",
    title=Text("لوینک: آزمایش‌ها و مشاهده‌ها (LOINC)", "LOINC"),
    version="",
    content=Content.COMPLETE,
    publisher="Regenstrief Institute, Inc.",
    case_sensitive=False,
    shape=r"[0-9]{1,7}-[0-9]|L[ALPG][0-9]{1,7}-[0-9]",
    weight=150,
)


def _kind(source: Source) -> str:
    name = source.name.lower()
    if name in ("loinc.csv", "loinctable.csv"):
        return "loinc"
    return {
        "part.csv": "part",
        "answerlist.csv": "answers",
        "loincanswerlistlink.csv": "links",
        "componenthierarchybysystem.csv": "tree",
        "multiaxialhierarchy.csv": "tree",
        "mapto.csv": "map",
    }.get(name, "loinc" if "LOINC_NUM" in header_of(source) and "LONG_COMMON_NAME" in header_of(source)
          and not _VARIANT.fullmatch(source.name) and "core" not in name else "")  # fmt: skip


def _begin(loinc: _Loinc, source: Source, sheet: str) -> Notes:
    loinc.gathered.notes = Notes(source.name, sheet)
    return loinc.gathered.notes


def _terms(loinc: _Loinc, source: Source, wishes: Wishes) -> None:
    wanted = ("LOINC_NUM", "LONG_COMMON_NAME", "RELATEDNAMES2?", *(name for name, _ in _NAMES), *_AXES, *_MORE)
    for line, (code, name, related, *cells) in rows(source, wanted, loinc.gathered.notes):
        told = dict(zip((one.rstrip("?") for one in wanted[3:]), cells, strict=True))
        names = [Designation("en", told[column.rstrip("?")], use) for column, use in _NAMES if told[column.rstrip("?")]]
        names += [Designation("en", one.strip(), "related") for one in related.split(";") if one.strip()]
        properties = tuple(
            Property(column, told[column]) for column in (*_AXES, *(one.rstrip("?") for one in _MORE)) if told[column]
        )
        loinc.newest = max(loinc.newest, told["VersionLastChanged"], key=_number)
        retired = told["STATUS"].upper() == "DEPRECATED"
        loinc.gathered.put(
            Concept(
                code,
                Text(en=name or told["COMPONENT"] or code),
                status=Status.RETIRED if retired else Status.ACTIVE,
                designations=tuple(dict.fromkeys(one for one in names if one.value != name)),
                properties=properties,
            ),
            line,
            "LOINC_NUM",
        )
        if wishes.progress and line % 5000 == 0:
            wishes.progress(line, 0)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"[0-9]+", version))


def _parts(loinc: _Loinc, source: Source, wishes: Wishes) -> None:
    wanted = ("PartNumber", "PartTypeName", "PartName", "PartDisplayName?", "Status?")
    for line, (code, kind, name, shown, status) in rows(source, wanted, loinc.gathered.notes):
        concept = Concept(
            code,
            Text(en=shown or name or code),
            status=Status.RETIRED if status.upper() == "DEPRECATED" else Status.ACTIVE,
            designations=(Designation("en", name, "part-name"),) if shown and name and name != shown else (),
            properties=(Property("PART_TYPE", kind),) if kind else (),
        )
        loinc.gathered.put(concept, line, "PartNumber")


def _answers(loinc: _Loinc, source: Source, wishes: Wishes) -> None:
    wanted = ("AnswerListId", "AnswerListName", "AnswerListOID?", "AnswerStringId", "DisplayText", "SequenceNumber?")
    notes = loinc.gathered.notes
    for line, (id, name, oid, answer, shown, _) in rows(source, wanted, notes):
        if id not in loinc.answers:
            loinc.answers[id] = name, oid, []
            loinc.gathered.put(
                Concept(id, Text(en=name or id), properties=(Property("kind", "answer-list"),)), line, "AnswerListId"
            )
        if not answer:
            continue
        loinc.answers[id][2].append(answer)
        if answer in loinc.gathered:
            notes.landed += 1
        else:
            loinc.gathered.put(
                Concept(answer, Text(en=shown or answer), properties=(Property("kind", "answer"),)),
                line,
                "AnswerStringId",
            )


def _links(loinc: _Loinc, source: Source, wishes: Wishes) -> None:
    for line, (code, id) in rows(source, ("LoincNumber", "AnswerListId"), loinc.gathered.notes):
        known = _known(loinc, code, line, "LoincNumber")
        if known is not None:
            loinc.gathered.change(code, properties=(*known.properties, Property("answer-list", id)))


def _tree(loinc: _Loinc, source: Source, wishes: Wishes) -> None:
    for line, (parent, code, text) in rows(source, ("IMMEDIATE_PARENT", "CODE", "CODE_TEXT"), loinc.gathered.notes):
        known = loinc.gathered.get(code)
        if known is None:
            loinc.gathered.put(Concept(code, Text(en=text or code), (parent,) if parent else ()), line, "CODE")
        else:
            loinc.gathered.notes.landed += 1
            if parent and parent not in known.parents:
                loinc.gathered.change(code, parents=(*known.parents, parent))


def _map(loinc: _Loinc, source: Source, wishes: Wishes) -> None:
    for line, (code, target) in rows(source, ("LOINC", "MAP_TO"), loinc.gathered.notes):
        known = _known(loinc, code, line, "LOINC")
        if known is not None and target not in known.replaced_by:
            loinc.gathered.change(code, replaced_by=(*known.replaced_by, target))


def _known(loinc: _Loinc, code: str, line: int, column: str) -> Concept | None:
    """The concept that a row of another table speaks of; None, with an entry, if there is none."""
    known = loinc.gathered.get(code)
    if known is None:
        loinc.gathered.notes.refuse(
            line,
            column,
            "code.unknown",
            f"The code '{code}' is not in Loinc.csv.",
            f"کد «{code}» در Loinc.csv نیست.",
            code,
        )
    else:
        loinc.gathered.notes.landed += 1
    return known


def _language(source: Source, wishes: Wishes) -> str:
    found = _VARIANT.fullmatch(source.name)
    if found is None or (found[1] != "fa" and found[1] not in wishes.languages):
        return ""
    return found[1]


def _variant(loinc: _Loinc, source: Source, language: str) -> None:
    wanted = ("LOINC_NUM", "LONG_COMMON_NAME?", "LinguisticVariantDisplayName?", "SHORTNAME?", "COMPONENT?")
    for line, (code, long, shown, short, component) in rows(source, wanted, loinc.gathered.notes):
        known = _known(loinc, code, line, "LOINC_NUM")
        if known is None:
            continue
        names = [one for one in dict.fromkeys((shown, long, short)) if one] or [component]
        display = known.display
        if language == "fa" and names[0]:
            display = Text(names[0], known.display.en)
            names = names[1:]
        more = tuple(Designation(language, one) for one in names if one)
        loinc.gathered.change(code, display=display, designations=(*known.designations, *more))


_READERS: dict[str, Callable[[_Loinc, Source, Wishes], None]] = {
    "loinc": _terms,
    "part": _parts,
    "answers": _answers,
    "links": _links,
    "tree": _tree,
    "map": _map,
}
"""By kind of table, in the order in which they are read."""

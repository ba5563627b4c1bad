"""Classifications in ClaML 2.0 and 2.1 (EN 14463), in which WHO and its centres publish ICD and its relatives."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from termserver.importers.fhir_systems import slug
from termserver.importers.licences import licence_of
from termserver.importers.taken import Gathering, Notes, Taken, Wishes, digest_of, label, reported
from termserver.model.codes import (
    CodeSystem,
    CodeSystemContent,
    Concept,
    Content,
    Designation,
    Property,
    PropertyDefinition,
)
from termserver.model.errors import ImportFailed
from termserver.model.text import Text
from termserver.model.values import replace
from termserver.parsing.faults import Unreadable
from termserver.parsing.xml import Element
from termserver.parsing.xml_stream import children, elements, root_name, said, text_of

_READ = ("Title", "Identifier", "Modifier", "ModifierClass", "Class", "UsageKind")
_NAMES = {"inclusion": "inclusion-term", "preferredLong": "long", "index": "index-term"}
"""Rubrics that are names of the concept; all others are notes, by their own kind."""
_PROPERTIES = (
    PropertyDefinition("kind", Text("گونه", "Kind"), "code"),
    PropertyDefinition("usage", Text("خنجر و ستاره", "Dagger and asterisk"), "code"),
    PropertyDefinition("exclusion", Text("به‌جز", "Excludes")),
    PropertyDefinition("coding-hint", Text("راهنمای کدگذاری", "Coding hint")),
    PropertyDefinition("text", Text("متن", "Text")),
    PropertyDefinition("definition", Text("تعریف", "Definition")),
    PropertyDefinition("note", Text("یادداشت", "Note")),
    PropertyDefinition("introduction", Text("درآمد", "Introduction")),
    PropertyDefinition("modifier", Text("تعدیل‌کننده", "Modifier"), "code"),
)
_DEPTH = 3


class _Book:
    """What is met on the way through the file."""

    def __init__(self, notes: Notes) -> None:
        self.title, self.version, self.uid = "", "", ""
        self.gathered = Gathering(notes)
        self.subs: dict[str, list[str]] = {}
        self.modified: list[tuple[int, str, list[str]]] = []
        self.modifiers: dict[str, dict[str, Text]] = {}
        self.usage: dict[str, str] = {}


def read(paths: Sequence[Path], wishes: Wishes) -> Taken:
    """The classification of one ClaML file. Raise ImportFailed where it is none, or is cut short."""
    if len(paths) != 1:
        raise ImportFailed("A classification is one ClaML file.", "یک رده‌بندی یک پروندهٔ ClaML است.")
    path = paths[0]
    digest = digest_of(path)
    notes = Notes(path.name, "ClaML")
    book = _Book(notes)
    try:
        if (root := root_name(path)) != "ClaML":
            raise ImportFailed(
                f"{path.name} is no ClaML file: its root is <{root}>.", f"{path.name} پروندهٔ ClaML نیست: ریشه <{root}>."
            )
        for n, (line, element) in enumerate(elements(path, _READ)):
            _take(book, line, element)
            if wishes.progress and n % 2000 == 0:
                wishes.progress(len(book.gathered), 0)
    except Unreadable as error:
        raise ImportFailed(error.text.en, error.text.fa) from None
    for line, code, names in book.modified:
        _modify(book, line, code, names, _DEPTH)
    for parent, codes in book.subs.items():
        _adopt(book, parent, codes)
    concepts = book.gathered.concepts()
    if not concepts:
        raise ImportFailed(f"{path.name} holds no Class.", f"{path.name} هیچ Class ندارد.")
    system = _system(book, wishes, path.name)
    systems = (CodeSystemContent(system, concepts),)
    return Taken(systems, reported([notes], systems, {path.name: digest}), system.id, label(system.version))


def _take(book: _Book, line: int, element: Element) -> None:
    name = str(element.tag).rpartition("}")[2]
    if name == "Class":
        _class(book, line, element)
    elif name == "ModifierClass":
        names = _labels(element, "preferred")
        book.modifiers.setdefault(said(element, "modifier"), {})[said(element, "code")] = names
    elif name == "Title" and not book.title:
        book.title = text_of(element) or said(element, "name")
        book.version = said(element, "version") or said(element, "date")
    elif name == "Identifier" and not book.uid:
        book.uid = said(element, "uid")
    elif name == "UsageKind":
        book.usage[said(element, "name")] = said(element, "mark")


def _class(book: _Book, line: int, element: Element) -> None:
    code = said(element, "code")
    properties = [Property("kind", said(element, "kind"))] if said(element, "kind") else []
    if said(element, "usage"):
        properties.append(Property("usage", said(element, "usage")))
    names: list[Designation] = []
    for kind, language, text in _rubrics(element):
        if kind == "preferred":
            continue
        if kind in _NAMES:
            names.append(Designation(language, text, _NAMES[kind]))
        else:
            properties.append(Property(kind, text))
    parents = tuple(said(one, "code") for one in children(element, "SuperClass"))
    display = _labels(element, "preferred")
    if not (display.fa or display.en):
        book.gathered.notes.flag(
            line,
            "preferred",
            "name.missing",
            f"'{code}' has no preferred rubric; the code stands for its name.",
            f"«{code}» عنوان (preferred) ندارد؛ کد به جای نام آمد.",
            code,
        )
        display = Text(en=code)
    if book.gathered.put(
        Concept(
            code,
            display,
            parents,
            designations=tuple(dict.fromkeys(names)),
            properties=tuple(dict.fromkeys(properties)),
        ),
        line,
    ):
        book.subs[code] = [said(one, "code") for one in children(element, "SubClass")]
        modifiers = [said(one, "code") for one in children(element, "ModifiedBy")]
        if modifiers:
            book.modified.append((line, code, modifiers))


def _rubrics(element: Element) -> Iterator[tuple[str, str, str]]:
    for rubric in children(element, "Rubric"):
        for one in children(rubric, "Label"):
            language = next((str(value) for key, value in one.items() if str(key).endswith("lang")), "") or "en"
            text = text_of(one)
            if text:
                yield said(rubric, "kind"), language, text


def _labels(element: Element, kind: str) -> Text:
    found: dict[str, str] = {}
    for known, language, text in _rubrics(element):
        if known == kind:
            found.setdefault("fa" if language.startswith("fa") else "en", text)
    return Text(found.get("fa", ""), found.get("en", ""))


def _modify(book: _Book, line: int, code: str, names: list[str], depth: int) -> None:
    """The subclasses that a modifier makes, where the file does not list them: E10 with .0 gives E10.0."""
    parent = book.gathered.get(code)
    if parent is None or not names or not depth or any(one in book.gathered for one in book.subs.get(code, ())):
        return
    for suffix, said_of in book.modifiers.get(names[0], {}).items():
        made = f"{code}{suffix}" if suffix.startswith(".") or "." in code else f"{code}.{suffix}"
        if made in book.gathered:
            continue
        display = Text(
            f"{parent.display.fa}: {said_of.fa}" if parent.display.fa and said_of.fa else "",
            f"{parent.display.en}: {said_of.en}" if parent.display.en and said_of.en else parent.display.en,
        )
        properties = (Property("kind", "category"), Property("modifier", names[0]))
        book.gathered.put(Concept(made, display, (code,), properties=properties), line)
        book.gathered.notes.facts["made by modifiers"] += 1
        _modify(book, line, made, names[1:], depth - 1)


def _adopt(book: _Book, parent: str, codes: list[str]) -> None:
    """Say of each listed subclass whose it is, where it does not say so itself."""
    for code in codes:
        known = book.gathered.get(code)
        if known is None:
            book.gathered.notes.flag(
                0,
                "SubClass",
                "child.unknown",
                f"'{parent}' lists the subclass '{code}', which is not in the file.",
                f"«{parent}» زیررده «{code}» را نام می‌برد که در پرونده نیست.",
                code,
            )
        elif parent not in known.parents:
            book.gathered.change(code, parents=(*known.parents, parent))


def _system(book: _Book, wishes: Wishes, file: str) -> CodeSystem:
    """ICD-10 where the title says so, else the system that was asked for, else one by its title."""
    words = slug(f"{book.title} {book.uid}")
    id = wishes.system or ("icd10" if words.startswith(("icd-10-who", "icd-10-en", "icd10", "icd-10-version")) else "")
    id = id or slug(book.title or book.uid or file)
    base = wishes.base(
        CodeSystem(
            id=id,
            url="http://hl7.org/fhir/sid/icd-10"
            if id == "icd10"
            else f"urn:claml:{slug(book.uid or book.title or file)}",
            title=Text(en=book.title or id),
            version="",
            content=Content.COMPLETE,
            case_sensitive=False,
            hierarchy="is-a",
            properties=_PROPERTIES,
        )
    )
    return replace(
        base,
        version=wishes.version or book.version or "not-stated",
        content=Content.COMPLETE,
        closed=True,
        closed_evidence=f"the whole of {book.title or file}",
        source=f"{file}: {book.title} {book.version}".strip(),
        licence=licence_of("claml"),
    )

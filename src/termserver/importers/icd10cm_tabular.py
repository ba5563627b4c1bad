"""ICD-10-CM from the tabular list in XML, as the CDC and CMS publish it each year (icd10cm-tabular-YYYY.xml)."""

from collections.abc import Iterator, Sequence
from pathlib import Path

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
from termserver.parsing.xml_stream import child_text, children, elements, line_of, root_name, said, text_of

_NOTES = {
    "includes": ("includes", "شامل", "Includes"),
    "excludes1": ("excludes1", "به‌جز ۱: هرگز با هم", "Excludes 1: never together"),
    "excludes2": ("excludes2", "به‌جز ۲: اینجا نیست", "Excludes 2: not included here"),
    "useAdditionalCode": ("use-additional-code", "کد افزوده به کار ببرید", "Use additional code"),
    "codeFirst": ("code-first", "نخست این را کد کنید", "Code first"),
    "codeAlso": ("code-also", "این را نیز کد کنید", "Code also"),
    "notes": ("note", "یادداشت", "Note"),
    "sevenChrNote": ("seventh-character-note", "یادداشت نویسهٔ هفتم", "Note on the seventh character"),
}


def read(paths: Sequence[Path], wishes: Wishes) -> Taken:
    """All of ICD-10-CM: chapters, blocks, categories and codes, the seventh characters spelled out.

    Raise ImportFailed where the file is another, or is cut short.
    """
    path = paths[0]
    digest = digest_of(path)
    notes = Notes(path.name, "ICD-10-CM")
    gathered = Gathering(notes)
    version = ""
    try:
        root = root_name(path)
        if root not in ("ICD10CM.tabular", "ICD10PCS.tabular"):
            raise ImportFailed(
                f"{path.name} is no tabular list of ICD-10-CM: its root is <{root}>.",
                f"{path.name} فهرست جدولی ICD-10-CM نیست: ریشه <{root}>.",
            )
        for line, element in elements(path, ("version", "chapter"), keep=True):
            if str(element.tag) == "version":
                version = text_of(element)
            else:
                _chapter(gathered, element, line)
                if wishes.progress:
                    wishes.progress(len(gathered), 0)
    except Unreadable as error:
        raise ImportFailed(error.text.en, error.text.fa) from None
    concepts = gathered.concepts()
    if not concepts:
        raise ImportFailed(f"{path.name} holds no chapter.", f"{path.name} هیچ فصلی ندارد.")
    base = wishes.base(_DEFAULT)
    system = replace(
        base,
        version=wishes.version or version or "not-stated",
        content=Content.COMPLETE,
        source=f"{path.name} (SHA-256 {digest})",
        licence="ICD-10-CM: public domain in the United States.",
    )
    systems = (CodeSystemContent(system, concepts),)
    return Taken(systems, reported([notes], systems, {path.name: digest}), system.id, label(system.version))


_DEFAULT = CodeSystem(
    id="icd10cm",
    url="http://hl7.org/fhir/sid/icd-10-cm",
    native_id="ICD-10-CM",
    aliases=("icd-10-cm", "icd10-cm", "ICD10CM"),
    oid="2.16.840.1.113883.6.90",
    title=Text(
        "ICD-10-CM آمریکا (جایگزین موقت تا بارگذاری ICD-10 وزارت)",
        "ICD-10-CM, United States (stand-in until the Ministry's ICD-10 is loaded)",
    ),
    version="",
    content=Content.COMPLETE,
    publisher="NCHS/CDC and CMS, United States",
    case_sensitive=False,
    hierarchy="is-a",
    shape=r"[A-Z][0-9A-Z]{2}(\.[0-9A-Z]{1,4})?",
    stands_in_for="icd10",
    weight=200,
    properties=(
        PropertyDefinition("kind", Text("گونه", "Kind"), "code"),
        *(PropertyDefinition(code, Text(fa, en)) for code, fa, en in _NOTES.values()),
    ),
)


def _chapter(gathered: Gathering, element: Element, line: int) -> None:
    chapter = child_text(element, "name")
    gathered.put(_concept(element, chapter, "", "chapter"), line)
    for section in children(element, "section"):
        block = said(section, "id")
        own = {child_text(one, "name") for one in children(section, "diag")}
        # a block of a single category bears the category's code
        block = f"{block}-{block}" if block in own else block
        gathered.put(_concept(section, block, chapter, "block"), line_of(section))
        for diag in children(section, "diag"):
            _diag(gathered, diag, block, "category", [])


def _diag(gathered: Gathering, diag: Element, parent: str, kind: str, seventh: list[tuple[str, str]]) -> None:
    line = line_of(diag)
    code = child_text(diag, "name")
    gathered.put(_concept(diag, code, parent, kind), line)
    for definition in children(diag, "sevenChrDef"):
        seventh = [(said(one, "char"), text_of(one)) for one in children(definition, "extension")]
    inner = children(diag, "diag")
    for one in inner:
        _diag(gathered, one, code, "subcategory", seventh)
    if not inner and seventh and code:
        stem = code if "." in code else f"{code}."
        known = gathered.get(code)
        for letter, words in seventh:
            name = f"{known.display.en}, {words}" if known else words
            gathered.put(
                Concept(
                    f"{stem:X<7}{letter}",
                    Text(en=name),
                    (code,),
                    properties=(Property("kind", "extended-subcategory"),),
                ),
                line,
            )


def _concept(element: Element, code: str, parent: str, kind: str) -> Concept:
    return Concept(
        code,
        Text(en=child_text(element, "desc") or code),
        (parent,) if parent else (),
        designations=tuple(
            dict.fromkeys(
                Designation("en", text_of(note), "inclusion-term")
                for term in children(element, "inclusionTerm")
                for note in children(term, "note")
                if text_of(note)
            )
        ),
        properties=(Property("kind", kind), *_told(element)),
    )


def _told(element: Element) -> Iterator[Property]:
    for name, (code, _, _) in _NOTES.items():
        for some in children(element, name):
            for note in children(some, "note"):
                if text := text_of(note):
                    yield Property(code, text)

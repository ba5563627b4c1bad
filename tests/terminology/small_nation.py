"""The code systems of a small invented nation, and a release built from them."""

from dataclasses import dataclass
from pathlib import Path

from termserver.build import build_release
from termserver.model.codes import (
    CodeSystem,
    CodeSystemContent,
    Concept,
    ConceptMap,
    ConceptMapping,
    Content,
    Designation,
    Include,
    NamingSystem,
    Property,
    PropertyDefinition,
    Status,
    Triplet,
    ValueSet,
)
from termserver.model.days import Period
from termserver.model.destinations import Destination
from termserver.model.documents import DocumentType, RuleSet
from termserver.model.glossary import Glossary
from termserver.model.text import Text
from termserver.model.values import replace
from termserver.releases.file import ReleaseFile

BASE = "https://example.org/fhir"


def system(id: str, content: Content = Content.COMPLETE, **more: object) -> CodeSystem:
    said: dict[str, object] = {"url": f"{BASE}/{id}", "title": Text(f"فهرست {id}", f"List {id}"), "version": "1"}
    return CodeSystem(id=id, content=content, **{**said, **more})  # type: ignore[arg-type]


TRIAGE = CodeSystemContent(
    system(
        "triage",
        native_id="nationEHR.Triage",
        aliases=("nationEHR.triageLevel",),
        oid="2.16.1",
        properties=(PropertyDefinition("colour", Text("رنگ", "Colour")),),
    ),
    (
        Concept(
            "T1",
            Text("مراقبت‌های فوری", "Immediate care"),
            designations=(Designation("en", "Red"),),
            properties=(
                Property("colour", "red"),
                Property("price", "10", Period("2026-01-01", "2026-06-30")),
                Property("price", "12", Period("2026-07-01")),
            ),
            source="sheet 1",
        ),
        Concept("T2", Text("بسیار فوری", "Very urgent"), period=Period("2026-02-01", "2026-11-30")),
        Concept("T8", Text("کهنه", "Old"), status=Status.RETIRED, replaced_by=("T2",)),
        Concept("T9", Text("نسنجیده", "Not assessed"), status=Status.RETIRED, period=Period("", "2026-05-31")),
    ),
)
# two parents: a horse-borne wound is an injury and an animal matter
TREE = CodeSystemContent(
    system("tree", hierarchy="is-a", shape="[A-Z][0-9]{0,3}"),
    (
        Concept("A", Text("", "All")),
        Concept("B1", Text("", "Injury"), ("A",)),
        Concept("B2", Text("", "Animals"), ("A",)),
        Concept("C21", Text("", "Horses"), ("B2",)),
        Concept("C11", Text("", "Bites"), ("B1",)),
        Concept("D1", Text("", "Horse bite"), ("C11", "B2")),
        Concept("D2", Text("", "Dog bite"), ("C11",)),
        Concept("E1", Text("", "Horse bite of the hand"), ("D1",)),
    ),
)
DRUGS = CodeSystemContent(
    system("generic", Content.FRAGMENT, widths=(5, 10), shape="[0-9]{1,10}", case_sensitive=False),
    (Concept("5760", Text("آموکسی‌سیلین", "Amoxicillin")), Concept("00017", Text("", "Seventeen"))),
)
CASES = CodeSystemContent(
    system("cases", Content.FRAGMENT, case_sensitive=False, closed=True),
    (Concept("Ab1", Text("", "First")), Concept("aB2", Text("", "Second"), ("AB1",))),
)
ICD = CodeSystemContent(
    system("icd10", Content.NOT_PRESENT, native_id="nationEHR.ICD10", shape=r"[A-Z][0-9]{2}(\.[0-9]{1,2})?")
)
ICD_CM = CodeSystemContent(
    system("icd10cm", stands_in_for="icd10", version="2026"),
    (
        Concept("E11", Text("", "Type 2 diabetes mellitus")),
        Concept("E11.9", Text("", "Type 2 diabetes mellitus without complications"), ("E11",)),
        Concept("E11.6", Text("", "Type 2 diabetes mellitus with other complications"), ("E11",)),
    ),
)
GTIN = CodeSystemContent(system("gtin", Content.NOT_PRESENT, shape="[0-9]{14}", check="gs1"))

VALUE_SETS = (
    ValueSet("urgent", "", Text("", "Urgent"), "1", (Include("triage", ("T1", "T2")),)),
    ValueSet("any-triage", "", Text(), "1", (Include("triage"),), (Include("triage", ("T9",)),)),
    ValueSet("bites", "", Text(), "1", (Include("tree", ("A",), ("C11",)),), (Include("tree", under=("D1",)),)),
    ValueSet("short", "", Text(), "1", (Include("generic", shape="[0-9]{4,5}"), Include("icd10"))),
    ValueSet("some", "", Text(), "1", (Include("triage", ("T1",)),), content=Content.FRAGMENT),
)
MAPS = (
    ConceptMap(
        "triage-to-tree",
        "",
        Text(),
        "1",
        "triage",
        "tree",
        (
            ConceptMapping("T1", "B1", "equivalent"),
            ConceptMapping("T1", "B2", "related-to"),
            ConceptMapping("T9", "A", "not-related-to"),
        ),
    ),
)
NAMING = (
    NamingSystem("physician", "", Text("", "Physician"), (Triplet("Council", "Council", "Med_ID"),), "[0-9]{1,8}"),
    NamingSystem("insured", "", Text("", "Insured"), (Triplet("*", "*", "Insured_ID"),)),
)


@dataclass(frozen=True)
class Folders:
    """What the content folders give."""

    systems: tuple[CodeSystemContent, ...] = ()
    value_sets: tuple[ValueSet, ...] = VALUE_SETS
    concept_maps: tuple[ConceptMap, ...] = MAPS
    naming_systems: tuple[NamingSystem, ...] = NAMING
    document_types: tuple[DocumentType, ...] = ()
    rule_sets: tuple[RuleSet, ...] = ()
    destinations: tuple[Destination, ...] = ()
    glossary: Glossary | None = None
    files: dict[str, bytes] = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        object.__setattr__(self, "files", self.files or {})


STANDARDS = Folders((TRIAGE, TREE, DRUGS, CASES, ICD, GTIN))


def with_content(content: CodeSystemContent, /, **more: object) -> CodeSystemContent:
    """The same concepts under other metadata."""
    return replace(content, system=replace(content.system, **more))  # type: ignore[arg-type]


def opened(path: Path, content: object, name: str = "standards") -> ReleaseFile:
    """A release built from ``content`` and opened."""
    build_release(content, path, name, "1")  # type: ignore[arg-type]
    return ReleaseFile.open(path)

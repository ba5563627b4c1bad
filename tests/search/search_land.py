"""A small invented land of codes, and how a release of it is opened for searching."""

import json
from pathlib import Path

from termserver.model.codes import (
    CodeSystem,
    CodeSystemContent,
    Concept,
    Content,
    Designation,
    Property,
    PropertyDefinition,
    Status,
)
from termserver.model.glossary import Glossary, GlossaryTerm
from termserver.model.text import Text
from termserver.releases.file import ReleaseFile
from termserver.releases.writer import ReleaseWriter
from termserver.search import index
from termserver.search.finder import Finder
from termserver.search.ranking import in_rank_order
from termserver.search.search import Search, SearchQuery


def system(id: str, **said: object) -> CodeSystem:
    return CodeSystem(id, f"urn:test:{id}", Text(en=id), "1", Content.COMPLETE, **said)  # type: ignore[arg-type]


def finder(
    path: Path,
    *contents: CodeSystemContent,
    hidden: frozenset[str] = frozenset(),
    glossary: Glossary | None = None,
) -> Finder:
    """A release of these contents, written at ``path`` and opened."""
    with ReleaseWriter(path, path.stem, "1") as writer:
        for table, rows in index.tables(in_rank_order(contents), glossary):
            writer.table(table, rows)
        writer.finish()
    return Finder(ReleaseFile.open(path), hidden)


def codes(search: Search, text: str, **asked: object) -> list[str]:
    """The codes of the hits, best first."""
    found = search.find(SearchQuery(text, **asked))  # type: ignore[arg-type]
    return [json.loads(hit)["code"] for hit in found.hits]


DISEASES = CodeSystemContent(
    system("diseases", native_id="mini.Diseases", aliases=("Mini-DX",), stands_in_for="who", weight=200),
    (
        Concept("E10-E14", Text("دیابت ملیتوس", "Diabetes mellitus (E10-E14)")),
        Concept("E10", Text("دیابت نوع ۱", "Type 1 diabetes mellitus"), ("E10-E14",)),
        Concept("E11", Text("دیابت نوع ۲", "Type 2 diabetes mellitus"), ("E10-E14",)),
        Concept("E11.9", Text("", "Type 2 diabetes mellitus without complications"), ("E11",)),
        Concept(
            "E11.2",
            Text("", "Type 2 diabetes mellitus with kidney complications"),
            ("E11",),
            designations=(Designation("en", "Diabetic nephropathy"), Designation("fa", "نفروپاتی دیابتی")),
        ),
        Concept("E12", Text("دیابت قدیمی", "Malnutrition-related diabetes mellitus"), ("E10-E14",), Status.RETIRED),
        Concept("I51", Text("بیماری‌های قلبی", "Heart diseases")),
        Concept("I51.9", Text("بیماری قلبی، نامشخص", "Heart disease, unspecified"), ("I51",)),
        Concept("D50", Text("کم‌خونی فقر آهن", "Iron deficiency anaemia")),
        Concept("K50", Text("", "Crohn's disease")),
        Concept("H26", Text("آب مروارید", "Cataract")),
        Concept("A28.1", Text("", "Cat-scratch disease")),
    ),
)
INSURERS = CodeSystemContent(
    system("insurer", native_id="thritaEHR.insurer", weight=190),
    (
        Concept("1", Text("تامین اجتماعی", "Social Security"), designations=(Designation("fa", "تأمین اجتماعی"),)),
        Concept("2", Text("سلامت ایرانیان", "Iran Health Insurance")),
        Concept("3", Text("نیروهای مسلح", "Armed Forces")),
    ),
)
GENERIC = CodeSystemContent(
    system("generic", widths=(5, 10), weight=170), (Concept("5760", Text("آسپرین", "ASPIRIN 80 MG TABLET")),)
)
PRODUCTS = CodeSystemContent(
    system(
        "irc",
        weight=160,
        properties=(PropertyDefinition("gtin", indexed=True), PropertyDefinition("colour"))),
    (
        Concept(
            "1228000001",
            Text("آسپیکور", "ASPICOR 80"),
            properties=(Property("gtin", "06260152310019"), Property("colour", "turquoise")),
        ),
        Concept("1228000002", Text("آسپرین آلفا", "ASPIRIN ALFA"), properties=(Property("gtin", "6260000000017"),)),
    ),
)  # fmt: skip
CITIES = CodeSystemContent(
    system("cities", weight=60), (Concept("08", Text("کرمان")), Concept("0801", Text("یزد آباد کرمان"), ("08",)))
)
NATION = (DISEASES, INSURERS, GENERIC, PRODUCTS, CITIES)

GLOSSARY = Glossary(
    "glossary",
    "1",
    Text(),
    (
        GlossaryTerm("دیابت", "diabetes mellitus", "endocrine", ("مرض قند", "قند"), ("diabetes", "sugar")),
        GlossaryTerm("دیابت نوع ۲", "type 2 diabetes mellitus", "endocrine", ("دیابت بزرگسالی",), ("T2DM",)),
        GlossaryTerm("سکته قلبی", "acute myocardial infarction", "heart", ("حمله قلبی",), ("heart attack", "MI")),
        GlossaryTerm("سنگ کلیه", "calculus of kidney", "urinary", (), ("kidney stone",)),
        GlossaryTerm("کم‌خونی فقر آهن", "iron deficiency anemia", "blood", ("فقر آهن",), ("IDA",)),
        GlossaryTerm("استامینوفن", "acetaminophen", "drug", (), ("paracetamol",)),
        GlossaryTerm("سرطان", "malignant neoplasm", "cancer", (), ("cancer",)),
        GlossaryTerm("پستان", "breast", "body", ("سینه",)),
        GlossaryTerm("حاد", "acute", "qualifier"),
        GlossaryTerm("با عارضه", "with complications", "qualifier"),
    ),
)
ENGLISH = CodeSystemContent(
    system("english", weight=150),
    (
        Concept("I", Text("", "Diseases of everything")),
        Concept("E11", Text("", "Type 2 diabetes mellitus"), ("I",)),
        Concept("E11.8", Text("", "Type 2 diabetes mellitus with unspecified complications"), ("E11",)),
        Concept("E13", Text("", "Other specified diabetes mellitus"), ("I",)),
        Concept("I21", Text("", "Acute myocardial infarction"), ("I",)),
        Concept("I21.9", Text("", "Acute myocardial infarction, unspecified"), ("I21",)),
        Concept("I25.2", Text("", "Old myocardial infarction"), ("I",)),
        Concept("N20.0", Text("", "Calculus of kidney"), ("I",)),
        Concept("N28.1", Text("", "Cyst of kidney"), ("I",)),
        Concept("D50", Text("", "Iron deficiency anemia"), ("I",)),
        Concept("C50", Text("", "Malignant neoplasm of breast"), ("I",)),
        Concept("D24", Text("", "Benign neoplasm of breast"), ("I",)),
        Concept("H26", Text("", "Other cataract"), ("I",)),
        Concept("H26.9", Text("", "Unspecified cataract"), ("H26",)),
        Concept("H28", Text("", "Cataract in diseases classified elsewhere"), ("I",)),
        Concept("K35", Text("", "Acute appendicitis"), ("I",)),
        Concept("K36", Text("", "Other appendicitis"), ("I",)),
        Concept("K37", Text("", "Unspecified appendicitis"), ("I",)),
        Concept("J45", Text("", "Asthma"), ("I",), designations=(Designation("en", "Bronchial asthma"),)),
        Concept("J45.0", Text("", "Asthma, bronchial, predominantly allergic"), ("J45",)),
        Concept("X1", Text("", "ACETAMINOPHEN 500 MG TABLET"), ("I",)),
        Concept("F1", Text("درمان دندان", "Treatment of teeth"), ("I",)),
        Concept("F2", Text("بیماری قلبی", "Illness of the heart"), ("I",)),
        Concept("F3", Text("شکستگی ساعد", "Broken forearm"), ("I",)),
    ),
)

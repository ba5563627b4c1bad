"""Two versions of a small release, in which one thing of each kind is different."""

from pathlib import Path
from typing import Any

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
    Property,
    Status,
    ValueSet,
)
from termserver.model.days import Period
from termserver.model.documents import DocumentClass, DocumentType, Field, Rule, RuleSet, Stage, Use
from termserver.model.findings import Severity
from termserver.model.text import Text
from termserver.model.values import replace

WARD = CodeSystem("ward", "https://example.org/ward", Text("بخش", "Ward"), "1", Content.COMPLETE)
WARDS = (
    Concept("1", Text("داخلی", "Internal medicine")),
    Concept("2", Text("قلب", "Cardiology"), ("1",)),
    Concept("3", Text("ريه", "Chest diseases"), ("1",)),
    Concept("4", Text("پوست", "Skin"), ("1",), properties=(Property("beds", "12"),)),
    Concept("5", Text("گوش", "Ear"), ("2",)),
    Concept("6", Text("چشم", "Eye"), ("1",), designations=(Designation("fa", "بینایی"),)),
    Concept("7", Text("کلیه", "Kidney"), ("1",), period=Period("2020-01-01", "")),
)
VALUE_SET = ValueSet("open", "https://example.org/vs", Text("باز", "Open"), "1", (Include("ward", under=("1",)),))
LISTED = ValueSet("listed", "https://example.org/listed", Text("فهرست", "List"), "1", (Include("ward", ("1", "2")),))
MAP = ConceptMap(
    "to-old",
    "https://example.org/map",
    Text("نگاشت", "Map"),
    "1",
    "ward",
    "old",
    tuple(ConceptMapping(code, f"o{code}", "equivalent") for code in "123"),
)


def _type(*fields: Field) -> DocumentType:
    return DocumentType(
        "bill", "1.0", Text("صورتحساب", "Bill"), "Bill", {"Bill": DocumentClass("Bill", fields)}, {}, "Bill"
    )


FIELDS = (
    Field("Name", "string", use=Use.REQUIRED, max_length=50),
    Field("Ward", "string", binding=("open",)),
    Field("Total", "int", minimum=0),
    Field("Note", "string", repeats=True),
    Field("Old", "string"),
)
RULES = (
    Rule("r-1", Severity.WARNING, "Total > 0", Text("جمع", "A total")),
    Rule("r-2", Severity.ERROR, "Total > 0 and Name != Note", Text("نام", "A name")),
    Rule("r-3", Severity.ERROR, "exists(Ward)", Text("بخش", "A ward"), when="Total > 5"),
    Rule("r-4", Severity.ERROR, "exists(Note)", Text("یادداشت", "A note")),
    Rule("r-5", Severity.WARNING, "exists(Old)", Text("کهنه", "Old")),
)


def _rule_set(rules: tuple[Rule, ...]) -> RuleSet:
    return RuleSet("bill", "1", "1.0", Text("قاعده‌ها", "Rules"), ("Day",), rules)


class Everything:
    """What ``build_release`` reads."""

    def __init__(self, **parts: Any) -> None:
        said = dict.fromkeys(("systems", "value_sets", "concept_maps", "naming_systems", "document_types"), ())
        self.__dict__.update({**said, "rule_sets": (), "files": {}, "destinations": (), "glossary": None, **parts})


def before() -> Everything:
    return Everything(
        systems=(CodeSystemContent(WARD, WARDS),),
        value_sets=(VALUE_SET, LISTED),
        concept_maps=(MAP,),
        document_types=(_type(*FIELDS),),
        rule_sets=(_rule_set(RULES),),
        files={"schemas/bill/1.0/a.xsd": b"<a/>"},
    )


def after() -> Everything:
    wards = {one.code: one for one in WARDS}
    wards["2"] = replace(wards["2"], display=Text("قلب و عروق", "Cardiology"))
    wards["3"] = replace(wards["3"], display=Text("ریه", "Diseases, chest"))
    wards["4"] = replace(wards["4"], display=Text("ناباروری", "Infertility"), properties=(Property("beds", "14"),))
    wards["5"] = replace(wards["5"], parents=("1",))
    wards["6"] = replace(wards["6"], status=Status.RETIRED, replaced_by=("8",), designations=())
    wards["8"] = Concept("8", Text("چشم‌پزشکی", "Ophthalmology"), ("1",))
    del wards["7"]
    fields = {field.name: field for field in FIELDS}
    fields["Name"] = replace(fields["Name"], max_length=40)
    fields["Ward"] = replace(fields["Ward"], use=Use.REQUIRED, binding=("open", "listed"))
    fields["Total"] = replace(fields["Total"], minimum=None)
    fields["Note"] = replace(fields["Note"], repeats=False)
    del fields["Old"]
    fields["New"] = Field("New", "string")
    fields["Must"] = Field("Must", "string", use=Use.REQUIRED)
    rules = {rule.id: rule for rule in RULES}
    rules["r-1"] = replace(rules["r-1"], severity=Severity.ERROR)
    rules["r-2"] = replace(rules["r-2"], holds="Total > 0")
    rules["r-3"] = replace(rules["r-3"], when="Total > 5 and Name != Note")
    rules["r-4"] = replace(rules["r-4"], stages=(Stage("2027-01-01", None),))
    del rules["r-5"]
    rules["r-6"] = Rule("r-6", Severity.ERROR, "exists(Must)", Text("باید", "Must"))
    mappings = (*MAP.mappings[:1], replace(MAP.mappings[1], target_code="o9"))
    return Everything(
        systems=(CodeSystemContent(replace(WARD, version="2"), tuple(wards.values())),),
        value_sets=(VALUE_SET, replace(LISTED, include=(Include("ward", ("1", "3")),))),
        concept_maps=(replace(MAP, mappings=mappings),),
        document_types=(_type(*fields.values()),),
        rule_sets=(_rule_set(tuple(rules.values())),),
        files={"schemas/bill/1.0/a.xsd": b"<b/>"},
    )


def build(content: Any, path: Path, version: str) -> Path:
    build_release(content, path, "small", version)
    return path

"""The real things, whole: ICD-10-CM, WHO's ICD-10 and the two public drug sheets, with exact counts."""

import time
from collections import Counter

import pytest

from termserver.importers import drugs, icd10, icd10cm
from termserver.importers.report import Outcome
from termserver.model.codes import CodeSystem, Content
from termserver.model.errors import UsageError
from termserver.model.text import Text

pytestmark = pytest.mark.slow


def kinds(content):
    return Counter(one.value for concept in content.concepts for one in concept.properties if one.code == "kind")


def has_whole_hierarchy(content):
    codes = {concept.code for concept in content.concepts}
    assert len(codes) == len(content.concepts)
    assert all(parent in codes for concept in content.concepts for parent in concept.parents)
    assert all(concept.parents or concept.properties[0].value == "chapter" for concept in content.concepts)


@pytest.fixture(scope="module")
def clinical():
    started = time.process_time()
    content = icd10cm.read()
    assert time.process_time() - started < 15
    return content


def test_icd10cm_brings_every_item_with_its_place(clinical):
    assert kinds(clinical) == {
        "chapter": 22,
        "block": 297,
        "category": 1918,
        "subcategory": 44963,
        "extended-subcategory": 51305,
    }
    assert len(clinical.concepts) == 98_505
    has_whole_hierarchy(clinical)


def test_icd10cm_says_that_it_stands_in_for_icd10(clinical):
    system = clinical.system

    assert (system.id, system.native_id, system.version) == ("icd10cm", "ICD-10-CM", "2026-04")
    assert (system.stands_in_for, system.content, system.weight) == ("icd10", Content.COMPLETE, 200)
    assert "جایگزین موقت تا بارگذاری ICD-10 وزارت" in system.title.fa
    assert "public domain" in system.licence


def test_icd10cm_keeps_titles_inclusion_terms_and_notes(clinical):
    by_code = {concept.code: concept for concept in clinical.concepts}

    assert by_code["E11.9"].display.en == "Type 2 diabetes mellitus without complications"
    assert by_code["E11.9"].parents == ("E11",)
    assert by_code["E11"].parents == ("E08-E13",)
    assert {"kind", "includes", "excludes1", "code-first"} <= {one.code for one in by_code["B20"].properties}
    assert [one.value for one in by_code["I21.3"].designations if one.use == "inclusion-term"]
    # a block of one category bears the category's code in the source
    assert by_code["B20"].parents == ("B20-B20",)
    assert by_code["B20-B20"].parents == ("1",)
    assert by_code["S72.001A"].display.en.endswith("initial encounter for closed fracture")


def test_icd10cm_tells_its_progress():
    told = []
    icd10cm.read(lambda done, total: told.append((done, total)))

    assert told[0][1] == 98_505 and told[-1] == (98_505, 98_505)


def test_whos_icd10_is_read_only_when_its_notice_is_accepted():
    with pytest.raises(UsageError, match="--accept-licence") as refusal:
        icd10.read(accepted_licence=False)

    assert "© WHO" in refusal.value.text.fa and "© WHO" in refusal.value.text.en


def test_whos_icd10_brings_every_item_under_the_registered_names():
    registered = CodeSystem(
        "icd10",
        "http://hl7.org/fhir/sid/icd-10",
        Text(en="ICD-10"),
        "not-stated",
        Content.NOT_PRESENT,
        native_id="ICD10",
        aliases=("ICD-10", "thrICD"),
        weight=200,
    )

    content = icd10.read(True, registered)

    assert kinds(content) == {"chapter": 22, "block": 274, "category": 2050, "subcategory": 10196}
    assert len(content.concepts) == 12_542
    has_whole_hierarchy(content)
    assert (content.system.content, content.system.version) == (Content.COMPLETE, "2019")
    assert content.system.names() == registered.names()


@pytest.fixture(scope="module")
def sheets(shared):
    data = shared / "data"
    return drugs.read([data / "drug_sheet_chemical.csv", data / "drug_sheet_natural.csv"])


def test_every_row_of_the_two_sheets_lands_as_the_product_of_its_line(sheets):
    assert [(file.sheet, file.read, file.landed, file.refused) for file in sheets.report.files] == [
        ("chemical", 29_454, 29_454, 0),
        ("natural", 3_380, 3_380, 0),
    ]
    counts = sheets.report.counts
    assert counts["landed"] + counts["refused"] == sheets.report.read == 32_834
    products = sheets.contents[0].concepts
    assert {product.source for product in products} == {
        *(f"drug_sheet_chemical.csv:{line}" for line in range(2, 29_456)),
        *(f"drug_sheet_natural.csv:{line}" for line in range(2, 3_382)),
    }
    assert sheets.report.concepts == {"irc": 32_834, "generic": 3_675, "erx": 14_039, "gtin": 28_577}


def test_the_figures_of_the_chemical_sheet_are_those_measured_elsewhere_or_explained(sheets):
    facts = sheets.report.files[0].facts

    assert facts["irc-leading-zero"] == 686
    assert facts["generic-distinct"] == 3_675
    assert facts["owner-id-distinct"] == 540
    assert facts["gtin:text.null"] == facts["package-count:text.null"] == 47
    # published: 4 of 13 digits; two more are 13 digits behind a space
    assert facts["gtin:gtin.padded"] == 4 + 2
    # published: 4,186 repeated; that counts NULL (46), the empty and all-zero ones (3) as repeating each other
    assert facts["gtin:gtin.repeated"] == 4_186 - 46 - 3
    # published: the check digit is right in 29,388; two are behind a space, the four all-zero ones are none
    wrong, none = facts["gtin:gtin.check-digit"], facts["gtin:gtin.missing"] + facts["gtin:gtin.shape"]
    assert (wrong, none) == (15, 6)
    assert 29_454 - 47 - wrong - none == 29_388 + 2 - 4
    assert facts["erx:erx.shape"] == 1


def test_the_figures_of_the_natural_sheet_are_those_measured_elsewhere(sheets):
    facts = sheets.report.files[1].facts

    assert facts["gtin:gtin.padded"] == 3_217
    assert facts["gtin:gtin.missing"] == 3_380 - 3_356
    assert facts["erx-distinct"] == 2_660
    assert "generic-distinct" not in facts and "gtin:gtin.check-digit" not in facts


def test_the_report_of_the_two_sheets_is_exact(sheets):
    assert sheets.report.rules == {
        ("merged", "gtin.repeated"): 4_180,
        ("repaired", "gtin.padded"): 3_223,
        ("merged", "erx.two-names"): 1_794,
        ("repaired", "text.spaces"): 238,
        ("repaired", "text.null"): 94,
        ("flagged", "owner.two-names"): 45,
        ("flagged", "gtin.missing"): 25,
        ("flagged", "gtin.check-digit"): 15,
        ("flagged", "gtin.shape"): 5,
        ("flagged", "owner.two-ids"): 2,
        ("flagged", "erx.shape"): 1,
    }
    assert all(row.before != row.after for row in sheets.report.rows if row.outcome is Outcome.REPAIRED)


def test_one_gtin_stands_for_up_to_75_products(sheets):
    gtins = next(content for content in sheets.contents if content.system.id == "gtin").concepts
    by_code = {concept.code: concept for concept in gtins}

    assert max(len(concept.properties) for concept in gtins) == len(by_code["08699546090303"].properties) == 75


def test_the_generic_of_foradil_is_5760_without_zeros(sheets):
    product = next(one for one in sheets.contents[0].concepts if one.code == "6948070571522081")

    assert product.display.en == "FORADIL CAPSULE RESPIRATORY 12 ug"
    assert [one.value for one in product.properties if one.code == "generic"] == ["5760"]


def test_the_four_small_sheets_are_each_known_by_their_headers(shared):
    done = drugs.read(sorted((shared / "data").glob("drug_*_sample.csv")))

    assert {file.sheet: file.landed for file in done.report.files} == {
        "chemical": 300,
        "prescribing": 300,
        "supplies": 100,
        "natural": 100,
    }
    assert [row.rule for row in done.report.rows if row.rule.startswith("irc.")] == ["irc.repeated", "irc.differs"]

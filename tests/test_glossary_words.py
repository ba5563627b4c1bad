"""The glossary that the release carries: enough of it, and its English stands in titles that there are."""

from collections import defaultdict
from pathlib import Path

import pytest

from termserver import TermServer
from termserver.content.folders import read
from termserver.importers import icd10cm
from termserver.model.fold import key, words
from termserver.model.glossary import Glossary

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def glossary() -> Glossary:
    found = read(ROOT).glossary
    assert found is not None
    return found


def test_the_glossary_covers_daily_work(glossary: Glossary) -> None:
    assert len(glossary.terms) >= 3500
    used = defaultdict(int)
    for term in glossary.terms:
        used[term.category] += 1
    assert {known.code for known in glossary.categories if not used[known.code]} == set()


def test_the_glossary_is_provisional_until_the_committee_approves_it(glossary: Glossary) -> None:
    assert glossary.provisional


def test_the_english_of_a_disease_stands_in_one_title_of_icd_10_cm(glossary: Glossary) -> None:
    """Where it does not, a query in Persian would find nothing over it."""
    having: dict[str, set[int]] = defaultdict(set)
    for n, concept in enumerate(icd10cm.read().concepts):
        for word in words(concept.display.en):
            having[word].add(n)
    wanted = {known.code for known in glossary.categories if known.in_titles}

    lost = [
        f"{term.fa}: {term.en}"
        for term in glossary.terms
        if term.category in wanted and not set.intersection(*(having[word] for word in words(term.en)))
    ]

    assert not lost, "mend term_en in codesystems/glossary/terms.csv so that one ICD-10 title has all its words"


def test_every_code_of_the_glossary_is_one_of_icd_10_cm(glossary: Glossary) -> None:
    known = {concept.code for concept in icd10cm.read().concepts}
    lost = [f"{term.fa}: {code}" for term in glossary.terms for code in term.codes if code not in known]
    assert glossary.coded_in == "icd10"
    assert not lost


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("قند", "diabetes mellitus"),
        ("مرض قند", "diabetes mellitus"),
        ("دیابت نوع ۲", "type 2 diabetes mellitus"),
        ("سکته قلبی", "acute myocardial infarction"),
        ("سنگ کلیه", "calculus of kidney"),
        ("کم خونی فقر آهن", "iron deficiency anemia"),
        ("آب مروارید", "cataract"),
        ("سرطان پستان", "malignant neoplasm of breast"),
        ("استامينوفن", "acetaminophen"),
        ("heart attack", "acute myocardial infarction"),
        ("COPD", "chronic obstructive pulmonary disease"),
        ("UTI", "urinary tract infection"),
        ("HTN", "essential (primary) hypertension"),
    ],
)
def test_what_people_say_leads_to_the_words_of_the_title(glossary: Glossary, typed: str, title: str) -> None:
    assert title in {term.en for term in glossary.terms if key(typed) in map(key, term.names())}


def test_the_release_carries_the_glossary(server: TermServer, glossary: Glossary) -> None:
    assert server.glossary == glossary

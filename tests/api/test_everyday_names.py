"""A title in English has the everyday Persian name beside it where the glossary says just that, and marked as such."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from termserver.build import build_release
from termserver.content.folders import Content
from termserver.model.codes import CodeSystem, CodeSystemContent, Concept
from termserver.model.codes import Content as Extent
from termserver.model.glossary import Glossary, GlossaryTerm
from termserver.model.text import Text
from termserver.service import TermServer
from termserver.web.application import create

CM = CodeSystem("cm", "urn:test:cm", Text("بیماری‌ها", "Diseases"), "1", Extent.COMPLETE, stands_in_for="icd10")
CONTENT = Content(
    systems=(
        CodeSystemContent(
            CM,
            (
                Concept("J45", Text("", "Asthma")),
                Concept("J46", Text("", "Status asthmaticus")),
                Concept("J47", Text("گشادی نایژه", "Bronchiectasis")),
            ),
        ),
    ),
    glossary=Glossary(
        "glossary",
        "1",
        Text(),
        (
            GlossaryTerm("نفس‌تنگی", "asthma", "lungs", codes=("J45", "J46")),
            GlossaryTerm("برونشکتازی", "bronchiectasis", "lungs", codes=("J47",)),
        ),
        coded_in="icd10",
    ),
)


@pytest.fixture(scope="module")
def lungs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    path = tmp_path_factory.mktemp("everyday") / "lungs.release"
    build_release(CONTENT, path, "lungs", "1")
    with TermServer.open(path) as server, TestClient(create(server)) as client:
        yield client


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_hit_shows_what_people_call_its_title(lungs: TestClient, language: str) -> None:
    page = lungs.get("/", params={"q": "asthma", "lang": language}).text
    assert page.count("نفس‌تنگی") == 1
    assert "glossary" in page or "واژه‌نامه" in page


def test_a_title_that_says_something_else_stays_alone(lungs: TestClient) -> None:
    assert "نفس‌تنگی" not in lungs.get("/", params={"q": "status asthmaticus"}).text.partition("J46")[2]


def test_a_persian_title_is_not_crowded_by_an_everyday_name(lungs: TestClient) -> None:
    assert "برونشکتازی" not in lungs.get("/", params={"q": "J47"}).text


def test_the_page_of_the_code_says_that_the_name_is_no_official_title(lungs: TestClient) -> None:
    page = lungs.get("/concept/cm/J45", params={"lang": "en"}).text
    assert "نفس‌تنگی" in page and "no official translation" in page
    assert "no official translation" not in lungs.get("/concept/cm/J46", params={"lang": "en"}).text

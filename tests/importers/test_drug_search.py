"""A product of the real drug sheets is found by everything that is printed on it or known about it."""

from pathlib import Path

import orjson
import pytest

from termserver.build import build_release
from termserver.importers import drugs
from termserver.releases.file import ReleaseFile
from termserver.search.finder import Finder
from termserver.search.search import Search, SearchQuery

pytestmark = pytest.mark.slow

FORADIL = "6948070571522081"


@pytest.fixture(scope="module")
def search(shared: Path, tmp_path_factory: pytest.TempPathFactory):
    done = drugs.read([shared / "data" / "drug_sheet_chemical.csv", shared / "data" / "drug_sheet_natural.csv"])
    path = tmp_path_factory.mktemp("drugs") / "drugs.release"
    build_release(done.contents, path, "drugs", "test")
    with ReleaseFile.open(path) as reader:
        yield Search([Finder(reader)])


def found(search: Search, text: str, *systems: str, limit: int = 100) -> list[str]:
    result = search.find(SearchQuery(text, systems=systems, limit=limit))
    return [orjson.loads(hit)["code"] for hit in result.hits]


@pytest.mark.parametrize(
    "text",
    [FORADIL, "06260505602169", "6260505602169", "foradil", "forad", "FORADIL caps", "۶۹۴۸۰۷۰۵۷۱۵۲۲۰۸۱"],
    ids=["irc", "gtin", "gtin-13", "brand", "brand-prefix", "brand-words", "persian-digits"],
)
def test_a_product_is_found_by_irc_gtin_and_brand(search, text):
    assert FORADIL in found(search, text, "irc", limit=3)


@pytest.mark.parametrize("text", ["5760", "05760", "0000005760"])
def test_a_product_and_its_generic_are_found_by_the_generic_code_in_every_width(search, text):
    assert found(search, text, "generic")[0] == "5760"
    assert FORADIL in found(search, text, "irc")


def test_products_are_found_by_their_erx_and_their_owner(search):
    assert FORADIL in found(search, "68381", "irc")
    assert found(search, "68381", "erx")[0] == "68381"
    assert FORADIL in found(search, "foradil بهستان", "irc")
    assert FORADIL in found(search, "بهستان دارو foradil", "irc")


@pytest.mark.parametrize("text", ["06260505602169", "6260505602169"])
def test_a_gtin_is_found_with_and_without_its_zero(search, text):
    assert found(search, text, "gtin")[0] == "06260505602169"

"""IHE SVS over HTTP: a hospital system asks for a list and gets it as the profile says, or a warning."""

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from lxml import etree

from tests.fhir.served import served

HERE = Path(__file__).parent
SVS = "{urn:ihe:iti:svs:2008}"


@pytest.fixture(scope="module")
def address(server) -> Iterator[str]:
    with served(server) as base:
        yield f"{base}/svs"


@pytest.fixture(scope="module")
def schema():
    return etree.XMLSchema(etree.parse(HERE / "svs.xsd"))


def asked(address, schema, path):
    with urllib.request.urlopen(f"{address}/{path}") as answer:
        assert answer.headers["content-type"].startswith("text/xml")
        tree = etree.fromstring(answer.read())
    schema.assertValid(tree)
    return tree, answer.headers


def test_a_list_comes_in_each_language_with_the_same_codes(address, schema):
    tree, headers = asked(address, schema, "RetrieveValueSet?id=thritaEHR.gender")
    lists = {one.get("{http://www.w3.org/XML/1998/namespace}lang"): one for one in tree.iter(f"{SVS}ConceptList")}
    assert set(lists) == {"fa", "en"}
    codes = [[one.get("code") for one in found] for found in lists.values()]
    assert codes[0] == codes[1] and {one.get("displayName") for one in lists["fa"]} == {"مرد", "زن"}
    assert tree.get("cacheExpirationHint") and headers["expires"].endswith("GMT")
    (found,) = tree.iter(f"{SVS}ValueSet")
    again, _ = asked(address, schema, f"RetrieveValueSet?id={found.get('id')}&version={found.get('version')}&lang=en")
    assert len(list(again.iter(f"{SVS}ConceptList"))) == 1
    assert {one.get("displayName") for one in again.iter(f"{SVS}Concept")} == {"Male", "Female"}


@pytest.mark.parametrize(
    ("query", "status", "warning"),
    [
        ("RetrieveValueSet?id=1.2.3.4.5", 404, '111 termserver "NAV: Unknown value set"'),
        ("RetrieveValueSet?id=thritaEHR.gender&version=1.2.3", 404, '112 termserver "VERUNK: Version unknown"'),
        ("RetrieveValueSet?id=thritaEHR.gender&lang=fa-IR", 404, '111 termserver "NAV: Unknown value set"'),
        ("RetrieveValueSet", 400, None),
        ("RetrieveMultipleValueSets", 400, None),
        ("RetrieveMultipleValueSets?Colour=red", 400, None),
        ("RetrieveMultipleValueSets?DisplayNameContains=" + quote("(a"), 400, None),
        ("RetrieveMultipleValueSets?CreationDateAfter=soon", 400, None),
        ("RetrieveEverything", 404, None),
        ("RetrieveValueSet?id=physicians", 404, '111 termserver "NAV: Unknown value set"'),
    ],
)
def test_what_cannot_be_given_is_told_as_the_profile_says(address, query, status, warning):
    with pytest.raises(urllib.error.HTTPError) as failure:
        urllib.request.urlopen(f"{address}/{query}")
    assert failure.value.code == status and failure.value.headers["warning"] == warning
    assert failure.value.read().strip()


def test_several_lists_are_found_by_what_is_said_of_them(address, schema):
    tree, _ = asked(address, schema, "RetrieveMultipleValueSets?DisplayNameContains=" + quote("کشور"))
    names = [one.get("displayName") for one in tree]
    assert names and all("کشور" in name for name in names)
    english, _ = asked(address, schema, "RetrieveMultipleValueSets?DisplayNameContains=country")
    assert {one.get("id") for one in english} & {one.get("id") for one in tree}
    (only,), _ = asked(address, schema, f"RetrieveMultipleValueSets?ID={tree[0].get('id')}")
    assert only.get("id") == tree[0].get("id") and len(list(only.iter(f"{SVS}Concept"))) > 10
    for nothing in ("GroupContains=x", "DisplayNameContains=%5Enothing%24", "ExpirationDateBefore=2030-01-01"):
        empty, _ = asked(address, schema, f"RetrieveMultipleValueSets?{nothing}")
        assert len(empty) == 0


def test_an_evil_pattern_costs_nothing(address, schema):
    pattern = quote("(a+)+" * 20 + "$")
    done = threading.Event()

    def ask() -> None:
        asked(address, schema, f"RetrieveMultipleValueSets?DisplayNameContains={pattern}")
        done.set()

    threading.Thread(target=ask, daemon=True).start()
    assert done.wait(30)

"""The feeds say what is published and what was taken back, by the rules of the syndication profile."""

import json
import re
from xml.etree import ElementTree

import pytest
from small_committee import Committee, Follower

from termserver.model.text import Text
from termserver.trust.metadata import TARGETS

ATOM = "{http://www.w3.org/2005/Atom}"
NCTS = "{http://ns.electronichealth.net.au/ncts/syndication/asf/extensions/1.0.0}"


@pytest.fixture
def feed(follower: Follower, committee: Committee) -> ElementTree.Element:
    committee.repository.draft_retraction(
        "standards", "1405.1", Text("غلط <بد>", "Wrong & bad"), "1405.2", committee.now
    )
    committee.sign(TARGETS)
    committee.commit()
    return ElementTree.fromstring((committee.repository.folder / "feed.xml").read_bytes())


def test_every_entry_has_what_the_profile_asks(feed: ElementTree.Element) -> None:
    assert feed.find(f"{NCTS}atomSyndicationFormatProfile") is not None
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == 2
    ids = set()
    for entry in entries:
        for name in ("title", "id", "updated", "published", "summary"):
            assert entry.findtext(f"{ATOM}{name}")
        ids.add(entry.findtext(f"{ATOM}id"))
        identifier = entry.findtext(f"{NCTS}contentItemIdentifier")
        assert (entry.findtext(f"{NCTS}contentItemVersion") or "").startswith(f"{identifier}|")
        (category,) = entry.findall(f"{ATOM}category")
        links = entry.findall(f"{ATOM}link")
        if category.get("term", "").endswith("_RETRACT"):
            assert not links
        else:
            (link,) = links
            assert re.fullmatch("[0-9a-f]{64}", link.get(f"{NCTS}sha256Hash") or "")
            assert int(link.get("length") or 0) > 0
    assert len(ids) == 2


def test_the_json_twin_says_the_same(feed: ElementTree.Element, committee: Committee) -> None:
    said = json.loads((committee.repository.folder / "feed.json").read_bytes())
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.findall(f"{ATOM}entry")]
    assert [f"{one['name']} {one['version']}" for one in said["entries"]] == titles
    assert said["entries"][1]["retracted"]["en"] == "Wrong & bad"
    assert said["entries"][1]["download"] is None
    download = said["entries"][0]["download"]
    assert (committee.repository.folder / download["href"]).stat().st_size == download["length"]

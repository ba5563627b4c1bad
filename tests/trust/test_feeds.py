"""The feeds say what is published and what was taken back, by each rule of the syndication guide and of Atom.

https://build.fhir.org/ig/FHIR/fhir-syndication-ig: feed-format, entry-format, categories, relationship-crmi; RFC 4287.
"""

import hashlib
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from small_committee import DAY, Committee, Follower, sync

from termserver.model.text import Text
from termserver.trust.metadata import TARGETS, instant

ATOM = "{http://www.w3.org/2005/Atom}"
NCTS = "{http://ns.electronichealth.net.au/ncts/syndication/asf/extensions/1.0.0}"
CRMI = "{http://hl7.org/fhir/uv/crmi/syndication}"
SCHEME = "http://ns.electronichealth.net.au/ncts/syndication/asf/scheme/1.0.0"
Element = ElementTree.Element


def read(committee: Committee) -> Element:
    return ElementTree.fromstring((committee.repository.folder / "feed.xml").read_bytes())


def text(element: Element, name: str) -> str:
    return element.findtext(name) or ""


def version_of(entry: Element) -> str:
    return text(entry, f"{NCTS}contentItemVersion")


@pytest.fixture
def published(follower: Follower, committee: Committee) -> Committee:
    """1405.1 was taken back, 1405.2 has no package, 1405.3 has one."""
    committee.now += DAY
    committee.repository.draft_release(
        committee.release("1405.3"),
        instant(committee.now),
        Text("تازه", "New"),
        committee.now,
        make_package=lambda file: ("ir.mexa.standards", "1405.3.0", b"the package of " + file.name.encode()),
    )
    committee.repository.draft_retraction(
        "standards", "1405.1", Text("غلط <بد>", "Wrong & bad"), "1405.2", committee.now
    )
    committee.sign(TARGETS)
    committee.commit()
    return committee


def test_the_feed_itself_has_what_is_asked(published: Committee) -> None:
    feed = read(published)
    assert feed.tag == f"{ATOM}feed"
    assert text(feed, f"{ATOM}title")
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", text(feed, f"{ATOM}id"))
    # MUST be present where any NCTS element is used
    assert text(feed, f"{NCTS}atomSyndicationFormatProfile").endswith("/asf/profile/1.0.0")
    # SHOULD equal the latest of any entry
    assert text(feed, f"{ATOM}updated") == max(text(one, f"{ATOM}updated") for one in feed.findall(f"{ATOM}entry"))
    (self_link,) = [link for link in feed.findall(f"{ATOM}link") if link.get("rel") == "self"]
    assert self_link.get("type") == "application/atom+xml"


def test_every_entry_has_what_is_asked(published: Committee) -> None:
    entries = read(published).findall(f"{ATOM}entry")
    assert len(entries) == 4
    for entry in entries:
        for name in ("title", "id", "updated"):
            assert len(entry.findall(f"{ATOM}{name}")) == 1
        assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", text(entry, f"{ATOM}id"))
        assert entry.find(f"{ATOM}author/{ATOM}name") is not None
        for name in ("updated", "published"):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text(entry, f"{ATOM}{name}"))
        for category in entry.findall(f"{ATOM}category"):
            assert category.get("term") and category.get("scheme")
        identifier = text(entry, f"{NCTS}contentItemIdentifier")
        assert identifier and version_of(entry).startswith(f"{identifier}|")
    for name in (f"{ATOM}id", f"{NCTS}contentItemVersion"):
        assert len({text(entry, name) for entry in entries}) == len(entries), f"{name} is unique within a feed"


def test_what_can_be_fetched_is_what_the_entry_says(published: Committee) -> None:
    for entry in read(published).findall(f"{ATOM}entry"):
        for link in entry.findall(f"{ATOM}link"):
            assert link.get("rel") == "alternate" and link.get("type")
            data = (published.repository.folder / (link.get("href") or "")).read_bytes()
            assert link.get("length") == str(len(data))
            assert link.get(f"{NCTS}sha256Hash") == hashlib.sha256(data).hexdigest()


def test_a_retraction_names_one_version_when_and_why_and_nothing_to_download(published: Committee) -> None:
    entries = read(published).findall(f"{ATOM}entry")
    (back,) = [one for one in entries if (one.find(f"{ATOM}category").get("term") or "").endswith("_RETRACT")]  # type: ignore[union-attr]
    assert version_of(back) == "urn:termserver:release:standards|1405.1"
    assert not back.findall(f"{ATOM}link")
    assert "Wrong & bad" in text(back, f"{ATOM}summary") and "غلط <بد>" in text(back, f"{ATOM}summary")
    assert text(back, f"{ATOM}updated") == instant(published.now) > text(back, f"{ATOM}published")


def test_a_package_is_an_entry_of_both_guides(published: Committee) -> None:
    entries = read(published).findall(f"{ATOM}entry")
    (entry,) = [one for one in entries if one.find(f"{ATOM}category[@scheme='{SCHEME}']") is not None]
    assert entry.find(f"{ATOM}category").get("term") == "FHIR_Package"  # type: ignore[union-attr]
    # MUST say the version of FHIR; to both guides the same
    assert text(entry, f"{NCTS}fhirVersion") == text(entry, f"{CRMI}fhirVersion") == "4.0.1"
    assert text(entry, f"{CRMI}artifactType") == "package"
    assert text(entry, f"{CRMI}publishAction") == "publish"
    assert version_of(entry) == f"urn:termserver:package:ir.mexa.standards|{text(entry, f'{CRMI}artifactVersion')}"


def test_ids_stay_whatever_is_published_after(published: Committee) -> None:
    def ids() -> dict[str, str]:
        feed = read(published)
        return {"feed": text(feed, f"{ATOM}id")} | {
            version_of(one): text(one, f"{ATOM}id") for one in feed.findall(f"{ATOM}entry")
        }

    before = ids()
    published.now += DAY
    published.publish("1405.4")
    after = ids()
    assert {name: after[name] for name in before} == before
    assert len(after) == len(before) + 1


def test_a_package_is_signed_and_mirrored_as_releases_are(
    published: Committee, follower: Follower, tmp_path: Path
) -> None:
    from termserver.trust.mirroring import mirror
    from termserver.trust.source import Folder

    (packed,) = published.repository.statement().packages
    copy = tmp_path / "copy"
    held = follower.publishers.get("mexa").held
    mirror(held, Folder(published.repository.folder), copy, published.now)
    (there,) = (copy / "targets").glob("*.tgz")
    assert hashlib.sha256(there.read_bytes()).hexdigest() == packed.file.sha256
    sync(follower)
    assert follower.pull().problem is None
    assert follower.versions == ["1405.3"]


def test_the_json_twin_says_the_same(published: Committee) -> None:
    feed = read(published)
    said = json.loads((published.repository.folder / "feed.json").read_bytes())
    assert (said["id"], said["updated"]) == (text(feed, f"{ATOM}id"), text(feed, f"{ATOM}updated"))
    titles = [text(entry, f"{ATOM}title") for entry in feed.findall(f"{ATOM}entry")]
    told = []
    for one in said["entries"]:
        told.append(f"{one['name']} {one['version']}")
        if one["package"]:
            told.append(f"{one['package']['name']} {one['package']['version']}")
    assert told == titles
    back = said["entries"][-1]
    assert (back["retracted"]["en"], back["download"], back["package"]) == ("Wrong & bad", None, None)
    for one in (said["entries"][0]["download"], said["entries"][0]["package"]):
        assert (published.repository.folder / one["href"]).stat().st_size == one["length"]

"""``termserver verify`` tells a layman what stands with a release, with no network."""

import shutil
from pathlib import Path

import pytest
from small_committee import DAY, Committee, Follower, sync

from termserver.model.text import Text
from termserver.trust.explaining import explain_file, explain_shelf
from termserver.trust.metadata import TARGETS


def told(follower: Follower, path: Path) -> str:
    (one,) = explain_file(path, follower.publishers.all(), follower.committee.now)
    assert one.says.fa and one.says.en and one.do.fa and one.do.en
    return one.code


@pytest.fixture
def file(follower: Follower) -> Path:
    """The file of 1405.1 that the follower holds, as a copy to be maltreated."""
    (one,) = follower.shelf.installed()
    return shutil.copy(one.path, follower.committee.folder / one.path.name)


def test_what_the_committee_signed_is_told_with_the_names_of_those_who_did(follower: Follower) -> None:
    shutil.rmtree(follower.mirror)  # the network is cut
    (one,) = explain_shelf(follower.shelf, follower.publishers.all(), follower.committee.now)
    assert (one.verdict, one.code) == ("good", "signed")
    assert "anna, babak" in one.says.en
    assert "anna, babak" in one.says.fa


def test_a_changed_byte_a_missing_end_and_something_else_are_told_apart(follower: Follower, file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    assert told(follower, file) == "altered"
    file.write_bytes(data[:5000])
    assert told(follower, file) == "truncated"
    file.write_bytes(b"<html>Not found</html>" * 1000)
    assert told(follower, file) == "unreadable"
    assert told(follower, file.with_name("nothing.release")) == "missing"


def test_another_release_under_the_name_of_a_signed_one_is_told(follower: Follower, committee: Committee) -> None:
    from termserver.releases.writer import ReleaseWriter

    path = committee.folder / "x.release"
    with ReleaseWriter(path, "standards", "1405.1") as writer:
        writer.finish()
    assert told(follower, path) == "swapped"
    with ReleaseWriter(path, "drugs", "1") as writer:
        writer.finish()
    assert told(follower, path) == "unsigned"


def test_an_older_one_a_withdrawn_one_and_an_expired_word_are_told(follower: Follower, file: Path) -> None:
    committee = follower.committee
    follower.pull()
    assert told(follower, file) == "older"
    committee.repository.draft_retraction("standards", "1405.1", Text("غلط", "Wrong"), "1405.2", committee.now)
    committee.sign(TARGETS)
    committee.commit()
    sync(follower)
    follower.pull()
    assert told(follower, file) == "retracted"
    committee.now += 8 * DAY
    codes = [one.code for one in explain_shelf(follower.shelf, follower.publishers.all(), committee.now)]
    assert codes == ["signed", "expired"]

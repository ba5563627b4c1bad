"""What a follower takes, when it puts it in force, and how the committee's keys change under it."""

import datetime
import shutil
from pathlib import Path

import pytest
from small_committee import DAY, Committee, Follower, sync

from termserver.model.errors import ReleaseError, UsageError
from termserver.model.text import Text
from termserver.publication.repository import NotReady
from termserver.releases import signatures
from termserver.trust.metadata import ROOT, TARGETS, instant
from termserver.trust.refusals import Refused, Unreachable
from termserver.trust.source import Folder


def test_what_was_signed_and_published_is_taken_and_answers(follower: Follower) -> None:
    pulled = follower.pull()
    assert pulled.problem is None
    assert [pin.version for pin in pulled.came] == ["1405.2"]
    assert follower.versions == ["1405.2"]
    assert not follower.pull().came


def test_all_followers_switch_at_the_signed_instant_whenever_they_fetched_it(
    follower: Follower, committee: Committee
) -> None:
    instant = committee.now + 3 * DAY
    committee.publish("1405.3", instant)
    sync(follower)
    pulled = follower.pull()
    assert [one.pin.version for one in pulled.coming] == ["1405.3"]
    assert follower.versions == ["1405.2"]
    second = datetime.timedelta(seconds=1)
    assert follower.publishers.activate(lambda: instant - second).releases[0].version == "1405.2"  # type: ignore[union-attr]
    assert follower.publishers.activate(lambda: instant).releases[0].version == "1405.3"  # type: ignore[union-attr]


def test_a_release_that_was_taken_back_gives_way_and_its_bytes_stay(follower: Follower, committee: Committee) -> None:
    follower.pull()
    committee.repository.draft_retraction("standards", "1405.2", Text("کد غلط", "A wrong code"), "", committee.now)
    committee.sign(TARGETS)
    committee.commit()
    sync(follower)
    assert follower.pull().problem is None
    assert follower.versions == ["1405.1"]
    assert "1405.2" in {one.pin.version for one in follower.shelf.installed()}
    feed = (committee.repository.folder / "feed.xml").read_text("utf-8")
    assert "TERMSERVER_RELEASE_RETRACT" in feed


def test_keys_rotate_and_the_threshold_rises_by_a_root_that_old_and_new_signed(
    follower: Follower, committee: Committee
) -> None:
    old = list(committee.members)
    committee.members = [*old[1:], signatures.make("dara"), signatures.make("elham")]
    committee.repository.draft_root(committee.roles(threshold=3), committee.now)
    committee.sign(ROOT, *committee.members[:3])
    with pytest.raises(NotReady, match="does not know the signatures"):
        committee.commit()  # the targets are signed by two of the old keys only
    committee.repository.renew(committee.now)
    committee.sign(TARGETS, *committee.members[:3])
    committee.commit()
    committee.now += DAY
    committee.draft("1405.3")
    committee.sign(TARGETS, committee.members[0], committee.members[1])
    with pytest.raises(NotReady, match="2/3"):
        committee.commit()
    committee.sign(TARGETS, committee.members[2])
    committee.commit()
    sync(follower)
    assert follower.pull().problem is None
    assert follower.versions == ["1405.3"]


def test_a_published_version_never_changes(follower: Follower, committee: Committee) -> None:
    committee.release("1405.9").rename(committee.folder / "kept")
    path = committee.release("1405.2")
    path.unlink()
    from termserver.releases.writer import ReleaseWriter

    with ReleaseWriter(path, "standards", "1405.2") as writer:
        writer.finish()
    with pytest.raises(Exception, match="never changes"):
        committee.repository.draft_release(path, "2026-12-01T00:00:00Z", Text(), committee.now)


def test_a_signer_who_confirmed_something_else_does_not_sign(committee: Committee) -> None:
    committee.draft("1405.1")
    from termserver.publication import signing

    draft = committee.repository.draft(TARGETS)
    assert draft is not None
    with pytest.raises(Exception, match="not what you confirmed"):
        signing.sign(committee.repository.drafts / draft.label, committee.members[0], "0" * 64)


def test_a_copy_of_a_root_is_signed_whatever_it_is_called(committee: Committee, tmp_path: Path) -> None:
    from termserver.publication import signing

    committee.repository.draft_root(committee.roles(), committee.now)
    draft = committee.repository.draft(ROOT)
    assert draft is not None
    place, copy = committee.repository.drafts / draft.label, tmp_path / "anna.json"
    copy.write_bytes(place.read_bytes())
    signing.sign(copy, committee.members[0], draft.digest)
    assert signing.gather(place, [copy]).digest == draft.digest
    copy.write_text("{}")
    with pytest.raises(Refused):
        signing.read_draft(copy)


def test_another_root_is_not_trusted_over_the_known_one(follower: Follower, committee: Committee) -> None:
    stranger = Committee(committee.folder / "stranger")
    stranger.found()
    draft = stranger.repository.draft(ROOT)
    assert draft is not None
    with pytest.raises(UsageError, match="another root"):
        follower.publishers.trust("mexa", draft.as_bytes(), str(follower.mirror))
    with pytest.raises(Refused, match="signatures"):
        unsigned = Committee(committee.folder / "unsigned")
        unsigned.repository.draft_root(unsigned.roles(), unsigned.now)
        root = unsigned.repository.draft(ROOT)
        assert root is not None
        follower.publishers.trust("other", root.as_bytes(), str(follower.mirror))


def test_over_a_network_a_release_is_made_out_of_a_delta(follower: Follower, committee: Committee) -> None:
    """The delta is fetched, the release built here; what does not fit is fetched whole."""
    committee.now += DAY
    path = committee.release("1405.3")
    asked: list[str] = []

    def make(before: Path, after: Path, into: Path) -> bool:
        into.write_bytes(b"what changed")
        return True

    def rebuild(before: Path, changes: Path, into: Path) -> None:
        asked.append(changes.read_bytes().decode())
        if "good" in before_says:
            shutil.copy(path, into)
        else:
            raise ReleaseError("it does not fit")

    committee.repository.draft_release(path, instant(committee.now), Text(), committee.now, make)
    committee.sign(TARGETS)
    committee.commit()
    sync(follower)
    before_says = "good"
    pulled = follower.publishers.pull("mexa", lambda: committee.now, rebuild=rebuild)
    assert pulled.problem is None
    assert asked == ["what changed"]
    assert pulled.bytes == len("what changed")
    assert follower.versions == ["1405.3"]
    next(follower.shelf.releases.glob("standards-1405.3-*.release")).unlink()
    before_says = "bad"
    pulled = follower.publishers.pull("mexa", lambda: committee.now, rebuild=rebuild)
    assert pulled.bytes > 1000
    assert follower.versions == ["1405.3"]


def test_the_lag_grows_while_nobody_is_heard_and_a_refused_word_is_not_heard(
    follower: Follower, committee: Committee
) -> None:
    def lag() -> int | None:
        return follower.publishers.get("mexa").lag(committee.now)

    assert lag() == DAY.total_seconds()
    assert isinstance(follower.pull(Folder(follower.mirror / "gone")).problem, Unreachable)
    assert lag() == DAY.total_seconds()
    follower.pull()
    assert lag() == 0
    committee.now += 8 * DAY
    assert follower.pull().stale_since  # the mirror answers, and what it says has expired
    assert lag() == 8 * DAY.total_seconds()
    follower.trust()  # to be told once more whom to believe is no word of theirs
    assert lag() == 8 * DAY.total_seconds()

"""Each attack of TUF's threat list that applies here, and one or two more; docs/trust.md tells them to people.

Whatever a mirror does, the follower says why it refuses, keeps what it had, and takes the honest update when
that is offered again.
"""

import datetime
import http.server
import shutil
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from small_committee import DAY, Committee, Follower, sync

from termserver.model.errors import DigestMismatch
from termserver.releases import signatures
from termserver.trust import metadata, trusted
from termserver.trust.metadata import ROOT, SNAPSHOT, TARGETS, TIMESTAMP, Document
from termserver.trust.refusals import Refused
from termserver.trust.source import Address, Folder, Patience, stored_name
from termserver.trust.statement import read

YEAR = 365 * DAY


@pytest.fixture
def repelled(follower: Follower) -> Iterator[Callable[..., None]]:
    """Asserts that an update is refused for that reason, and at the end that nothing was taken or lost."""
    asked = 0

    def assert_refused(code: str, source: Any = None) -> None:
        nonlocal asked
        asked += 1
        pulled = follower.pull(source)
        assert isinstance(pulled.problem, Refused), pulled.problem
        assert pulled.problem.code == code, pulled.problem
        assert pulled.problem.text.fa != pulled.problem.text.en
        assert follower.versions == ["1405.1"]

    yield assert_refused
    assert asked
    assert not list(follower.shelf.releases.glob(".*unfinished"))
    sync(follower)
    assert follower.pull().problem is None, "the honest mirror is believed again"
    assert follower.versions == ["1405.2"]


def rewrite(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    said = orjson.loads(path.read_bytes())
    change(said["signed"])
    path.write_bytes(orjson.dumps(said))


def newest(follower: Follower, role: str) -> Path:
    return max((follower.mirror / "metadata").glob(f"*.{role}.json"))


def release_of(follower: Follower, version: str) -> Path:
    return next((follower.mirror / "targets").glob(f"*.standards-{version}-*.release"))


# arbitrary installation: a release that nobody signed


def test_a_release_that_nobody_signed_is_not_installed(follower: Follower, repelled: Callable[..., None]) -> None:
    rogue = follower.committee.folder / "rogue.release"
    shutil.copy(release_of(follower, "1405.1"), rogue)
    shutil.copy(rogue, release_of(follower, "1405.2"))
    repelled("mixed")


def test_a_list_with_a_release_slipped_in_is_refused(follower: Follower, repelled: Callable[..., None]) -> None:
    rewrite(newest(follower, TARGETS), lambda signed: signed["targets"].update({"x-1-2.release": {}}))
    repelled("mixed")


def test_metadata_signed_by_strangers_is_refused(follower: Follower, repelled: Callable[..., None]) -> None:
    stranger = signatures.make("stranger")
    for path in (follower.mirror / "metadata").glob("*.json"):
        if path.name.endswith(f"{ROOT}.json"):
            continue
        role = next(role for role in (TARGETS, SNAPSHOT, TIMESTAMP) if role in path.name)
        document = Document.parse(role, path.read_bytes())
        for id in document.signers():
            document._known.signatures.pop(id)
        document.sign(stranger)
        path.write_bytes(document.as_bytes())
    repelled("signature")


def test_one_member_alone_cannot_publish(follower: Follower, repelled: Callable[..., None]) -> None:
    """One stolen committee key and the stolen online key: still no release."""
    committee = follower.committee
    committee.draft("1405.3")
    draft = committee.repository.draft(TARGETS)
    assert draft is not None
    draft.sign(committee.members[0])
    forge(follower, draft)
    repelled("signature")
    committee.repository.discard(TARGETS)


def test_a_key_listed_twice_does_not_count_twice(committee: Committee) -> None:
    draft = committee.repository.draft(ROOT)
    assert draft is not None
    said = orjson.loads(draft.as_bytes())
    anna = committee.members[0].public
    said["signed"]["keys"]["f" * 64] = said["signed"]["keys"][anna.id]
    said["signed"]["roles"]["targets"]["keyids"].append("f" * 64)
    with pytest.raises(Refused, match="another key's id"):
        Document.parse(ROOT, orjson.dumps(said))


def test_a_signature_of_another_kind_of_statement_is_none_here(committee: Committee) -> None:
    """What a member signs elsewhere (a certificate) stands behind its purpose; a draft begins with a brace."""
    with pytest.raises(ValueError, match="JSON object"):
        committee.members[0].sign_json(b"termserver-certificate/1\n{}")


# rollback


def test_an_older_publication_is_refused(follower: Follower, repelled: Callable[..., None]) -> None:
    committee = follower.committee
    old = committee.folder / "old"
    shutil.copytree(follower.mirror, old)
    committee.now += DAY
    committee.commit()
    sync(follower)
    follower.publishers.pull("mexa", lambda: committee.now, Metadata(follower.mirror))
    repelled("rollback", Folder(old))


def test_an_older_list_under_a_newer_timestamp_is_refused(follower: Follower, repelled: Callable[..., None]) -> None:
    """The online key is stolen: it can announce, but not an older list than the one that was seen."""
    committee = follower.committee
    follower.publishers.pull("mexa", lambda: committee.now, Metadata(follower.mirror))
    first = Document.parse(TARGETS, (follower.mirror / "metadata" / "1.targets.json").read_bytes())
    forge(follower, first)
    repelled("rollback")


# fast-forward


def test_after_the_online_key_was_stolen_and_counted_far_ahead_new_keys_count_anew(follower: Follower) -> None:
    committee = follower.committee
    targets = committee.repository.newest(TARGETS)
    assert targets is not None
    forge(follower, targets, version=2_000_000_000)
    assert follower.pull().problem is None
    stolen, committee.online = committee.online, signatures.make("publisher-2")
    committee.repository.draft_root(committee.roles(), committee.now)
    committee.sign(ROOT)
    committee.commit()
    sync(follower)
    assert follower.pull().problem is None
    assert stolen.public.id != committee.online.public.id
    assert follower.publishers.get("mexa").held.timestamp == (follower.mirror / "metadata/timestamp.json").read_bytes()


# freeze


def test_an_expired_word_brings_nothing_new_and_what_is_here_goes_on_serving(follower: Follower) -> None:
    committee = follower.committee
    committee.now += 8 * DAY
    pulled = follower.pull()
    assert isinstance(pulled.problem, Refused)
    assert pulled.problem.code == "expired"
    assert pulled.stale_since
    assert follower.versions == ["1405.1"]
    committee.commit()
    sync(follower)
    pulled = follower.pull()
    assert pulled.problem is None
    assert not pulled.stale_since
    assert follower.versions == ["1405.2"]


def test_an_expired_root_brings_nothing_new(follower: Follower) -> None:
    follower.committee.now += 3 * YEAR
    problem = follower.pull().problem
    assert isinstance(problem, Refused)
    assert problem.code == "expired"
    assert follower.versions == ["1405.1"]


# mix and match


def test_files_of_different_publications_are_not_mixed(follower: Follower, repelled: Callable[..., None]) -> None:
    older = follower.mirror / "metadata" / "1.targets.json"
    shutil.copy(older, newest(follower, TARGETS))
    repelled("mixed")


def test_a_snapshot_of_another_day_is_not_mixed_in(follower: Follower, repelled: Callable[..., None]) -> None:
    shutil.copy(follower.mirror / "metadata" / "1.snapshot.json", newest(follower, SNAPSHOT))
    repelled("mixed")


# endless data, slow retrieval


def test_a_document_without_end_is_left(follower: Follower, repelled: Callable[..., None]) -> None:
    (follower.mirror / "metadata" / "timestamp.json").write_bytes(b" " * 50_000)
    repelled("endless")


def test_a_release_longer_than_was_signed_is_left(follower: Follower, repelled: Callable[..., None]) -> None:
    with release_of(follower, "1405.2").open("ab") as file:
        file.write(b"\0" * 100_000)
    repelled("endless")


def test_roots_without_end_are_left(committee: Committee) -> None:
    root = committee.repository.draft(ROOT)
    assert root is not None

    class Endless:
        """Signed by the true keys, one root after another."""

        asked = 0

        def metadata(self, name: str, limit: int) -> bytes | None:
            Endless.asked += 1
            version = int(name.split(".")[0])
            made = metadata.root(version, committee.now + YEAR, committee.roles(), {})
            for key in committee.members:
                made.sign(key)
            return made.as_bytes()

    with pytest.raises(Refused, match="does not end"):
        trusted.newest_root(trusted.trust_root(root.as_bytes()), Endless())
    assert Endless.asked == trusted.ROTATIONS


class _Handler(http.server.SimpleHTTPRequestHandler):
    drips_head = False
    drips_body = False
    endless = False

    def log_message(self, *said: Any) -> None:
        pass

    def do_GET(self) -> None:
        try:
            if "timestamp" in self.path and (self.drips_head or self.drips_body or self.endless):
                self._torment()
            else:
                super().do_GET()
        except OSError:
            pass  # the follower left

    def _torment(self) -> None:
        if self.drips_head:
            for letter in b"HTTP/1.0 200 OK\r\n" + b"X-A: b\r\n" * 1000:
                self.wfile.write(bytes([letter]))
                time.sleep(0.05)
            return
        self.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")
        while True:
            self.wfile.write(b" " * (65_536 if self.endless else 1))
            if self.drips_body:
                time.sleep(0.05)


@pytest.fixture
def serving(follower: Follower) -> Iterator[Callable[..., str]]:
    servers = []

    def serve(**torments: bool) -> str:
        handler = type("Handler", (_Handler,), torments)

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True

        server = Server(("127.0.0.1", 0), lambda *given: handler(*given, directory=str(follower.mirror)))
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(("torment", "code"), [("drips_head", "slow"), ("drips_body", "slow"), ("endless", "endless")])
def test_a_mirror_that_torments_is_left_in_time(
    repelled: Callable[..., None], serving: Callable[..., str], torment: str, code: str
) -> None:
    begun = time.monotonic()
    repelled(code, Address(serving(**{torment: True}), Patience(start=0.5)))
    assert time.monotonic() - begun < 5


def test_an_honest_mirror_behind_http_serves(follower: Follower, serving: Callable[..., str]) -> None:
    assert follower.pull(Address(serving(), Patience())).problem is None
    assert follower.versions == ["1405.2"]


# wrong installation: the right file under another name, paths that lead elsewhere


def test_a_name_that_leads_out_of_the_folder_is_refused(committee: Committee) -> None:
    file = metadata.File("../../evil.release", 1, "0" * 64, {"kind": "release"})
    with pytest.raises(Refused, match="cannot name a file"):
        read(metadata.targets(1, committee.now, [file], {}))


def test_a_file_that_is_signed_as_another_release_is_not_installed(follower: Follower) -> None:
    """The committee itself erred: the bytes are the signed ones, the release in them is another one."""
    committee = follower.committee
    said = committee.repository.statement().releases[-1]
    from termserver.model.values import replace

    lying = replace(said, pin=replace(said.pin, digest="1" * 64))
    committee.repository._put_targets([lying], [], committee.now, 30)
    committee.sign(TARGETS)
    committee.commit()
    sync(follower)
    assert isinstance(follower.pull().problem, DigestMismatch)
    assert follower.versions == ["1405.1"]


def test_one_publisher_does_not_publish_under_anothers_name(follower: Follower, tmp_path: Path) -> None:
    """An insurer that is followed too, or whoever stole its keys, cannot put its own standards in force."""
    follower.pull()
    (tmp_path / "insurer").mkdir()
    insurer = Committee(tmp_path / "insurer")
    insurer.now = follower.committee.now
    insurer.found()
    insurer.publish("9999.1")
    root = (insurer.repository.metadata / "1.root.json").read_bytes()
    follower.publishers.trust("insurer", root, str(insurer.repository.folder))
    pulled = follower.publishers.pull("insurer", lambda: insurer.now)
    assert isinstance(pulled.problem, Refused)
    assert pulled.problem.code == "foreign"
    assert not pulled.came
    follower.publishers.activate(lambda: insurer.now)
    assert follower.versions == ["1405.2"]


# a mirror that keeps updates back, a folder that is none, metadata that is none


def test_a_mirror_without_the_release_changes_nothing(follower: Follower) -> None:
    release_of(follower, "1405.2").unlink()
    assert "has no standards-1405.2" in str(follower.pull().problem)
    assert follower.versions == ["1405.1"]


@pytest.mark.parametrize("bytes_", [b"", b"{}", b"[" * 16_000, b'{"signed": 1}', b"\xff\xfe", b"null", b"9" * 9000])
def test_what_is_no_metadata_is_refused_in_words(
    repelled: Callable[..., None], follower: Follower, bytes_: bytes
) -> None:
    (follower.mirror / "metadata" / "timestamp.json").write_bytes(bytes_)
    repelled("unreadable")


# clocks


def test_a_clock_that_is_behind_goes_by_the_publishers_word(follower: Follower) -> None:
    committee = follower.committee
    real = committee.now
    committee.now = real - 400 * DAY
    assert follower.pull().problem is None
    assert follower.versions == ["1405.1"] or follower.versions == ["1405.2"]
    follower.publishers.activate(lambda: committee.now)
    assert follower.versions == ["1405.2"], "the publisher said itself that its day has come"


def test_a_clock_that_is_far_ahead_takes_nothing_and_loses_nothing(follower: Follower) -> None:
    follower.committee.now += datetime.timedelta(days=20_000)
    problem = follower.pull().problem
    assert isinstance(problem, Refused)
    assert "clock" in str(problem)
    assert follower.versions == ["1405.1"]


class Metadata(Folder):
    """A mirror that hands out its word and no release."""

    def fetch(self, file: metadata.File, into: Path) -> None:
        raise Refused("kept back", f"{stored_name(file)} is kept back.", "نگه داشته شد.")


def forge(follower: Follower, targets: Document, version: int = 50) -> None:
    """Let a mirror that stole the online key announce these targets."""
    committee = follower.committee
    snapshot = metadata.snapshot(version, committee.now + DAY, targets)
    snapshot.sign(committee.online)
    timestamp = metadata.timestamp(version, committee.now + DAY, snapshot, {})
    timestamp.sign(committee.online)
    for document, name in ((targets, targets.label), (snapshot, snapshot.label), (timestamp, "timestamp.json")):
        (follower.mirror / "metadata" / name).write_bytes(document.as_bytes())


def test_the_helper_forges_well(follower: Follower) -> None:
    """The forgeries above fail for the reason that is tested, not because they are made badly."""
    targets = follower.committee.repository.newest(TARGETS)
    assert targets is not None
    forge(follower, targets)
    assert follower.pull().problem is None

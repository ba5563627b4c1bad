"""Subscribers say what they run, provably; the publisher sees who runs what, and is told nothing by strangers."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from small_committee import DAY, Follower, sync

from termserver.api.committee_desk import CommitteeDesk
from termserver.database.proposal_store import ProposalStore
from termserver.model.errors import ReleaseError, UsageError
from termserver.model.text import Text
from termserver.publication.adoption import Adoption, Refused, read_keys, summed
from termserver.releases import signatures
from termserver.releases.digests import edition_of
from termserver.releases.signatures import SigningKey
from termserver.service import TermServer
from termserver.trust import acknowledgements
from termserver.trust.acknowledgements import Acknowledgement, acknowledge
from termserver.trust.metadata import TARGETS
from tests.publication.desks import desk_client


@pytest.fixture
def hix() -> SigningKey:
    return signatures.make("some-name")


@pytest.fixture
def keys(tmp_path: Path, hix: SigningKey) -> Path:
    """The publisher's folder of subscribers' keys: the file says whose it is."""
    folder = tmp_path / "subscribers"
    folder.mkdir()
    (folder / "hix.pub.pem").write_bytes(hix.public.as_pem())
    return folder


def says(follower: Follower, key: SigningKey | None, system: str = "hix") -> Acknowledgement:
    edition = follower.shelf.current()
    assert edition is not None
    return acknowledge(system, edition, follower.committee.now, key)


def test_what_runs_where_is_seen_beside_what_is_in_force(follower: Follower, hix: SigningKey, keys: Path) -> None:
    committee = follower.committee
    adoption, known = Adoption(committee.repository.folder), read_keys(keys)

    def standing() -> list[tuple[str, str, str]]:
        found = adoption.standing(committee.repository.statement(), committee.now, known)
        return [(one.version, one.standing, one.signed_by) for one in found]

    adoption.take(says(follower, hix), committee.now, keys=known)
    assert standing() == [("1405.1", "behind", "hix")]
    follower.pull()
    committee.now += DAY
    adoption.take(says(follower, hix), committee.now, keys=known)
    assert standing() == [("1405.2", "current", "hix")]
    (one,) = adoption.standing(committee.repository.statement(), committee.now + DAY, known)
    assert one.since == one.seen == acknowledgements.instant(committee.now)
    committee.now += DAY
    adoption.take(says(follower, hix), committee.now, keys=known)
    committee.repository.draft_retraction("standards", "1405.2", Text("غلط", "Wrong"), "1405.1", committee.now)
    committee.sign(TARGETS)
    committee.commit()
    (one,) = found = adoption.standing(committee.repository.statement(), committee.now, known)
    assert (one.standing, one.since < one.seen) == ("retracted", True)
    assert summed(found) == [
        {"name": "standards", "version": "1405.2", "digest": one.digest, "standing": "retracted", "systems": 1}
    ]
    assert [ack.edition.releases[0].version for ack in adoption.of("hix")] == ["1405.1", "1405.2", "1405.2"]


def test_the_report_of_the_desk_shows_who_runs_what(
    follower: Follower, hix: SigningKey, keys: Path, server: TermServer, root: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    folder = follower.committee.repository.folder
    Adoption(folder).take(says(follower, hix), follower.committee.now, keys=read_keys(keys))
    with ProposalStore.open(tmp_path / "committee.db") as store:
        desk = CommitteeDesk(store, root / "examples" / "committee" / "nation", ("anna",))
        with desk_client(server, desk) as client:
            assert "hix" not in client.get("/desk/report").text
            monkeypatch.setenv("TERMSERVER_PUBLICATION", str(folder))
            monkeypatch.setenv("TERMSERVER_SUBSCRIBERS", str(keys))
            page = client.get("/desk/report?lang=en").text
            assert page.count("<bdi>hix</bdi>") == 2  # the system, and the key that signed
            told = client.get("/api/committee/report?since=2026-01-01&until=2026-12-31").json()["adoption"]
            assert [(one["system"], one["version"]) for one in told["systems"]] == [("hix", "1405.1")]
            (folder / "acknowledgements" / "hix.json").write_text("[")
            assert 'role="alert"' in client.get("/desk/report").text


def test_strangers_are_not_believed(follower: Follower, hix: SigningKey, keys: Path) -> None:
    now, known = follower.committee.now, read_keys(keys)
    adoption = Adoption(follower.committee.repository.folder)
    other = signatures.make("hix")
    stolen = says(follower, hix)
    changed = Acknowledgement("hix", stolen.at, edition_of([]), stolen.engine, stolen.signature)
    for made, known_as in (
        (says(follower, None), ""),
        (says(follower, other), ""),
        (says(follower, hix, "wix"), ""),
        (changed, ""),
        (says(follower, None), "wix"),
    ):
        with pytest.raises(Refused, match="Nobody who is known"):
            adoption.take(made, now, known_as, known)
    adoption.take(says(follower, None), now, "hix")  # an API key of that name will do
    assert adoption.systems() == ["hix"]


def test_old_words_and_words_of_tomorrow_are_refused(follower: Follower, hix: SigningKey, keys: Path) -> None:
    committee, known = follower.committee, read_keys(keys)
    adoption = Adoption(committee.repository.folder)
    old = says(follower, hix)
    committee.now += DAY
    adoption.take(says(follower, hix), committee.now, keys=known)
    with pytest.raises(Refused, match="something newer"):
        adoption.take(old, committee.now, keys=known)
    with pytest.raises(Refused, match="to come"):
        adoption.take(says(follower, hix), committee.now - DAY, keys=known)


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"format": "termserver-acknowledgement/1", "system": "../x"}'])
def test_what_is_no_acknowledgement_is_refused(data: bytes) -> None:
    with pytest.raises(UsageError, match="no acknowledgement"):
        acknowledgements.read(data)


def test_a_digest_that_is_not_of_the_releases_is_refused(follower: Follower, hix: SigningKey) -> None:
    told = says(follower, hix).as_json()
    told["edition"]["digest"] = "0" * 64
    with pytest.raises(UsageError, match="not that of these releases"):
        acknowledgements.read(json.dumps(told).encode())


@pytest.fixture
def service(follower: Follower, keys: Path, monkeypatch: pytest.MonkeyPatch, server: Any) -> Iterator[str]:
    """The publisher's service, with its publication and its subscribers' keys."""
    from starlette.testclient import TestClient

    from termserver.web.application import create

    monkeypatch.setenv("TERMSERVER_PUBLICATION", str(follower.committee.repository.folder))
    monkeypatch.setenv("TERMSERVER_SUBSCRIBERS", str(keys))
    client = TestClient(create(server, workers=0))

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = client.post(self.path, content=body)
            self.send_response(answer.status_code)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *said: object) -> None:
            pass

    with client, ThreadingHTTPServer(("127.0.0.1", 0), Door) as door:
        threading.Thread(target=door.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{door.server_address[1]}"
        door.shutdown()


def test_a_follower_tells_its_publisher_over_http(
    service: str, follower: Follower, hix: SigningKey, keys: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    from termserver.cli.main import run
    from termserver.trust.publishers import clock

    edition = follower.shelf.current()
    assert edition is not None
    acknowledgements.send(acknowledge("hix", edition, clock(), hix), service)
    with pytest.raises(ReleaseError, match="Nobody who is known"):
        acknowledgements.send(acknowledge("wix", edition, clock(), hix), service)
    with pytest.raises(ReleaseError, match="cannot be told"):
        acknowledgements.send(acknowledge("hix", edition, clock(), hix), "http://127.0.0.1:9")
    capfdbinary.readouterr()
    assert run(["committee", "adoption", "--json"]) == 0
    told = json.loads(capfdbinary.readouterr().out)
    assert [(one["system"], one["version"], one["signed_by"]) for one in told["systems"]] == [("hix", "1405.1", "hix")]
    assert told["releases"][0]["systems"] == 1
    assert run(["committee", "adoption", "--lang", "fa"]) == 0


def test_follow_acknowledges_when_it_starts_and_when_it_switches(
    follower: Follower, hix: SigningKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two visits and one switch, then it is stopped."""
    from termserver.cli import following
    from termserver.cli.main import run
    from termserver.trust import publishers

    committee = follower.committee
    committee.publish("1405.3", committee.now + DAY)
    sync(follower)
    private, _ = signatures.keep(hix, tmp_path / "keys")
    told: list[str] = []
    monkeypatch.setenv("TERMSERVER_SHELF", str(follower.shelf.folder))
    monkeypatch.setattr(acknowledgements, "send", lambda made, url: told.append(made.edition.releases[0].version))
    monkeypatch.setattr(publishers, "clock", lambda: committee.now)
    naps = iter([0.0])

    def nap(seconds: float) -> None:
        if next(naps, None) is None:
            raise KeyboardInterrupt
        committee.now += DAY

    monkeypatch.setattr(following.time, "sleep", nap)
    status = run(["follow", "--acknowledge", "http://x.example", "--as", "hix", "--key", str(private)])
    assert status == 130
    assert told == ["1405.2", "1405.3"]
    assert run(["follow", "--acknowledge", "http://x.example"]) == 2

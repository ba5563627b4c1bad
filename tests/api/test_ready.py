"""A node whose line is cut answers on, and says how old it is."""

import datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from termserver.service import TermServer
from termserver.web.application import create
from tests.trust.small_committee import DAY, Committee, Follower


def test_readiness_tells_how_long_a_publisher_was_not_heard(
    server: TermServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERMSERVER_SHELF", str(tmp_path / "shelf"))
    with TestClient(create(server)) as client:
        alone = client.get("/ready").json()
    assert (alone["lag"], alone["publishers"]) == (None, [])

    committee = Committee(tmp_path)
    committee.now = datetime.datetime.now(datetime.UTC).replace(microsecond=0) - 9 * DAY
    committee.found()
    committee.publish("1405.1")
    follower = Follower(tmp_path / "shelf", committee, committee.repository.folder)
    follower.trust()
    with TestClient(create(server)) as client:
        assert client.get("/ready").json()["lag"] is None  # trusted, and never heard
    follower.pull()
    with TestClient(create(server)) as client:
        said = client.get("/ready").json()
    assert said["status"] == "ready"
    assert said["lag"] == said["publishers"][0]["lag"] >= 9 * DAY.total_seconds()
    assert said["publishers"][0]["heard"] == committee.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert said["stale"] is True and said["behind"] == 1

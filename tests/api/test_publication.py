"""The publication over HTTP: what is named by its content is kept for ever, nothing else of the folder is shown."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("metadata/1.root.json", "metadata/timestamp.json", f"targets/{'a' * 64}.x-1-2.release", "feed.xml"):
        path = tmp_path / "publication" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    (tmp_path / "publication" / "drafts").mkdir()
    (tmp_path / "publication" / "drafts" / "2.root.json").write_text("{}")
    (tmp_path / "secret").write_text("secret")
    monkeypatch.setenv("TERMSERVER_PUBLICATION", str(tmp_path / "publication"))
    return tmp_path


def test_what_never_changes_may_be_kept_for_ever(client: TestClient, folder: Path) -> None:
    for path in ("metadata/1.root.json", f"targets/{'a' * 64}.x-1-2.release"):
        assert "immutable" in client.get(f"/publication/{path}").headers["cache-control"]
    for path in ("metadata/timestamp.json", "feed.xml"):
        answer = client.get(f"/publication/{path}")
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["drafts/2.root.json", "../secret", "%2e%2e/secret", ".lock", "metadata/", "", "targets/x.release"]
)
def test_nothing_else_is_shown(client: TestClient, folder: Path, path: str) -> None:
    assert client.get(f"/publication/{path}").status_code == 404


def test_a_service_that_publishes_nothing_says_so(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TERMSERVER_PUBLICATION", raising=False)
    assert client.get("/publication/feed.xml").status_code == 404

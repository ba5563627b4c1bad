"""Content becomes a release: the same content the same digest, whole or not at all."""

from pathlib import Path

import pytest

from termserver import TermServer
from termserver.build import build_release, label_of, ship
from termserver.content.folders import read
from termserver.model.errors import ContentError
from termserver.releases import stamps
from termserver.releases.verification import verify_in_full


def test_the_project_builds_twice_to_the_same_digest(root: Path, tmp_path: Path) -> None:
    first = build_release(read(root), tmp_path / "a.release", *label_of(root))
    again = build_release(read(root), tmp_path / "b.release", *label_of(root))
    assert first == again
    assert verify_in_full(tmp_path / "b.release") == first
    assert (first.name, first.version) == label_of(root)
    kinds = {artefact.kind for artefact in first.artefacts}
    assert {"codesystem", "valueset", "conceptmap", "namingsystem", "documenttype", "schema", "table"} <= kinds


def test_progress_is_told_to_the_end(root: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    build_release(read(root), tmp_path / "a.release", "a", "1", lambda done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1] > 0
    assert told == sorted(told)


def test_what_the_wheel_ships_is_opened_and_replaces_what_was_shipped(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shipped"
    folder.mkdir()
    (folder / "standards-0-000000000000.release").write_bytes(b"old")
    manifest = ship(root, folder)
    assert len(list(folder.glob("*.release"))) == 1
    stamp = stamps.read(next(folder.glob("*.release")))
    assert stamp is not None
    assert stamp.inode == 0  # nothing of the building machine travels
    with TermServer.open(folder) as server:
        assert server.edition.releases[0].digest == manifest.digest
    before = (folder / "edition.json").read_bytes()
    ship(root, folder)
    assert (folder / "edition.json").read_bytes() == before


def test_folders_with_an_error_are_not_shipped(tmp_path: Path) -> None:
    system = tmp_path / "codesystems" / "triage"
    system.mkdir(parents=True)
    (system / "codesystem.yaml").write_text("id: triage\nurl: urn:triage\ntitle: {en: Triage}\n", "utf-8")
    (system / "concepts.csv").write_text("code\nT1\n", "utf-8")
    with pytest.raises(ContentError, match=r"codesystems/triage/"):
        ship(tmp_path, tmp_path / "shipped")
    assert not (tmp_path / "shipped").exists()

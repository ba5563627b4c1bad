"""A release that builds on another publisher's is held to it: when it is built, published, and put in force."""

import importlib.util
import shutil
from pathlib import Path
from typing import Any

import pytest

from termserver import basis
from termserver.build import build_release
from termserver.cli.main import run
from termserver.content.folders import read
from termserver.releases import editions
from termserver.releases.file import ReleaseFile
from termserver.releases.shelf import Shelf


@pytest.fixture
def national(root: Path, tmp_path: Path) -> Path:
    file = tmp_path / "zarland.release"
    build_release(read(root / "examples" / "committee" / "nation"), file, "zarland", "1405.1")
    return file


@pytest.fixture
def lists(root: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "lists"
    shutil.copytree(root / "examples" / "insurer" / "lists", folder)
    return folder


def test_an_insurer_plays_its_story(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editions, "SHIPPED", tmp_path / "nothing shipped")
    spec = importlib.util.spec_from_file_location("insurer_example", root / "examples" / "insurer" / "insurer.py")
    assert spec is not None and spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    folder = tmp_path / "story"
    folder.mkdir()
    story = module.play(folder)
    assert sum("refused" in line for line in story.told) == 2
    assert "B is 022 Burns" in "\n".join(story.told)


def test_the_commands_check_build_and_publish_against_the_base(
    national: Path,
    lists: Path,
    tmp_path: Path,
    capfdbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)  # people name files from where they are
    file, publication = Path("hope.release"), "publication"
    where = ["--root", str(lists)]
    assert run(["content", "check", *where]) == 1
    assert run(["content", "check", *where, "--on", str(national)]) == 0
    assert run(["release", "build", *where, "--on", str(national), "-o", str(file)]) == 0
    with ReleaseFile.open(file) as release:
        pin = basis.named(release)
    with ReleaseFile.open(national) as release:
        assert pin == release.pin
    capfdbinary.readouterr()
    assert run(["publish", "release", publication, str(file)]) == 2
    assert "--on FILE" in capfdbinary.readouterr().err.decode()
    assert not Path(publication, "drafts").exists()
    assert run(["publish", "release", publication, str(file), "--on", str(national)]) == 0
    Shelf().install(national)  # from now on it is found
    assert run(["publish", "release", publication, str(file)]) == 0


def test_every_code_that_is_not_there_is_told_and_a_partial_list_is_let_be(
    national: Path, lists: Path, tmp_path: Path
) -> None:
    """Made without a check, as somebody else's tool might."""
    from termserver.service import TermServer

    path = lists / "codesystems" / "valuesets" / "hope-covered-wards.yaml"
    path.write_text(path.read_text("utf-8").replace("019", "077"), "utf-8")
    rows = lists / "codesystems" / "conceptmaps" / "hope-ward-to-ward" / "mappings.csv"
    rows.write_text(rows.read_text("utf-8").replace("021", "088"), "utf-8")
    with ReleaseFile.open(national) as release:
        base = release.pin
    file = tmp_path / "hope.release"
    build_release(basis.bound(read(lists), base), file, "hope", "1")
    with TermServer.open(national) as server, ReleaseFile.open(file) as release:
        found = {(one.system, one.code) for one in basis.missing(release, server)}
    assert found == {("ward", "077"), ("ward", "088")}
    with pytest.raises(basis.NotInBase, match=r"ward 077 .* ward 088"):
        basis.demand_published(file, national, Shelf(tmp_path / "shelf"))

    nation = tmp_path / "partial"
    shutil.copytree(Path(__file__).parents[2] / "examples" / "committee" / "nation", nation)
    about = nation / "codesystems" / "ward" / "codesystem.yaml"
    kept = (
        about.read_text("utf-8")
        .replace("content: complete", "content: fragment")
        .replace("known: true", "known: false")
    )
    about.write_text(kept, "utf-8")
    partial = tmp_path / "partial.release"
    build_release(read(nation), partial, "zarland", "1405.1")
    with TermServer.open(partial) as server, ReleaseFile.open(file) as release:
        assert basis.missing(release, server) == []

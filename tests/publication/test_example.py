"""The scripted committee of examples/ plays its whole story, on both databases."""

import importlib.util
from pathlib import Path

import pytest

from termserver.releases import editions


def test_the_committee_plays_its_story(root: Path, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editions, "SHIPPED", tmp_path / "nothing shipped")
    spec = importlib.util.spec_from_file_location("committee_example", root / "examples" / "committee" / "committee.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    folder = tmp_path / "story"
    folder.mkdir()
    story = module.play(folder, place)
    assert sum("refused" in line for line in story.told) == 8
    assert "serves 1405.2, and keeps the bytes" in "\n".join(story.told)

"""Two processes make the same release as one."""

from pathlib import Path

import pytest

from termserver import build
from termserver.model.codes import CodeSystem, CodeSystemContent, Concept, Content, Designation
from termserver.model.text import Text
from termserver.releases.parts import can_fork
from termserver.releases.verification import verify_in_full


@pytest.mark.skipif(not can_fork(), reason="this system cannot share the work")
def test_two_processes_make_the_same_release_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    system = CodeSystem("physicians", "https://example.org/p", Text("ثبت نمونه", "Sample"), "1", Content.COMPLETE)
    concepts = tuple(
        Concept(str(n), Text(f"فرد نمونه {n % 97} {n % 89}"), designations=(Designation("en", f"Sample {n}"),))
        for n in range(3000)
    )
    content = [CodeSystemContent(system, concepts)]
    alone = build.build_release(content, tmp_path / "alone.release", "physicians", "1")
    monkeypatch.setattr(build, "_MANY", 1000)
    shared = build.build_release(content, tmp_path / "shared.release", "physicians", "1", shared=True)
    assert shared == alone
    assert verify_in_full(tmp_path / "shared.release").digest == alone.digest
    assert sorted(path.name for path in tmp_path.iterdir() if "unfinished" in path.name) == []


@pytest.mark.skipif(not can_fork(), reason="this system cannot share the work")
def test_a_helper_that_dies_costs_time_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    system = CodeSystem("physicians", "https://example.org/p", Text("ثبت نمونه", "Sample"), "1", Content.COMPLETE)
    content = [CodeSystemContent(system, (Concept("1", Text("فرد نمونه")),))]
    alone = build.build_release(content, tmp_path / "alone.release", "physicians", "1")
    monkeypatch.setattr(build, "_MANY", 1)
    monkeypatch.setattr("termserver.releases.parts._write", lambda path, tables: 1 / 0)
    assert build.build_release(content, tmp_path / "x.release", "physicians", "1", shared=True) == alone

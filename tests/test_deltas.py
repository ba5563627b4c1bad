"""A delta makes the very release that was signed, is small, and whatever is wrong with one refuses it."""

import lzma
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from termserver import deltas
from termserver.build import build_release
from termserver.model.codes import CodeSystem, CodeSystemContent, Concept, Content, Status
from termserver.model.errors import ReleaseError
from termserver.model.text import Text
from termserver.model.values import replace
from termserver.releases import verification

COUNT = 3_000
Build = Callable[[Path, str, tuple[Concept, ...]], str]


def concepts() -> tuple[Concept, ...]:
    """A tree of three thousand codes whose siblings do not stand in the order of their names."""
    tops = [Concept(f"T{n}", Text(f"سرفصل {n}", f"Chapter {n}")) for n in range(10)]
    return (
        *tops,
        *(Concept(f"C{n:05}", Text(f"بیماری {n}", f"Disease number {n}"), (f"T{n * 7 % 10}",)) for n in range(COUNT)),
    )


def changed() -> tuple[Concept, ...]:
    """One in a hundred of them is different: new, renamed, moved, retired, gone."""
    found = list(concepts())
    for n in range(20, 2000, 200):
        found[n] = replace(found[n], display=Text("نام تازه", f"Renamed {n}"))
        found[n + 1] = replace(found[n + 1], status=Status.RETIRED)
        found[n + 2] = replace(found[n + 2], parents=("T1",))
    del found[500]
    found.insert(37, Concept("A0", Text("تازه", "New"), ("T3",)))
    found[60], found[70] = found[70], found[60]
    return tuple(found)


@pytest.fixture
def build() -> Build:
    def built(path: Path, version: str, listed: tuple[Concept, ...]) -> str:
        system = CodeSystem("icd", "https://example.org/icd", Text("بیماری", "Disease"), version, Content.COMPLETE)
        other = CodeSystem("small", "https://example.org/small", Text("کوچک", "Small"), "1", Content.COMPLETE)
        small = CodeSystemContent(other, (Concept("1", Text("یک", "One")),))
        return build_release([CodeSystemContent(system, listed), small], path, "icd", version).digest

    return built


@pytest.fixture
def pair(tmp_path: Path, build: Build) -> tuple[Path, Path]:
    before, after = tmp_path / "before.release", tmp_path / "after.release"
    build(before, "1", concepts())
    build(after, "2", changed())
    return before, after


def test_a_delta_of_one_in_a_hundred_is_a_twentieth_at_most_and_makes_the_same_release(
    pair: tuple[Path, Path], tmp_path: Path
) -> None:
    before, after = pair
    assert deltas.make(before, after, tmp_path / "d")
    assert (tmp_path / "d").stat().st_size < after.stat().st_size / 20
    deltas.apply(before, tmp_path / "d", tmp_path / "made.release")
    made = verification.verify_in_full(tmp_path / "made.release")
    assert made == verification.verify_in_full(after)


def test_the_projects_own_release_is_made_from_an_older_one(standards: Path, tmp_path: Path, root: Path) -> None:
    """Every kind of artefact comes through: schemas, rule sets, destinations, the glossary."""
    from termserver.content.folders import read

    content = read(root)
    older = tmp_path / "older.release"
    build_release(content.systems, older, "standards", "older")
    newer = tmp_path / "newer.release"
    renamed = [
        replace(one, concepts=(replace(one.concepts[0], display=Text("تازه", "New")), *one.concepts[1:]))
        if one.concepts
        else one
        for one in content.systems
    ]
    build_release(renamed, newer, "standards", "newer")
    assert deltas.make(older, newer, tmp_path / "d")
    assert deltas.make(standards, standards, tmp_path / "e"), "nothing changed, and nothing is lost on the way"


def test_a_delta_for_another_release_or_of_another_content_is_refused(
    pair: tuple[Path, Path], tmp_path: Path, build: Build
) -> None:
    before, after = pair
    deltas.make(before, after, tmp_path / "d")
    with pytest.raises(ReleaseError, match="it is for"):
        deltas.apply(after, tmp_path / "d", tmp_path / "made.release")
    said = orjson.loads(lzma.decompress((tmp_path / "d").read_bytes()))
    said["systems"][0]["put"] = said["systems"][0]["put"][1:]
    (tmp_path / "d").write_bytes(lzma.compress(orjson.dumps(said)))
    with pytest.raises(ReleaseError):
        deltas.apply(before, tmp_path / "d", tmp_path / "made.release")
    assert not (tmp_path / "made.release").exists()


@pytest.mark.parametrize("data", [b"", b"no lzma", lzma.compress(b"[]"), lzma.compress(b'{"format": 1}')])
def test_what_is_no_delta_is_refused(pair: tuple[Path, Path], tmp_path: Path, data: bytes) -> None:
    (tmp_path / "d").write_bytes(data)
    with pytest.raises(ReleaseError, match="cannot be used"):
        deltas.apply(pair[0], tmp_path / "d", tmp_path / "made.release")


def test_a_delta_that_opens_without_end_is_left(
    pair: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deltas, "_MOST", 10_000)
    (tmp_path / "d").write_bytes(lzma.compress(b" " * 1_000_000))
    with pytest.raises(ReleaseError, match="cannot be used"):
        deltas.apply(pair[0], tmp_path / "d", tmp_path / "made.release")

"""Compiled checks and rules are kept between runs: nothing is judged otherwise by them, and nothing strange is run."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from termserver.releases.code_files import CodeFiles
from termserver.service import TermServer
from termserver.validation.check_code import CheckWriter
from termserver.validation.rule_code import RuleWriter

DIGESTS = ("a" * 64,)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TERMSERVER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return tmp_path / "cache"


@pytest.fixture
def documents(root: Path) -> list[Path]:
    return sorted(path for path in (root / "validators").glob("*/*/examples/*/*") if path.suffix in (".xml", ".json"))


@pytest.fixture
def judged(standards: Path, documents: list[Path]) -> Callable[[], list[object]]:
    def judge() -> list[object]:
        with TermServer.open(standards) as server:
            return [server.check_document(path.read_bytes(), path.name) for path in documents]

    return judge


def test_kept_code_gives_the_same_reports_and_writes_nothing_anew(
    cache: Path, judged: Callable[[], list[object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = judged()
    kept = {path.name: path.read_bytes() for path in cache.iterdir()}

    def refuse(*_: object) -> str:
        raise AssertionError("written a second time")

    monkeypatch.setattr(CheckWriter, "source", refuse)
    monkeypatch.setattr(RuleWriter, "source", refuse)
    assert judged() == first
    assert {path.name: path.read_bytes() for path in cache.iterdir()} == kept


def test_without_a_cache_everything_is_judged_the_same(
    cache: Path, judged: Callable[[], list[object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = judged()
    monkeypatch.setenv("TERMSERVER_CACHE", "")
    assert judged() == first
    blocked = cache.parent / "a-file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("TERMSERVER_CACHE", str(blocked))
    assert judged() == first


def test_kept_code_of_other_releases_is_not_asked(cache: Path) -> None:
    CodeFiles(cache, DIGESTS).write("bill", b"code")
    assert CodeFiles(cache, DIGESTS).read("bill") == b"code"
    assert CodeFiles(cache, ("b" * 64,)).read("bill") == b""
    assert CodeFiles(cache, (*DIGESTS, "b" * 64)).read("bill") == b""
    assert CodeFiles(cache, DIGESTS).read("order") == b""


def test_a_file_with_any_byte_changed_or_cut_off_is_not_read(cache: Path) -> None:
    CodeFiles(cache, DIGESTS).write("bill", b"some code")
    (file,) = cache.iterdir()
    whole = file.read_bytes()
    for place in range(len(whole)):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert CodeFiles(cache, DIGESTS).read("bill") == b""
        file.write_bytes(whole[:place])
        assert CodeFiles(cache, DIGESTS).read("bill") == b""


@pytest.mark.skipif(os.name != "posix", reason="owners and modes as POSIX has them")
def test_a_file_that_others_may_write_is_not_read(cache: Path) -> None:
    CodeFiles(cache, DIGESTS).write("bill", b"code")
    (file,) = cache.iterdir()
    file.chmod(0o666)
    assert CodeFiles(cache, DIGESTS).read("bill") == b""


def test_nothing_is_written_where_python_may_not_write_its_own(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    CodeFiles(cache, DIGESTS).write("bill", b"code")
    assert not cache.exists()

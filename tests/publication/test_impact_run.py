"""An impact run in two processes says what a run in one does, in the same order."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from termserver.api.pool import Judges
from termserver.build import build_release
from termserver.content.folders import read
from termserver.model.codes import CodeSystemContent
from termserver.publication import impact
from termserver.service import TermServer


@contextmanager
def judging(server: TermServer) -> Iterator[Any]:
    with Judges(server, 1) as judges:
        yield judges.check_documents


@pytest.mark.slow
def test_two_processes_say_what_one_does(server: TermServer, root: Path, tmp_path: Path) -> None:
    content = read(root)
    lists = tuple(
        CodeSystemContent(one.system, one.concepts[:1]) if one.system.id == "gender" else one for one in content.systems
    )
    path = tmp_path / "candidate.release"
    build_release(dataclasses.replace(content, systems=lists), path, "standards", "next")
    documents = [(f"{n} {name}", data) for n in range(2) for name, data in impact.examples(server)]
    with TermServer.open(path) as candidate:
        alone = impact.run(server, candidate, documents)
        beside = impact.run(server, candidate, iter(documents), judging)
    assert beside == alone
    assert alone.judged == len(documents) > 64
    assert alone.turned and all(one.because == ("code.unknown",) for one in alone.turned)

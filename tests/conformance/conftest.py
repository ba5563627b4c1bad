"""An examination that was passed: the corpus of two types, and right answers to it."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from exam import TYPES

from termserver.conformance.corpus import Corpus, Examiner, write
from termserver.releases import signatures
from termserver.releases.signatures import SigningKey
from termserver.service import TermServer


@pytest.fixture(scope="session")
def examiner(server: TermServer) -> Examiner:
    return Examiner(server)


@pytest.fixture(scope="session")
def corpus(examiner: Examiner) -> Corpus:
    return examiner.corpus(TYPES)


@pytest.fixture(scope="session")
def passed(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the corpus and right answers; not to be changed."""
    folder = tmp_path_factory.mktemp("exam") / "exam"
    write(corpus, folder)
    (folder / "answers").mkdir()
    answers: dict[str, Any] = {}
    for case in corpus.cases:
        if case.drawn.accepted:
            name = f"answers/{case.id}.{case.drawn.form}"
            (folder / name).write_bytes(case.data)
            answers[case.id] = {"verdict": "accepted", "document": name}
        else:
            answers[case.id] = {"verdict": "rejected"}
    said = {
        "format": "termserver-answers/1",
        "corpus": hashlib.sha256((folder / "corpus.json").read_bytes()).hexdigest(),
        "answers": answers,
    }
    (folder / "answers.json").write_text(json.dumps(said), "utf-8")
    return folder


@pytest.fixture
def exam(passed: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return Path(shutil.copytree(passed, tmp_path / "exam"))


@pytest.fixture
def change(exam: Path) -> Callable[[Callable[[dict[str, Any]], Any]], None]:
    """Change what answers.json says."""

    def changed(how: Callable[[dict[str, Any]], Any]) -> None:
        said = json.loads((exam / "answers.json").read_bytes())
        how(said)
        (exam / "answers.json").write_text(json.dumps(said), "utf-8")

    return changed


@pytest.fixture(scope="session")
def key() -> SigningKey:
    return signatures.make("committee")

"""The terminology of a small invented nation."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from small_nation import ICD_CM, STANDARDS, opened

from termserver.terminology.terminology import Terminology


@pytest.fixture(scope="session")
def terminology(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminology]:
    """The national content, and a stand-in in a release of its own."""
    folder = tmp_path_factory.mktemp("nation")
    readers = [opened(folder / "a.release", STANDARDS), opened(folder / "b.release", [ICD_CM], "icd10cm")]
    yield Terminology(readers)
    for reader in readers:
        reader.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path

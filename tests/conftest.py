"""What the tests stand on: the project's folders, a release built from them once, the shared facts."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from termserver.service import TermServer

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("TERMSERVER_SHARED", ROOT.parent / "shared"))


@pytest.fixture(scope="session", autouse=True)
def own_shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """No test touches the shelf of whoever runs it; programs that a test starts inherit this one."""
    folder = tmp_path_factory.mktemp("shelf")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TERMSERVER_SHELF", str(folder))
        patch.setenv("TERMSERVER_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.delenv("TERMSERVER_EDITION", raising=False)
        patch.delenv("TERMSERVER_LANG", raising=False)
        yield folder


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of facts and test data that is not part of the project."""
    if not (SHARED / "domain").is_dir():
        pytest.skip(f"no shared facts at {SHARED}; set TERMSERVER_SHARED to the folder that holds domain/ and data/")
    return SHARED


@pytest.fixture(scope="session")
def standards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release file built from the project's own content folders."""
    from termserver.build import build_release
    from termserver.content.folders import read

    path = tmp_path_factory.mktemp("release") / "standards.release"
    build_release(read(ROOT), path, "standards", "test")
    return path


@pytest.fixture(scope="session")
def server(standards: Path) -> Iterator[TermServer]:
    """The project's own content, opened."""
    with TermServer.open(standards) as opened:
        yield opened

"""One release of the invented land, opened once."""

from pathlib import Path

import pytest
from search_land import ENGLISH, GLOSSARY, NATION, finder

from termserver.search.search import Search


@pytest.fixture(scope="session")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Search:
    path: Path = tmp_path_factory.mktemp("search") / "nation.release"
    return Search([finder(path, *NATION)])


@pytest.fixture(scope="session")
def english(tmp_path_factory: pytest.TempPathFactory) -> Search:
    """A system with English titles in one release, the glossary and the invented land's in another."""
    folder: Path = tmp_path_factory.mktemp("english")
    return Search(
        [finder(folder / "nation.release", *NATION[1:], glossary=GLOSSARY), finder(folder / "e.release", ENGLISH)]
    )

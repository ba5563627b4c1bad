"""One release of the invented land, opened once."""

from pathlib import Path

import pytest
from search_land import NATION, finder

from termserver.search.search import Search


@pytest.fixture(scope="session")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Search:
    path: Path = tmp_path_factory.mktemp("search") / "nation.release"
    return Search([finder(path, *NATION)])

"""A store on each of the two databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from termserver.database.proposal_store import ProposalStore
from tests.support.databases import new_database, postgres_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with postgres_server() as uri:
        yield uri


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return str(tmp_path / "committee.db")
    return new_database(request.getfixturevalue("postgres"))


@pytest.fixture
def store(place: str) -> Iterator[ProposalStore]:
    with ProposalStore.open(place, patience=20.0) as opened:
        yield opened

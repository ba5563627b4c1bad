"""The accounts on each of the two databases, under the project's own policy."""

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest

from termserver.accounts.accounts import Accounts
from termserver.content.access_files import policy_in
from termserver.database.account_store import AccountStore
from tests.support.databases import new_database, postgres_server

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime.datetime(2026, 11, 22, 9, 0, tzinfo=datetime.UTC)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with postgres_server() as uri:
        yield uri


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return str(tmp_path / "accounts.db")
    return new_database(request.getfixturevalue("postgres"))


@pytest.fixture
def store(place: str) -> Iterator[AccountStore]:
    with AccountStore.open(place, patience=20.0) as opened:
        yield opened


@pytest.fixture
def accounts(store: AccountStore, monkeypatch: pytest.MonkeyPatch) -> Accounts:
    monkeypatch.setenv("TERMSERVER_KEY_PEPPER", "a secret that only the tests know")
    return Accounts(store, policy_in(ROOT), lambda: NOW)

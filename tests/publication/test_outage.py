"""The database goes away in the middle: what is in force serves on, and no vote is lost or half there."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Engine, make_url
from starlette.testclient import TestClient

from termserver.database.proposal_store import Line, ProposalStore, Standing, StoreError
from termserver.service import TermServer
from tests.support.databases import new_database

A = "a" * 64


@pytest.fixture
def url(postgres: str) -> str:
    return new_database(postgres)


class Master:
    """Whoever may close a database to everybody and break the connections that there are."""

    def __init__(self, uri: str, url: str) -> None:
        self.engine: Engine = create_engine(
            uri.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
        )
        self.name = make_url(url).database

    def _do(self, sql: str) -> None:
        with self.engine.connect() as connection:
            connection.execute(text(sql))

    def break_connections(self) -> None:
        self._do(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.name}'")

    @contextmanager
    def outage(self) -> Iterator[None]:
        self._do(f"ALTER DATABASE {self.name} ALLOW_CONNECTIONS false")
        self.break_connections()
        try:
            yield
        finally:
            self._do(f"ALTER DATABASE {self.name} ALLOW_CONNECTIONS true")


@pytest.fixture
def master(postgres: str, url: str) -> Iterator[Master]:
    made = Master(postgres, url)
    yield made
    made.engine.dispose()


def said(who: str, action: str):  # type: ignore[no-untyped-def]
    def next_line(number: int, lines: list[Line]) -> tuple[Line, Standing, bytes]:
        body = b"changes" if action == "propose" else b""
        return Line(0, number, "2026-11-22T08:00:00Z", who, action, A, {}), Standing("elham", "x", 2, A, "review"), body

    return next_line


def test_a_connection_that_breaks_in_the_middle_of_a_vote_leaves_none(master: Master, url: str) -> None:
    """Broken while it is decided, and when all is written and nothing is committed."""
    with ProposalStore.open(url) as store:
        store.record(None, said("elham", "propose"))

        def broken(number: int, lines: list[Line]) -> tuple[Line, Standing, bytes]:
            master.break_connections()
            return said("anna", "approve")(number, lines)

        with pytest.raises(StoreError, match="Nothing was changed"):
            store.record(1, broken)
        assert [line.action for line in store.lines()] == ["propose"]

        event.listen(store.engine, "commit", lambda connection: master.break_connections(), once=True)
        with pytest.raises(StoreError, match="Nothing was changed"):
            store.record(1, said("anna", "approve"))
        assert [line.action for line in store.lines()] == ["propose"]

        assert store.record(1, said("anna", "approve")).number == 2
        assert store.broken_line() == 0


def test_while_the_database_is_out_what_is_in_force_serves_on(
    master: Master, url: str, server: TermServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from termserver.web.application import create

    monkeypatch.setenv("TERMSERVER_DATABASE_URL", url)
    store = ProposalStore.open(url)
    store.record(None, said("elham", "propose"))
    with TestClient(create(server, workers=0)) as client:
        with master.outage():
            for path in ("/health", "/ready", "/api/search?q=insurer", "/packages/ir.mexa.cs.gender", "/"):
                assert client.get(path).status_code == 200, path
            document = server.example("patient-bill", "json")
            judged = client.post("/api/documents/validate", content=document)
            assert judged.json()["reports"][0]["verdict"] == "accepted"
            for _ in range(2):
                with pytest.raises(StoreError):
                    store.record(1, said("anna", "approve"))
        assert store.record(1, said("anna", "approve")).number == 2
    assert [json.loads(json.dumps(line.as_json()))["who"] for line in store.lines()] == ["elham", "anna"]
    store.close()

"""What the database itself refuses, whoever writes to it; two at once; the journal; up and down with data."""

import threading
from collections.abc import Callable

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from termserver.database import connections
from termserver.database.proposal_store import Line, ProposalStore, Standing, StoreError
from termserver.model.errors import UsageError

A, B = "a" * 64, "b" * 64


def line(who: str, action: str, digest: str = A, state: str = "review", author: str = "elham") -> Callable[..., object]:
    """What ``record`` is given: one line, whatever was there."""

    def next_line(number: int, lines: list[Line]) -> tuple[Line, Standing, bytes]:
        body = b"changes " + digest.encode() if action in ("propose", "revise") else b""
        said = Line(0, number, "2026-11-22T08:00:00Z", who, action, digest, {"release": "x 1"})
        return said, Standing(author, "codes", 2, A if action != "revise" else digest, state), body

    return next_line


@pytest.fixture
def proposed(store: ProposalStore) -> ProposalStore:
    store.record(None, line("elham", "propose"))
    return store


def execute(store: ProposalStore, sql: str) -> None:
    with store.engine.begin() as connection:
        connection.execute(text(sql))


def test_the_database_refuses_an_authors_own_approval(proposed: ProposalStore) -> None:
    with pytest.raises(StoreError, match="Nothing was changed"):
        proposed.record(1, line("elham", "approve"))
    with pytest.raises(DBAPIError):  # nor by a false author
        execute(proposed, f"INSERT INTO proposal_approval VALUES (1, '{A}', 'elham', 'anna', 'now')")
    assert len(proposed.lines(1)) == 1


def test_the_database_refuses_a_release_below_the_quorum_or_of_another_digest(proposed: ProposalStore) -> None:
    proposed.record(1, line("anna", "approve"))
    with pytest.raises(StoreError, match="quorum"):
        proposed.record(1, line("babak", "release"))
    proposed.record(1, line("cyrus", "approve"))
    proposed.record(1, line("elham", "revise", B))
    with pytest.raises(DBAPIError, match="quorum"):  # approved was what it no longer is
        execute(proposed, f"INSERT INTO proposal_release VALUES (1, '{A}', 'x', 'now')")
    with pytest.raises(DBAPIError, match="quorum"):
        execute(proposed, f"INSERT INTO proposal_release VALUES (1, '{B}', 'x', 'now')")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE journal SET who = 'anna' WHERE number = 1",
        "DELETE FROM journal",
        "UPDATE proposal SET author = 'anna'",
        "UPDATE proposal SET quorum = 0",
        "DELETE FROM proposal_approval",
        "UPDATE proposal_approval SET who = 'dara'",
        "UPDATE proposal_revision SET body = ''",
    ],
)
def test_what_happened_stays_as_it_happened(proposed: ProposalStore, sql: str) -> None:
    proposed.record(1, line("anna", "approve"))
    with pytest.raises(DBAPIError, match=r"(?i)never|is ever|foreign key"):
        execute(proposed, sql)
    assert proposed.broken_line() == 0


def test_a_line_that_was_altered_behind_the_database_is_found(proposed: ProposalStore) -> None:
    proposed.record(1, line("anna", "approve"))
    postgres = proposed.engine.dialect.name == "postgresql"
    execute(proposed, "DROP TRIGGER journal_keeps" + (" ON journal" if postgres else ""))
    execute(proposed, "UPDATE journal SET who = 'dara' WHERE number = 2")
    assert proposed.broken_line() == 2


def test_two_who_vote_at_once_are_both_heard(proposed: ProposalStore) -> None:
    failures: list[BaseException] = []

    def vote(who: str) -> None:
        try:
            proposed.record(1, line(who, "approve"))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=vote, args=(f"member-{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert [one.number for one in proposed.lines()] == list(range(1, 8))
    assert {one.who for one in proposed.lines()} == {"elham", *(f"member-{n}" for n in range(6))}
    assert proposed.broken_line() == 0


def test_what_refuses_leaves_nothing_behind(proposed: ProposalStore) -> None:
    def no(number: int, lines: list[Line]) -> tuple[Line, Standing, bytes]:
        raise UsageError("no", "نه")

    for number in (None, 1):
        with pytest.raises(UsageError, match="no"):
            proposed.record(number, no)
    with pytest.raises(UsageError, match="no proposal 9"):
        proposed.record(9, no)
    assert proposed.numbers() == [1]
    assert proposed.record(None, line("elham", "propose")).proposal == 2


def test_every_revision_is_kept(proposed: ProposalStore) -> None:
    proposed.record(1, line("elham", "revise", B))
    assert proposed.change_set(1, A) == b"changes " + A.encode()
    assert proposed.change_set(1, B) == b"changes " + B.encode()
    with pytest.raises(UsageError, match="was never"):
        proposed.change_set(1, "c" * 64)


def test_the_steps_go_up_and_down_with_data(proposed: ProposalStore, place: str) -> None:
    proposed.record(1, line("anna", "approve"))
    config = Config()
    config.set_main_option("script_location", "termserver:database/migrations")
    for step in ("0001", "head"):
        with proposed.engine.execution_options(termserver_writes=True).begin() as connection:
            config.attributes["connection"] = connection
            (command.downgrade if step != "head" else command.upgrade)(config, step)
    assert proposed.lines() == []
    assert proposed.record(None, line("elham", "propose")).number == 1
    assert connections.HEAD == "0004"

"""Clients, grants and keys as they are kept. Who changes something locks one row, and sees what the last one left."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from termserver.database.opened import Opened
from termserver.database.tables import ACCOUNTS, API_KEY, CLIENT, GRANT
from termserver.model.access import AccessError
from termserver.model.days import Day, Period
from termserver.model.values import value


@value
class ClientRow:
    """A client or person."""

    name: str
    organisation: str
    made: str
    made_by: str
    subjects: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    public_keys: bytes = b""


@value
class GrantRow:
    """A role that somebody was given: why, by whom, who answers for it, in which period; ``ended`` if it was taken."""

    number: int
    client: str
    role: str
    owner: str
    reason: str
    start: Day
    finish: Day
    made: str
    made_by: str
    ended: str = ""
    ended_by: str = ""
    ended_why: str = ""

    @property
    def period(self) -> Period:
        return Period(self.start, self.finish)

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__match_args__}


@value
class KeyRow:
    """An API key; ``hash`` is all that is kept of it."""

    prefix: str
    client: str
    hash: str
    scopes: tuple[str, ...]
    expires: Day
    made: str
    made_by: str
    ended: str = ""

    def as_json(self) -> dict[str, Any]:
        told = ("prefix", "client", "expires", "made", "made_by", "ended")
        return {name: getattr(self, name) for name in told} | {"scopes": list(self.scopes)}


class AccountStore(Opened):
    """The accounts in one database."""

    @contextmanager
    def reading(self) -> Iterator["Books"]:
        """The accounts as they are at one moment."""
        try:
            with self.engine.connect() as connection:
                yield Books(connection)
        except SQLAlchemyError as error:
            raise self._failed(error) from None

    @contextmanager
    def changing(self) -> Iterator["Books"]:
        """The accounts, locked against other changes until the end; what raises changes nothing."""
        try:
            engine = self.engine.execution_options(termserver_writes=True)
            if engine.dialect.name == "postgresql":  # each waits for the other, and then sees what it left
                engine = engine.execution_options(isolation_level="READ COMMITTED")
            with engine.begin() as connection:
                books = Books(connection)
                books.lock()
                yield books
        except SQLAlchemyError as error:
            raise self._failed(error) from None

    def _failed(self, error: SQLAlchemyError) -> AccessError:
        why = str(error.orig if isinstance(error, DBAPIError) else error).strip().splitlines()[0]
        where = self.engine.url.render_as_string(hide_password=True)
        return AccessError(
            f"The store of the accounts ({where}) refused: {why}. Nothing was changed.",
            f"انبار حساب‌ها ({where}) نپذیرفت: {why}. چیزی عوض نشد.",
        )


class Books:
    """The accounts within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self) -> None:
        """Wait for whoever changes something, and count this change."""
        self._connection.execute(update(ACCOUNTS).values(number=ACCOUNTS.c.number + 1))

    def number(self) -> int:
        """How many changes there were."""
        return int(self._connection.execute(select(ACCOUNTS.c.number)).scalar_one())

    def clients(self) -> list[ClientRow]:
        return [
            ClientRow(
                row.name,
                row.organisation,
                row.made,
                row.made_by,
                tuple(orjson.loads(row.subjects)),
                tuple(orjson.loads(row.tokens)),
                bytes(row.public_keys),
            )
            for row in self._connection.execute(select(CLIENT).order_by(CLIENT.c.name))
        ]

    def grants(self, client: str = "") -> list[GrantRow]:
        """Every grant there ever was, or those of one client, the oldest first."""
        asked = select(GRANT).order_by(GRANT.c.number)
        if client:
            asked = asked.where(GRANT.c.client == client)
        return [GrantRow(*row) for row in self._connection.execute(asked)]

    def api_keys(self, client: str = "") -> list[KeyRow]:
        """Every key there ever was, or those of one client, the oldest first."""
        asked = select(API_KEY).order_by(API_KEY.c.made, API_KEY.c.prefix)
        if client:
            asked = asked.where(API_KEY.c.client == client)
        return [
            KeyRow(
                row.prefix,
                row.client,
                row.hash,
                tuple(row.scopes.split()),
                row.expires,
                row.made,
                row.made_by,
                row.ended,
            )
            for row in self._connection.execute(asked)
        ]

    def add_client(self, client: ClientRow) -> None:
        said = {name: getattr(client, name) for name in ("name", "organisation", "made", "made_by", "public_keys")}
        lists = {"subjects": orjson.dumps(client.subjects), "tokens": orjson.dumps(client.tokens)}
        self._connection.execute(insert(CLIENT).values(**said, **lists))

    def identify(self, client: ClientRow) -> None:
        """Keep by what a client is recognised beside its keys."""
        said = {
            "subjects": orjson.dumps(client.subjects),
            "tokens": orjson.dumps(client.tokens),
            "public_keys": client.public_keys,
        }
        self._connection.execute(update(CLIENT).where(CLIENT.c.name == client.name).values(**said))

    def add_grant(self, grant: GrantRow) -> None:
        self._connection.execute(insert(GRANT).values(**grant.as_json()))

    def end_grant(self, number: int, at: str, by: str, why: str) -> None:
        said = {"ended": at, "ended_by": by, "ended_why": why}
        self._connection.execute(update(GRANT).where(GRANT.c.number == number).values(**said))

    def add_key(self, key: KeyRow) -> None:
        self._connection.execute(
            insert(API_KEY).values({**key.as_json(), "hash": key.hash, "scopes": " ".join(key.scopes)})
        )

    def end_key(self, prefix: str, at: str) -> None:
        self._connection.execute(update(API_KEY).where(API_KEY.c.prefix == prefix).values(ended=at))

    def shorten_key(self, prefix: str, expires: Day) -> None:
        self._connection.execute(update(API_KEY).where(API_KEY.c.prefix == prefix).values(expires=expires))

"""Proposals as they are kept: every step a line of the journal, in one transaction with what it changes.

Who writes locks the head of the journal, so that decisions are made one after another on what is there; whatever
fails leaves nothing behind. The lines are chained: a line that was altered behind the database's back is found.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import orjson
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from termserver.database.opened import Opened
from termserver.database.tables import APPROVAL, DECIDED, HEAD, JOURNAL, PROPOSAL, REVISION
from termserver.model.errors import TermserverError, UsageError
from termserver.model.values import value
from termserver.releases.digests import canonical_json, sha256

_TRIES = 8
_START = "0" * 64


class StoreError(TermserverError):
    """The store of the proposals cannot be read or written; nothing was changed."""


@value
class Line:
    """One line of the journal."""

    number: int
    proposal: int
    at: str
    who: str
    action: str
    digest: str
    said: Mapping[str, Any]
    chain: str = ""

    def as_json(self) -> dict[str, Any]:
        told = ("number", "proposal", "at", "who", "action", "digest")
        return {**{name: getattr(self, name) for name in told}, "said": dict(self.said), "chain": self.chain}


@value
class Standing:
    """What a proposal is after a line: kept beside the journal, for those who ask the database itself."""

    author: str
    kind: str
    quorum: int
    digest: str
    state: str


Next = Callable[[int, list[Line]], tuple[Line, Standing, bytes]]
"""(number of the proposal, its lines so far) → the next line, what the proposal is then, and its change set where the
line brings one; raises to refuse."""


class ProposalStore(Opened):
    """The proposals in one database."""

    # reading

    def lines(self, proposal: int | None = None) -> list[Line]:
        """The journal, or the lines of one proposal, in order."""
        with self._reading() as connection:
            return _lines(connection, proposal)

    def numbers(self) -> list[int]:
        with self._reading() as connection:
            return list(connection.execute(select(PROPOSAL.c.number).order_by(PROPOSAL.c.number)).scalars())

    def change_set(self, proposal: int, digest: str) -> bytes:
        """A revision of a proposal; raise UsageError if there is none."""
        with self._reading() as connection:
            asked = select(REVISION.c.body).where(REVISION.c.proposal == proposal, REVISION.c.digest == digest)
            found = connection.execute(asked).scalar()
        if found is None:
            raise UsageError(
                f"Proposal {proposal} was never {digest[:12]}.", f"پیشنهاد {proposal} هرگز {digest[:12]} نبوده است."
            )
        return bytes(found)

    def broken_line(self) -> int:
        """The number of the first line of the journal that is not as it was written; 0 if all of them are."""
        chain = _START
        number = 0
        for number, line in enumerate(self.lines(), start=1):
            chain = _chained(chain, line)
            if line.number != number or line.chain != chain:
                return number
        with self._reading() as connection:
            head = connection.execute(select(HEAD.c.number, HEAD.c.chain)).one()
        return 0 if (head[0], head[1]) == (number, chain) else number + 1

    # writing

    def record(self, proposal: int | None, decide: Next) -> Line:
        """Let ``decide`` make the next line of a proposal (None: of a new one), and keep it.

        Two who write at once are taken one after the other, each on what the other left. Raise what ``decide``
        raises, or StoreError; then nothing is changed.
        """
        for left in reversed(range(_TRIES)):
            try:
                return self._recorded(proposal, decide)
            except OperationalError as error:  # another one wrote in between
                if not left or "serialize" not in str(error.orig):
                    raise self.failed(error) from None
            except SQLAlchemyError as error:
                raise self.failed(error) from None
        raise AssertionError("the last try answers or raises")

    def _recorded(self, proposal: int | None, decide: Next) -> Line:
        engine = self.engine.execution_options(termserver_writes=True)
        with engine.begin() as connection:
            head = connection.execute(select(HEAD).with_for_update()).one()
            number = proposal or head.proposals + 1
            known = _lines(connection, number)
            if proposal is not None and not known:
                raise UsageError(f"There is no proposal {proposal}.", f"پیشنهاد {proposal} وجود ندارد.")
            line, standing, body = decide(number, known)
            said = Line(head.number + 1, number, line.at, line.who, line.action, line.digest, line.said)
            chain = _chained(head.chain, said)
            self._keep(connection, said, standing, body, new=not known)
            connection.execute(
                insert(JOURNAL).values(
                    number=said.number,
                    proposal=number,
                    at=said.at,
                    who=said.who,
                    action=said.action,
                    digest=said.digest,
                    said=canonical_json(dict(said.said)),
                    chain=chain,
                )
            )
            connection.execute(
                update(HEAD).values(number=said.number, chain=chain, proposals=max(number, head.proposals))
            )
        return Line(said.number, number, said.at, said.who, said.action, said.digest, said.said, chain)

    @staticmethod
    def _keep(connection: Connection, line: Line, standing: Standing, body: bytes, new: bool) -> None:
        now = {"digest": standing.digest, "state": standing.state}
        if new:
            connection.execute(
                insert(PROPOSAL).values(
                    number=line.proposal, author=standing.author, kind=standing.kind, quorum=standing.quorum, **now
                )
            )
        else:
            connection.execute(update(PROPOSAL).where(PROPOSAL.c.number == line.proposal).values(**now))
        if body and not _is_there(connection, REVISION, proposal=line.proposal, digest=line.digest):
            connection.execute(insert(REVISION).values(proposal=line.proposal, digest=line.digest, body=body))
        vote = {"proposal": line.proposal, "digest": line.digest, "who": line.who}
        if line.action == "approve" and not _is_there(connection, APPROVAL, **vote):
            connection.execute(insert(APPROVAL).values(**vote, author=standing.author, at=line.at))
        if line.action == "release":
            release = str(line.said.get("release", ""))
            connection.execute(
                insert(DECIDED).values(proposal=line.proposal, digest=line.digest, release=release, at=line.at)
            )

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self.engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise self.failed(error) from None

    def failed(self, error: SQLAlchemyError) -> StoreError:
        """What is told of a failure of the database."""
        why = str(error.orig if isinstance(error, DBAPIError) else error).strip().splitlines()[0]
        where = self.engine.url.render_as_string(hide_password=True)
        return StoreError(
            f"The store of the proposals ({where}) refused: {why}. Nothing was changed; what is published serves on.",
            f"انبار پیشنهادها ({where}) نپذیرفت: {why}. چیزی عوض نشد؛ آنچه منتشر شده همچنان پاسخ می‌دهد.",
        )


def _is_there(connection: Connection, table: Any, **key: Any) -> bool:
    asked = select(table.c.proposal).where(*(table.c[name] == said for name, said in key.items()))
    return connection.execute(asked).first() is not None


def _lines(connection: Connection, proposal: int | None) -> list[Line]:
    asked = select(JOURNAL).order_by(JOURNAL.c.number)
    if proposal is not None:
        asked = asked.where(JOURNAL.c.proposal == proposal)
    return [
        Line(row.number, row.proposal, row.at, row.who, row.action, row.digest, orjson.loads(row.said), row.chain)
        for row in connection.execute(asked)
    ]


def _chained(before: str, line: Line) -> str:
    """The digest of a line and of all before it."""
    told = [
        line.number,
        line.proposal,
        line.at,
        line.who,
        line.action,
        line.digest,
        sha256(canonical_json(dict(line.said))),
    ]
    return hashlib.sha256(before.encode() + canonical_json(told)).hexdigest()

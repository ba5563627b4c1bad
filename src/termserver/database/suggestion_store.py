"""What readers of the codes tell the committee, as it is kept until somebody answers."""

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from termserver.database.proposal_store import ProposalStore, StoreError
from termserver.database.tables import SUGGESTION
from termserver.model.errors import UsageError
from termserver.model.values import value

OPEN, TAKEN, DECLINED = "open", "taken", "declined"
MOST = 20_000
"""So many wait at most; more are refused until the committee has answered some."""


@value
class Suggestion:
    """One suggestion: what was said (``web/proposals.py`` says its fields), and what became of it."""

    number: str
    received: str
    said: Mapping[str, Any]
    state: str = OPEN
    answered_by: str = ""
    answered_at: str = ""
    answer: str = ""


class SuggestionStore:
    """The suggestions beside the proposals of one database."""

    def __init__(self, beside: ProposalStore) -> None:
        self._beside = beside
        self._engine = beside.engine

    def keep(self, number: str, received: str, said: Mapping[str, Any]) -> None:
        """Keep a suggestion; the same one twice is one. Raise StoreError if it cannot be kept, or too many wait."""
        try:
            with self._engine.execution_options(termserver_writes=True).begin() as connection:
                asked = select(func.count()).select_from(SUGGESTION).where(SUGGESTION.c.state == OPEN)
                if connection.execute(asked).scalar_one() >= MOST:
                    raise StoreError(
                        "Too many suggestions wait for the committee; send it later.",
                        "پیشنهادهای بسیاری چشم‌به‌راه کمیته است؛ دیرتر بفرستید.",
                    )
                connection.execute(
                    insert(SUGGESTION).values(
                        number=number,
                        received=received,
                        body=orjson.dumps(dict(said)),
                        state=OPEN,
                        answered_by="",
                        answered_at="",
                        answer="",
                    )
                )
        except IntegrityError:
            return  # it is there already
        except SQLAlchemyError as error:
            raise self._beside.failed(error) from None

    def listed(self, state: str = OPEN, limit: int = 200) -> list[Suggestion]:
        """Those in one state, the oldest first."""
        asked = select(SUGGESTION).where(SUGGESTION.c.state == state).order_by(SUGGESTION.c.received).limit(limit)
        try:
            with self._engine.connect() as connection:
                return [_read(row) for row in connection.execute(asked)]
        except SQLAlchemyError as error:
            raise self._beside.failed(error) from None

    def answer(self, number: str, who: str, at: str, state: str, words: str) -> None:
        """Answer an open one; raise UsageError if there is none, or somebody did before, or nothing is said."""
        if state not in (TAKEN, DECLINED) or not words.strip():
            raise UsageError("Say what becomes of it, and why.", "بگویید چه می‌شود و چرا.")
        try:
            with self._engine.execution_options(termserver_writes=True).begin() as connection:
                done = connection.execute(
                    update(SUGGESTION)
                    .where(SUGGESTION.c.number == number, SUGGESTION.c.state == OPEN)
                    .values(state=state, answered_by=who, answered_at=at, answer=words.strip())
                )
                if done.rowcount:
                    return
                found = connection.execute(select(SUGGESTION).where(SUGGESTION.c.number == number)).first()
        except SQLAlchemyError as error:
            raise self._beside.failed(error) from None
        if found is None:
            raise UsageError(f"There is no suggestion {number}.", f"پیشنهاد خواننده‌ای به شمارهٔ {number} نیست.")
        raise UsageError(
            f"{found.answered_by} answered {number} already: {found.answer}",
            f"{found.answered_by} پیش‌تر به {number} پاسخ داده است: {found.answer}",
        )


def _read(row: Any) -> Suggestion:
    said = orjson.loads(row.body)
    return Suggestion(row.number, row.received, said, row.state, row.answered_by, row.answered_at, row.answer)

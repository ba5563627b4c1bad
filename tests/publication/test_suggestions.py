"""What readers tell the committee: kept once, answered once, never lost; on both databases."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from desks import desk_client
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from termserver.api.committee_desk import CommitteeDesk
from termserver.database.proposal_store import ProposalStore
from termserver.database.suggestion_store import DECLINED, OPEN, TAKEN, SuggestionStore
from termserver.model.errors import UsageError
from termserver.service import TermServer

AT = "2026-11-22T08:00:00Z"
SAID: dict[str, Any] = {"kind": "missing", "system": "ward", "code": "022", "comment": "<b>burns</b>"}


def test_a_suggestion_is_kept_once_and_answered_once(store: ProposalStore) -> None:
    suggestions = SuggestionStore(store)
    for _ in range(2):
        suggestions.keep("a1b2c3", AT, SAID)
    (one,) = suggestions.listed()
    assert (one.state, one.said) == (OPEN, SAID)
    with pytest.raises(UsageError, match="Say what becomes"):
        suggestions.answer("a1b2c3", "anna", AT, TAKEN, " ")
    suggestions.answer("a1b2c3", "anna", AT, TAKEN, "With 1405.2")
    with pytest.raises(UsageError, match="anna answered"):
        suggestions.answer("a1b2c3", "babak", AT, DECLINED, "No")
    with pytest.raises(UsageError, match="no suggestion"):
        suggestions.answer("none", "babak", AT, DECLINED, "No")
    assert suggestions.listed() == [] and suggestions.listed(TAKEN)[0].answer == "With 1405.2"


@pytest.mark.parametrize("statement", ["DELETE FROM suggestion", "UPDATE suggestion SET received = 'x'"])
def test_the_database_itself_keeps_them(store: ProposalStore, statement: str) -> None:
    SuggestionStore(store).keep("a1b2c3", AT, SAID)
    writing = store.engine.execution_options(termserver_writes=True)
    with pytest.raises(DBAPIError), writing.begin() as connection:
        connection.execute(text(statement))
    assert SuggestionStore(store).listed()[0].received == AT


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_what_a_reader_sends_lands_on_the_desk(
    store: ProposalStore, server: TermServer, root: Path, tmp_path: Path
) -> None:
    shutil.copytree(root / "examples" / "committee" / "nation", tmp_path / "nation")
    with desk_client(server, CommitteeDesk(store, tmp_path / "nation", ("anna",))) as client:
        sent = client.post("/propose?lang=en", data=SAID)
        number = SuggestionStore(store).listed()[0].number
        assert number in sent.text
        html = client.get("/desk/suggestions?lang=en").text
        assert "&lt;b&gt;burns" in html and "/desk/lists/ward" in html
        token = html.partition('name="token" value="')[2].partition('"')[0]
        answer = {"token": token, "state": "declined", "answer": "It is 021"}
        assert client.post(f"/desk/suggestions/{number}?lang=en", data=answer).status_code == 200
        assert "It is 021" in client.get("/desk/suggestions?state=declined").text

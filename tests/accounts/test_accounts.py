"""Roles are granted with a reason and an end, never to oneself, never two that are kept apart; keys take turns."""

import concurrent.futures
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from termserver.access.api_keys import is_key
from termserver.access.facts import Caller
from termserver.access.policy import Rules
from termserver.access.recognition import NotRecognised, Recogniser
from termserver.access.snapshot import opened, read, signed
from termserver.accounts.accounts import Accounts
from termserver.database.account_store import AccountStore
from termserver.model.access import AccessError
from termserver.releases import signatures

PEPPER = b"a secret that only the tests know"
WHY = {"by": "operator-1", "reason": "contract 12", "until": "2027-11-22"}


def shown(accounts: Accounts, key: str) -> Caller:
    snapshot = accounts.snapshot()
    knowing = Recogniser(Rules(snapshot.policy), snapshot.clients, PEPPER)
    return knowing.recognise("key", key.encode(), "192.0.2.1").caller


def test_a_key_is_shown_once_and_opens_what_its_client_was_granted(accounts: Accounts, store: AccountStore) -> None:
    accounts.grant("vendor-12", "vendor", organisation="Invented Software", **WHY)
    made = accounts.new_key("vendor-12", "operator-1", ("registry-changes",))
    caller = shown(accounts, made.key)
    assert (caller.name, caller.roles, caller.organisation) == ("vendor-12", ("vendor",), "Invented Software")
    with store.reading() as books:
        (kept,) = books.api_keys()
    secret = made.key.rpartition("_")[2]
    assert secret not in repr(kept) and is_key(made.key, kept.hash, PEPPER)
    with pytest.raises(NotRecognised):
        shown(accounts, made.key[:-1] + ("A" if made.key[-1] != "A" else "B"))


def test_a_scope_narrows_a_key_to_its_groups(accounts: Accounts) -> None:
    accounts.grant("vendor-12", "vendor", **WHY)
    made = accounts.new_key("vendor-12", "operator-1", ("history",))
    snapshot = accounts.snapshot()
    knowing = Recogniser(Rules(snapshot.policy), snapshot.clients, PEPPER)
    groups = knowing.recognise("key", made.key.encode(), "").groups
    assert "history" in groups and "registry-changes" not in groups and "search" in groups


@pytest.mark.parametrize(
    ("client", "role", "more", "why"),
    [
        ("anna", "editr", {}, "no role"),
        ("anna", "anonymous", {}, "no role"),
        ("anna", "registrar", {}, "registrar:physicians"),
        ("anna", "editor:physicians", {}, "as editor"),
        ("anna", "editor", {"reason": " "}, "needs a reason"),
        ("anna", "editor", {"by": "anna"}, "somebody else"),
        ("anna", "editor", {"until": "2020-01-01"}, "no period"),
        ("anna", "editor", {"until": "2040-01-01"}, "no period"),
        ("Anna A", "editor", {}, "cannot name"),
    ],
)
def test_a_wrong_grant_is_refused_in_words(
    accounts: Accounts, client: str, role: str, more: dict[str, Any], why: str
) -> None:
    with pytest.raises(AccessError, match=why):
        accounts.grant(client, role, **{**WHY, **more})
    assert accounts.books() == ([], [], [])


def test_author_approver_and_publisher_are_three_people(accounts: Accounts) -> None:
    accounts.grant("anna", "editor", **WHY)
    for other in ("approver", "publisher"):
        with pytest.raises(AccessError, match="at the same time"):
            accounts.grant("anna", other, **WHY)
    accounts.grant("anna", "reviewer", **WHY)
    later = WHY | {"until": "2028-11-22"}
    accounts.grant("anna", "approver", since="2027-11-23", **later)
    accounts.revoke("anna", "editor", "operator-1", "moved")
    with pytest.raises(AccessError, match="at the same time"):
        accounts.grant("anna", "publisher", since="2028-01-01", **later)


def test_two_who_grant_at_once_do_not_make_one_person_both(accounts: Accounts) -> None:
    def given(role: str) -> str:
        try:
            return accounts.grant("anna", role, **WHY).role
        except AccessError:
            return ""

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        held = sorted(pool.map(given, ("editor", "approver")))
    assert held[0] == "" and held[1] in ("editor", "approver")


def test_a_revoked_grant_and_a_revoked_key_open_nothing(accounts: Accounts) -> None:
    accounts.grant("vendor-12", "vendor", **WHY)
    made = accounts.new_key("vendor-12", "operator-1")
    accounts.revoke("vendor-12", "vendor", "operator-1", "contract ended")
    assert shown(accounts, made.key).roles == ("anonymous",)
    accounts.revoke_key(made.row.prefix)
    with pytest.raises(NotRecognised):
        shown(accounts, made.key)


def test_an_old_key_goes_on_beside_its_successor_for_a_while(accounts: Accounts) -> None:
    accounts.grant("vendor-12", "vendor", **WHY)
    old = accounts.new_key("vendor-12", "operator-1", ("history",))
    new = accounts.rotate(old.row.prefix, "operator-1", overlap=7)
    assert shown(accounts, old.key).name == shown(accounts, new.key).name == "vendor-12"
    kept = {key.prefix: key.expires for key in accounts.snapshot().clients[0].keys}
    assert kept == {old.row.prefix: "2026-11-29", new.row.prefix: new.row.expires}
    assert new.row.scopes == ("history",)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE account_grant SET reason = 'because'",
        "UPDATE account_grant SET finish = '2099-01-01'",
        "DELETE FROM account_grant",
        "UPDATE account_key SET hash = 'another'",
        "UPDATE account_key SET expires = '2099-01-01'",
        "DELETE FROM account_key",
        "UPDATE account_grant SET made_by = client",
    ],
)
def test_what_was_granted_stays_as_it_was_granted(accounts: Accounts, store: AccountStore, sql: str) -> None:
    accounts.grant("vendor-12", "vendor", **WHY)
    accounts.new_key("vendor-12", "operator-1")
    before = accounts.books()
    with pytest.raises(Exception, match=r"never|violates"), store.engine.begin() as connection:
        connection.execute(text(sql))
    assert accounts.books() == before


def test_the_steps_of_the_accounts_go_up_and_down_with_data(accounts: Accounts, store: AccountStore) -> None:
    accounts.grant("vendor-12", "vendor", **WHY)
    config = Config()
    config.set_main_option("script_location", "termserver:database/migrations")
    for step in ("0002", "head"):
        with store.engine.execution_options(termserver_writes=True).begin() as connection:
            config.attributes["connection"] = connection
            (command.downgrade if step != "head" else command.upgrade)(config, step)
    assert accounts.books() == ([], [], [])
    assert accounts.grant("vendor-12", "vendor", **WHY).number == 1


def test_a_snapshot_is_believed_with_a_signature_and_not_once_more_when_it_is_old(accounts: Accounts, tmp_path) -> None:
    key, other = signatures.make("access"), signatures.make("other")
    accounts.grant("vendor-12", "vendor", **WHY)
    first = accounts.snapshot()
    file = tmp_path / "access.json"
    file.write_bytes(signed(first, [key]))
    assert read(file, [key.public]) == first
    with pytest.raises(AccessError, match="nobody who is trusted"):
        opened(signed(first, [other]), [key.public])
    with pytest.raises(AccessError, match="nobody who is trusted"):
        opened(signed(first, [key]).replace(b"vendor-12", b"vendor-13"), [key.public])
    accounts.revoke("vendor-12", "", "operator-1", "contract ended")
    file.write_bytes(signed(accounts.snapshot(), [key]))
    assert not read(file, [key.public]).clients[0].roles
    file.write_bytes(signed(first, [key]))
    with pytest.raises(AccessError, match="an old one"):
        read(file, [key.public])


def test_the_keys_of_a_client_are_public_ones(accounts: Accounts) -> None:
    accounts.grant("vendor-12", "vendor", **WHY)
    accounts.grant("vendor-13", "vendor", **WHY)
    accounts.identify("vendor-12", ["CN=vendor-12"], public=b'{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AA"}]}')
    for wrong in (
        b"x",
        b'{"keys": []}',
        b'{"keys": [{"kty": "oct", "k": "AA"}]}',
        b'{"keys": [{"kty": "EC", "d": "A"}]}',
    ):
        with pytest.raises(AccessError):
            accounts.identify("vendor-12", public=wrong)
    with pytest.raises(AccessError, match="vendor-12 already"):
        accounts.identify("vendor-13", ["CN=vendor-12"])

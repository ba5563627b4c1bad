"""The accounts that the commands of ``access`` write in, and who acts there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from termserver.cli.access_policy import policy_in_force
from termserver.model.errors import UsageError

if TYPE_CHECKING:
    from termserver.accounts.accounts import Accounts

WHO = "TERMSERVER_WHO"
As = Annotated[str, typer.Option("--as", metavar="WHO", help=f"Who acts; else {WHO}.")]
Database = Annotated[
    str | None, typer.Option(metavar="PLACE", help="The database: a file or a URL; else TERMSERVER_DATABASE_URL.")
]


@contextmanager
def opened(root: Path | None, database: str | None) -> "Iterator[Accounts]":
    """The accounts in the database that is asked for, under the policy in force."""
    from termserver.accounts.accounts import Accounts
    from termserver.database.account_store import AccountStore
    from termserver.releases.editions import default_folder

    policy = policy_in_force(root)
    with AccountStore.open(database, default_folder()) as store:
        yield Accounts(store, policy)


def acting(by: str) -> str:
    """Who acts: the option, else the environment; raise UsageError for nobody."""
    found = by or os.environ.get(WHO, "")
    if not found:
        raise UsageError(
            f"Say who acts: --as operator-1, or set {WHO}.", f"بگویید چه کسی: --as operator-1 یا {WHO} را بگذارید."
        )
    return found

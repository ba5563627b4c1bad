"""Granting and taking, keys and their turns: everything that decides a change of the accounts is here.

Each grant has an owner who answers for it, a reason (the qualification the by-law asks for) and an end. Nobody
grants to themselves, and roles that the policy keeps apart are never held by one person at the same time.
"""

import datetime
import re
from collections.abc import Callable, Iterable

import orjson

from termserver.access.api_keys import keyed_hash, needed_pepper, new_key
from termserver.access.snapshot import Client, HeldRole, KeptKey, Snapshot
from termserver.database.account_store import AccountStore, Books, ClientRow, GrantRow, KeyRow
from termserver.model.access import EVERYBODY, AccessError, Policy
from termserver.model.days import Day, Period, parse_day
from termserver.model.values import replace, value

KEY_DAYS, OVERLAP_DAYS, SNAPSHOT_DAYS = 365, 14, 30
"""How long a key lives, an old key beside its successor, and a snapshot until a newer one should be there."""
MOST_DAYS = 5 * 366
"""No grant is longer: who may is looked at again."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}", re.ASCII)


@value
class Made:
    """A fresh key, shown this once."""

    key: str
    row: KeyRow


class Accounts:
    """The accounts of one database under one policy; ``now`` gives the moment, in UTC."""

    def __init__(
        self,
        store: AccountStore,
        policy: Policy,
        now: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC),
    ) -> None:
        self._store = store
        self._policy = policy
        self._clock = now

    # grants

    def grant(
        self,
        client: str,
        role: str,
        by: str,
        reason: str,
        until: str,
        since: str = "",
        owner: str = "",
        organisation: str = "",
    ) -> GrantRow:
        """Give a role to a client, who is made if nobody of that name is there; raise AccessError if it may not be."""
        _named(client)
        _named(by)
        self._known_role(role)
        if not reason.strip():
            raise AccessError(
                "A grant needs a reason: what qualifies them (--reason 'contract 12, examined 1405-08-01').",
                "هر دسترسی دلیل می‌خواهد: صلاحیت او چیست (--reason «قرارداد ۱۲، آزمون ۱۴۰۵-۰۸-۰۱»).",
            )
        if client == by:
            raise AccessError(f"{by} cannot grant to {by}; somebody else must.", f"{by} نمی‌تواند به خود دسترسی دهد.")
        start, finish = parse_day(since) if since else self._day(), parse_day(until)
        if finish < start or (_date(finish) - _date(start)).days > MOST_DAYS:
            raise AccessError(
                f"From {start} to {finish} is no period of a grant: its end comes after its start, at most 5 years.",
                f"از {start} تا {finish} دورهٔ دسترسی نیست: پایان پس از آغاز، و حداکثر ۵ سال.",
            )
        at = self._at()
        with self._store.changing() as books:
            self._not_together(books, client, role, Period(start, finish))
            if client not in {one.name for one in books.clients()}:
                books.add_client(ClientRow(client, organisation, at, by))
            number = max((one.number for one in books.grants()), default=0) + 1
            made = GrantRow(number, client, role, owner or by, reason.strip(), start, finish, at, by)
            books.add_grant(made)
        return made

    def revoke(self, client: str, role: str, by: str, why: str) -> list[GrantRow]:
        """End the grants of a role (empty: of every one) that hold today or later; those that were ended."""
        at, day = self._at(), self._day()
        with self._store.changing() as books:
            found = [
                one
                for one in books.grants(client)
                if not one.ended and one.finish >= day and (not role or one.role == role)
            ]
            if not found:
                raise AccessError(
                    f"{client} holds no such role; see: termserver access who {client}",
                    f"«{client}» چنین نقشی ندارد؛ termserver access who {client}",
                )
            for one in found:
                books.end_grant(one.number, at, by, why)
        return found

    def _known_role(self, role: str) -> None:
        known = self._policy.role(role)
        registry = role.partition(":")[2]
        if known is None or known.id == EVERYBODY:
            names = ", ".join(one.id for one in self._policy.roles if one.id != EVERYBODY)
            raise AccessError(
                f"There is no role '{role}' to grant; use one of: {names}", f"نقش «{role}» نیست؛ یکی از: {names}"
            )
        if known.of_registry is not bool(registry):
            example = f"{known.id}:physicians" if known.of_registry else known.id
            raise AccessError(f"Write the role as {example}.", f"نقش را چنین بنویسید: {example}")

    def _not_together(self, books: Books, client: str, role: str, period: Period) -> None:
        base = role.partition(":")[0]
        for one in books.grants(client):
            held = one.role.partition(":")[0]
            overlap = not one.ended and one.start <= period.end and period.start <= one.finish
            if overlap and held != base and any({held, base} <= set(apart) for apart in self._policy.apart):
                raise AccessError(
                    f"{client} is {held} until {one.finish}, and nobody is {held} and {base} at the same time.",
                    f"«{client}» تا {one.finish} نقش {held} دارد و کسی هم‌زمان {held} و {base} نیست.",
                )

    # by what a client is recognised

    def identify(
        self, client: str, subjects: Iterable[str] = (), tokens: Iterable[str] = (), public: bytes = b""
    ) -> ClientRow:
        """Recognise a client by subjects of certificates, by ``issuer|name`` of tokens, by keys of its own tokens."""
        if public:
            try:
                keys = orjson.loads(public)["keys"]
                secret = [one for one in keys if one["kty"] not in ("RSA", "EC", "OKP") or "d" in one]
            except (ValueError, KeyError, TypeError):
                raise AccessError('The file is not a JWKS: {"keys": […]}.', "این پرونده JWKS نیست.") from None
            if secret or not keys:
                raise AccessError(
                    "Give public keys alone (RSA, EC or OKP, without 'd').",
                    "تنها کلید عمومی بدهید (RSA، EC یا OKP، بی «d»).",
                )
        with self._store.changing() as books:
            known = {one.name: one for one in books.clients()}
            if client not in known:
                raise _unknown(client)
            for other in known.values():
                taken = {*other.subjects, *other.tokens}.intersection((*subjects, *tokens))
                if other.name != client and taken:
                    said = next(iter(taken))
                    raise AccessError(f"'{said}' is {other.name} already.", f"«{said}» از پیش «{other.name}» است.")
            made = replace(
                known[client],
                subjects=tuple(dict.fromkeys((*known[client].subjects, *subjects))),
                tokens=tuple(dict.fromkeys((*known[client].tokens, *tokens))),
                public_keys=public or known[client].public_keys,
            )
            books.identify(made)
        return made

    # keys

    def new_key(self, client: str, by: str, scopes: tuple[str, ...] = (), days: int = KEY_DAYS) -> Made:
        """A fresh key of a client; it can be shown now and never again."""
        self._known_scopes(scopes)
        pepper = needed_pepper()
        with self._store.changing() as books:
            return self._made(books, client, by, scopes, days, pepper)

    def rotate(self, prefix: str, by: str, overlap: int = OVERLAP_DAYS, days: int = KEY_DAYS) -> Made:
        """A successor of a key with its scopes; the old one goes on for ``overlap`` days."""
        pepper = needed_pepper()
        with self._store.changing() as books:
            old = self._living(books, prefix)
            made = self._made(books, old.client, by, old.scopes, days, pepper)
            books.shorten_key(prefix, min(old.expires, self._day(overlap)))
        return made

    def revoke_key(self, prefix: str) -> KeyRow:
        """End a key at once."""
        with self._store.changing() as books:
            old = self._living(books, prefix)
            books.end_key(prefix, self._at())
        return old

    def _made(self, books: Books, client: str, by: str, scopes: tuple[str, ...], days: int, pepper: bytes) -> Made:
        if client not in {one.name for one in books.clients()}:
            raise _unknown(client)
        key, prefix = new_key()
        row = KeyRow(prefix, client, keyed_hash(key, pepper), scopes, self._day(days), self._at(), by)
        books.add_key(row)
        return Made(key, row)

    def _living(self, books: Books, prefix: str) -> KeyRow:
        found = next((one for one in books.api_keys() if one.prefix == prefix), None)
        if found is None or found.ended:
            raise AccessError(
                f"There is no living key {prefix}; see: termserver access key list",
                f"کلید زنده‌ای به نام {prefix} نیست؛ termserver access key list",
            )
        return found

    def _known_scopes(self, scopes: tuple[str, ...]) -> None:
        known = [one.id for one in self._policy.groups]
        for one in scopes:
            if one not in known:
                names = ", ".join(known)
                raise AccessError(f"There is no group '{one}'; known are: {names}", f"گروه «{one}» نیست؛ {names}")

    # all of it

    def books(self) -> tuple[list[ClientRow], list[GrantRow], list[KeyRow]]:
        """Everybody, every grant and every key there ever was."""
        with self._store.reading() as books:
            return books.clients(), books.grants(), books.api_keys()

    def snapshot(self, days: int = SNAPSHOT_DAYS) -> Snapshot:
        """What a node needs to know: who is who today and later, without reasons, owners, or what is past."""
        day = self._day()
        with self._store.reading() as books:
            number, clients, grants, keys = books.number(), books.clients(), books.grants(), books.api_keys()
        made = []
        for one in clients:
            held = [g for g in grants if g.client == one.name and not g.ended and g.finish >= day]
            living = [k for k in keys if k.client == one.name and not k.ended and k.expires >= day]
            made.append(
                Client(
                    one.name,
                    one.organisation,
                    tuple(HeldRole(g.role, g.period) for g in held),
                    tuple(KeptKey(k.prefix, k.hash, k.expires, k.scopes) for k in living),
                    one.subjects,
                    one.tokens,
                    one.public_keys,
                )
            )
        return Snapshot(number, self._at(), self._day(days), self._policy, tuple(made))

    def _at(self) -> str:
        return self._clock().isoformat(timespec="seconds").replace("+00:00", "Z")

    def _day(self, later: int = 0) -> Day:
        return (self._clock() + datetime.timedelta(hours=3.5, days=later)).date().isoformat()


def _date(day: Day) -> datetime.date:
    return datetime.date.fromisoformat(day)


def _named(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise AccessError(
            f"'{name}' cannot name anybody. Use a-z, 0-9, '-', '_' and '.', as in vendor-12.",
            f"«{name}» نمی‌تواند نام کسی باشد. a-z، 0-9، «-»، «_» و «.»؛ مانند vendor-12.",
        )


def _unknown(client: str) -> AccessError:
    return AccessError(
        f"Nobody is called {client}; give them a role first: termserver access grant {client} …",
        f"کسی به نام {client} نیست؛ نخست نقشی بدهید: termserver access grant {client} …",
    )

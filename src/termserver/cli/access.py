"""``termserver access``: who may do what, granted and taken; keys; the signed snapshot that every node decides from."""

from pathlib import Path
from typing import Annotated

import typer

from termserver.cli import access_keys, access_policy
from termserver.cli.access_books import As, Database, acting, opened
from termserver.cli.shared import Json, Lang, Root, command, send, spoken, write_json
from termserver.model.errors import UsageError

app = typer.Typer(help="Who may do what: roles, keys, the policy, the signed snapshot.", no_args_is_help=True)

_NEXT_FA, _NEXT_EN = "سپس: termserver access snapshot", "Next: termserver access snapshot"
Client = Annotated[str, typer.Argument(metavar="CLIENT", help="What the client or person is called.")]


def register(into: typer.Typer) -> None:
    """Add ``access`` and its commands to the application."""
    command(
        app,
        "grant",
        "access grant vendor-12 vendor --reason 'contract 12' --until 1406-08-30 --as operator-1",
        "access grant council registrar:physicians --reason 'Medical Council' --until 2027-11-21 --as operator-1",
    )(grant)
    command(app, "revoke", "access revoke vendor-12 vendor --reason 'contract ended' --as operator-1")(revoke)
    command(app, "identify", "access identify vendor-12 --subject 'CN=vendor-12'")(identify)
    command(app, "who", "access who", "access who vendor-12 --all")(who)
    command(
        app,
        "snapshot",
        "access snapshot -o access.json --key access.key.pem",
        "access snapshot --publication publication --key access.key.pem",
    )(snapshot)
    access_keys.register(app)
    access_policy.register(app)
    into.add_typer(app, name="access")


def grant(
    client: Client,
    role: Annotated[str, typer.Argument(metavar="ROLE", help="A role of the policy; registrar:physicians for one.")],
    reason: Annotated[str, typer.Option(help="What qualifies them; kept with the grant.")],
    until: Annotated[str, typer.Option(metavar="DAY", help="Its last day, ISO or Jalali.")],
    since: Annotated[str, typer.Option(metavar="DAY", help="Its first day; else today.")] = "",
    owner: Annotated[str, typer.Option(help="Who answers for it; else who grants it.")] = "",
    organisation: Annotated[str, typer.Option(help="Whose client it is, where it is new.")] = "",
    by: As = "",
    root: Root = None,
    database: Database = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Grant a role: with a reason, an end, and never to oneself. Roles that the policy keeps apart are refused."""
    with opened(root, database) as accounts:
        made = accounts.grant(client, role, acting(by), reason, until, since, owner, organisation)
    if json:
        write_json(made.as_json())
    elif spoken(lang) == "fa":
        typer.echo(
            f"{made.client} از {made.start} تا {made.finish} {made.role} است. عکس تازه: termserver access snapshot"
        )
    else:
        typer.echo(f"{made.client} is {made.role} from {made.start} to {made.finish}. Now: termserver access snapshot")


def revoke(
    client: Client,
    role: Annotated[str, typer.Argument(metavar="[ROLE]", help="The role; without it, every one.")] = "",
    reason: Annotated[str, typer.Option(help="Why; kept with the grant.")] = "",
    by: As = "",
    root: Root = None,
    database: Database = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """End what was granted. The line stays, with who ended it and why."""
    with opened(root, database) as accounts:
        ended = accounts.revoke(client, role, acting(by), reason)
    if json:
        write_json({"ended": [one.as_json() for one in ended]})
        return
    said = (
        "پایان یافت؛ عکس تازه: termserver access snapshot"
        if spoken(lang) == "fa"
        else "ended. Now: termserver access snapshot"
    )
    typer.echo(f"{client}: {', '.join(one.role for one in ended)} {said}")


def identify(
    client: Client,
    subject: Annotated[list[str] | None, typer.Option(help="The subject of its certificate; may be repeated.")] = None,
    token: Annotated[list[str] | None, typer.Option(metavar="ISSUER|NAME", help="Who it is in tokens.")] = None,
    jwks: Annotated[Path | None, typer.Option(metavar="FILE", help="The public keys of its own tokens (JWKS).")] = None,
    root: Root = None,
    database: Database = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Say by what else a client is recognised: a certificate, a token's subject, tokens that it signs itself."""
    try:
        public = jwks.read_bytes() if jwks else b""
    except OSError as error:
        raise UsageError(
            f"{jwks} cannot be read: {error.strerror}.", f"{jwks} خوانده نمی‌شود: {error.strerror}."
        ) from None
    with opened(root, database) as accounts:
        made = accounts.identify(client, subject or (), token or (), public)
    if json:
        write_json({"client": client, "subjects": made.subjects, "tokens": made.tokens, "jwks": bool(made.public_keys)})
        return
    own = " + JWKS" if made.public_keys else ""
    typer.echo(f"{client}: {', '.join((*made.subjects, *made.tokens)) or '-'}{own}")


def who(
    client: Annotated[str, typer.Argument(metavar="[CLIENT]", help="One of them; without it, all.")] = "",
    every: Annotated[bool, typer.Option("--all", help="What is past or ended too.")] = False,
    root: Root = None,
    database: Database = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Show who holds what, why, given by whom, until when."""
    from termserver.model.days import today

    with opened(root, database) as accounts:
        _, grants, _ = accounts.books()
    day = today()
    found = [
        one
        for one in grants
        if (not client or one.client == client) and (every or (not one.ended and one.finish >= day))
    ]
    if json:
        write_json({"grants": [one.as_json() for one in found]})
        return
    if not found:
        typer.echo("کسی نیست." if spoken(lang) == "fa" else "Nobody.")
    for one in found:
        ended = f"  ended {one.ended} by {one.ended_by}: {one.ended_why}" if one.ended else ""
        typer.echo(
            f"{one.client}  {one.role}  {one.start}..{one.finish}  {one.owner}  {one.reason} ({one.made_by}){ended}"
        )


def snapshot(
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Where it goes; else access.json, or a publication alone."),
    ] = None,
    publication: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="The publication that nodes follow: it is put there too, sealed for them."),
    ] = None,
    key: Annotated[list[Path] | None, typer.Option(metavar="FILE.key.pem", help="Who signs; may be repeated.")] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="By when a newer one should be there.")] = 30,
    root: Root = None,
    database: Database = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Write and sign what a node decides from: the policy, who holds what from today on, hashes of keys."""
    from termserver.access.snapshot import signed
    from termserver.cli.keys import passphrase
    from termserver.releases import signatures

    if not key:
        raise UsageError(
            "Name the key that signs: --key access.key.pem (termserver keys new access).",
            "کلید امضا را نام ببرید: --key access.key.pem (termserver keys new access).",
        )
    signing = [signatures.read_private(one, passphrase(one)) for one in key]
    with opened(root, database) as accounts:
        made = accounts.snapshot(days)
    data = signed(made, signing)
    if publication is not None:
        _beside_the_feed(data, publication)
    if out is not None or publication is None:
        out = out or Path("access.json")
        send((data,), out)
    keys = sum(len(one.keys) for one in made.clients)
    where = out or publication
    told = {"file": str(where), "number": made.number, "until": made.until, "clients": len(made.clients), "keys": keys}
    if json:
        write_json(told)
    elif spoken(lang) == "fa":
        typer.echo(f"{where}: عکس {made.number}، {len(made.clients)} کارخواه، {keys} کلید، تا {made.until}")
    else:
        typer.echo(f"{where}: snapshot {made.number}, {len(made.clients)} clients, {keys} keys, until {made.until}")


def _beside_the_feed(data: bytes, publication: Path) -> None:
    """Put the signed snapshot where followers ask for it, sealed under the pepper that they share."""
    from termserver.access.api_keys import needed_pepper
    from termserver.access.feed import sealed
    from termserver.trust.source import ACCESS, METADATA

    folder = publication / METADATA
    if not folder.is_dir():
        raise UsageError(
            f"{publication} holds no publication: there is no {METADATA}/ in it.",
            f"{publication} انتشاری در خود ندارد: پوشهٔ {METADATA}/ در آن نیست.",
        )
    send((sealed(data, needed_pepper()),), folder / ACCESS)

"""``termserver committee sign`` and ``verify-journal``: votes by members' own keys, and the proof of all of them."""

from pathlib import Path
from typing import Annotated, Any

import typer

from termserver.cli.console import NO_STATUS
from termserver.cli.shared import Json, Lang, command, spoken, write_json
from termserver.model.errors import UsageError

Key = Annotated[Path | None, typer.Option("--key", metavar="KEY", help="Your private key; it signs the vote.")]
Signed = Annotated[
    Path | None, typer.Option("--signature", metavar="FILE", help="The signature that `committee sign` wrote.")
]


def register(into: typer.Typer) -> None:
    """Add ``sign`` to the committee's commands."""
    command(into, "sign", "committee sign 7 approve --digest 4f1c… --as anna --key anna.key.pem -o vote.json")(sign)


def sign(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="The number of the proposal.")],
    action: Annotated[str, typer.Argument(metavar="MOVE", help="approve or ratify.")],
    digest: Annotated[str, typer.Option(help="The whole digest of what you read, 64 letters.")],
    who: Annotated[str, typer.Option("--as", metavar="WHO", help="Who votes: a seat's holder.")],
    key: Annotated[Path, typer.Option("--key", metavar="KEY", help="Your private key.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where the signature goes; else it is shown.")
    ] = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Sign a vote on a machine of your own, without database or network. Carry the file back to `committee act`."""

    from termserver.cli.keys import passphrase
    from termserver.publication import votes
    from termserver.releases.signatures import read_private

    if action not in votes.SIGNED:
        raise UsageError(
            f"'{action}' is not signed; {' and '.join(votes.SIGNED)} are.",
            f"«{action}» امضا نمی‌شود؛ {' و '.join(votes.SIGNED)} می‌شوند.",
        )
    if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise UsageError(
            "Say the whole digest, 64 letters: termserver committee show NUMBER --json",
            "همهٔ چکیده را بگویید، ۶۴ حرف: termserver committee show NUMBER --json",
        )
    made = votes.sign(read_private(key, passphrase(key)), number, action, who, digest)
    write_json(made, output)
    if output is None:
        return
    typer.echo(
        f"{output}: امضای {who} زیر پیشنهاد {number}"
        if spoken(lang) == "fa"
        else f"{output}: {who} on proposal {number}"
    )


def signature(proposal: Any, action: str, who: str, key: Path | None, file: Path | None) -> Any:
    """The signature under a vote: made with a key here, or out of a file; None where neither is named."""
    import orjson

    from termserver.cli.keys import passphrase
    from termserver.publication import votes
    from termserver.releases.signatures import read_private

    if key is not None:
        return votes.sign(read_private(key, passphrase(key)), proposal.number, action, who, proposal.digest)
    if file is None:
        return None
    try:
        return orjson.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} is no signature: {error}.", f"{file} امضا نیست: {error}.") from None


def tell_verified(found: Any, language: str, json: bool) -> int:
    """Show what the journal proves; status 1 where something in it does not stand."""
    if json:
        write_json(found.as_json())
        return 0 if found.holds else NO_STATUS
    fa = language == "fa"
    if found.broken_at:
        typer.echo(
            f"سطر {found.broken_at} آن نیست که نوشته شد" if fa else f"line {found.broken_at} is not as it was written",
            err=True,
        )
    for one in found.wrong:
        typer.echo(f"{one.line}  {one.who}: {one.says.in_language(language)}", err=True)
    told = (
        f"{found.lines} سطر، {found.signed} رأی با امضای درست، {found.unsigned} بی‌امضا، {len(found.wrong)} نادرست"
        if fa
        else f"{found.lines} lines, {found.signed} votes signed, {found.unsigned} not signed, {len(found.wrong)} wrong"
    )
    typer.echo(told)
    return 0 if found.holds else NO_STATUS

"""``termserver publish``, ``release sign``, ``keys root``: what the committee signed goes where all fetch it."""

import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from termserver.cli import concept_text
from termserver.cli.keys import passphrase
from termserver.cli.shared import Json, Lang, command, spoken, write_json
from termserver.model.errors import UsageError
from termserver.model.text import Text

app = typer.Typer(help="A publication: drafted, signed by the committee, announced.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder of the publication.")]
OnlineKey = Annotated[
    list[Path] | None,
    typer.Option("--online-key", metavar="KEY", help="A key of the publishing machine; may be repeated."),
]


def register(into: typer.Typer, keys: typer.Typer, release: typer.Typer) -> None:
    """Add ``publish`` to the application, ``root`` to the keys and ``sign`` to the releases."""
    command(app, "release", "publish release publication standards.release --activate-at 2027-03-21T00:00:00+03:30")(
        draft
    )
    command(app, "retract", "publish retract publication standards 1405.2 --why-en 'A wrong code'")(retract)
    command(app, "renew", "publish renew publication")(renew)
    command(app, "show", "publish show publication")(show)
    command(app, "gather", "publish gather publication/drafts/4.targets.json /media/usb/4.targets.json")(gather)
    command(app, "commit", "publish commit publication --online-key publisher.key.pem")(commit)
    into.add_typer(app, name="publish")
    command(keys, "root", "keys root publication --member a.pub.pem --member b.pub.pem --online p.pub.pem")(root)
    command(release, "sign", "release sign publication/drafts/4.targets.json --key anna.key.pem")(sign)


def root(
    folder: Folder,
    member: Annotated[
        list[Path] | None, typer.Option(metavar="PUB", help="A member's public key; may be repeated.")
    ] = None,
    threshold: Annotated[int, typer.Option(min=1, help="How many members must sign.")] = 2,
    online: Annotated[
        list[Path] | None, typer.Option(metavar="PUB", help="The publishing machine's public key; may be repeated.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, help="How long it holds.")] = 730,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Draft the root of a publication: whose signatures count, and how many. Who is not named stays as before."""
    from termserver.publication.repository import Repository
    from termserver.releases.signatures import read_public
    from termserver.trust.metadata import ROOT, SNAPSHOT, TARGETS, TIMESTAMP, Keys

    roles: dict[str, Keys] = {}
    if member:
        known = Keys(tuple(read_public(path) for path in member), threshold)
        roles |= {ROOT: known, TARGETS: known}
    if online:
        known = Keys(tuple(read_public(path) for path in online), 1)
        roles |= {SNAPSHOT: known, TIMESTAMP: known}
    repository = Repository(folder)
    made = repository.draft_root(roles, _now(), days)
    _tell_draft(repository, made, spoken(lang), json)


def draft(
    folder: Folder,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The release file.")],
    activate_at: Annotated[str, typer.Option(metavar="INSTANT", help="From when it is in force; else at once.")] = "",
    notes_fa: Annotated[str, typer.Option(help="What is new, in Persian.")] = "",
    notes_en: Annotated[str, typer.Option(help="What is new, in English.")] = "",
    delta: Annotated[bool, typer.Option(help="Make what leads from the last three versions to this one.")] = True,
    package: Annotated[bool, typer.Option(help="Publish it as a FHIR package too.")] = True,
    on: Annotated[
        Path | None, typer.Option("--on", metavar="FILE", help="What it builds on; else sought on the shelf.")
    ] = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Draft that a release is published. Nobody sees it before the committee has signed."""
    from termserver import basis, deltas
    from termserver.publication.repository import Repository
    from termserver.releases.shelf import Shelf
    from termserver.trust.metadata import TARGETS, instant, moment

    basis.demand_published(file, on, Shelf())
    now = _now()
    at = instant(moment(activate_at)) if activate_at else instant(now)
    repository = Repository(folder)
    made = deltas.make if delta else None
    repository.draft_release(file, at, Text(notes_fa, notes_en), now, made, make_package=_packed if package else None)
    _tell_draft(repository, repository.draft(TARGETS), spoken(lang), json)


def _packed(file: Path) -> tuple[str, str, bytes]:
    """The FHIR package of a whole release."""
    import os

    from termserver.publication.fhir_packages import SCOPE, Packages
    from termserver.service import TermServer

    with TermServer.open(file) as server:
        packages = Packages([server], os.environ.get("TERMSERVER_PACKAGE_SCOPE") or SCOPE)
        found = packages.whole(server.edition.releases[0])
        return found.name, found.version, packages.tarball(found).data


def retract(
    folder: Folder,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of the release.")],
    version: Annotated[str, typer.Argument(metavar="VERSION", help="Its version.")],
    why_fa: Annotated[str, typer.Option(help="Why, in Persian.")] = "",
    why_en: Annotated[str, typer.Option(help="Why, in English.")] = "",
    instead: Annotated[str, typer.Option(metavar="VERSION", help="The version to use instead.")] = "",
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Draft that a published release is taken back. Its bytes stay, for those who must prove what happened."""
    from termserver.publication.repository import Repository
    from termserver.trust.metadata import TARGETS

    if not (why_fa or why_en):
        raise UsageError(
            "Say why it is taken back: --why-fa or --why-en.", "بگویید چرا پس گرفته می‌شود: --why-fa یا --why-en."
        )
    repository = Repository(folder)
    repository.draft_retraction(name, version, Text(why_fa, why_en), instead, _now())
    _tell_draft(repository, repository.draft(TARGETS), spoken(lang), json)


def renew(folder: Folder, lang: Lang = None, json: Json = False) -> None:
    """Draft the same list again: to hold longer, or to be signed by new keys."""
    from termserver.publication.repository import Repository

    repository = Repository(folder)
    _tell_draft(repository, repository.renew(_now()), spoken(lang), json)


def show(folder: Folder, lang: Lang = None, json: Json = False) -> None:
    """Show what is published, what is drafted, and who has signed."""
    from termserver.publication.repository import Repository
    from termserver.trust.metadata import ROOT, TARGETS, names_of

    repository = Repository(folder)
    said = repository.statement()
    drafts = [(role, found) for role in (ROOT, TARGETS) if (found := repository.standing(role))]
    if json:
        write_json(
            {
                "version": said.version,
                "releases": [
                    {
                        **one.pin.as_json(),
                        "activate_at": one.activate_at,
                        "retracted": one.retracted.as_json() if one.retracted else None,
                    }
                    for one in said.releases
                ],
                "drafts": [
                    {
                        "file": str(repository.drafts / found.document.label),
                        "digest": found.document.digest,
                        "signed": [[key.name or key.id for key in count.signed] for count in found.counts],
                        "threshold": [count.threshold for count in found.counts],
                        "ready": found.ready,
                    }
                    for _, found in drafts
                ],
            }
        )
        return
    for one in said.releases:
        back = f"  ✗ {one.retracted.in_language(spoken(lang))}" if one.retracted else ""
        typer.echo(f"{one.label}  {concept_text.short(one.pin.digest)}  {one.activate_at}{back}")
    for _, found in drafts:
        counts = "; ".join(
            f"{len(count.signed)}/{count.threshold} ({names_of(count.signed)})" for count in found.counts
        )
        typer.echo(f"{repository.drafts / found.document.label}: {counts}  {found.document.digest}")


def gather(
    file: Annotated[Path, typer.Argument(metavar="DRAFT", help="The draft that is kept.")],
    copies: Annotated[list[Path], typer.Argument(metavar="COPIES...", help="Copies of it that others signed.")],
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Put the signatures of carried copies into a draft."""
    from termserver.publication import signing

    document = signing.gather(file, copies)
    if json:
        write_json({"file": str(file), "digest": document.digest, "signatures": list(document.signers())})
    else:
        typer.echo(f"{file}: {len(document.signers())}")


def commit(folder: Folder, online_key: OnlineKey = None, lang: Lang = None, json: Json = False) -> None:
    """Publish what is drafted and signed, and announce it anew; without a draft, only announce. Run it every day."""
    from termserver.publication.repository import Repository
    from termserver.releases.signatures import read_private

    repository = Repository(folder)
    online = [read_private(path, passphrase(path)) for path in online_key or ()]
    steps: list[str] = []
    repository.commit(online, _now(), steps.append)
    version = repository.statement().version
    if json:
        write_json({"version": version, "steps": steps})
    else:
        typer.echo(
            f"{folder}: انتشار شمارهٔ {version} اعلام شد" if spoken(lang) == "fa" else f"{folder}: publication {version}"
        )


def sign(
    file: Annotated[Path, typer.Argument(metavar="DRAFT", help="The draft, or a copy of it that you were handed.")],
    key: Annotated[Path, typer.Option(metavar="KEY", help="Your private key.")],
    digest: Annotated[str, typer.Option(help="The digest that you confirm; else you are asked.")] = "",
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Sign a draft after reading what it says. Needs no network and no shelf; the file can be carried back."""
    from termserver.publication import signing
    from termserver.releases.signatures import read_private

    document = signing.read_draft(file)
    if not digest:
        for line in _said(document):
            typer.echo(line, err=True)
        digest = typer.prompt(
            "چکیدهٔ بالا را (هشت حرف یا بیشتر) بنویسید"
            if spoken(lang) == "fa"
            else "Type the digest above (8 letters or more)",
            err=True,
        )
    signed = signing.sign(file, read_private(key, passphrase(key)), digest)
    if json:
        write_json({"file": str(file), "digest": signed.digest, "signatures": list(signed.signers())})
    else:
        typer.echo(f"{file}: {len(signed.signers())} ({signed.digest[:16]})")


def _said(document: Any) -> list[str]:
    """What a signer must have read: the keys of a root, the releases of a list, and the digest."""
    from termserver.trust import statement
    from termserver.trust.metadata import ROLES, ROOT, names_of

    lines = [f"{document.label}  → {document.expires}"]
    if document.role == ROOT:
        for role in ROLES:
            known = document.keys_of(role)
            lines.append(f"  {role}: {known.threshold}/{len(known.keys)} {names_of(known.keys)}")
    else:
        for one in statement.read(document).releases:
            back = f"  ✗ {one.retracted}" if one.retracted else ""
            lines.append(f"  {one.label}  {one.pin.digest}  {one.activate_at}{back}")
    return [*lines, f"  SHA-256 {document.digest}"]


def _tell_draft(repository: Any, document: Any, language: str, json: bool) -> None:
    path = repository.drafts / document.label
    if json:
        write_json({"file": str(path), "digest": document.digest, "expires": document.expires})
        return
    for line in _said(document):
        typer.echo(line)
    typer.echo(
        f"اکنون امضا کنید: termserver release sign {path} --key KEY"
        if language == "fa"
        else f"To be signed now: termserver release sign {path} --key KEY"
    )


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC).replace(microsecond=0)

"""``termserver trust``, ``pull``, ``follow``, ``mirror``, ``verify``: taking what was signed, and being sure of it."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from termserver.cli import concept_text
from termserver.cli.console import NO_STATUS
from termserver.cli.shared import Json, Lang, command, spoken, write_json
from termserver.model.errors import ReleaseError, UsageError
from termserver.releases.shelf import Shelf

FAILED_STATUS = 4
UNDECIDED_STATUS = 3
_LEAST_WAIT = 5.0


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    command(app, "trust", "trust mexa 1.root.json --from https://terms.example/publication")(trust)
    command(app, "pull", "pull", "pull mexa --from /media/disk/publication")(pull)
    command(
        app,
        "follow",
        "follow",
        "follow --every 900",
        "follow --acknowledge https://terms.example --as hix --key hix.key.pem",
    )(follow)
    command(app, "mirror", "mirror mexa /media/disk/publication", "mirror mexa /srv/mirror --in-force")(mirror)
    command(app, "verify", "verify", "verify standards.release")(verify)


Address = Annotated[
    str | None, typer.Option("--from", metavar="ADDRESS", help="The address or folder of the publication or a mirror.")
]
Name = Annotated[
    str | None, typer.Argument(metavar="NAME", help="The publisher; without it, all of them.", show_default=False)
]


def trust(
    name: Annotated[str, typer.Argument(metavar="NAME", help="How the publisher is called here.")],
    root: Annotated[Path, typer.Argument(metavar="ROOT", help="Its root, which came by a way of its own.")],
    address: Annotated[str, typer.Option("--from", metavar="ADDRESS", help="Where its publication is fetched.")],
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Follow a publisher from now on. Compare the ids of its keys with those that you were told."""
    from termserver.trust.metadata import ROLES, ROOT, Document
    from termserver.trust.publishers import Publishers

    try:
        data = root.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{root} cannot be read: {error.strerror}.", f"{root} خوانده نمی‌شود: {error.strerror}."
        ) from None
    publisher = Publishers(Shelf()).trust(name, data, address)
    document = Document.parse(ROOT, publisher.held.root)
    keys = {role: document.keys_of(role) for role in ROLES}
    if json:
        told = {
            role: {"threshold": known.threshold, "keys": [{"key": key.id, "name": key.name} for key in known.keys]}
            for role, known in keys.items()
        }
        write_json({"publisher": name, "from": address, "root": document.version, "roles": told})
        return
    typer.echo(f"{name}: {address}")
    for role, known in keys.items():
        typer.echo(f"  {role}: {known.threshold}/{len(known.keys)}")
        for key in known.keys:
            typer.echo(f"    {key.id}  {key.name or '-'}")


def pull(
    name: Name = None,
    address: Address = None,
    full: Annotated[bool, typer.Option("--full", help="Fetch whole releases; make none out of a delta.")] = False,
    lang: Lang = None,
    json: Json = False,
) -> int:
    """Take what publishers have signed since, and put in force what is due. Status 4 if something was refused."""
    from termserver.cli import following_access

    names = _names(name)
    found = [_pulled(one, address, full) for one in names]
    access = following_access.asked(names, address)
    _tell(found, access, spoken(lang), json)
    return FAILED_STATUS if any(one.problem for one in found) or (access and access.problem) else 0


def follow(
    name: Name = None,
    every: Annotated[float, typer.Option(min=_LEAST_WAIT, help="Seconds between two visits.")] = 900.0,
    acknowledge: Annotated[
        str, typer.Option("--acknowledge", metavar="URL", help="Tell this service which edition is in force here.")
    ] = "",
    system: Annotated[str, typer.Option("--as", metavar="SYSTEM", help="What this system is called there.")] = "",
    key: Annotated[
        Path | None, typer.Option("--key", metavar="KEY", help="This system's private key; it signs what is told.")
    ] = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Pull again and again, and switch at each release's signed instant; until it is stopped."""
    from termserver import basis
    from termserver.cli import following_access
    from termserver.trust import trusted
    from termserver.trust.metadata import moment
    from termserver.trust.publishers import Publishers, clock

    language = spoken(lang)
    tell = _acknowledging(acknowledge, system, key, language)
    _names(name)  # where nobody is followed there is nothing to go on with
    while True:
        try:
            names = _names(name)
            found = [_pulled(one, None, False) for one in names]
            _tell(found, following_access.asked(names), language, json)
        except ReleaseError as error:  # a read-only or full disk passes; whoever stopped would follow no more
            _say(error, language)
        tell()
        until = time.monotonic() + every
        while (left := until - time.monotonic()) > 0:
            publishers = Publishers(Shelf(), basis.demand_in_force)
            try:
                due = [
                    (moment(one.activate_at) - trusted.now_of(publisher.held, clock())).total_seconds()
                    for publisher in publishers.all()
                    if publisher.statement
                    for one in publisher.statement.coming(trusted.now_of(publisher.held, clock()))
                ]
                time.sleep(max(0.1, min([left, *due])))
                before = Shelf().current()
                edition = publishers.activate(clock)
            except ReleaseError as error:
                _say(error, language)
                time.sleep(min(left, _LEAST_WAIT))
                continue
            if edition is None or edition == before:
                continue
            if json:
                write_json({"edition": edition.as_json()})
            else:
                typer.echo(concept_text.current(edition, language))
            tell()


def _acknowledging(address: str, system: str, key: Path | None, language: str) -> Callable[[], None]:
    """Tells a service which edition is in force; what it does not take is said, and following goes on."""
    if not address:
        return lambda: None
    if not system:
        raise UsageError(
            "Say what this system is called there: --as SYSTEM.", "بگویید این سامانه آنجا چه نام دارد: ‎--as SYSTEM."
        )
    from termserver.cli.keys import passphrase
    from termserver.releases import signatures
    from termserver.trust import acknowledgements
    from termserver.trust.publishers import clock

    signing = signatures.read_private(key, passphrase(key)) if key else None

    def tell() -> None:
        try:
            edition = Shelf().current()
            if edition is None:
                return
            acknowledgements.send(acknowledgements.acknowledge(system, edition, clock(), signing), address)
        except ReleaseError as error:
            _say(error, language)

    return tell


def _say(error: ReleaseError, language: str) -> None:
    typer.echo(error.text.in_language(language), err=True)


def mirror(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The publisher.")],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the copy goes, or is.")],
    address: Address = None,
    in_force: Annotated[
        bool, typer.Option("--in-force", help="Only what is in force or coming, not every release ever published.")
    ] = False,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Copy a publication, verified, to a folder or a disk that others pull from."""
    from termserver.trust.mirroring import mirror as copy
    from termserver.trust.publishers import Publishers, clock
    from termserver.trust.source import source_of

    publisher = Publishers(Shelf()).get(name)
    done = copy(publisher.held, source_of(address or publisher.address), folder, clock(), not in_force)
    if json:
        write_json({"folder": str(folder), "version": done.version, "files": done.files, "bytes": done.bytes})
        return
    typer.echo(
        f"{folder}: انتشار شمارهٔ {done.version}، {done.files} پروندهٔ تازه، {done.bytes / 1e6:.1f} مگابایت"
        if spoken(lang) == "fa"
        else f"{folder}: publication {done.version}, {done.files} new files, {done.bytes / 1e6:.1f} MB"
    )


def verify(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILES...", help="Release files; without any, the current edition.", show_default=False),
    ] = None,
    lang: Lang = None,
    json: Json = False,
) -> int:
    """Say, without a network, whether releases are what their publisher signed.

    Status 1 if one is not, 3 if nobody who is known here has signed one of FILES.
    """
    from termserver.trust.explaining import BAD, UNSIGNED, explain_file, explain_shelf
    from termserver.trust.publishers import Publishers, clock

    shelf = Shelf()
    publishers = Publishers(shelf).all()
    now = clock()
    found = [one for file in files for one in explain_file(file, publishers, now)] if files else []
    if not files:
        found = explain_shelf(shelf, publishers, now)
    if json:
        write_json({"releases": [one.as_json() for one in found]})
    else:
        language = spoken(lang)
        marks = {"good": "✓", "care": "!", "bad": "✗"}
        for one in found:
            typer.echo(f"{marks[one.verdict]} {one.what}: {one.says.in_language(language)}")
            typer.echo(f"    {one.do.in_language(language)}")
            if one.detail:
                typer.echo(f"    [{one.code}] {one.detail}")
    if any(one.verdict == BAD for one in found):
        return NO_STATUS
    return UNDECIDED_STATUS if files and any(one.code == UNSIGNED for one in found) else 0


def _names(name: str | None) -> list[str]:
    from termserver.trust.publishers import Publishers

    names = [name] if name else [one.name for one in Publishers(Shelf()).in_order()]
    if not names:
        raise UsageError(
            "No publisher is followed here yet. Run: termserver trust NAME ROOT.json --from ADDRESS",
            "هنوز ناشری دنبال نمی‌شود. اجرا کنید: termserver trust NAME ROOT.json --from ADDRESS",
        )
    return names


def _pulled(name: str, address: str | None, full: bool) -> Any:
    from termserver import basis, deltas
    from termserver.trust.publishers import Publishers
    from termserver.trust.source import Address, source_of

    publishers = Publishers(Shelf(), basis.demand_in_force)
    source = source_of(address or publishers.get(name).address)
    far = isinstance(source, Address)  # from a folder, all of it is there sooner than it could be built
    return publishers.pull(name, source=source, rebuild=deltas.apply if far and not full else None)


def _tell(found: list[Any], access: Any, language: str, json: bool) -> None:
    if json:
        said = {"publishers": [_as_json(one) for one in found]}
        write_json(said | {"access": access.as_json()} if access else said)
        return
    for one in found:
        for pin in one.came:
            typer.echo(f"+ {pin.name} {pin.version}  {concept_text.short(pin.digest)}")
        for coming in one.coming:
            typer.echo(f"> {coming.label}  {coming.activate_at}")
        if one.edition is not None:
            typer.echo(concept_text.current(one.edition, language))
        if one.stale_since:
            typer.echo(
                f"{one.publisher}: خبر کهنه است از {one.stale_since}؛ آنچه هست همچنان پاسخ می‌دهد"
                if language == "fa"
                else f"{one.publisher}: its word expired at {one.stale_since}; what is here goes on serving",
                err=True,
            )
        if one.problem is not None:
            typer.echo(one.problem.text.in_language(language), err=True)
    if access:
        access.tell(language)


def _as_json(one: Any) -> dict[str, Any]:
    return {
        "publisher": one.publisher,
        "version": one.version,
        "came": [pin.as_json() for pin in one.came],
        "bytes": one.bytes,
        "edition": one.edition.as_json() if one.edition else None,
        "coming": [{**coming.pin.as_json(), "activate_at": coming.activate_at} for coming in one.coming],
        "stale_since": one.stale_since or None,
        "problem": {"code": getattr(one.problem, "code", ""), "message": one.problem.text.as_json()}
        if one.problem
        else None,
    }

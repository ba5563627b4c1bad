"""``termserver conformance``: the corpus of an edition, the judgement on a vendor's answers, the signed statement."""

import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from termserver.cli import concept_text
from termserver.cli.console import NO_STATUS
from termserver.cli.keys import passphrase
from termserver.cli.shared import EditionPath, Json, Lang, command, open_server, send, spoken, write_json
from termserver.model.days import parse_day
from termserver.model.errors import UsageError

app = typer.Typer(help="A vendor's software sits an examination, and the statement about it.", no_args_is_help=True)

On = Annotated[str, typer.Option("--on", metavar="DAY", help="As on this day, ISO or Jalali; else today.")]


def register(into: typer.Typer) -> None:
    """Add ``conformance`` and its commands to the application."""
    command(app, "corpus", "conformance corpus -o exam", "conformance corpus -o exam --type patient-bill")(corpus)
    command(app, "judge", "conformance judge exam --software 00000000-0000-4000-8000-0000000000aa --name HIS")(judge)
    command(app, "sign", "conformance sign exam/result.json --key committee.key.pem -o certificate.json")(sign)
    command(app, "verify", "conformance verify certificate.json --public-key committee.pub.pem")(verify)
    into.add_typer(app, name="conformance")


def corpus(
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FOLDER", help="A new folder.")],
    type: Annotated[
        list[str] | None,
        typer.Option("--type", metavar="TYPE", help="Only these document types; may be repeated.", show_default=False),
    ] = None,
    edition: EditionPath = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Write the edition's conformance corpus: numbered documents, right and wrong, without their answers."""
    from termserver.conformance.corpus import FILE, Examiner, write

    with open_server(edition) as server:
        drawn = Examiner(server).corpus(type or ())
        write(drawn, output)
        release = server.edition.digest
    if json:
        types = [known.id for known in drawn.types]
        write_json(
            {
                "file": str(output / FILE),
                "digest": drawn.digest,
                "cases": len(drawn.cases),
                "types": types,
                "release": release,
            }
        )
        return
    counted, digest = len(drawn.cases), concept_text.short(drawn.digest)
    typer.echo(
        f"{output / FILE}: {counted} سند از {len(drawn.types)} نوع ({digest})"
        if spoken(lang) == "fa"
        else f"{output / FILE}: {counted} documents of {len(drawn.types)} types ({digest})"
    )


def judge(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="The corpus with answers.json and what was written again.")
    ],
    software: Annotated[str, typer.Option(metavar="SYSTEMID", help="The SystemID of the software, a GUID.")],
    name: Annotated[str, typer.Option(help="What the software is called.")] = "",
    version: Annotated[str, typer.Option(help="Its version.")] = "",
    on: On = "",
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="The result to write; else result.json in FOLDER."),
    ] = None,
    edition: EditionPath = None,
    lang: Lang = None,
    json: Json = False,
) -> int:
    """Judge a vendor's answers and write result.json. Status 1 if a case failed or the software is locked."""
    from termserver.conformance.answers import read
    from termserver.conformance.certificate import corpus_of
    from termserver.conformance.corpus import Examiner
    from termserver.conformance.judgement import FILE, Software, lines
    from termserver.conformance.judgement import judge as judged
    from termserver.conformance.software import standing

    with open_server(edition) as server:
        examiner = Examiner(server)
        day = _day(on)
        asked = Software(software, name, version).checked()
        held = standing(server, software, day)
        drawn = corpus_of(folder, examiner)
        answers = read(folder, drawn)
        result = judged(drawn, answers, asked, held, day)
        release = server.edition.digest
    target = output or folder / FILE
    send((result.as_bytes(),), target)
    language = spoken(lang)
    if json:
        write_json({**result.as_json(), "file": str(target), "strays": list(answers.strays), "release": release})
    else:
        for line in lines(result, language):
            typer.echo(line)
        if answers.strays:
            shown = ", ".join(answers.strays[:5])
            typer.echo(
                f"{len(answers.strays)} فایل که هیچ پاسخی نام نمی‌برد خوانده نشد: {shown}"
                if language == "fa"
                else f"{len(answers.strays)} files that no answer names were not read: {shown}",
                err=True,
            )
        typer.echo(str(target), err=True)
    return 0 if result.conformant else NO_STATUS


def sign(
    result: Annotated[Path, typer.Argument(metavar="RESULT", help="What judge wrote.")],
    key: Annotated[
        Path,
        typer.Option(metavar="KEYFILE", help="The private key; TERMSERVER_KEY_PASSPHRASE unlocks an encrypted one."),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The certificate to write.")] = Path(
        "certificate.json"
    ),
    answers: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="The corpus with the answers; else the folder of RESULT.", show_default=False
        ),
    ] = None,
    on: On = "",
    until: Annotated[str, typer.Option(metavar="DAY", help="The last day it holds; else a year.")] = "",
    edition: EditionPath = None,
    lang: Lang = None,
    json: Json = False,
) -> int:
    """Judge the answers once more and sign a dated statement. Status 1, and nothing signed, if they differ."""
    from termserver.conformance import certificate
    from termserver.conformance.corpus import Examiner
    from termserver.releases.signatures import read_private

    try:
        data = result.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{result} cannot be read: {error.strerror}.", f"{result} خوانده نمی‌شود: {error.strerror}."
        ) from None
    signing = read_private(key, passphrase(key))
    language = spoken(lang)
    with open_server(edition) as server:
        last = parse_day(until) if until else ""
        try:
            made = certificate.sign(data, answers or result.parent, Examiner(server), signing, _day(on), last)
        except certificate.Refused as refused:
            if json:
                write_json({"signed": False, "message": refused.text.as_json()})
            else:
                typer.echo(refused.text.in_language(language), err=True)
            return NO_STATUS
    send((made,), output)
    if json:
        write_json({"signed": True, "file": str(output), "key": signing.public.id})
    else:
        short = concept_text.short(signing.public.id)
        typer.echo(
            f"{output}: امضا با کلید {signing.public.name} ({short})"
            if language == "fa"
            else f"{output}: signed by the key {signing.public.name} ({short})"
        )
    return 0


def verify(
    certificate: Annotated[Path, typer.Argument(metavar="CERTIFICATE", help="What sign wrote.")],
    public_key: Annotated[
        list[Path], typer.Option("--public-key", metavar="FILE", help="The committee's public key; may be repeated.")
    ],
    on: On = "",
    edition: EditionPath = None,
    lang: Lang = None,
    json: Json = False,
) -> int:
    """Say whether a certificate holds: its signature, days, edition and software. Offline; status 1 if not."""
    from termserver.conformance import certificate as certificates
    from termserver.conformance.corpus import Examiner
    from termserver.releases.signatures import read_public

    keys = [read_public(path) for path in public_key]
    try:
        data = certificate.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{certificate} cannot be read: {error.strerror}.", f"{certificate} خوانده نمی‌شود: {error.strerror}."
        ) from None
    with open_server(edition) as server:
        found = certificates.check(data, keys, Examiner(server), _day(on))
        release = server.edition.digest
    if json:
        write_json({**found.as_json(), "release": release})
    else:
        for line in _lines(str(certificate), found, spoken(lang)):
            typer.echo(line)
    return 0 if found.holds else NO_STATUS


def _lines(name: str, found: Any, language: str) -> list[str]:
    said = [f"{name}: {one.says.in_language(language)} [{one.code}]" for one in found.problems]
    if found.holds:
        stated = found.statement
        software = stated["software"]
        named = " ".join(part for part in (software["name"], software["version"], software["system_id"]) if part)
        types = ", ".join(one["type"] for one in stated["types"])
        said = [
            f"{name}: معتبر است؛ {named}؛ از {stated['signed_on']} تا {stated['until']}؛ {types}"
            if language == "fa"
            else f"{name}: holds; {named}; from {stated['signed_on']} until {stated['until']}; {types}"
        ]
    return said + [f"  {note.in_language(language)}" for note in found.notes]


def _day(said: str) -> str:
    return parse_day(said) if said else datetime.date.today().isoformat()

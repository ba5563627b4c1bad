"""``termserver replay``: a report made again from the same documents, releases and options, and compared.

The report names the digests of all three; what it was made with and what is here now are told apart
before a difference is called one.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from termserver import __version__
from termserver.cli import concept_text
from termserver.cli.console import NO_STATUS
from termserver.cli.documents import Document, Inputs
from termserver.cli.judging import How, Judging
from termserver.cli.settings import SETTINGS_FILE
from termserver.cli.shared import Json, Lang, command, spoken, write_json
from termserver.formats.json import JsonWriter
from termserver.formats.run import RunInfo, Totals
from termserver.model.errors import TermserverError, UsageError
from termserver.model.findings import EXIT_STATUS, Report, exit_status
from termserver.model.releases import Edition
from termserver.model.text import Text
from termserver.parsing import containers
from termserver.parsing.gate import BYTE_LIMIT
from termserver.releases import editions
from termserver.releases.file import ReleaseFile
from termserver.service import TermServer

_LINE = re.compile(r"(.+):[0-9]+")


def register(app: typer.Typer) -> None:
    """Add ``replay`` to the application."""
    command(app, "replay", "replay report.json", "replay report.json out/ --json")(replay)


def replay(
    report: Annotated[Path, typer.Argument(metavar="REPORT", help="What validate --output json:FILE wrote.")],
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILES...",
            help="Where the documents are, if not under the names in the report; they are known by their digests.",
            show_default=False,
        ),
    ] = None,
    config: Annotated[
        str, typer.Option(metavar="FILE", help="The settings file whose waivers the report was made with.")
    ] = "",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write the report that is made now.")
    ] = None,
    lang: Lang = None,
    json: Json = False,
) -> int:
    """Make a report again and compare, byte for byte. Status 1 if anything differs, or a document is gone."""
    said = _read(report)
    written = report.read_bytes()
    with _opened(said, report) as server:
        how = _how(said, config)
        again = _judged(said, Judging(server, how), files or [], how)
        differences = list(_differences(said, again))
        made = _as_bytes(said, again, server, how) if all(again) else b""
    if output is not None and made:
        output.write_bytes(made)
    engine = said["engine"]["version"]
    outcome = {
        "reports": len(said["reports"]),
        "same": len(said["reports"]) - len(differences),
        "identical": made == written,
        "made_by": engine,
        "replayed_by": __version__,
        "differences": [{"document": name, "message": why.as_json()} for name, why in differences],
        "release": said["release"],
    }
    if json:
        write_json(outcome)
    else:
        for line in _lines(str(report), outcome, differences, spoken(lang)):
            typer.echo(line)
    return 0 if made == written or (engine != __version__ and not differences) else NO_STATUS


def _read(path: Path) -> Any:
    try:
        said = orjson.loads(path.read_bytes())
        if {"engine", "edition", "options", "reports", "summary", "release"} <= said.keys():
            return said
        why = "its members are others"
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}.", f"{path} خوانده نمی‌شود: {error.strerror}."
        ) from None
    except (ValueError, AttributeError) as error:
        why = str(error)
    raise UsageError(
        f"{path} is no report to replay: {why}. Write one with: termserver validate FILES --output json:{path.name}",
        f"{path} گزارشی برای بازاجرا نیست: {why}. با این بسازید: termserver validate FILES --output json:{path.name}",
    )


def _opened(said: Any, report: Path) -> TermServer:
    """The very releases that the report names; raise ReleaseError, with the command, if one is not here."""
    wanted: Edition = editions.from_json(report, said["edition"])
    try:
        server = TermServer.open()
        if server.edition == wanted:
            return server
        server.close()
    except TermserverError:
        pass  # whatever is wrong with the current edition, it is not the one that is asked for
    shelf = editions.default_folder()
    folders = [report.parent, Path.cwd(), Path.cwd() / "releases", editions.SHIPPED]
    if shelf is not None:
        folders.append(shelf / "releases")
    paths = [(editions.locate(pin, folders, report), pin.digest) for pin in wanted.releases]
    return TermServer(wanted, [ReleaseFile.open(path, digest) for path, digest in paths])


def _how(said: Any, config: str) -> How:
    options = said["options"]
    waivers: dict[str, Any] = {}
    if options.get("settings"):
        from termserver.content.vendor_settings import read

        settings = read(config or SETTINGS_FILE)
        if settings.sha256 != options["settings"]:
            raise UsageError(
                f"{settings.file} is not the settings file that the report was made with "
                f"(sha256 {settings.sha256[:12]}, not {options['settings'][:12]}). Name that one with --config FILE.",
                f"{settings.file} فایل تنظیماتی نیست که گزارش با آن ساخته شد "
                f"(sha256 {settings.sha256[:12]}، نه {options['settings'][:12]}). آن را با --config FILE نام ببرید.",
            )
        waivers = {
            "waivers": settings.waivers,
            "today": options.get("waivers-on", ""),
            "settings_file": settings.file,
            "settings_sha256": settings.sha256,
        }
    return How(
        type=options.get("type", ""),
        engine=options.get("engine", "fast"),
        as_of=options.get("as-of", ""),
        also_as_of=options.get("also-as-of", ""),
        to=tuple(options["to"].split(",")) if "to" in options else (),
        require_checked="require-checked" in options,
        referee="referee" in options,
        **waivers,
    )


def _judged(said: Any, judging: Judging, files: Sequence[str], how: How) -> list[Report | None]:
    """The reports of now, at the places of those in the report; None where the document is not there."""
    reports = said["reports"]
    again: list[Report | None] = [None] * len(reports)
    left: dict[str, list[int]] = {}
    settings = judging.settings_report()
    for n, report in enumerate(reports):
        if settings is not None and report["document"] == how.settings_file:
            again[n], settings = settings, None
        else:
            left.setdefault(report["sha256"] if files and report["sha256"] else report["document"], []).append(n)
    arguments = list(files) or list(
        dict.fromkeys(_file_of(reports[n]["document"]) for some in left.values() for n in some)
    )
    places: list[int] = []

    def wanted() -> Iterator[Document]:
        for document in Inputs(BYTE_LIMIT).documents(arguments):
            known = left.get(hashlib.sha256(document.data).hexdigest()) if files else None
            known = known or left.get(document.name)
            if known and document.unread is None:
                for n in known if files else known[:1]:
                    places.append(n)
                    yield document._replace(name=reports[n]["document"])
                del known[: len(known) if files else 1]

    for result in judging.results(wanted()):
        again[places[-1]] = result.report
    return again


def _file_of(document: str) -> str:
    """The file that a document's name begins with: of ``batch.zip!/a.xml`` and ``orders.ndjson:3`` too."""
    archive, found, _ = document.partition("!/")
    if found and containers.kind(archive) == "zip":
        return archive
    line = _LINE.fullmatch(document)
    return line[1] if line and containers.kind(line[1]) else document


def _differences(said: Any, again: Sequence[Report | None]) -> Iterator[tuple[str, Text]]:
    for before, report in zip(said["reports"], again, strict=True):
        name = before["document"]
        if report is None:
            yield name, Text("سند پیدا نشد یا همان نیست.", "The document is not there, or is another one.")
            continue
        now = orjson.loads(orjson.dumps(report.as_json()))
        if now == before:
            continue
        if now["sha256"] != before["sha256"]:
            yield name, Text("سند عوض شده است.", "The document has changed.")
        elif now["verdict"] != before["verdict"]:
            said_fa, said_en = (f"رأی {before['verdict']} بود، اکنون {now['verdict']} است.",
                                f"The verdict was {before['verdict']}, now it is {now['verdict']}.")  # fmt: skip
            yield name, Text(said_fa, said_en)
        else:
            yield name, Text("یافته‌ها یا جای آن‌ها فرق دارد.", "The findings or their places are others.")


def _as_bytes(said: Any, again: Sequence[Report | None], server: TermServer, how: How) -> bytes:
    writer, totals, statuses = JsonWriter(), Totals(), set()
    made = [writer.begin(RunInfo(server.edition, __version__, how.options()))]
    for report in again:
        assert report is not None, "asked only where all are there"
        totals.add(report)
        statuses.add(EXIT_STATUS[report.verdict])
        made.append(writer.report(report))
    for unread in said.get("errors", ()):  # what could not be read then has no digest to be known by
        totals.unread(unread["document"], Text(**unread["message"]))
    if said.get("errors"):
        statuses.add(said["summary"]["exit_status"])
    made.append(writer.end(totals.summary(exit_status(list(statuses)))))
    return b"".join(made)


def _lines(
    report: str, outcome: dict[str, Any], differences: Sequence[tuple[str, Text]], language: str
) -> Iterator[str]:
    fa = language == "fa"
    for name, why in differences:
        yield f"{name}: {why.in_language(language)}"
    made_by, now = outcome["made_by"], outcome["replayed_by"]
    if made_by != now:
        yield (
            f"گزارش را termserver {made_by} ساخته است؛ این termserver {now} است، پس بایت‌ها سنجیدنی نیست."
            if fa
            else f"The report was made by termserver {made_by}; this is {now}, so the bytes cannot be compared."
        )
    same, reports, edition = outcome["same"], outcome["reports"], concept_text.short(outcome["release"])
    if outcome["identical"]:
        yield (
            f"{report}: همان است، بایت به بایت ({reports} گزارش، ویراست {edition}، termserver {now})"
            if fa
            else f"{report}: the same, byte for byte ({reports} reports, edition {edition}, termserver {now})"
        )
    else:
        yield (
            f"{report}: {same} از {reports} گزارش همان است (ویراست {edition}، termserver {now})"
            if fa
            else f"{report}: {same} of {reports} reports are the same (edition {edition}, termserver {now})"
        )

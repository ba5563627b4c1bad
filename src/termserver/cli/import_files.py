"""``termserver import`` of other publishers' files: one way of asking, reporting and storing for every format."""

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from termserver.cli.console import NO_STATUS
from termserver.cli.progress import Progress
from termserver.cli.shared import Json, Lang, command, send, spoken, write_json
from termserver.model.codes import CodeSystem
from termserver.model.errors import TermserverError

if TYPE_CHECKING:
    from termserver.importers.taken import Taken, Wishes

FilesArgument = Annotated[list[Path], typer.Argument(metavar="FILES...", help="The files, in any order.")]
_OPTIONS: dict[str, tuple[Any, Any]] = {
    "system": (
        Annotated[str, typer.Option(metavar="SYSTEM", help="The code system that is filled, by id or URL.")],
        "",
    ),
    "version": (Annotated[str, typer.Option(help="The version of the list, where the files do not say it.")], ""),
    "on": (Annotated[str, typer.Option(metavar="DAY", help="What was in force on this day, such as 2026-03-01.")], ""),
    "languages": (
        Annotated[list[str] | None, typer.Option("--language", help="Names in this language too; may be repeated.")],
        None,
    ),
    "mapping": (
        Annotated[
            Path | None, typer.Option("--mapping", metavar="FILE.yaml", help="Which of their columns is which of ours.")
        ],
        None,
    ),
    "sheet": (Annotated[str, typer.Option(help="The sheet of a workbook; else the first one with content.")], ""),
    "complete": (Annotated[bool, typer.Option("--complete", help="Your word that this is the whole list.")], False),
    "mend": (Annotated[bool, typer.Option("--mend", help="Write lost zeros again; each is reported.")], False),
    "accept_licence": (
        Annotated[bool, typer.Option("--accept-licence", help="You hold a licence and accept the notice.")],
        False,
    ),
    "registry": (
        Annotated[str, typer.Option(metavar="URL", help="The package registry; else TERMSERVER_PACKAGE_REGISTRY.")],
        "",
    ),
    "cache": (Annotated[Path | None, typer.Option(metavar="FOLDER", help="Where fetched packages are kept.")], None),
    "dependencies": (
        Annotated[bool, typer.Option("--dependencies/--no-dependencies", help="The packages it needs, too.")],
        True,
    ),
}
_ALWAYS: dict[str, tuple[Any, Any]] = {
    "report": (
        Annotated[Path | None, typer.Option(metavar="FILE.csv", help="Write what became of the rows here, for Excel.")],
        None,
    ),
    "dry_run": (Annotated[bool, typer.Option("--dry-run", help="Report, and change nothing.")], False),
    "into": (
        Annotated[Path | None, typer.Option("--into", metavar="FOLDER", help="Write content folders, no release.")],
        None,
    ),
    "use": (
        Annotated[bool, typer.Option("--use/--no-use", help="Into the current edition, or only onto the shelf.")],
        True,
    ),
    "name": (Annotated[str, typer.Option("--name", help="The name of the release; else that of the list.")], ""),
    "lang": (Lang, None),
    "json": (Json, False),
}
FreeLicence = Annotated[bool, typer.Option("--accept-licence", help="Nothing: no licence is needed.", hidden=True)]
"""For what needs no licence: whoever gives it is told so, and goes on."""


@dataclass(frozen=True)
class Format:
    """One format: its command, what its help says, the module whose ``read(paths, wishes)`` reads it, its options."""

    command: str
    module: str
    help: str
    examples: tuple[str, ...]
    options: tuple[str, ...] = ("version",)


FORMATS = (
    Format(
        "fhir",
        "fhir_package",
        "Load FHIR packages and resources: .tgz, NAME@VERSION, JSON, XML, NDJSON, Bundles, folders.",
        (
            "import fhir hl7.terminology.r4@7.0.1 --registry https://packages.example.org --report value-sets.csv",
            "import fhir package.tgz CodeSystem-x.json --dry-run",
        ),
        ("version", "registry", "cache", "dependencies"),
    ),
    Format(
        "table",
        "concept_table",
        "Load a table of codes: CSV, XLSX or NDJSON, as exported, by usual headers, or by a mapping file.",
        ("import table insurer.xlsx --system insurer --dry-run", "import table list.csv --mapping columns.yaml --mend"),
        ("system", "version", "mapping", "sheet", "mend"),
    ),
    Format(
        "claml",
        "claml",
        "Load a classification in ClaML 2.0 or 2.1, such as WHO's ICD-10.",
        ("import claml icd10en.xml --accept-licence", "import claml icd10gm.xml --system icd10gm --accept-licence"),
        ("system", "version", "accept_licence"),
    ),
    Format(
        "icd10cm-xml",
        "icd10cm_tabular",
        "Load ICD-10-CM from its tabular list in XML.",
        ("import icd10cm-xml icd10cm-tabular-2026.xml",),
    ),
    Format(
        "icd11",
        "icd11",
        "Load ICD-11 from WHO's linearisation table (text or XLSX).",
        ("import icd11 LinearizationMiniOutput-MMS-en.txt --accept-licence",),
        ("version", "accept_licence"),
    ),
    Format("icd9cm", "icd9cm", "Load ICD-9-CM volume 3 (procedures).", ("import icd9cm CMS32_DESC_LONG_SG.txt",)),
    Format(
        "loinc",
        "loinc",
        "Load LOINC: Loinc.csv alone, or the whole release (folder, zip) with parts, answers, translations.",
        ("import loinc Loinc_2.78.zip --accept-licence --language fr", "import loinc LoincTable/Loinc.csv --dry-run"),
        ("version", "languages", "accept_licence"),
    ),
    Format(
        "snomed",
        "snomed",
        "Load SNOMED CT in RF2, full or snapshot (folder, zip), as it was on a day.",
        ("import snomed SnomedCT_InternationalRF2.zip --accept-licence --on 2026-01-01",),
        ("version", "on", "accept_licence"),
    ),
    Format("ucum", "ucum", "Load UCUM from ucum-essence.xml.", ("import ucum ucum-essence.xml",)),
    Format(
        "atc",
        "atc",
        "Load ATC with doses from a table (CSV, XLSX).",
        ("import atc atc-ddd-2026.xlsx --version 2026 --accept-licence",),
        ("version", "sheet", "accept_licence"),
    ),
    Format(
        "rvu",
        "rvu",
        "Load the relative value book, its K factors and its map to LOINC (CSV, XLSX).",
        ("import rvu rvu-1405.xlsx k-1405.csv rvu-loinc.csv --version 1405 --complete",),
        ("version", "sheet", "complete"),
    ),
    Format("svs", "svs", "Load value sets of IHE SVS (XML).", ("import svs RetrieveValueSetResponse.xml",)),
    Format(
        "ditas",
        "former_service",
        "Load what the Ministry's former service answered (DO_CODED_TEXT as JSON, NDJSON or XML).",
        ("import ditas SearchTerminology.json",),
        ("system", "version"),
    ),
)


def register(into: typer.Typer) -> None:
    """Add a command for each format."""
    for one in FORMATS:
        command(into, one.command, *one.examples)(_command_of(one))


def _command_of(known: Format) -> Callable[..., Any]:
    options = {name: _OPTIONS[name] for name in known.options} | _ALWAYS
    options.setdefault("accept_licence", (FreeLicence, False))

    def run(files: list[Path], **said: Any) -> int:
        return _import(known, files, **said)

    parameters = [inspect.Parameter("files", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=FilesArgument)]
    parameters += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in options.items()
    ]
    run.__doc__ = known.help
    run.__name__ = known.command
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    return run


def _import(
    known: Format,
    files: Sequence[Path],
    report: Path | None,
    dry_run: bool,
    into: Path | None,
    use: bool,
    name: str,
    lang: Any,
    json: bool,
    **said: Any,
) -> int:
    from termserver.importers import licences
    from termserver.importers.reading import demand
    from termserver.importers.taken import Wishes, label

    language = spoken(lang)
    own = {option: said.pop(option) for option in ("registry", "cache", "dependencies") if option in said}
    accepted = said.pop("accept_licence", False)
    if accepted and known.command not in licences.NOTICES:
        say_free(language)
    if not own:  # a package may be named that is no file
        for file in files:
            demand(file)
    licences.require(known.command, accepted)
    said["languages"] = tuple(said.get("languages") or ())
    with Progress(known.command) as progress:
        wishes = Wishes(registered=registered(), progress=progress, **said)
        taken = _fhir(files, wishes, report is not None, **own) if own else _module(known).read(files, wishes)
    if name:
        taken = _renamed(taken, label(name.lower()))
    if report is not None:
        send((taken.report.as_csv().encode("utf-8-sig"),), report)
    stored = {} if dry_run else _store(taken, into, use)
    if json:
        write_json({"name": taken.name, "version": taken.version, "report": taken.report.as_json(), **stored})
    else:
        for line in _lines(taken, stored, language, dry_run):
            typer.echo(line)
    return 0 if any(one.concepts for one in taken.systems) or taken.files or taken.value_sets else NO_STATUS


def say_free(language: str) -> None:
    """On standard error, that nobody is asked for a licence here."""
    typer.echo(
        "برای این مجوزی لازم نیست؛ ‎--accept-licence‎ بی‌اثر است."
        if language == "fa"
        else "This needs no licence; --accept-licence has no effect.",
        err=True,
    )


def _module(known: Format) -> Any:
    from importlib import import_module

    return import_module(f"termserver.importers.{known.module}")


def _renamed(taken: "Taken", name: str) -> "Taken":
    from dataclasses import replace

    return replace(taken, name=name)


def _fhir(
    files: Sequence[Path], wishes: "Wishes", examined: bool, registry: str, cache: Path | None, dependencies: bool
) -> "Taken":
    import os

    from termserver.fhir import library, xml
    from termserver.importers import fhir_package, package_registry
    from termserver.importers.taken import Notes
    from termserver.releases.code_files import default_cache

    address = registry or os.environ.get(package_registry.ADDRESS, "")
    folder = cache or (default_cache() or Path(".")) / "packages"
    notes = Notes(files[0].name if len(files) == 1 else f"{len(files)} files", "FHIR")
    source = package_registry.PackageRegistry(address, folder, wishes.progress)
    paths: list[Path] = []
    for file in files:
        named = None if file.exists() else package_registry.asked(str(file))
        paths += fhir_package.resolve(*named, source, notes, dependencies) if named else [file]
    taken = fhir_package.read(paths, wishes, xml.read, library.parse, notes)
    if not examined:
        return taken
    from termserver.fhir_edition import imported_value_sets
    from termserver.service import TermServer

    with TermServer.open() as server:
        return imported_value_sets.examined(taken, server)


def registered() -> dict[str, CodeSystem]:
    """The systems of the current edition by id; none if no edition can be opened yet."""
    from termserver.service import TermServer

    try:
        with TermServer.open() as server:
            return {system.id: system for system in reversed(server.systems())}
    except TermserverError:
        return {}


def _store(taken: "Taken", into: Path | None, use: bool) -> dict[str, Any]:
    """Put what was read where it was asked for; what is told of it."""
    if into is not None:
        from termserver.content.writing import write

        return {"written": [str(into / file) for file in write(into, taken)]}
    from termserver.cli.publishing import publish, shelve

    with Progress(f"{taken.name} → release") as progress:
        if use:
            return {"edition": publish(taken, taken.name, taken.version, progress).as_json()}
        return {"release": shelve(taken, taken.name, taken.version, progress).as_json()}


def _lines(taken: "Taken", stored: dict[str, Any], language: str, dry_run: bool) -> Iterator[str]:
    persian = language == "fa"
    yield taken.report.as_text(language)
    for file in taken.report.files:
        if file.facts:
            at = f"{file.file}: " if len(taken.report.files) > 1 else ""
            yield at + ", ".join(f"{name}: {count:,}" for name, count in file.facts.items())
    for licence in dict.fromkeys(one.system.licence for one in taken.systems if one.system.licence):
        yield f"{'مجوز' if persian else 'licence'}: {licence[:300]}"
        break
    if dry_run:
        yield "آزمایشی بود؛ چیزی نوشته نشد." if persian else "This was a dry run; nothing was written."
    elif "written" in stored:
        files = stored["written"]
        yield f"{len(files):,} {'پرونده نوشته شد' if persian else 'files written'}: {files[0] if files else ''} …"
    elif "release" in stored:
        release = f"{taken.name} {taken.version}"
        use = f"termserver release use {release}"
        yield f"روی قفسه: {release}. برای به‌کاربردن: {use}" if persian else f"On the shelf: {release}. Next: {use}"
    else:
        releases = ", ".join(f"{one['name']} {one['version']}" for one in stored["edition"]["releases"])
        yield f"ویراست کنونی: {releases}" if persian else f"The current edition: {releases}"

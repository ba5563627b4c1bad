"""FHIR resources out of files: JSON, XML, NDJSON, Bundles, folders of them, packages (.tgz) and zip archives."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from termserver.importers import archives
from termserver.importers.taken import Notes, bytes_of
from termserver.model.errors import ImportFailed, TermserverError

Json = dict[str, Any]
ReadXml = Callable[[bytes], Json]
"""FHIR's XML as JSON; raises an exception whose text says what is wrong."""

KINDS = ("CodeSystem", "ValueSet", "ConceptMap", "NamingSystem")
_PACKED = (".tgz", ".tar.gz", ".tar", ".zip")
_LINES = (".ndjson", ".jsonl")
_READ = (".json", ".xml", *_LINES)
_FILE_LIMIT = 1_000_000_000


@dataclass(frozen=True)
class Found:
    """A resource and where it was: the file, and the line within it where lines count."""

    resource: Json
    file: str
    row: int = 0


@dataclass
class Manifest:
    """What a package says of itself in ``package.json``."""

    name: str = ""
    version: str = ""
    licence: str = ""
    dependencies: dict[str, str] = field(default_factory=dict)


def is_package(path: Path) -> bool:
    return path.name.endswith(_PACKED)


def manifest_of(path: Path) -> Manifest:
    """What the package says of itself; an empty one for an archive that is no package. Raise ImportFailed."""
    for name, data in archives.members(path, ("package.json",)):
        if name.removeprefix("./") == "package/package.json":
            said = _object(data)
            if said is None:
                raise ImportFailed(
                    f"{path.name}: package/package.json is no JSON object.",
                    f"{path.name}: ‏package/package.json شیء JSON نیست.",
                )
            needs = said.get("dependencies")
            return Manifest(
                str(said.get("name", "")),
                str(said.get("version", "")),
                str(said.get("license", "")),
                {str(one): str(wanted) for one, wanted in needs.items()} if isinstance(needs, dict) else {},
            )
    return Manifest()


def found(paths: Sequence[Path], notes: Notes, read_xml: ReadXml) -> Iterator[Found]:
    """Every resource of the files; one that cannot be read is refused with its place. Raise ImportFailed for a file
    that cannot be opened at all."""
    for path in paths:
        if path.is_dir():
            inside = sorted(one for one in path.rglob("*") if one.name.endswith((*_READ, *_PACKED)) and one.is_file())
            if not inside:
                raise ImportFailed(
                    f"{path} holds no .json, .xml, .ndjson or .tgz file.",
                    f"{path} پروندهٔ ‎.json‎، ‎.xml‎، ‎.ndjson‎ یا ‎.tgz‎ ندارد.",
                )
            yield from found(inside, notes, read_xml)
        elif is_package(path):
            yield from _of_package(path, notes, read_xml)
        else:
            yield from _of_file(path.name, bytes_of(path, _FILE_LIMIT), notes, read_xml)


def _of_package(path: Path, notes: Notes, read_xml: ReadXml) -> Iterator[Found]:
    """The resources at the top of a package; its examples, tests and other forms of the same are passed over."""
    for name, data in archives.members(path, _READ):
        parts = name.removeprefix("./").split("/")
        if parts[0] == "package" and len(parts) != 2:
            continue
        if parts[-1] in ("package.json", ".index.json", ".index.db") or parts[-1].startswith("ig-r4"):
            continue
        yield from _of_file(f"{path.name}/{parts[-1]}", data, notes, read_xml)


def _of_file(name: str, data: bytes, notes: Notes, read_xml: ReadXml) -> Iterator[Found]:
    start = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if name.endswith(_LINES):
        for row, line in enumerate(data.splitlines(), start=1):
            if not line.strip():
                continue
            said = _parsed(name, line, notes, row)
            if said is not None:
                yield from _each(Found(said, name, row), notes)
    elif start.startswith(b"<"):
        try:
            said = read_xml(data)
        except TermserverError as error:
            _refuse(notes, 0, name, "syntax.xml", error.text.en, error.text.fa)
        except Exception as error:  # the reader tells what is wrong in the words of FHIR
            _refuse(notes, 0, name, "syntax.xml", str(error), str(error))
        else:
            yield from _each(Found(said, name), notes)
    else:
        said = _parsed(name, data, notes, 0)
        if said is not None:
            yield from _each(Found(said, name), notes)


def _each(one: Found, notes: Notes) -> Iterator[Found]:
    """The resource, or those in a Bundle."""
    kind = one.resource.get("resourceType")
    if kind == "Bundle":
        entries = one.resource.get("entry")
        for n, entry in enumerate(entries if isinstance(entries, list) else ()):
            inner = entry.get("resource") if isinstance(entry, dict) else None
            if isinstance(inner, dict):
                yield from _each(Found(inner, f"{one.file}#entry[{n}]", one.row), notes)
    elif kind in KINDS:
        yield one
    elif kind is None:
        _refuse(
            notes,
            one.row,
            one.file,
            "resource.none",
            "There is no resourceType in it: this is no FHIR resource.",
            "‏resourceType ندارد: منبع FHIR نیست.",
        )
    else:
        notes.facts[f"passed over: {kind}"] += 1


def _parsed(name: str, data: bytes, notes: Notes, row: int) -> Json | None:
    try:
        said = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        line = row or error.lineno
        _refuse(
            notes,
            line,
            name,
            "syntax.json",
            f"{name}:{line}:{error.colno}: this is not JSON: {error.msg}.",
            f"{name}:{line}:{error.colno}: ‏JSON درست نیست: {error.msg}.",
        )
        return None
    if isinstance(said, dict):
        return said
    _refuse(notes, row, name, "syntax.json", f"{name} holds no JSON object.", f"{name} شیء JSON نیست.")
    return None


def _refuse(notes: Notes, row: int, name: str, rule: str, en: str, fa: str) -> None:
    notes.refuse(row, "", rule, en if name in en else f"{name}: {en}", fa if name in fa else f"{name}: {fa}")


def _object(data: bytes) -> Json | None:
    try:
        said = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    return said if isinstance(said, dict) else None

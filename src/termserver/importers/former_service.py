"""Answers of the Ministry's former service, kept as JSON or XML: lists of DO_CODED_TEXT, and lists of terminologies.

``SearchTerminology`` gave ``[{Value, Terminology_id, Coded_string}]``, ``GetTerminologies`` names of terminologies.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from termserver.importers.listed_codes import ListedCodes
from termserver.importers.taken import Notes, Taken, Wishes, bytes_of, digest_of, label, reported
from termserver.model.errors import ImportFailed
from termserver.model.text import Text
from termserver.parsing.faults import Unreadable
from termserver.parsing.xml import local_name
from termserver.parsing.xml_stream import elements

_LARGEST = 500_000_000
_FIELDS = ("value", "terminology_id", "coded_string")
_PERSIAN = range(0x600, 0x700)


def read(paths: Sequence[Path], wishes: Wishes) -> Taken:
    """The codes that the answers hold, by terminology. Raise ImportFailed where there is none."""
    digests = {path.name: digest_of(path) for path in paths}
    notes = Notes(paths[0].name if len(paths) == 1 else f"{len(paths)} files", "DO_CODED_TEXT")
    listed = ListedCodes(wishes, notes)
    for path in paths:
        at = "" if len(paths) == 1 else f"{path.name}: "
        for row, told in _codes(path, notes, wishes):
            terminology = told["terminology_id"] or wishes.system
            code, value = told["coded_string"], told["value"]
            if not terminology or not code:
                field = "Terminology_id" if code else "Coded_string"
                notes.refuse(
                    row,
                    field,
                    "field.missing",
                    f"{at}the DO_CODED_TEXT has no {field}." + ("" if code else f" Its Value is '{value}'."),
                    f"{at}‏DO_CODED_TEXT فیلد {field} ندارد.",
                    value,
                )
                continue
            persian = any(ord(letter) in _PERSIAN for letter in value)
            listed.put(listed.system(terminology), code, Text(fa=value) if persian else Text(en=value), row)
            if wishes.progress and row % 5000 == 0:
                wishes.progress(row, 0)
    issue = f"ditas-{''.join(digests.values())[:10]}"
    systems = tuple(listed.contents(issue, "the Ministry's former service: " + "; ".join(digests)))
    if not systems:
        raise ImportFailed(
            f"{notes.file} holds no DO_CODED_TEXT (Value, Terminology_id, Coded_string).",
            f"{notes.file} هیچ DO_CODED_TEXT (با Value، Terminology_id و Coded_string) ندارد.",
        )
    name = systems[0].system.id if len(systems) == 1 else "former-service"
    return Taken(systems, reported([notes], systems, digests), name, label(wishes.version or issue))


def _codes(path: Path, notes: Notes, wishes: Wishes) -> Iterator[tuple[int, dict[str, str]]]:
    with path.open("rb") as file:
        start = file.read(64).lstrip(b"\xef\xbb\xbf \r\n\t")
    if start.startswith(b"<"):
        yield from _of_xml(path)
        return
    data = bytes_of(path, _LARGEST).removeprefix(b"\xef\xbb\xbf")
    if path.suffix.lower() in (".ndjson", ".jsonl"):
        for row, line in enumerate(data.splitlines(), start=1):
            if line.strip():
                yield from ((row, one) for one in _walk(_parsed(path, line, row), notes, wishes, row))
        return
    for row, one in enumerate(_walk(_parsed(path, data, 0), notes, wishes, 0), start=1):
        yield row, one


def _of_xml(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        for line, element in elements(path, ("DO_CODED_TEXT",)):
            told = {str(name).lower(): str(value) for name, value in element.items()}
            told |= {local_name(one).lower(): str(one.text or "") for one in element if isinstance(one.tag, str)}
            yield line, {name: told.get(name, "").strip() for name in _FIELDS}
    except Unreadable as error:
        raise ImportFailed(error.text.en, error.text.fa) from None


def _parsed(path: Path, data: bytes, row: int) -> Any:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        line = row or error.lineno
        raise ImportFailed(
            f"{path.name}:{line}:{error.colno}: this is not JSON: {error.msg}. It may have been cut short.",
            f"{path.name}:{line}:{error.colno}: ‏JSON درست نیست: {error.msg}. شاید پرونده ناقص است.",
        ) from None


def _walk(said: Any, notes: Notes, wishes: Wishes, row: int) -> Iterator[dict[str, str]]:
    """Every DO_CODED_TEXT, in whatever an envelope wraps it; names of terminologies that nobody knows are flagged."""
    if isinstance(said, list):
        for one in said:
            if isinstance(one, str):
                _terminology(one, notes, wishes, row)
            else:
                yield from _walk(one, notes, wishes, row)
    elif isinstance(said, dict):
        folded = {str(name).lower(): value for name, value in said.items()}
        if "coded_string" in folded or ("value" in folded and "terminology_id" in folded):
            yield {name: str(folded.get(name) or "").strip() for name in _FIELDS}
        else:
            for value in said.values():
                if isinstance(value, dict | list):
                    yield from _walk(value, notes, wishes, row)


def _terminology(name: str, notes: Notes, wishes: Wishes, row: int) -> None:
    notes.facts["terminologies named"] += 1
    known = {one.casefold() for system in wishes.registered.values() for one in system.names()}
    if name.casefold() not in known:
        notes.flag(
            row,
            "",
            "terminology.unknown",
            f"The former service had a terminology '{name}' that is not registered here.",
            f"سرویس پیشین ترمینولوژی «{name}» را داشت که اینجا ثبت نیست.",
            name,
        )

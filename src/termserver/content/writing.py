"""Imported content written into the content folders, in their canonical form."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

import yaml

from termserver.content import conceptmap_files, valueset_files
from termserver.content.canonical import canonical, write_file
from termserver.content.codesystem_files import CONCEPTS, DESIGNATIONS, PROPERTIES, SEPARATOR, SYSTEM
from termserver.content.csv_writing import csv_text
from termserver.model.codes import (
    Audience,
    CodeSystem,
    CodeSystemContent,
    ConceptMap,
    Content,
    Include,
    Kind,
    PropertyDefinition,
    Status,
    ValueSet,
)
from termserver.model.text import Text

_NO = object()
"""A false that has to be said."""


class Written(Protocol):
    """What goes into the folders."""

    @property
    def systems(self) -> tuple[CodeSystemContent, ...]: ...
    @property
    def value_sets(self) -> tuple[ValueSet, ...]: ...
    @property
    def concept_maps(self) -> tuple[ConceptMap, ...]: ...


def write(root: Path, content: Written) -> list[Path]:
    """Write code systems, value sets and maps below ``root/codesystems``; return the files, relative to ``root``.

    A code system that is there is replaced whole.
    """
    files: dict[str, bytes] = {}
    for one in content.systems:
        folder = f"codesystems/{one.system.id}"
        if f"{folder}/codesystem.yaml" in files:
            folder = f"{folder}/{one.system.version}"
        files |= {f"{folder}/{name}": data for name, data in system_files(one).items()}
    for value_set in content.value_sets:
        name = f"{valueset_files.FOLDER}/{value_set.id}.yaml"
        files[name] = _yaml(name, _value_set(value_set), valueset_files.VALUE_SET)
    for known in content.concept_maps:
        folder = f"{conceptmap_files.FOLDER}/{known.id}"
        said = {
            "id": known.id,
            "url": known.url,
            "version": known.version,
            "title": _text(known.title),
            "source_system": known.source_system,
            "target_system": known.target_system,
            "source": known.source,
            "provisional": known.provisional,
        }
        files[f"{folder}/conceptmap.yaml"] = _yaml(folder, said, conceptmap_files.CONCEPT_MAP)
        rows = ((one.source_code, one.target_code, one.relationship, one.comment) for one in known.mappings)
        files[f"{folder}/mappings.csv"] = csv_text(conceptmap_files.MAPPINGS, rows).encode()
    for file, data in files.items():
        write_file(root / file, data)
    return [Path(file) for file in files]


def system_files(content: CodeSystemContent) -> dict[str, bytes]:
    """The files of a code system's folder by name; tables without rows are left out."""
    concepts, designations, properties = [], [], []
    for one in content.concepts:
        concepts.append(
            (
                one.code,
                one.display.fa,
                one.display.en,
                SEPARATOR.join(one.parents),
                "retired" if one.status is Status.RETIRED else "",
                one.period.start,
                one.period.end,
                SEPARATOR.join(one.replaced_by),
                one.source,
            )
        )
        designations += [(one.code, said.language, said.use, said.value) for said in one.designations]
        properties += [(one.code, said.code, said.value, said.period.start, said.period.end) for said in one.properties]
    files = {
        "codesystem.yaml": _yaml("codesystem.yaml", _system(content.system), SYSTEM),
        "concepts.csv": _table(CONCEPTS, concepts),
    }
    if designations:
        files["designations.csv"] = _table(DESIGNATIONS, designations)
    if properties:
        files["properties.csv"] = _table(PROPERTIES, properties)
    return files


def _table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> bytes:
    return csv_text(columns, ([_lines(cell) for cell in row] for row in rows)).encode()


def _lines(cell: str) -> str:
    """The cell with the line ends of the folders."""
    return cell.replace("\r\n", "\n").replace("\r", "\n") if "\r" in cell else cell


def _yaml(file: str, said: dict[str, Any], keys: Any) -> bytes:
    lean = {key: False if value is _NO else value for key, value in said.items() if value or value is _NO}
    text = yaml.safe_dump(lean, allow_unicode=True, sort_keys=False, width=10_000)
    return canonical(file, text.encode(), keys)


def _text(text: Text) -> dict[str, str]:
    both = (("fa", text.fa), ("en", text.en))
    return {language: " ".join(said.split()) for language, said in both if said and not said.isspace()}


def _system(system: CodeSystem) -> dict[str, Any]:
    said: dict[str, Any] = {
        name: getattr(system, name)
        for name in (
            *("id", "url", "native_id", "oid", "version", "publisher", "source", "licence", "provisional", "hierarchy"),
            *("shape", "example", "check", "stands_in_for"),
        )
    }
    said |= {
        "aliases": list(system.aliases),
        "title": _text(system.title),
        "description": _text(system.description),
        "content": str(system.content),
        "widths": list(system.widths),
        "properties": [_property(one) for one in system.properties],
    }
    if system.closed and system.content is not Content.COMPLETE:
        said["closed"] = {"known": True, "evidence": system.closed_evidence}
    if system.kind is not Kind.TERMINOLOGY:
        said["kind"] = str(system.kind)
    if system.weight != 100:
        said["weight"] = system.weight
    if system.period:
        said["period"] = {key: day for key, day in (("start", system.period.start), ("end", system.period.end)) if day}
    if not system.case_sensitive:
        said["case_sensitive"] = _NO
    return said


def _property(one: PropertyDefinition) -> dict[str, Any]:
    said: dict[str, Any] = {
        "code": one.code,
        "title": _text(one.title),
        "type": one.type if one.type != "string" else "",
        "system": one.system,
        "indexed": one.indexed,
        "repeats": one.repeats,
        "audience": "" if one.audience is Audience.PUBLIC else str(one.audience),
        "key": list(one.key),
        "fields": [
            {
                key: value
                for key, value in (
                    ("code", field.code),
                    ("title", _text(field.title)),
                    ("type", field.type if field.type != "string" else ""),
                    ("system", field.system),
                    ("audience", "" if field.audience is Audience.PUBLIC else str(field.audience)),
                )
                if value
            }
            for field in one.fields
        ],
        "source": one.source,
    }
    return {key: value for key, value in said.items() if value}


def _value_set(known: ValueSet) -> dict[str, Any]:
    return {
        "id": known.id,
        "url": known.url,
        "version": known.version,
        "title": _text(known.title),
        "source": known.source,
        "provisional": known.provisional,
        "content": "" if known.content is Content.COMPLETE else str(known.content),
        "include": list(_includes(known.include)),
        "exclude": list(_includes(known.exclude)),
    }


def _includes(parts: Iterable[Include]) -> Iterable[dict[str, Any]]:
    for part in parts:
        said = {"system": part.system, "codes": list(part.codes), "under": list(part.under), "shape": part.shape}
        yield {key: value for key, value in said.items() if value}

"""The one way in which each file of the folders is written, so that a diff shows meaning alone."""

import os
from collections.abc import Iterator
from pathlib import Path

from termserver.content import (
    access_files,
    conceptmap_files,
    descriptions,
    destination_files,
    field_rows,
    glossary_files,
    namingsystem_files,
    newer_fields,
    ruleset_files,
    valueset_files,
)
from termserver.content.codesystem_files import SETTINGS, SETTINGS_FILE, SYSTEM, TABLES
from termserver.content.csv_writing import canonical_csv
from termserver.content.folders import system_folders, versions, yaml_files
from termserver.content.problems import Problem
from termserver.content.tree import Tree, decode
from termserver.content.yaml_files import Keys, as_values
from termserver.content.yaml_writing import canonical_yaml


def format(root: Path) -> list[Path]:
    """Write every file that is not in canonical form anew; return those, relative to ``root``.

    A file that cannot be read is left alone, for ``check`` to speak about. Nothing is lost: what
    is read afterwards is what was read before, and comments in YAML stay beside their key.
    """
    tree = Tree(root)
    changed = list(_changes(tree))
    for file, data in changed:
        write_file(tree.root / file, data)
    return [Path(file) for file, _ in changed]


def unformatted(root: Path) -> list[Path]:
    """The files that ``format`` would write, relative to ``root``."""
    return [Path(file) for file, _ in _changes(Tree(root))]


def canonical(file: str, data: bytes, form: "Keys | tuple[str, ...] | None") -> bytes:
    """The bytes of one file in canonical form: ``form`` is its keys, its columns, or None for a rule set."""
    unread: list[Problem] = []
    text = decode(file, data, unread)
    if text is None:
        return data
    if form is None:
        written: str | None = _rules(text)
    elif isinstance(form, Keys):
        written = canonical_yaml(text, form)
    else:
        written = canonical_csv(text, form)
    return data if written is None else written.encode()


def write_file(path: Path, data: bytes) -> None:
    """Put the bytes in place at once: nobody ever sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    with beside.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    os.replace(beside, path)


def _changes(tree: Tree) -> Iterator[tuple[str, bytes]]:
    for file, form in _files(tree):
        data = tree.read(file)
        if data is not None:
            written = canonical(file, data, form)
            if written != data:
                yield file, written


def _files(tree: Tree) -> Iterator[tuple[str, "Keys | tuple[str, ...] | None"]]:
    """Every file that has a canonical form, with its keys or columns."""
    yield SETTINGS_FILE, SETTINGS
    for folder in system_folders(tree):
        yield f"{folder}/codesystem.yaml", SYSTEM
        for name, columns in TABLES.items():
            yield f"{folder}/{name}", columns
    for file in yaml_files(tree, valueset_files.FOLDER):
        yield file, valueset_files.VALUE_SET
    for name in tree.folders(conceptmap_files.FOLDER):
        yield f"{conceptmap_files.FOLDER}/{name}/conceptmap.yaml", conceptmap_files.CONCEPT_MAP
        yield f"{conceptmap_files.FOLDER}/{name}/mappings.csv", conceptmap_files.MAPPINGS
    for file in yaml_files(tree, namingsystem_files.FOLDER):
        yield file, namingsystem_files.NAMING_SYSTEM
    yield glossary_files.GLOSSARY_FILE, glossary_files.GLOSSARY
    yield glossary_files.TERMS_FILE, glossary_files.TERMS
    yield descriptions.CLASSES_FILE, field_rows.CLASS_COLUMNS
    yield newer_fields.NEWER_FILE, newer_fields.NEWER_COLUMNS
    for folder in versions(tree, "schemas"):
        yield f"{folder}/document.yaml", descriptions.DOCUMENT
        yield f"{folder}/fields.csv", field_rows.FIELD_COLUMNS
    for folder in versions(tree, ruleset_files.FOLDER):
        yield f"{folder}/ruleset.yaml", None
    for file in yaml_files(tree, destination_files.FOLDER):
        yield file, destination_files.DESTINATION
    yield access_files.FILE, access_files.ACCESS


def _rules(text: str) -> str:
    """Rules are prose and keep the hand they were written in; only blanks at the ends of lines go."""
    bare = "\n".join(line.rstrip(" ") for line in text.rstrip("\n").split("\n")) + "\n"
    return bare if as_values(bare) == as_values(text) else text

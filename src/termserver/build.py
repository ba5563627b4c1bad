"""Content becomes a release file: the one place that calls every indexer.

``python -m termserver.build FOLDER [--root ROOT]`` builds the content folders into what the wheel
ships: a release, its stamp for travelling, and the edition that pins it.
"""

import argparse
import contextlib
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

from termserver.model import garbage
from termserver.model.codes import CodeSystemContent, ConceptMap, NamingSystem, ValueSet
from termserver.model.destinations import Destination
from termserver.model.documents import DocumentType, RuleSet
from termserver.model.errors import TermserverError
from termserver.model.glossary import Glossary
from termserver.model.releases import Manifest, Table
from termserver.releases import destination_records, document_records, editions, glossary_records, records, stamps
from termserver.releases.parts import can_fork
from termserver.releases.writer import ReleaseWriter
from termserver.search import index as search_index
from termserver.search.ranking import in_rank_order
from termserver.terminology import index as terminology_index

Progress = Callable[[int, int], None]
"""Told (done, total) now and then: concepts and rows, counted together."""

_TELL_EVERY = 2000
_MANY = 20_000


class AllContent(Protocol):
    """What ``content.folders.read`` gives."""

    @property
    def systems(self) -> tuple[CodeSystemContent, ...]: ...
    @property
    def value_sets(self) -> tuple[ValueSet, ...]: ...
    @property
    def concept_maps(self) -> tuple[ConceptMap, ...]: ...
    @property
    def naming_systems(self) -> tuple[NamingSystem, ...]: ...
    @property
    def document_types(self) -> tuple[DocumentType, ...]: ...
    @property
    def rule_sets(self) -> tuple[RuleSet, ...]: ...
    @property
    def files(self) -> dict[str, bytes]: ...
    @property
    def destinations(self) -> tuple[Destination, ...]: ...
    @property
    def glossary(self) -> Glossary | None: ...


def build_release(
    content: AllContent | Sequence[CodeSystemContent],
    path: Path | str,
    name: str,
    version: str,
    progress: Progress | None = None,
    shared: bool = False,
) -> Manifest:
    """Freeze ``content`` (all of the folders, or the code systems of an importer) into the release file ``path``.

    The same content gives the same digest. ``shared``: where there is much of it and the system can do
    that, a second process makes the search index meanwhile; not for a program with threads. Raise
    ContentError where the content contradicts itself, ReleaseError where the file cannot be
    written; then nothing was written.
    """
    systems = tuple(content) if isinstance(content, Sequence) else content.systems
    count = _Counter(sum(len(system.concepts) for system in systems), progress)
    with garbage.none_sought(), ReleaseWriter(path, name, version) as writer:
        for key, system in zip(terminology_index.system_keys(systems), systems, strict=True):
            data = records.encode_system(system.system)
            writer.artefact(terminology_index.artefact_path(key), "codesystem", data)
        if not isinstance(content, Sequence):
            _write_all_else(writer, content)
        entries = in_rank_order(systems)
        glossary = None if isinstance(content, Sequence) else content.glossary
        part = None
        if shared and len(entries) >= _MANY and can_fork():
            part = writer.part(lambda: search_index.list_tables(entries, glossary))
        try:
            for table, rows in terminology_index.tables(entries, systems):
                writer.table(table, count.through(table, rows))
            for table, rows in search_index.entry_tables(entries):
                writer.table(table, count.through(table, rows))
            if part is None or not writer.take(part):
                for table, rows in search_index.list_tables(entries, glossary):
                    writer.table(table, count.through(table, rows))
        finally:
            if part is not None:
                part.leave()
        manifest = writer.finish()
    count.finish()
    return manifest


def _write_all_else(writer: ReleaseWriter, content: AllContent) -> None:
    for value_set in content.value_sets:
        writer.artefact(f"valuesets/{value_set.id}.json", "valueset", records.encode_value_set(value_set))
    for concept_map in content.concept_maps:
        writer.artefact(f"conceptmaps/{concept_map.id}.json", "conceptmap", records.encode_concept_map(concept_map))
    for naming in content.naming_systems:
        writer.artefact(f"namingsystems/{naming.id}.json", "namingsystem", records.encode_naming_system(naming))
    for known in content.document_types:
        data = document_records.encode_document_type(known)
        writer.artefact(f"documents/{known.id}/{known.version}.json", "documenttype", data)
    if content.document_types:
        writer.artefact(document_records.HEADS, "documenttypes", document_records.encode_heads(content.document_types))
    for rules in content.rule_sets:
        data = document_records.encode_rule_set(rules)
        writer.artefact(f"rulesets/{rules.document_type}/{rules.version}.json", "ruleset", data)
    for destination in content.destinations:
        data = destination_records.encode_destination(destination)
        writer.artefact(f"destinations/{destination.id}.json", destination_records.KIND, data)
    if content.glossary:
        data = glossary_records.encode_glossary(content.glossary)
        writer.artefact(glossary_records.PATH, glossary_records.KIND, data)
    for path, data in content.files.items():
        writer.artefact(path, path.split("/", 1)[0].removesuffix("s"), data)


class _Counter:
    """Counts the rows that belong to one concept each, and tells how far the work has come."""

    _COUNTED = ("term_concept", "term_detail", "search_text")

    def __init__(self, concepts: int, progress: Progress | None) -> None:
        self._total = concepts * len(self._COUNTED)
        self._done = 0
        self._progress = progress

    def through(self, table: Table, rows: Iterable[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
        if self._progress is None or table.name not in self._COUNTED:
            return rows
        return self._counted(rows)

    def _counted(self, rows: Iterable[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
        assert self._progress is not None
        for row in rows:
            self._done += 1
            if self._done % _TELL_EVERY == 0:
                self._progress(self._done, self._total)
            yield row

    def finish(self) -> None:
        if self._progress is not None:
            self._progress(self._total, self._total)


def label_of(root: Path) -> tuple[str, str]:
    """The name and the version that ``codesystems/settings.yaml`` gives the release of these folders."""
    from termserver.content.codesystem_files import read_release_label
    from termserver.content.problems import Problem, refuse
    from termserver.content.tree import Tree

    problems: list[Problem] = []
    label = read_release_label(Tree(root), problems)
    refuse(problems)
    return label


def ship(root: Path, folder: Path, progress: Progress | None = None) -> Manifest:
    """Build the content folders below ``root`` into ``folder`` as a wheel carries them; what was there is replaced.

    Raise ContentError if the folders hold an error.
    """
    from termserver.content.check import check
    from termserver.content.folders import read
    from termserver.content.problems import refuse

    refuse(check(root))
    name, version = label_of(root)
    temporary = folder / "unfinished.release"
    manifest = build_release(read(root), temporary, name, version, progress)
    pin = editions.pin_of(manifest)
    path = folder / editions.file_name(pin)
    stamp = stamps.read(temporary)
    stamps.remove(temporary)
    temporary.replace(path)
    if stamp is not None:
        stamps.write_portable(path, stamp.sha256)
    editions.write(folder / editions.EDITION_FILE, [pin])
    for old in folder.glob("*.release*"):
        if old not in (path, stamps.stamp_path(path)):
            with contextlib.suppress(OSError):  # Windows keeps a file that somebody has open
                old.unlink()
    return manifest


def _main() -> int:
    parser = argparse.ArgumentParser(prog="python -m termserver.build", description=ship.__doc__)
    parser.add_argument("folder", type=Path, help="where the release and its edition go")
    parser.add_argument("--root", type=Path, default=Path(), help="the folder that holds codesystems/")
    options = parser.parse_args()
    try:
        manifest = ship(options.root, options.folder)
    except TermserverError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{manifest.label} {manifest.digest}")
    return 0


if __name__ == "__main__":
    raise SystemExit(_main())

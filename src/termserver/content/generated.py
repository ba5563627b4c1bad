"""The files that are written from the descriptions and committed beside them: schemas, field guides, rule pages."""

import contextlib
from pathlib import Path

from termserver.content import rules_guide
from termserver.content.descriptions import read_document_types
from termserver.content.folders import read_sources, versions
from termserver.content.guide import Names, guide
from termserver.content.json_schema import json_schema_bytes
from termserver.content.problems import Problem, refuse
from termserver.content.tree import Tree
from termserver.content.xsd import xsd_files
from termserver.model.documents import DocumentType

GUIDES = "docs/types"
_SCHEMA_ENDINGS = (".xsd", ".schema.json")


def schemas(root: Path) -> dict[Path, bytes]:
    """The XSD files and the JSON Schema of every document type, by their path below ``root``.

    Raises ContentError with the first problems if the descriptions cannot be read.
    """
    problems: list[Problem] = []
    types = read_document_types(Tree(root), problems)
    refuse(problems)
    return {path: data for known in types for path, data in _schemas_of(known).items()}


def guides(root: Path) -> dict[Path, bytes]:
    """The field guide of every document type in its newest version and the pages of the rules, by path below ``root``.

    Raises ContentError with the first problems if the content folders cannot be read.
    """
    problems: list[Problem] = []
    sources = read_sources(Tree(root), problems)
    refuse(problems)
    names = Names(
        {source.system.id: source.system for source in reversed(sources.systems)},
        {source.value_set.id: source.value_set for source in sources.value_sets},
        {source.naming_system.id: source.naming_system for source in sources.naming_systems},
    )
    rule_sets = [source.rule_set for source in sources.rule_sets]
    newest = {known.id: known for known in sources.document_types}
    fields = {Path(GUIDES, f"{known.id}.md"): guide(known, rule_sets, names) for known in newest.values()}
    return fields | {Path(rules_guide.FOLDER, name): page for name, page in rules_guide.pages(sources).items()}


def generate(root: Path) -> dict[Path, bytes]:
    """All generated files by their path below ``root``."""
    return schemas(root) | guides(root)


def stale(root: Path, files: dict[Path, bytes] | None = None) -> list[Path]:
    """The generated files that are missing, differ from what would be written now, or belong to nothing any more.

    ``files`` are those asked about (what ``schemas`` or ``guides`` gave); all of them if not said.
    """
    wanted = generate(root) if files is None else files
    differing = [path for path, data in wanted.items() if _bytes(root / path) != data]
    return sorted([*differing, *_left_over(root, wanted)])


def write(root: Path, files: dict[Path, bytes]) -> list[Path]:
    """Write the files that differ and delete what is left over; return the paths that changed, below ``root``."""
    changed = stale(root, files)
    for path in changed:
        if path in files:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(files[path])
        else:
            (root / path).unlink()
    return changed


def _schemas_of(document_type: DocumentType) -> dict[Path, bytes]:
    folder = Path("schemas", document_type.id, document_type.version)
    known = xsd_files(document_type) if "xml" in document_type.forms else {}
    files = {folder / name: data for name, data in known.items()}
    return files | {folder / f"{document_type.id}.schema.json": json_schema_bytes(document_type)}


def _left_over(root: Path, wanted: dict[Path, bytes]) -> list[Path]:
    tree = Tree(root)
    there = []
    if any(path.parts[0] == "schemas" for path in wanted):
        for folder in versions(tree, "schemas"):
            there += [Path(folder, name) for name in tree.files(folder) if name.endswith(_SCHEMA_ENDINGS)]
    if any(path.parts[0] == "docs" for path in wanted):
        for folder in (GUIDES, rules_guide.FOLDER):
            there += [Path(folder, name) for name in tree.files(folder) if name.endswith(".md")]
    return [path for path in there if path not in wanted]


def _bytes(path: Path) -> bytes | None:
    with contextlib.suppress(FileNotFoundError):
        return path.read_bytes()
    return None

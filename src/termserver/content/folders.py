"""The committee's folders read as a whole: ``codesystems/``, ``schemas/`` and ``validators/``."""

from dataclasses import dataclass, field
from pathlib import Path

from termserver.content import (
    access_files,
    conceptmap_files,
    destination_files,
    glossary_files,
    mistakes,
    namingsystem_files,
    rule_excerpts,
    ruleset_files,
    valueset_files,
)
from termserver.content.codesystem_files import SystemSource, read_base, read_system
from termserver.content.conceptmap_files import ConceptMapSource, read_concept_map
from termserver.content.descriptions import read_document_types
from termserver.content.destination_files import DestinationSource, read_destination
from termserver.content.glossary_files import GlossarySource, read_glossary
from termserver.content.namingsystem_files import NamingSystemSource, read_naming_system
from termserver.content.problems import Problem, refuse
from termserver.content.registry_mappings import mapping_files
from termserver.content.ruleset_files import RuleSetSource, examples, read_rule_set
from termserver.content.tree import Tree
from termserver.content.valueset_files import ValueSetSource, read_value_set
from termserver.model.access import Policy
from termserver.model.codes import CodeSystemContent, ConceptMap, NamingSystem, ValueSet
from termserver.model.destinations import Destination
from termserver.model.documents import DocumentType, RuleSet
from termserver.model.errors import ContentError
from termserver.model.glossary import Glossary

CODE_SYSTEMS = "codesystems"
NOT_SYSTEMS = ("valuesets", "conceptmaps", "namingsystems", glossary_files.NAME, "registry-mappings")


@dataclass(frozen=True, slots=True)
class Content:
    """All that a release is made of. ``files`` holds schemas and valid examples by their path in the release."""

    systems: tuple[CodeSystemContent, ...] = ()
    value_sets: tuple[ValueSet, ...] = ()
    concept_maps: tuple[ConceptMap, ...] = ()
    naming_systems: tuple[NamingSystem, ...] = ()
    document_types: tuple[DocumentType, ...] = ()
    rule_sets: tuple[RuleSet, ...] = ()
    files: dict[str, bytes] = field(default_factory=dict)
    destinations: tuple[Destination, ...] = ()
    glossary: Glossary | None = None


@dataclass
class Sources:
    """The folders as they were read, with the places that a check points at."""

    tree: Tree
    systems: list[SystemSource] = field(default_factory=list)
    value_sets: list[ValueSetSource] = field(default_factory=list)
    concept_maps: list[ConceptMapSource] = field(default_factory=list)
    naming_systems: list[NamingSystemSource] = field(default_factory=list)
    document_types: tuple[DocumentType, ...] = ()
    rule_sets: list[RuleSetSource] = field(default_factory=list)
    destinations: list[DestinationSource] = field(default_factory=list)
    glossary: GlossarySource | None = None
    policy: Policy | None = None


def read(root: Path) -> Content:
    """Everything in the folders below ``root``; raise ContentError with the first problems if they cannot be read.

    Only what hinders reading is refused here; ``check.check`` judges the rest.
    """
    problems: list[Problem] = []
    sources = read_sources(Tree(root), problems)
    refuse(problems)
    return Content(
        systems=tuple(source.content() for source in sources.systems),
        value_sets=tuple(source.value_set for source in sources.value_sets),
        concept_maps=tuple(source.concept_map for source in sources.concept_maps),
        naming_systems=tuple(source.naming_system for source in sources.naming_systems),
        document_types=sources.document_types,
        rule_sets=tuple(source.rule_set for source in sources.rule_sets),
        files=release_files(sources.tree) | access_files.released(sources.policy),
        destinations=tuple(source.destination for source in sources.destinations),
        glossary=sources.glossary.glossary if sources.glossary else None,
    )


def read_sources(tree: Tree, problems: list[Problem]) -> Sources:
    """Everything in the tree that can be read, in the order of the names; what is wrong joins ``problems``.

    Raises ContentError if there is no ``codesystems`` folder at all.
    """
    if not (tree.root / CODE_SYSTEMS).is_dir():
        raise ContentError(
            f"{tree.root} has no folder '{CODE_SYSTEMS}'. Name the folder that holds codesystems/, schemas/ and"
            " validators/.",
            f"در {tree.root} پوشهٔ «{CODE_SYSTEMS}» نیست. پوشه‌ای را نام ببرید که codesystems/ و schemas/ و validators/"
            " در آن است.",
        )
    sources = Sources(tree)
    base = read_base(tree, problems)
    for folder in system_folders(tree):
        system = read_system(tree, folder, base, problems)
        if system:
            sources.systems.append(system)
    for file in yaml_files(tree, valueset_files.FOLDER):
        value_set = read_value_set(tree, file, base, problems)
        if value_set:
            sources.value_sets.append(value_set)
    for name in tree.folders(conceptmap_files.FOLDER):
        concept_map = read_concept_map(tree, f"{conceptmap_files.FOLDER}/{name}", base, problems)
        if concept_map:
            sources.concept_maps.append(concept_map)
    for file in yaml_files(tree, namingsystem_files.FOLDER):
        naming_system = read_naming_system(tree, file, base, problems)
        if naming_system:
            sources.naming_systems.append(naming_system)
    sources.document_types = read_document_types(
        tree,
        problems,
        bindings={known.system.id for known in sources.systems} | {known.value_set.id for known in sources.value_sets},
        identifiers={known.naming_system.id for known in sources.naming_systems},
    )
    for folder in versions(tree, ruleset_files.FOLDER):
        rule_set = read_rule_set(tree, folder, problems)
        if rule_set:
            sources.rule_sets.append(rule_set)
    for file in yaml_files(tree, destination_files.FOLDER):
        destination = read_destination(tree, file, problems)
        if destination:
            sources.destinations.append(destination)
    sources.glossary = read_glossary(tree, problems)
    sources.policy = access_files.read_access(tree, problems)
    return sources


def system_folders(tree: Tree) -> list[str]:
    """The folders of the code systems, another generation (``<id>/<version>``) after the current one."""
    found = []
    for name in tree.folders(CODE_SYSTEMS):
        if name in NOT_SYSTEMS:
            continue
        folder = f"{CODE_SYSTEMS}/{name}"
        generations = tree.folders(folder)
        if tree.files(folder) or not generations:
            found.append(folder)
        found += [f"{folder}/{version}" for version in generations]
    return found


def yaml_files(tree: Tree, folder: str) -> list[str]:
    """The YAML files in ``folder``."""
    return [f"{folder}/{name}" for name in tree.files(folder) if name.endswith(".yaml")]


def versions(tree: Tree, folder: str) -> list[str]:
    """The folders ``<folder>/<type>/<version>``."""
    return [
        f"{folder}/{name}/{version}" for name in tree.folders(folder) for version in tree.folders(f"{folder}/{name}")
    ]


def release_files(tree: Tree) -> dict[str, bytes]:
    """The generated schemas, the valid examples, and of the invalid ones the excerpts and what they change, by their
    path in a release."""
    found: dict[str, bytes] = {}
    for folder in versions(tree, "schemas"):
        for name in tree.files(folder):
            if name.endswith((".xsd", ".schema.json")):
                found[f"{folder}/{name}"] = tree.read(f"{folder}/{name}") or b""
    for folder in versions(tree, ruleset_files.FOLDER):
        _, kind, version = folder.split("/")
        for name in examples(tree, f"{folder}/examples/valid"):
            data = tree.read(f"{folder}/examples/valid/{name}") or b""
            found[f"examples/{kind}/{version}/valid/{name}"] = data
        if shown := rule_excerpts.excerpts(tree, folder):
            found[f"{rule_excerpts.FOLDER}/{kind}/{version}.json"] = rule_excerpts.encode(shown)
        if wrong := mistakes.mistakes(tree, folder):
            found[f"{mistakes.FOLDER}/{kind}/{version}.json"] = mistakes.encode(wrong)
    return found | mapping_files(tree)

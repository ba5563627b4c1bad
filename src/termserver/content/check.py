"""The check of the committee's folders: every problem with its file, line, column and the way to mend it."""

from collections import ChainMap
from collections.abc import Mapping
from pathlib import Path

from termserver.content.code_check import check_codes
from termserver.content.conceptmap_check import check_concept_map
from termserver.content.destination_check import check_destination
from termserver.content.detail_check import check_details
from termserver.content.folders import Sources, read_sources
from termserver.content.glossary_check import check_glossary
from termserver.content.hierarchy_check import check_hierarchy
from termserver.content.known_codes import KnownSystem, known_systems
from termserver.content.names_check import check_names
from termserver.content.namingsystem_check import check_naming_system
from termserver.content.problems import Problem, in_order
from termserver.content.ruleset_check import check_rule_set
from termserver.content.stray_check import check_strays
from termserver.content.system_check import check_system
from termserver.content.tree import Tree
from termserver.content.valueset_check import check_value_set

__all__ = ["Problem", "check", "check_tree"]


def check(root: Path, base: Mapping[str, KnownSystem] | None = None) -> list[Problem]:
    """Every problem of the folders below ``root``, by file, line and column; empty if all is well.

    ``base`` are the lists of the release that these folders build on, by id. Raises ContentError if ``root`` holds
    no content folders at all.
    """
    return check_tree(Tree(root), base)


def check_tree(tree: Tree, base: Mapping[str, KnownSystem] | None = None) -> list[Problem]:
    """Every problem of a tree, changes included that are not written yet."""
    problems: list[Problem] = []
    sources = read_sources(tree, problems)
    problems += check_strays(tree)
    problems += check_sources(sources, base)
    return in_order(problems)


def check_sources(sources: Sources, base: Mapping[str, KnownSystem] | None = None) -> list[Problem]:
    """What is wrong with content that could be read."""
    problems: list[Problem] = []
    systems: Mapping[str, KnownSystem] = known_systems(sources.systems)
    if base:
        systems = ChainMap(dict(systems), base)  # type: ignore[arg-type]
    bindable = [*systems, *(known.naming_system.id for known in sources.naming_systems)]
    for system in sources.systems:
        problems += check_system(system, bindable)
        problems += check_codes(system)
        problems += check_hierarchy(system, systems[system.system.id])
        problems += check_details(system, systems[system.system.id])
    problems += check_names(sources)
    for value_set in sources.value_sets:
        problems += check_value_set(value_set, systems)
    for concept_map in sources.concept_maps:
        problems += check_concept_map(concept_map, systems)
    for naming_system in sources.naming_systems:
        problems += check_naming_system(naming_system, systems)
    for rule_set in sources.rule_sets:
        problems += check_rule_set(rule_set, sources.document_types)
    for destination in sources.destinations:
        problems += check_destination(destination, sources.document_types)
    if sources.glossary:
        problems += check_glossary(sources.glossary)
    return problems

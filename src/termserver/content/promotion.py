"""The committee's full table loaded into a code system: every row lands or is refused with its reason.

Nothing is written unless the result passes the content check; a cell that is empty says nothing,
so it takes nothing away. Codes that only the folder has are kept, and a list is called complete
only when there are none, or when they may be retired.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from termserver.content.canonical import canonical, write_file
from termserver.content.check import check_sources, check_tree
from termserver.content.codesystem_files import (
    CONCEPTS,
    DESIGNATIONS,
    PROPERTIES,
    SYSTEM,
    SystemSource,
)
from termserver.content.csv_writing import csv_text
from termserver.content.folders import read_sources
from termserver.content.import_report import ImportReport, Outcome
from termserver.content.problems import Problem, errors, nearest, refuse
from termserver.content.row_reading import RowReader
from termserver.content.stray_check import check_strays
from termserver.content.table_mapping import guessed_mapping, told_mapping
from termserver.content.table_merge import TableMerge, twins
from termserver.content.tree import Tree
from termserver.content.yaml_edit import with_values
from termserver.model.codes import Content
from termserver.model.errors import UnknownSystem
from termserver.model.text import Text


def import_table(
    root: Path,
    system_id: str,
    headers: Sequence[str],
    rows: Iterable[tuple[int, Sequence[str]]],
    mapping: Mapping[str, str] | None = None,
    *,
    source: str = "",
    version: str = "",
    dry_run: bool = False,
    promote: bool = False,
    retire_missing: bool = False,
    mend: bool = False,
) -> ImportReport:
    """Take a table into the code system that is asked for by any of its names; report every row.

    ``rows`` are (number, cells) with the cells as text, as many as ``headers``; ``mapping`` gives
    our columns (``code``, ``display_fa``, …, ``property:<code>``, ``designation:<language>``) their
    headers, else it is guessed. ``source`` is said of every added row that names none. ``promote``
    makes the list complete and gives it ``version`` or the next one; ``retire_missing`` lets it
    retire what the table does not have; ``mend`` writes lost zeros and Arabic letters right, each
    of them reported. Raise UnknownSystem, UsageError (mapping) or ContentError (a folder that
    cannot be read).
    """
    before: list[Problem] = []
    tree = Tree(root)
    sources = read_sources(tree, before)
    target = _system(sources.systems, system_id)
    here = f"{target.folder}/"
    refuse([problem for problem in before if problem.file.startswith(here)])
    before += [*check_strays(tree), *check_sources(sources)]
    # a table that is wrong now would lose rows when it is written anew
    refuse([problem for problem in before if problem.file.startswith(here) and problem.file.endswith(".csv")])
    listed = list(rows)
    told = (
        guessed_mapping(headers, listed, target.system)
        if mapping is None
        else told_mapping(mapping, headers, target.system)
    )
    work = TableMerge(target, told, source)
    work.take(listed, RowReader(target.system, told, mend, twins(target, told, listed)))
    missing = work.missing()
    stopped = _promotion_refused(work, missing, retire_missing) if promote else None
    retired = missing if promote and retire_missing else []
    for code in retired:
        work.concepts[code][CONCEPTS.index("status")] = "retired"
    changed = {} if stopped else _changed_files(tree, work, promote, version)
    problems: list[Problem] = []
    if changed:
        known = {_same(problem) for problem in before}
        after = check_tree(Tree(root, changed))
        problems = [p for p in after if _same(p) not in known or (p.file.startswith(here) and errors([p]))]
        if errors(problems):
            stopped = _STOPPED_BY_CHECK
    write = bool(changed) and stopped is None and not dry_run
    if write:
        for file, data in changed.items():
            write_file(tree.root / file, data)
    promoted = promote and stopped is None
    return ImportReport(
        system=target.folder.removeprefix("codesystems/"),
        mapping=told,
        rows=tuple(work.reports),
        missing=tuple(missing),
        retired=tuple(retired) if stopped is None else (),
        version=_version(target, promote, version) if stopped is None else target.system.version,
        promoted=promoted,
        dry_run=dry_run,
        written=write,
        stopped=stopped,
        problems=tuple(problems),
    )


def next_version(version: str) -> str:
    """The version after this one: the last part counted on (``1404.2`` → ``1404.3``), or a first revision added."""
    found = re.fullmatch(r"(.+\.)([0-9]+)", version)
    if found:
        return f"{found[1]}{int(found[2]) + 1}"
    return f"{version}.1" if version else "1"


def _version(target: SystemSource, promote: bool, version: str) -> str:
    return version or (next_version(target.system.version) if promote else target.system.version)


_STOPPED_BY_CHECK = Text(
    fa="چیزی نوشته نشد: نتیجه از بررسی محتوا نمی‌گذرد.",
    en="Nothing was written: the result does not pass the content check.",
)


def _system(systems: list[SystemSource], name: str) -> SystemSource:
    wanted = name.lower()
    for source in systems:
        if source.folder.removeprefix("codesystems/").lower() == wanted:
            return source
    for source in systems:
        if wanted in map(str.lower, source.system.names()):
            return source
    near = nearest(name, [known for source in systems for known in source.system.names()])
    raise UnknownSystem(
        f"No code system is called '{name}'." + (f" Did you mean '{near}'?" if near else ""),
        f"هیچ نظام کدگذاری «{name}» نام ندارد." + (f" آیا منظور «{near}» است؟" if near else ""),
    )


def _promotion_refused(work: TableMerge, missing: list[str], retire_missing: bool) -> Text | None:
    refused = sum(row.outcome == Outcome.REFUSED for row in work.reports)
    if refused:
        return Text(
            fa=f"کامل نشد و چیزی نوشته نشد: {refused} سطر رد شده است.",
            en=f"Not promoted, nothing was written: {refused} row(s) were refused.",
        )
    if missing and not retire_missing:
        listed = ", ".join(missing[:10]) + (" …" if len(missing) > 10 else "")
        return Text(
            fa=f"کامل نشد و چیزی نوشته نشد: {len(missing)} کد پوشه در جدول نیست ({listed})."
            " اگر دیگر به کار نمی‌روند: --retire-missing",
            en=f"Not promoted, nothing was written: {len(missing)} code(s) of the folder are not in the table"
            f" ({listed}). If they are out of use: --retire-missing",
        )
    return None


def _changed_files(tree: Tree, work: TableMerge, promote: bool, version: str) -> dict[str, bytes]:
    """The files that would be different, the metadata last: until it is there, nothing claims to be complete."""
    folder = work.target.folder
    landed = any(row.outcome in (Outcome.ADDED, Outcome.CHANGED) for row in work.reports)
    if not (landed or promote or version):
        return {}
    written = {
        f"{folder}/concepts.csv": csv_text(CONCEPTS, work.concepts.values()),
        f"{folder}/designations.csv": csv_text(DESIGNATIONS, work.designations) if work.designations else "",
        f"{folder}/properties.csv": csv_text(PROPERTIES, work.properties) if work.properties else "",
    }
    metadata = f"{folder}/codesystem.yaml"
    values = {"version": _version(work.target, promote, version)} if promote or version else {}
    if promote:
        values["content"] = str(Content.COMPLETE)
    elif work.target.system.content == Content.NOT_PRESENT:
        values["content"] = str(Content.FRAGMENT)
    if values:
        old = canonical(metadata, tree.read(metadata) or b"", SYSTEM).decode()
        written[metadata] = canonical(metadata, with_values(old, values).encode(), SYSTEM).decode()
    return {file: text.encode() for file, text in written.items() if text and text.encode() != tree.read(file)}


def _same(problem: Problem) -> tuple[str, str, str]:
    return problem.file, problem.rule, problem.message.en

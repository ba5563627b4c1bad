"""Files in the folders that nobody reads: a misspelt name must not go unnoticed."""

from collections.abc import Iterator

from termserver.content import conceptmap_files, destination_files, glossary_files, namingsystem_files, valueset_files
from termserver.content.codesystem_files import TABLES
from termserver.content.folders import CODE_SYSTEMS, system_folders
from termserver.content.problems import Problem, error, nearest, warning
from termserver.content.tree import Tree
from termserver.model.text import Text

_SYSTEM_FILES = ("codesystem.yaml", *TABLES)
_MAP_FILES = ("conceptmap.yaml", "mappings.csv")
_GOVERNANCE_FILES = ("governance.yaml", "access.yaml")
_GLOSSARY_FILES = ("glossary.yaml", "terms.csv")


def check_strays(tree: Tree) -> Iterator[Problem]:
    """Files that are not read: an error where the name is nearly one that is."""
    yield from _strays(tree, "governance", _GOVERNANCE_FILES)
    yield from _strays(tree, CODE_SYSTEMS, ("settings.yaml",))
    for folder in system_folders(tree):
        yield from _strays(tree, folder, _SYSTEM_FILES)
    yield from _strays(tree, glossary_files.FOLDER, _GLOSSARY_FILES)
    yield from _strays(tree, conceptmap_files.FOLDER, ())
    for name in tree.folders(conceptmap_files.FOLDER):
        yield from _strays(tree, f"{conceptmap_files.FOLDER}/{name}", _MAP_FILES)
    for folder in (valueset_files.FOLDER, namingsystem_files.FOLDER, destination_files.FOLDER):
        for name in tree.files(folder):
            if not name.endswith(".yaml"):
                near = name.removesuffix(".yml") + ".yaml" if name.endswith(".yml") else ""
                yield _stray(f"{folder}/{name}", near)


def _strays(tree: Tree, folder: str, known: tuple[str, ...]) -> Iterator[Problem]:
    there = tree.files(folder)
    for name in there:
        if name not in known:
            yield _stray(f"{folder}/{name}", nearest(name, [file for file in known if file not in there]))


def _stray(file: str, near: str) -> Problem:
    message = Text(fa="این فایل را کسی نمی‌خواند.", en="Nobody reads this file.")
    if near:
        hint = Text(fa=f"آیا نامش باید {near} باشد؟", en=f"Should it be called {near}?")
        return error(file, (1, 1), "file.stray", message, hint)
    return warning(file, (1, 1), "file.stray", message, Text(fa="آن را پاک یا جابه‌جا کنید.", en="Move or delete it."))

"""The tables of exact answers are made from a release's concepts; ``tables`` says what each holds."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from termserver.model.codes import CodeSystem, CodeSystemContent, Entry, Status
from termserver.model.errors import ContentError
from termserver.model.fold import FOLD_VERSION
from termserver.model.releases import Table
from termserver.terminology import closure
from termserver.terminology.details import encode_concept, names_of
from termserver.terminology.tables import (
    ABOUT,
    ANCESTORS,
    CHILDREN,
    CONCEPT,
    DESCENDANTS,
    DETAIL,
    DISPLAY,
    SYSTEM,
    code_key,
    display_hash,
    pack,
)

Rows = Iterable[tuple[Any, ...]]


def system_keys(contents: Iterable[CodeSystemContent]) -> list[str]:
    """How each system is called in the release: the first of an id by the id, another generation ``id|version``.

    Raise ContentError if one generation is there twice.
    """
    keys: list[str] = []
    generations: set[tuple[str, str]] = set()
    for content in contents:
        system = content.system
        if (system.id, system.version) in generations:
            raise ContentError(
                f"The code system '{system.id}' is there twice in version '{system.version}'. Keep one of them.",
                f"سامانهٔ کد «{system.id}» با نسخهٔ «{system.version}» دو بار آمده است. یکی را نگه دارید.",
            )
        generations.add((system.id, system.version))
        keys.append(f"{system.id}|{system.version}" if system.id in keys else system.id)
    return keys


def artefact_path(key: str) -> str:
    """Where the metadata of a system lies in the release."""
    return f"codesystems/{key.replace('|', '/')}.json"


def tables(entries: Sequence[Entry], contents: Sequence[CodeSystemContent]) -> Iterator[tuple[Table, Rows]]:
    """The tables with their rows; ``entries`` are the concepts of ``contents`` in rank order, numbered from 0.

    Raise ContentError for two equal codes in a system, a name that two systems claim, a concept
    that is its own ancestor.
    """
    keys = system_keys(contents)
    numbers = {(content.system.id, content.system.version): n for n, content in enumerate(contents)}
    yield ABOUT, [("fold", FOLD_VERSION)]
    yield SYSTEM, _systems(keys, contents)
    ordinals = _ordinals(entries, numbers)
    yield CONCEPT, _concepts(ordinals, entries)
    yield DETAIL, ((entry.ordinal, encode_concept(entry.concept)) for entry in entries)
    yield DISPLAY, _displays(entries, numbers)
    parents, children = _family(contents, ordinals, entries)
    above = closure.ancestors(parents, [entry.concept.code for entry in entries])
    yield ANCESTORS, ((ordinal, pack(found)) for ordinal, found in enumerate(above) if found)
    yield CHILDREN, ((ordinal, pack(found)) for ordinal, found in sorted(children.items()))
    below: defaultdict[int, list[int]] = defaultdict(list)
    for ordinal, found in enumerate(above):
        for ancestor in found:
            below[ancestor].append(ordinal)
    yield DESCENDANTS, ((ordinal, closure.compressed(found)) for ordinal, found in sorted(below.items()))


def _systems(keys: Sequence[str], contents: Sequence[CodeSystemContent]) -> Rows:
    taken: dict[str, str] = {}
    rows = []
    for number, (key, content) in enumerate(zip(keys, contents, strict=True)):
        system = content.system
        names = _names(key, system)
        for name in names:
            other = taken.setdefault(name, key)
            if other != key:
                raise ContentError(
                    f"The name '{name}' is claimed by the code systems '{other}' and '{key}'. Keep it with one.",
                    f"نام «{name}» را هر دو سامانهٔ کد «{other}» و «{key}» دارند. برای یکی نگه دارید.",
                )
        rows.append(
            (
                key,
                number,
                artefact_path(key),
                system.id,
                system.version,
                str(system.content),
                system.weight,
                system.stands_in_for,
                len(content.concepts),
                int(not system.case_sensitive),
                "\n".join(names),
            )
        )
    return rows


def _names(key: str, system: CodeSystem) -> list[str]:
    if key != system.id:
        known = [key, f"{system.url}|{system.version}"]
    else:
        known = [*system.names(), f"{system.id}|{system.version}", f"{system.url}|{system.version}"]
    return sorted({name.casefold() for name in known})


Ordinals = dict[str, int]


def _ordinals(entries: Sequence[Entry], numbers: dict[tuple[str, str], int]) -> Ordinals:
    found: Ordinals = {}
    for entry in entries:
        system, concept = entry.system, entry.concept
        key = code_key(numbers[system.id, system.version], concept.code, not system.case_sensitive)
        if found.setdefault(key, entry.ordinal) != entry.ordinal:
            raise ContentError(
                f"The code '{concept.code}' is there twice in the code system '{system.id}'. Keep one of the rows.",
                f"کد «{concept.code}» در سامانهٔ کد «{system.id}» دو بار آمده است. یکی از سطرها را نگه دارید.",
            )
    return found


def _concepts(ordinals: Ordinals, entries: Sequence[Entry]) -> Rows:
    for key, ordinal in sorted(ordinals.items()):
        concept = entries[ordinal].concept
        yield key, ordinal, int(concept.status is Status.RETIRED), concept.period.start, concept.period.end


def _displays(entries: Sequence[Entry], numbers: dict[tuple[str, str], int]) -> Rows:
    for entry in entries:
        number = numbers[entry.system.id, entry.system.version]
        for hashed in {display_hash(name) for name in names_of(entry.concept)}:
            yield number, hashed, entry.ordinal


def _family(
    contents: Sequence[CodeSystemContent], ordinals: Ordinals, entries: Sequence[Entry]
) -> tuple[list[list[int]], dict[int, list[int]]]:
    """Parents by ordinal, and children in the order of the content; a parent that is not here has no ordinal."""
    parents: list[list[int]] = [[] for _ in entries]
    children: dict[int, list[int]] = {}
    for number, content in enumerate(contents):
        folds = not content.system.case_sensitive
        for concept in content.concepts:
            if not concept.parents:
                continue
            ordinal = ordinals[code_key(number, concept.code, folds)]
            for code in concept.parents:
                parent = ordinals.get(code_key(number, code, folds))
                if parent is not None and parent not in parents[ordinal]:
                    parents[ordinal].append(parent)
                    children.setdefault(parent, []).append(ordinal)
    return parents, children

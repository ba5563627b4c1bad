"""The one static order of a release: whoever is read first is the better answer to the same words.

Active before retired, heavier systems first, then the system's id, general before special (chapters
and blocks behind the categories that they hold), what says that nothing more is known before its
kinds, short titles first, then the code. The search index numbers concepts in this order (their
ordinals), so that the first members of any set are already the best ones and nothing is ever scored
or sorted.
"""

from collections.abc import Iterable

from termserver.model.codes import CodeSystemContent, Concept, Entry, Status
from termserver.model.text import Text
from termserver.search.heads import plainness


def in_rank_order(contents: Iterable[CodeSystemContent]) -> list[Entry]:
    """All concepts of ``contents`` in static rank order, numbered from 0."""
    ranked = []
    for content in contents:
        system = content.system
        depth: dict[str, float] = dict(depths([one for one in content.concepts if not is_heading(one)]))
        for concept in content.concepts:
            retired = concept.status is Status.RETIRED
            key = (
                retired,
                -system.weight,
                system.id,
                system.version,
                depth.get(concept.code, 0.5),  # a heading stands behind the categories, before what they hold
                plainness(concept.display.en or concept.display.fa),
                title_length(concept.display),
                concept.code,
            )
            ranked.append((key, system, concept))
    ranked.sort(key=lambda row: row[0])
    return [Entry(ordinal, system, concept) for ordinal, (_, system, concept) in enumerate(ranked)]


def is_heading(concept: Concept) -> bool:
    """Whether it is a chapter or a block of codes: it orders them and is not coded itself."""
    return any(stated.code == "kind" and stated.value in ("chapter", "block") for stated in concept.properties)


def depths(concepts: Iterable[Concept]) -> dict[str, int]:
    """How far below a root each code stands: 0 for a root, by the shortest way up where there are several.

    A parent that is not in the list does not count; codes on a cycle stand at 0 (the content check
    reports those, ranking only has to survive them).
    """
    children: dict[str, list[str]] = {}
    depth: dict[str, int] = {}
    known = {concept.code: concept for concept in concepts}
    level = []
    for concept in known.values():
        parents = [parent for parent in concept.parents if parent in known]
        for parent in parents:
            children.setdefault(parent, []).append(concept.code)
        if not parents:
            depth[concept.code] = 0
            level.append(concept.code)
    below = 1
    while level:
        level = [child for code in level for child in children.get(code, ()) if child not in depth]
        depth.update(dict.fromkeys(level, below))
        below += 1
    for code in known:
        depth.setdefault(code, 0)
    return depth


def title_length(title: Text) -> int:
    """The letters of the shorter of the two titles, as far as they are there."""
    return min((len(words) for words in (title.fa, title.en) if words), default=0)

"""The closure of any hierarchy is the one that a plain walk finds."""

from hypothesis import given, settings
from hypothesis import strategies as st

from termserver.terminology import closure

_GRAPHS = st.integers(1, 12).flatmap(
    lambda size: st.tuples(
        *(st.lists(st.integers(0, size - 1), max_size=3, unique=True).map(tuple) for _ in range(size))
    )
)


def _distances(parents: list[tuple[int, ...]], start: int) -> dict[int, int]:
    found: dict[int, int] = {}
    level, steps = set(parents[start]), 1
    while level:
        found.update((at, steps) for at in level if at not in found)
        level = {above for at in level for above in parents[at]} - found.keys()
        steps += 1
    return found


@settings(max_examples=300, deadline=None)
@given(_GRAPHS)
def test_ancestors_are_complete_and_nearest_first(graph: tuple[tuple[int, ...], ...]) -> None:
    # a parent has a smaller number: no rounds
    parents = [tuple(parent for parent in above if parent < at) for at, above in enumerate(graph)]
    found = closure.ancestors(parents, [str(n) for n in range(len(parents))])
    for at, above in enumerate(found):
        distances = _distances(parents, at)
        assert sorted(above) == sorted(distances)
        steps = [distances[ancestor] for ancestor in above]
        assert steps == sorted(steps)


def test_many_ways_to_the_same_ancestor_are_walked_once() -> None:
    # three parents on each of forty levels: there are 3^40 ways up
    parents = [[3 * (n // 3 - 1) + k for k in range(3)] if n >= 3 else [] for n in range(120)]
    assert len(closure.ancestors(parents, [str(n) for n in range(120)])[-1]) == 117


def test_a_compressed_set_comes_back() -> None:
    members = [1, 2, 3, 70_000, 70_001]
    assert list(closure.opened(closure.compressed(members))) == members
    assert list(closure.united([closure.opened(closure.compressed(members)), frozenset({5})])) == [
        1,
        2,
        3,
        5,
        70_000,
        70_001,
    ]

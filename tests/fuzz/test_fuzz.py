"""Nothing that is sent makes a target fail: every seed at once, changed seeds at night (and longer with make fuzz)."""

import random
from pathlib import Path

import pytest
from fuzz_targets import NAMES, seeds, target
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from termserver.service import TermServer


@pytest.mark.parametrize("name", NAMES)
def test_the_seeds_of_a_target_pass(server: TermServer, name: str) -> None:
    one = target(name, server)
    known = seeds(name, server)

    assert known
    for seed in known[:40]:
        one(seed)


@pytest.mark.nightly
@pytest.mark.parametrize("name", NAMES)
def test_changed_seeds_pass(server: TermServer, name: str) -> None:
    one, known = target(name, server), seeds(name, server)

    @settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(
        seed=some.sampled_from(known),
        cuts=some.lists(some.integers(0, 1 << 20), max_size=6),
        put=some.binary(max_size=9),
    )
    def run(seed: bytes, cuts: list[int], put: bytes) -> None:
        data = bytearray(seed)
        for n, cut in enumerate(cuts):
            at = cut % (len(data) + 1)
            chance = random.Random(cut).random()
            if chance < 0.4:
                data[at : at + 1 + n] = put
            elif chance < 0.7:
                del data[at : at + 1 + cut % 40]
            else:
                data[at:at] = data[at // 2 : at // 2 + cut % 200]
        one(bytes(data[:60_000]))

    run()


def test_the_fuzzer_says_what_it_lacks(root: Path) -> None:
    import fuzz_run as run

    try:
        import atheris  # noqa: F401
    except ImportError:
        assert run.main(["1", "xml"]) == 2
    else:
        assert run.main(["1", "queries"]) == 0

"""Half a million concepts are imported within the promised memory, served, and swapped without a failed request."""

import itertools
from pathlib import Path

import pytest

from benchmarks import big_system, scale_bench

pytestmark = pytest.mark.nightly


def test_half_a_million_concepts_come_in_answer_and_go(tmp_path: Path) -> None:
    lines = tmp_path / "big.ndjson"
    big_system.write(lines)
    scale_bench.command("release", "build", folder=tmp_path)
    took = scale_bench.command("import", "table", str(lines), "--system", "big-toys", "--version", "1", folder=tmp_path)
    assert took.memory < scale_bench.MEMORY
    with scale_bench.serving(tmp_path) as (port, process):
        codes = itertools.count(100_000_000, 997)
        scale_bench.asked(port, "/api/codesystems/big-toys/concepts/{code}", codes)
        own, _ = scale_bench.memory_of(process.pid)
        assert own < 1000
        failed, answered, _ = scale_bench.swapped(port, tmp_path)
        assert not failed and answered


def test_the_made_up_system_is_the_same_each_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        big_system.write(tmp_path / name, 500)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()

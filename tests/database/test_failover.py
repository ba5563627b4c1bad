"""docs/operating.md says how a standby takes over: two real clusters, the primary killed amid writes."""

from pathlib import Path

import pytest

pytest.importorskip("psycopg")


@pytest.mark.nightly
@pytest.mark.skipif(not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")), reason="PostgreSQL is not installed")
def test_no_acknowledged_change_is_lost_when_the_primary_dies() -> None:
    from benchmarks.faults.failover import fail_over, pair

    with pair() as both:
        outcome = fail_over(both)
    assert outcome.before > 10 and outcome.after > 10
    assert outcome.lost == 0

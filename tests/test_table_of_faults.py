"""Every fault of `make faults`, with real processes: no answer is wrong and no line of the access log is lost."""

import os
from pathlib import Path

import pytest


@pytest.mark.nightly
@pytest.mark.skipif(os.name != "posix", reason="processes as POSIX has them")
def test_no_fault_makes_an_answer_wrong_or_loses_a_line_of_the_log(standards: Path, tmp_path: Path) -> None:
    from benchmarks.faults.every import FAULTS
    from benchmarks.faults.stage import Stage

    rows = []
    with Stage(tmp_path, standards) as stage:
        if stage.room.missing:
            pytest.skip(f"not installed: {', '.join(stage.room.missing)}")
        for fault in FAULTS:
            rows.append(fault(stage))
            stage.learn()
    assert [(row.fault, row.wrong, row.lost) for row in rows if row.wrong or row.lost] == []
    assert all(row.asked or row.happened.startswith("not tried") for row in rows)

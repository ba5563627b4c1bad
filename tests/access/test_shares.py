"""How much one may read: a day's quota outlives a restart, and number after number costs more."""

import subprocess
import sys
from pathlib import Path

import pytest

from termserver.access.enumeration import COST, MISSES, RUN, SLOW, Watch
from termserver.access.limits import Rates
from termserver.access.quotas import Quotas
from termserver.access.shared_counts import SharedCounts


def test_a_days_quota_is_kept_over_a_restart_and_begins_anew_the_next_day(tmp_path: Path) -> None:
    file, day = tmp_path / "read.json", ["2026-11-22"]
    quotas = Quotas(file, day=lambda: day[0])
    assert [quotas.take("vendor-12", 40, 100) for _ in range(2)] == [0, 0]
    assert quotas.take("vendor-12", 40, 100) > 0
    assert quotas.take("another", 40, 100) == 0 and quotas.take("free", 1e9, 0) == 0
    quotas.close()
    again = Quotas(file, day=lambda: day[0])
    assert again.take("vendor-12", 21, 100) > 0 and again.take("vendor-12", 20, 100) == 0
    day[0] = "2026-11-23"
    assert again.take("vendor-12", 100, 100) == 0


def test_processes_count_a_days_quota_together_and_a_broken_file_stops_nobody(tmp_path: Path) -> None:
    file, day = tmp_path / "read.json", ["2026-11-22"]
    file.write_text("{half", "utf-8")
    one, other = (Quotas(file, SharedCounts(tmp_path / "days.counts"), lambda: day[0]) for _ in range(2))
    assert one.take("a", 60, 100) == 0 and other.take("a", 41, 100) > 0 and other.take("a", 40, 100) == 0
    assert one.take("a", 1, 100) > 0 and one.take("b", 100, 100) == 0
    other.close()
    assert Quotas(file, SharedCounts(tmp_path / "of another run.counts"), lambda: day[0]).take("a", 1, 100) > 0
    day[0] = "2026-11-23"
    assert one.take("a", 100, 100) == 0 and other.take("a", 1, 100) > 0


_TAKING = """
import sys
from pathlib import Path
from termserver.access.limits import Rates
from termserver.access.shared_counts import SharedCounts
rates = Rates(lambda: 100.0, SharedCounts(Path(sys.argv[1])))
print(sum(not rates.take("a", 1, 60, 1000) for _ in range(1500)))
"""


def test_two_processes_take_from_one_bucket(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _TAKING, str(tmp_path / "requests.counts")]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    taken = sum(int(process.communicate(timeout=60)[0]) for process in running)
    assert 1000 <= taken < 1300, "a few are counted once where both count in the same moment; not all of them"


def test_whoever_loses_their_place_begins_with_a_full_bucket(tmp_path: Path) -> None:
    rates = Rates(lambda: 100.0, SharedCounts(tmp_path / "requests.counts", slots=1))
    assert [rates.take(caller, 10, 60, 10) for caller in ("a", "b", "a")] == [0, 0, 0]
    assert rates.take("a", 10, 60, 10) > 0


def test_number_after_number_is_slowed_down_for_an_hour() -> None:
    now = [0.0]
    watch = Watch(lambda: now[0])
    for n in range(RUN + 1):
        assert watch.cost("a") == 1
        watch.saw("a", "physicians", f"{900000 + 2 * n}", found=True)
    assert watch.cost("a") == COST and watch.cost("b") == 1
    now[0] = SLOW + 1
    assert watch.cost("a") == 1


def test_numbers_of_nobody_are_slowed_down_and_work_is_not() -> None:
    watch = Watch(lambda: 0.0)
    for n in range(MISSES):
        watch.saw("guessing", "physicians", f"{(n * 7919) % 100_003}", found=False)
        watch.saw("working", "physicians", f"{(n * 7919) % 100_003}", found=n % 3 != 0)
    assert watch.cost("guessing") == COST and watch.cost("working") == 1
    assert watch.verified("batch", "physicians", known=10_000, unknown=500) is False
    assert watch.verified("trying", "physicians", known=500, unknown=10_000) is True


@pytest.mark.parametrize("code", ["", "no-number", "9" * 40])
def test_codes_that_are_no_numbers_count_as_found_or_not(code: str) -> None:
    watch = Watch(lambda: 0.0)
    assert not any(watch.saw("a", "centres", code, found=True) for _ in range(200))


def test_a_bucket_fills_again_is_each_callers_own_and_pays_for_more_than_it_holds() -> None:
    now = [0.0]
    rates = Rates(lambda: now[0])
    assert [rates.take("a", 1, 60, 3) for _ in range(5)] == [0, 0, 0, 1, 1]
    assert rates.take("b", 1, 60, 3) == 0
    now[0] = 2.0
    assert [rates.take("a", 1, 60, 3) for _ in range(3)] == [0, 0, 1]
    now[0] = 100.0
    assert rates.take("a", 500, 60, 3) == 0 and rates.take("a", 3, 60, 3) == 3

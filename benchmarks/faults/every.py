"""Every fault that is tried, in the order of the table."""

from collections.abc import Callable

from benchmarks.faults import clock, crowds, damage, disks, killed, network, read_only, swaps
from benchmarks.faults.stage import Stage
from benchmarks.faults.table import Row

FAULTS: tuple[Callable[[Stage], Row], ...] = (
    killed.worker, killed.follower, killed.publisher, killed.postgres, killed.failover, killed.silent,
    swaps.swap, swaps.worker_amid_swap, swaps.follower_amid_swap, swaps.months_behind,
    network.line_cut, network.line_silent, network.line_thin,
    disks.full_log, read_only.read_only_shelf, read_only.read_only_node,
    crowds.idle_connections, crowds.busy_connections, crowds.few_descriptors, crowds.slowloris, crowds.herd,
    damage.broken_release, damage.broken_segment, clock.clock,
)  # fmt: skip

"""Two network namespaces with a line between them, which can be cut, fall silent, or become thin."""

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.faults.stage import mounts

_NEW_NETWORK = 0x40000000
"""CLONE_NEWNET of the kernel; Python knows setns since 3.12."""
HERE, THERE = "10.213.0.1", "10.213.0.2"


@dataclass(frozen=True)
class Line:
    """A pair of namespaces: the publisher is ``near`` (at ``HERE``), the follower ``far`` (at ``THERE``)."""

    near: str
    far: str

    @property
    def ends(self) -> tuple[tuple[str, str, str], ...]:
        return (self.near, "near0", HERE), (self.far, "far0", THERE)

    def enter(self, namespace: str) -> None:
        """Let the calling thread open its sockets there, until it ends."""
        with open(f"/run/netns/{namespace}") as handle:
            if ctypes.CDLL(None, use_errno=True).setns(handle.fileno(), _NEW_NETWORK):
                raise OSError(ctypes.get_errno(), f"setns {namespace}")

    @contextmanager
    def inside(self, namespace: str) -> Iterator[None]:
        """The calling thread opens its sockets there while the block runs, and so do the processes it starts."""
        with open("/proc/thread-self/ns/net") as home:
            self.enter(namespace)
            try:
                yield
            finally:
                ctypes.CDLL(None).setns(home.fileno(), _NEW_NETWORK)

    def down(self) -> None:
        """Pull the plug: either side is told that there is no carrier."""
        _ip("-n", self.far, "link", "set", "far0", "down")

    def up(self) -> None:
        _ip("-n", self.far, "link", "set", "far0", "up")

    def silence(self) -> None:
        """Whatever is sent vanishes, and nobody is told."""
        for namespace, device, _ in self.ends:
            _tc(namespace, "replace", "dev", device, "root", "blackhole")

    def thin(self, bits: int) -> None:
        """So many bits a second towards the follower."""
        shaped = ("tbf", "rate", f"{bits}bit", "burst", "4kb", "latency", "500ms")
        _tc(self.near, "replace", "dev", "near0", "root", *shaped)

    def clear(self) -> None:
        """The line is as it was made."""
        for namespace, device, _ in self.ends:
            subprocess.run(["ip", "netns", "exec", namespace, "tc", "qdisc", "del", "dev", device, "root"],
                           capture_output=True)  # fmt: skip


@contextmanager
def line() -> Iterator[Line | None]:
    """A line of its own; None where the system does not let one be made. It is removed at the end."""
    made = Line(f"termserver-near-{os.getpid()}", f"termserver-far-{os.getpid()}")
    if not (mounts() and shutil.which("ip") and shutil.which("tc")):
        yield None
        return
    try:
        try:
            _lay(made)
        except (OSError, subprocess.CalledProcessError):
            yield None
            return
        yield made
    finally:
        for namespace in (made.near, made.far):
            subprocess.run(["ip", "netns", "del", namespace], capture_output=True)


def _lay(made: Line) -> None:
    for namespace in (made.near, made.far):
        _ip("netns", "add", namespace)
        _ip("-n", namespace, "link", "set", "lo", "up")
    _ip("link", "add", "near0", "netns", made.near, "type", "veth", "peer", "name", "far0", "netns", made.far)
    for namespace, device, address in made.ends:
        _ip("-n", namespace, "address", "add", f"{address}/30", "dev", device)
        _ip("-n", namespace, "link", "set", device, "up")
    made.thin(10**9)  # whether the kernel can shape and silence is known before anything is tried
    made.silence()
    made.clear()


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def _tc(namespace: str, *arguments: str) -> None:
    subprocess.run(["ip", "netns", "exec", namespace, "tc", "qdisc", *arguments], check=True, capture_output=True)

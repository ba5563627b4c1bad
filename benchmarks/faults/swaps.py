"""A new release is put in force, and whoever takes it over is killed meanwhile."""

import os
import signal
import time
from collections.abc import Callable

from deploy.here import Follower, Process, run, termserver, until

from benchmarks.faults.stage import Stage, serving, version
from benchmarks.faults.table import Row, seconds
from termserver.releases.editions import EDITION_FILE
from termserver.releases.shelf import Shelf

AFTER_THE_EDITION = (0.0, 0.3, 0.6, 0.9, 1.2, 1.5)
"""Seconds after the edition's file was replaced: a worker looks once a second, then opens what is new."""
PULLS = ("begun", "fetching", "on the shelf", "in force", "in force", "in force")
"""How far a pull has come when it is killed with the server; the last ones a little later each time."""
_LATER = 0.6


def swap(stage: Stage) -> Row:
    with stage.load().running() as load:
        before = stage.one.release()
        stage.publish()
        until(lambda: all(one.release() != before for one in stage.room.followers))
        time.sleep(1)
    stage.learn()
    return stage.told("a new release is put in force", load, "every worker swaps between two requests", "no pause")


def worker_amid_swap(stage: Stage) -> Row:
    """Each time the next version comes, one of two workers is killed, a little later each time."""
    one, slowest = stage.one, 0.0
    file = one.shelf / EDITION_FILE
    with stage.load().running() as load:
        for wait in AFTER_THE_EDITION:
            held = file.stat().st_ino
            before = serving(one.server)
            stage.publish()
            until(lambda held=held: file.stat().st_ino != held, pause=0.002)
            time.sleep(wait)
            os.kill(before[0], signal.SIGKILL)
            began = time.monotonic()
            until(lambda before=before: len(serving(one.server)) == 2 and before[0] not in serving(one.server))
            until(lambda: all(version(one) == str(stage.version) for _ in range(10)))
            slowest = max(slowest, time.monotonic() - began)
            stage.learn()
    instants = (
        f"{len(AFTER_THE_EDITION)} releases, killed {AFTER_THE_EDITION[0]:g} to {AFTER_THE_EDITION[-1]:g} s after"
    )
    happened = f"{instants} each is put in force: whoever answers has the old one or the new one, whole"
    return stage.told("`kill -9` of a worker in the middle of a swap", load, happened, f"≤ {seconds(slowest)}")


def follower_amid_swap(stage: Stage) -> Row:
    """The follower's server and its pull die together; then it is started and asked what it serves, and pulls again."""
    one, slowest, old, new, whole = stage.one, 0.0, 0, 0, True
    pull = Process("pull", termserver("pull"), one.folder / "pull.log", **one.environment)
    one.following.stop()
    with stage.load().running() as load:
        for number, far in enumerate(PULLS):
            before = str(stage.version)
            reached = _reached(one, far)
            stage.publish()
            pull.start()
            until(lambda reached=reached: reached() or pull.ended, pause=0.001)
            time.sleep(max(0, number - PULLS.index("in force")) * _LATER)
            pull.kill()
            one.server.kill()
            whole = whole and not any(found.problem for found in Shelf(one.shelf).verify())
            began = time.monotonic()
            one.server.start()
            until(one.ready)
            slowest = max(slowest, time.monotonic() - began)
            served = version(one)
            old, new = old + (served == before), new + (served == str(stage.version))
            run(one.environment, "pull")
            stage.learn()
    one.following.start()
    happened = (
        f"{len(PULLS)} times: {', '.join(dict.fromkeys(PULLS))}; started again it serves the old release ({old}×) or "
        f"the new one ({new}×), {'never anything else' if old + new == len(PULLS) else 'or something else'}; "
        f"{'every file on its shelf is whole' if whole else 'a file on its shelf is not whole'}; the next pull goes on"
    )
    return stage.told("`kill -9` of a follower in the middle of a swap", load, happened, f"≤ {seconds(slowest)}")


def _reached(one: Follower, far: str) -> Callable[[], bool]:
    """Whether a pull that begins now has come so far."""
    edition, there = (one.shelf / EDITION_FILE).stat().st_ino, _installed(one)
    began = time.monotonic()
    ways: dict[str, Callable[[], bool]] = {
        "begun": lambda: time.monotonic() - began > 0.3,
        "fetching": lambda: any((one.shelf / "releases").glob(".pulled.*")),
        "on the shelf": lambda: _installed(one) > there,
        "in force": lambda: (one.shelf / EDITION_FILE).stat().st_ino != edition,
    }
    return ways[far]


def _installed(one: Follower) -> int:
    return len(list((one.shelf / "releases").glob("physicians-*.release")))


def months_behind(stage: Stage) -> Row:
    late = Follower("late", stage.folder)
    late.trust(stage.room.publisher.root, f"http://127.0.0.1:{stage.room.port}/publication")
    for _ in range(12):
        stage.publish()
    began = time.monotonic()
    run(late.environment, "pull")
    took = time.monotonic() - began
    late.server.start()
    until(late.ready)
    served, came = version(late), _installed(late) - 1
    late.server.stop()
    happened = f"one visit takes what is in force (version {served}): {came} file came, none of the eleven in between"
    return Row("a follower twelve releases behind", happened, 1, 0, 0, 0, seconds(took))

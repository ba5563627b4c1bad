"""Processes that die, or fall silent, while they are asked."""

import os
import signal
import time

from deploy.here import asked, run, until

from benchmarks.faults.failover import fail_over, pair
from benchmarks.faults.stage import Stage, serving
from benchmarks.faults.table import Row


def worker(stage: Stage) -> Row:
    server = stage.one.server
    with stage.load().running() as load:
        before = set(serving(server))
        os.kill(min(before), signal.SIGKILL)
        took = until(lambda: len(serving(server)) == 2 and set(serving(server)) != before)
    happened = "its neighbour and the other follower answer; it is started anew"
    return stage.told("`kill -9` of a worker", load, happened, took)


def follower(stage: Stage) -> Row:
    one = stage.one
    with stage.load().running() as load:
        one.server.kill()
        one.following.kill()
        time.sleep(2)
        one.server.start()
        one.following.start()
        took = until(one.ready)
    happened = "nginx passes it over; started again it answers from its shelf"
    return stage.told("`kill -9` of a follower", load, happened, took)


def publisher(stage: Stage) -> Row:
    with stage.load().running() as load:
        stage.room.source.kill()
        time.sleep(2)
        stale = asked(f"{stage.one.address}/ready")["stale"]
        stage.room.source.start()
        took = until(lambda: asked(f"http://127.0.0.1:{stage.room.port}/ready"))
    return stage.told("`kill -9` of the publisher", load, f"followers go on (stale: {str(stale).lower()})", took)


def postgres(stage: Stage) -> Row:
    fault = "`kill -9` of PostgreSQL"
    cluster = stage.room.postgres
    if cluster is None:
        return Row(fault, "not tried: PostgreSQL is not installed")
    history = f"http://127.0.0.1:{stage.room.port}/api/registries/physicians"
    with stage.load().running() as load:
        master = int((cluster.data / "postmaster.pid").read_text().split()[0])
        os.kill(master, signal.SIGKILL)
        time.sleep(1)
        answers = asked(history)["id"] == "physicians"
        cluster.stop("immediate")
        (cluster.data / "postmaster.pid").unlink(missing_ok=True)
        began = time.monotonic()
        cluster.start()
        run(stage.room.environment, "registry", "list")
        took = time.monotonic() - began
    goes_on = "the publisher goes on with its releases" if answers else "the publisher failed"
    return stage.told(fault, load, f"followers have no database; {goes_on}", took)


def failover(stage: Stage) -> Row:
    """Two clusters of their own; what is lost is counted in changes here."""
    fault = "`kill -9` of the primary PostgreSQL amid writes"
    if stage.room.postgres is None:
        return Row(fault, "not tried: PostgreSQL is not installed")
    with stage.load().running() as load, pair() as both:
        done = fail_over(both)
    happened = (
        f"the standby is promoted; writers with the address of both go on: {done.before} changes of the committee "
        f"and a registry acknowledged before, {done.after} after, {done.refused} refused, {done.lost} lost"
    )
    return stage.told(fault, load, happened, done.recovery)


def silent(stage: Stage) -> Row:
    one = stage.one.server
    assert one.running is not None
    everybody = [*one.workers, one.running.pid]
    with stage.load().running() as load:
        for process in everybody:
            os.kill(process, signal.SIGSTOP)
        time.sleep(8)
        for process in everybody:
            os.kill(process, signal.SIGCONT)
        took = until(stage.one.ready)
        time.sleep(1)
    fault = "a follower falls silent (SIGSTOP: half-open connections)"
    return stage.told(fault, load, "asked again at the other after 3 s", took)

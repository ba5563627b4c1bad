"""Too many at once: everybody after an outage with what has queued up, and those who only hold a connection."""

import http.client
import random
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import orjson
from deploy.here import asked, until

from benchmarks.faults.load import Load
from benchmarks.faults.stage import Alone, Stage, yes
from benchmarks.faults.table import Row

SYSTEMS = 100
QUEUED = 10
"""Documents that each system has kept while nobody answered."""
_UNENDING = (
    b"POST /api/documents/validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"
)
_DOCUMENTS = Path(__file__).resolve().parents[2] / "validators"


@dataclass
class Queues:
    """Systems that send their queued documents one after the other, each until it is judged."""

    port: int
    documents: list[tuple[str, bytes]]
    judged: list[tuple[float, str, str]] = field(default_factory=list)
    """When, which document, and the digest of its verdicts."""
    tried: list[int] = field(default_factory=list)
    """The status of every try; 0: no answer."""

    def one(self, number: int) -> None:
        chance = random.Random(number)
        for _ in range(QUEUED):
            name, body = chance.choice(self.documents)
            while not self._sent(name, body, number):
                time.sleep(chance.uniform(0.2, 1.0))  # all of them at the same instant would be a herd of our making

    def _sent(self, name: str, body: bytes, number: int) -> bool:
        here = f"127.9.{number // 250}.{1 + number % 250}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, 30, source_address=(here, 0))
        kind = "application/xml" if name.endswith(".xml") else "application/json"
        try:
            connection.request("POST", "/api/documents/validate", body, {"content-type": kind})
            answer = connection.getresponse()
            said = answer.read()
            self.tried.append(answer.status)
            if answer.status == 200:
                self.judged.append((time.monotonic(), name, verdicts(said)))
            return answer.status == 200
        except (OSError, http.client.HTTPException):
            self.tried.append(0)
            return False
        finally:
            connection.close()


def verdicts(answer: bytes) -> str:
    """The digest of what was judged, without what is of the moment."""
    said = orjson.loads(answer)["reports"]
    told = [(one["verdict"], [(f["rule"], f.get("where")) for f in one["findings"]]) for one in said]
    return sha256(orjson.dumps(told)).hexdigest()


def herd(stage: Stage) -> Row:
    fault = f"both followers die; {SYSTEMS} systems come back at once with {QUEUED} queued documents each"
    documents = [(str(path), path.read_bytes()) for path in _examples()]
    calm = Queues(stage.room.door_port, documents)
    for name, body in documents:
        until(lambda name=name, body=body: calm._sent(name, body, 0))
    right = {name: digest for _, name, digest in calm.judged}
    for one in stage.room.followers:
        one.server.kill()
    queues = Queues(stage.room.door_port, documents)
    systems = [threading.Thread(target=queues.one, args=(n,), daemon=True) for n in range(SYSTEMS)]
    with stage.load().running() as load:
        for system in systems:
            system.start()
        time.sleep(1)
        began = time.monotonic()
        for one in stage.room.followers:
            one.server.start()
        until(lambda: asked(f"{stage.room.address}/ready", 15))
        took = time.monotonic() - began
        for system in systems:
            system.join(180)
        drained = time.monotonic() - began
    late = sum(1 for one in load.done if one.status != 200 and one.at > began + took + 1)
    again = len(queues.tried) - len(queues.judged)
    wrong = sum(1 for _, name, digest in queues.judged if right[name] != digest)
    happened = (
        f"{len(queues.judged):,} of {SYSTEMS * QUEUED:,} documents judged, {wrong} otherwise than before, after "
        f"{again:,} tries in vain; all of it {drained:.1f} s after the start; while nobody answers nginx says 503 with "
        f"Retry-After ({len(load.refused()):,}×), {late} of them when a follower answered again"
    )
    return stage.told(fault, load, happened, took, 503)


def _examples() -> list[Path]:
    found = sorted(_DOCUMENTS.glob("*/*/examples/*/*.json")) + sorted(_DOCUMENTS.glob("*/*/examples/*/*.xml"))
    return random.Random(1).sample(found, 40)


def slowloris(stage: Stage) -> Row:
    held = []
    with stage.load().running() as load:
        for _ in range(200):
            connection = socket.create_connection(("127.0.0.1", stage.room.door_port), 2)
            connection.sendall(b"GET /api/search?q=a HTTP/1.1\r\nHost: x\r\nX-")
            held.append(connection)
        for _ in range(12):
            time.sleep(1)
            for connection in held:
                with suppress(OSError):
                    connection.sendall(b"a")
        gone = sum(1 for connection in held if _closed(connection))
        for connection in held:
            connection.close()
    fault = "slowloris: 200 clients send a letter a second"
    return stage.told(fault, load, f"nginx hung up on {gone} of them after 10 s", "none needed")


def idle_connections(stage: Stage) -> Row:
    return _crowded(stage, "out of file descriptors: 300 connections that say nothing", "120:120", b"")


def busy_connections(stage: Stage) -> Row:
    return _crowded(stage, "out of file descriptors: 300 documents that never end", "120:120", _UNENDING)


def few_descriptors(stage: Stage) -> Row:
    return _crowded(stage, "few file descriptors, and more to be had", "120:4096", b"")


def _crowded(stage: Stage, fault: str, limit: str, said: bytes) -> Row:
    """A node alone, without nginx, that may have so many files open (soft and hard limit)."""
    if not shutil.which("prlimit"):
        return Row(fault, "not tried: prlimit is not installed")
    with stage.alone(limit=limit) as one, Load(one.port).running() as load:
        with _held(one, said) as held:
            time.sleep(3)
        began = time.monotonic()
        until(lambda: asked(f"{one.address}/ready"))
        took = time.monotonic() - began
        lives = one.lives
    traces = one.log.read_text("utf-8", "replace").count("Traceback")
    happened = (
        f"a node with {limit.partition(':')[0]} of them{'' if limit.startswith('120:120') else ', hard limit 4,096'}, "
        f"without nginx; {held} came; answers that were a 503 with Retry-After: {len(load.refused()):,}, the slowest "
        f"of all took {load.slowest:.1f} s; it lives: {yes(lives)}; tracebacks in its log: {traces}"
    )
    row = stage.told(fault, load, happened, took, audits=[stage.one.audit])
    row.failed -= len(load.refused())
    return row


@contextmanager
def _held(one: Alone, said: bytes) -> Iterator[int]:
    """Three hundred connections that said so much and no more; how many came about."""
    held: list[socket.socket] = []
    try:
        for _ in range(300):
            with suppress(OSError):
                connection = socket.create_connection(("127.0.0.1", one.port), 0.3)
                held.append(connection)
                connection.sendall(said)
        yield len(held)
    finally:
        for connection in held:
            connection.close()


def _closed(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(1, socket.MSG_PEEK) in (b"", b"H")
    except BlockingIOError:
        return False
    except OSError:
        return True

"""The topology of compose.yaml on one machine without containers: PostgreSQL, a publisher, two followers behind nginx.

``python deploy/here.py FOLDER [RELEASE]`` starts it, says where it is, and stops it at Ctrl-C. What is not
installed (nginx, PostgreSQL) is left out and said. Processes only.
"""

import argparse
import contextlib
import datetime
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from termserver.model.text import Text
from termserver.publication import signing
from termserver.publication.repository import Repository
from termserver.releases import signatures
from termserver.trust.metadata import ROOT, SNAPSHOT, TARGETS, TIMESTAMP, Keys, instant

DEPLOY = Path(__file__).resolve().parent
STANDBY = "standby"
_NOBODY = 65534


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def asked(url: str, timeout: float = 5.0) -> Any:
    """The JSON at an address; raise OSError."""
    with urllib.request.urlopen(url, timeout=timeout) as answer:
        return json.load(answer)


def until(done: Any, seconds: float = 60.0, pause: float = 0.05) -> float:
    """Wait until ``done`` is true (an OSError counts as not yet); seconds waited. Raise TimeoutError."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        try:
            if done():
                return time.monotonic() - began
        except (OSError, ValueError):
            pass
        time.sleep(pause)
    raise TimeoutError(f"not after {seconds} s")


class Publisher:
    """A publication with its keys: two members of two sign, one key is online."""

    def __init__(self, folder: Path) -> None:
        self.repository = Repository(folder / "publication")
        self.members = [signatures.make(name) for name in ("first", "second")]
        self.online = signatures.make("online")
        members, online = Keys(tuple(key.public for key in self.members), 2), Keys((self.online.public,), 1)
        self.repository.draft_root({ROOT: members, TARGETS: members, SNAPSHOT: online, TIMESTAMP: online}, _now())
        self._sign(ROOT)

    def publish(
        self, release: Path, at: datetime.datetime | None = None, said: datetime.datetime | None = None
    ) -> None:
        """Sign and announce a release file, in force from ``at``, else at once; the word is as old as ``said``."""
        self.repository.draft_release(release, instant(at or _now()), Text("نمونه", "A sample"), _now(), None)
        self._sign(TARGETS)
        self.repository.commit([self.online], said or _now(), lambda _: None)

    @property
    def root(self) -> Path:
        return self.repository.folder / "metadata" / "1.root.json"

    def _sign(self, role: str) -> None:
        draft = self.repository.draft(role)
        assert draft is not None
        for key in self.members:
            signing.sign(self.repository.drafts / draft.label, key, draft.digest)


class Process:
    """One process of ours with its log; it can be killed, stopped and started again as it was."""

    def __init__(self, name: str, command: list[str], log: Path, **environment: str) -> None:
        self.name, self.command, self._log = name, command, log
        self.environment = {**os.environ, **environment}
        self.running: subprocess.Popen[bytes] | None = None

    def start(self, **more: Any) -> "Process":
        with self._log.open("ab") as log:
            self.running = subprocess.Popen(
                self.command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=self.environment,
                start_new_session=True, **more,
            )  # fmt: skip
        return self

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """The process and its children get the signal, and are waited for."""
        if self.running is not None:
            for one in (
                (*children(self.running.pid), self.running.pid) if how is signal.SIGKILL else (self.running.pid,)
            ):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(one, how)
            self.running.wait(60)

    def stop(self) -> None:
        if self.running is not None and self.running.poll() is None:
            self.kill(signal.SIGTERM)

    @property
    def ended(self) -> bool:
        return self.running is None or self.running.poll() is not None

    @property
    def workers(self) -> list[int]:
        assert self.running is not None
        return children(self.running.pid)


class Follower:
    """A follower: a shelf of its own, a server, and a process that follows."""

    def __init__(self, name: str, folder: Path, workers: int = 1, every: float = 5.0) -> None:
        self.name, self.port = name, free_port()
        self.folder = folder / name
        self.folder.mkdir()
        self.shelf, self.audit = self.folder / "shelf", self.folder / "audit"
        environment = {
            "TERMSERVER_SHELF": str(self.shelf), "TERMSERVER_AUDIT": str(self.audit), "TERMSERVER_NODE": name,
            "TERMSERVER_CACHE": str(self.folder / "cache"), "TERMSERVER_LOG": "json",
            "TERMSERVER_TRUSTED_PROXIES": "127.0.0.1",
        }  # fmt: skip
        self.environment = environment
        server = ["serve", "--port", str(self.port), "--workers", str(workers), "--judges", "0", "--json"]
        self.server = Process(f"{name} server", termserver(*server), self.folder / "server.log", **environment)
        following = termserver("follow", "--every", str(every))
        self.following = Process(f"{name} follow", following, self.folder / "follow.log", **environment)

    def trust(self, root: Path, address: str) -> None:
        run(self.environment, "trust", "mexa", str(root), "--from", address)
        run(self.environment, "pull")

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ready(self) -> bool:
        return bool(asked(f"{self.address}/ready")["status"] == "ready")

    def release(self) -> str:
        return str(asked(f"{self.address}/ready")["release"])


class Postgres:
    """A cluster of the installed PostgreSQL; as root it runs as nobody, in a folder of its own.

    ``of`` names the running primary that it is to be a standby of.
    """

    def __init__(self, of: "Postgres | None" = None) -> None:
        self.programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))[-1].parent
        self.folder = Path(tempfile.mkdtemp(prefix="termserver-pg-"))
        self.port = free_port()
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            os.chown(self.folder, _NOBODY, _NOBODY)
            self._as = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}
        if of is None:
            self.run("initdb", "-D", self.data, "-U", "termserver", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        else:  # -R writes standby.signal and where the primary is; the name is what synchronous_standby_names calls it
            place = f"host=127.0.0.1 port={of.port} user=termserver application_name={STANDBY}"
            self.run("pg_basebackup", "-D", self.data, "-R", "-X", "stream", "-c", "fast", "-d", place)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        return f"postgresql://termserver@127.0.0.1:{self.port}/postgres"

    def start(self, *settings: str) -> None:
        said = [f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1", *(f"-c {one}" for one in settings)]
        self.run("pg_ctl", "-D", self.data, "-w", "-l", self.folder / "log", "-o", " ".join(said), "start")

    def stop(self, mode: str = "fast") -> None:
        self.run("pg_ctl", "-D", self.data, "-m", mode, "stop", check=False)

    def run(self, program: str, *arguments: Any, check: bool = True) -> None:
        command = [str(self.programs / program), *map(str, arguments)]
        subprocess.run(
            command, check=check, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder, **self._as
        )

    def remove(self) -> None:
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)


class Room:
    """The whole topology in one folder. A context manager: everything is stopped at its end."""

    def __init__(
        self, folder: Path, release: Path, followers: int = 2, workers: int = 1, database: bool = True
    ) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.publisher = Publisher(folder)
        self.publisher.publish(release)
        self.missing: list[str] = []
        self.postgres: Postgres | None = None
        environment = {
            "TERMSERVER_SHELF": str(folder / "publisher"), "TERMSERVER_NODE": "publisher",
            "TERMSERVER_PUBLICATION": str(self.publisher.repository.folder),
            "TERMSERVER_AUDIT": str(folder / "publisher-audit"), "TERMSERVER_EDITION": str(release),
        }  # fmt: skip
        if database and list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
            self.postgres = Postgres()
            self.postgres.start()
            environment["TERMSERVER_DATABASE_URL"] = self.postgres.url
        elif database:
            self.missing.append("PostgreSQL")
        self.port = free_port()
        server = termserver("serve", "--port", str(self.port), "--judges", "0", "--json")
        self.source = Process("publisher", server, folder / "publisher.log", **environment)
        self.environment = environment
        self.followers = [Follower(f"follower-{'abcdef'[n]}", folder, workers) for n in range(followers)]
        self.door_port = free_port()
        self.door: Process | None = None
        if nginx := shutil.which("nginx"):
            self._configure()
            self.door = Process(
                "nginx", [nginx, "-c", str(folder / "nginx.conf"), "-g", "daemon off;"], folder / "nginx.log"
            )
        else:
            self.missing.append("nginx")

    def __enter__(self) -> "Room":
        try:
            if self.postgres is not None:
                run(self.environment, "registry", "list")
            self.source.start()
            until(lambda: asked(f"http://127.0.0.1:{self.port}/ready"))
            for one in self.followers:
                one.trust(self.publisher.root, f"http://127.0.0.1:{self.port}/publication")
                one.server.start()
                one.following.start()
            for one in self.followers:
                until(one.ready)
            if self.door is not None:
                self.door.start()
                until(lambda: asked(f"{self.address}/ready"))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for one in filter(
            None, [self.door, *[p for f in self.followers for p in (f.following, f.server)], self.source]
        ):
            one.stop()
        if self.postgres is not None:
            self.postgres.remove()

    @property
    def address(self) -> str:
        """Where all of it is asked: nginx, else the first follower."""
        return f"http://127.0.0.1:{self.door_port}" if self.door is not None else self.followers[0].address

    def _configure(self) -> None:
        """nginx.conf as it is deployed, with the addresses of this room."""
        said = (DEPLOY / "nginx.conf").read_text("utf-8")
        servers = "\n".join(f"    server 127.0.0.1:{one.port} max_fails=2 fail_timeout=2s;" for one in self.followers)
        said = re.sub(r"    server follower-a:8000.*\n    server follower-b:8000.*", servers, said)
        said = said.replace("listen 8080;", f"listen 127.0.0.1:{self.door_port};").replace(
            "/tmp/nginx", f"{self.folder}/nginx"
        )
        said = said.replace(
            "worker_processes auto;", "worker_processes 1;" + (" user root;" if os.geteuid() == 0 else "")
        )
        (self.folder / "nginx.conf").write_text(said, "utf-8")


def termserver(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "termserver", *arguments]


def run(environment: dict[str, str], *arguments: str) -> None:
    """Run one command to its end; raise OSError with what it said if it fails."""
    done = subprocess.run(termserver(*arguments), env={**os.environ, **environment}, capture_output=True, text=True)
    if done.returncode:
        raise OSError(f"termserver {' '.join(arguments)}: {done.stderr.strip()}")


def children(process: int) -> list[int]:
    """The processes that a process has started."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            rest = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(rest[1]) == process:
            found.append(int(path.parent.name))
    return found


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC).replace(microsecond=0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "release", type=Path, nargs="?", help="a release file; else one is built of the content folders"
    )
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    release = given.release or given.folder / "standards.release"
    if not release.exists():
        run({}, "release", "build", "-o", str(release))
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # either way the room is put away before we leave
    with contextlib.suppress(KeyboardInterrupt), Room(given.folder.absolute(), release.absolute()) as room:
        for name in room.missing:
            print(f"not installed, left out: {name}", file=sys.stderr)
        print(f"{room.address}  (followers at {', '.join(one.address for one in room.followers)})", flush=True)
        signal.pause()


if __name__ == "__main__":
    main()

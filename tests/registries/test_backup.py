"""The restore drill: everything a node has written is destroyed and put back, on both databases, digest for digest."""

import asyncio
import importlib.util
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from termserver.access.audit_log import AuditLog
from termserver.database import backup as backups
from termserver.database import connections
from termserver.database.backup import BackupError, Places
from termserver.database.registry_store import RegistryStore
from termserver.model.registries import RegistryError
from termserver.releases import signatures
from termserver.releases.shelf import Shelf
from tests.registries.conftest import Load, people


@pytest.fixture
def decided(place: str, root: Path, tmp_path: Path) -> None:
    """A whole story of the committee, in the same store; where SQLite's file is copied whole it proves nothing more."""
    if "://" not in place:
        return
    spec = importlib.util.spec_from_file_location("story", root / "examples" / "committee" / "committee.py")
    assert spec is not None and spec.loader is not None
    story = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(story)
    story.play(tmp_path / "story", place)


@pytest.fixture
def node(place: str, store: RegistryStore, load: Load, standards: Path, tmp_path: Path) -> Places:
    """A node that has written: a release, loads, accesses, its keys."""
    load("physicians", people(0, 40))
    load("physicians", people(0, 45))
    shelf = Shelf(tmp_path / "shelf")
    shelf.install(standards)
    shelf.use("standards", "test")
    (shelf.folder / "registries.key").write_bytes(b"secret of this installation")
    audit = tmp_path / "audit"
    signatures.keep(key := signatures.make("node"), audit)
    log = AuditLog(audit, "node-1", key)
    asyncio.run(log.kept({"t": time.time_ns(), "do": "read", "codes": ["990001"]}))
    log.close()
    return Places({"shelf": shelf.folder, "audit": audit}, place)


def fresh(place: str, postgres: Callable[[], str]) -> str:
    """An empty place of the same kind."""
    if "://" not in place:
        return f"{place}.fresh"
    engine = create_engine(postgres().replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE fresh{time.time_ns()}"))
        name = connection.execute(text("SELECT max(datname) FROM pg_database WHERE datname LIKE 'fresh%'")).scalar()
    engine.dispose()
    return postgres().replace("/postgres?", f"/{name}?")


@pytest.mark.slow
def test_what_is_destroyed_comes_back_with_the_same_digests(
    node: Places, place: str, decided: None, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    made = backups.make(tmp_path / "backup", node)
    assert made.left_out == ("shelf/registries.key", "audit/node.key.pem")
    assert made.store is not None and made.store.tables["registry_version"][0] == 45
    assert made.store.tables["journal"][0] > 5 or "://" not in place
    new = fresh(place, lambda: request.getfixturevalue("postgres"))
    assert [step for step, _ in backups.drill(tmp_path / "backup", new if "://" in new else None)] == [
        "digests", "store", "edition", "access log",
    ]  # fmt: skip
    for folder in node.folders.values():
        shutil.rmtree(folder)
    elsewhere = fresh(place, lambda: request.getfixturevalue("postgres"))
    again = Places(node.folders, elsewhere)
    backups.restore(tmp_path / "backup", again)
    second = backups.make(tmp_path / "second", again)
    assert second.store == made.store
    assert {path for path in second.files if not path.startswith("database")} == {
        path for path in made.files if not path.startswith("database")
    }
    assert all(second.files[path] == made.files[path] for path in made.files if not path.endswith("store.db"))
    with pytest.raises(BackupError, match="not empty"):
        backups.restore(tmp_path / "backup", again)
    with RegistryStore.open(elsewhere) as store:  # and it is a store that goes on
        assert store.state("physicians").cursor == 45
    if "://" in place:
        engine = create_engine(connections.place(elsewhere, None))
        with engine.connect() as connection, pytest.raises(SQLAlchemyError, match="journal"):  # refused by its trigger
            connection.execute(text("DELETE FROM journal"))
        engine.dispose()


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_backup_that_was_touched_is_not_restored(node: Places, tmp_path: Path) -> None:
    backups.make(tmp_path / "backup", node, with_keys=True)
    assert (tmp_path / "backup" / "shelf" / "registries.key").read_bytes() == b"secret of this installation"
    with pytest.raises(BackupError, match="there already"):
        backups.make(tmp_path / "backup", node)
    path = tmp_path / "backup" / "shelf" / "edition.json"
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(BackupError, match=r"edition\.json is not what was backed up"):
        next(backups.drill(tmp_path / "backup"))
    with pytest.raises(BackupError, match="no backup"):
        backups.read(tmp_path)


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_copy_goes_only_where_nothing_is(node: Places, place: str, tmp_path: Path) -> None:
    backups.make(tmp_path / "backup", Places({"shelf": node.folders["shelf"]}, place))
    with pytest.raises(RegistryError, match="already"):
        backups.restore(tmp_path / "backup", Places({"shelf": tmp_path / "empty"}, place))
    with pytest.raises(RegistryError, match="same kind"):
        backups.restore(
            tmp_path / "backup", Places({"shelf": tmp_path / "other"}, "postgresql://nobody@localhost/none")
        )
    assert not list(tmp_path.glob(".*unfinished*"))

"""docs/operating.md says how to go back in time on PostgreSQL: a base copy and the archive, tried."""

import os
import shutil
import time
from pathlib import Path

import pytest
from deploy.here import Postgres, until

from termserver.database.proposal_store import ProposalStore
from termserver.database.registry_store import RegistryStore

psycopg = pytest.importorskip("psycopg")


@pytest.mark.nightly
@pytest.mark.skipif(not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")), reason="PostgreSQL is not installed")
def test_a_store_goes_back_to_the_moment_before_a_mistake() -> None:
    cluster = Postgres()
    try:
        archive, base = cluster.folder / "archive", cluster.folder / "base"
        archive.mkdir()
        _owned(archive, cluster)
        with (cluster.data / "postgresql.auto.conf").open("a") as file:
            file.write(f"archive_mode = on\narchive_command = 'test ! -f {archive}/%f && cp %p {archive}/%f'\n")
        cluster.start()
        RegistryStore.open(cluster.url).close()
        cluster.run(
            "pg_basebackup",
            "-D",
            base,
            "-X",
            "none",
            "-c",
            "fast",
            "-h",
            cluster.folder,
            "-p",
            cluster.port,
            "-U",
            "termserver",
        )
        with psycopg.connect(cluster.url, autocommit=True) as connection:
            connection.execute("UPDATE journal_head SET proposals = 7")
            moment = str(connection.execute("SELECT now()").fetchone()[0])
            time.sleep(0.2)
            connection.execute("DROP TABLE registry_version CASCADE")  # the mistake
            last = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()[0]
        until(lambda: (archive / last).exists())
        cluster.stop("immediate")
        shutil.rmtree(cluster.data)
        shutil.copytree(base, cluster.data)
        with (cluster.data / "postgresql.auto.conf").open("a") as file:
            file.write(f"restore_command = 'cp {archive}/%f %p'\nrecovery_target_time = '{moment}'\n")
            file.write("recovery_target_action = promote\n")
        (cluster.data / "recovery.signal").touch()
        for path in (cluster.data, *cluster.data.rglob("*")):
            _owned(path, cluster)
        cluster.data.chmod(0o700)
        cluster.start()
        with psycopg.connect(cluster.url) as connection:
            until(lambda: not connection.execute("SELECT pg_is_in_recovery()").fetchone()[0])
            assert connection.execute("SELECT proposals FROM journal_head").fetchone()[0] == 7
            assert connection.execute("SELECT count(*) FROM registry_version").fetchone()[0] == 0
        ProposalStore.open(cluster.url).close()  # the triggers and tables are those of this program
    finally:
        cluster.remove()


def _owned(path: Path, cluster: Postgres) -> None:
    if os.geteuid() == 0:
        owner = cluster.folder.stat()
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)

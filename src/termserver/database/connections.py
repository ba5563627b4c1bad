"""Where the database is, and how it is opened: brought up to date first, then one engine for everybody.

SQLite runs in WAL mode, so that readers never wait for a load; a writer takes its lock at the
beginning of the transaction, not in the middle of it.
"""

import os
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from termserver.model.registries import STORE_FILE, RegistryError

URL_VARIABLE = "TERMSERVER_DATABASE_URL"
HEAD = "0004"
"""The last step of ``migrations``."""

PATIENCE = 60.0
"""So many seconds a writer waits for another one."""


def place(said: str | Path | None, shelf_folder: Path | None) -> URL:
    """The database that is asked for: a URL or a file, else TERMSERVER_DATABASE_URL, else a file on the shelf."""
    chosen = str(said) if said else os.environ.get(URL_VARIABLE, "")
    if not chosen:
        if shelf_folder is None:
            raise RegistryError(
                f"There is no place for the registries: set TERMSERVER_SHELF to a folder, or {URL_VARIABLE}.",
                f"جایی برای ثبت‌ها نیست: TERMSERVER_SHELF را برابر نام یک پوشه، یا {URL_VARIABLE} را بگذارید.",
            )
        chosen = str(shelf_folder / STORE_FILE)
    if "://" not in chosen:
        return URL.create("sqlite", database=str(Path(chosen).absolute()))
    try:
        url = make_url(chosen)
    except SQLAlchemyError:
        raise RegistryError(
            f"{URL_VARIABLE} is no database URL. Write it as postgresql://user@host/name or sqlite:///file.",
            f"{URL_VARIABLE} نشانی پایگاه داده نیست. مانند postgresql://user@host/name یا sqlite:///file بنویسید.",
        ) from None
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    return url


def open_engine(url: URL, patience: float = PATIENCE) -> Engine:
    """The engine of the database, which is made or brought up to date first; raise RegistryError if it cannot be."""
    try:
        if url.get_backend_name() == "sqlite":
            engine = _sqlite(url, patience)
        else:
            engine = create_engine(url, pool_pre_ping=True, isolation_level="REPEATABLE READ")
        _bring_up_to_date(engine)
    except ModuleNotFoundError as error:
        raise RegistryError(
            f'The driver {error.name} is not installed. Run: pip install "termserver[postgres]"',
            f'درایور {error.name} نصب نیست. اجرا کنید: pip install "termserver[postgres]"',
        ) from None
    except (SQLAlchemyError, OSError) as error:
        raise failed(error, url) from None
    return engine


def _sqlite(url: URL, patience: float) -> Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": patience, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _connected(raw: Any, _record: Any) -> None:
        raw.isolation_level = None  # transactions begin where we say so
        for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-65536"):
            raw.execute(f"PRAGMA {setting}")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("termserver_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _bring_up_to_date(engine: Engine) -> None:
    if _step(engine) == HEAD:
        return
    from alembic import command

    config = migrations()
    # two processes that open a new database at once: the second finds the work done
    with engine.connect().execution_options(termserver_writes=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(7310071)"))
        found = _step_of(connection)
        if found == HEAD:
            return
        if found > HEAD:
            raise RegistryError(
                f"The database is of a newer termserver (step {found}; this knows {HEAD}). "
                "Run: pip install --upgrade termserver",
                f"پایگاه داده از نسخهٔ تازه‌تری است (گام {found}؛ این نسخه {HEAD}). "
                "اجرا کنید: pip install --upgrade termserver",
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def migrations() -> Any:
    """What alembic must know to take the steps."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _step(engine: Engine) -> str:
    with engine.connect() as connection:
        return _step_of(connection)


def _step_of(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def failed(error: Exception, url: URL) -> RegistryError:
    """What the database refused, in the reader's words; the password of a URL is never shown."""
    why = str(getattr(error, "orig", None) or error).strip().splitlines()[:1]
    where = shown(url)
    return RegistryError(
        f"The store of the registries ({where}) cannot be used: {''.join(why)}.",
        f"انبار ثبت‌ها ({where}) به کار نمی‌آید: {''.join(why)}.",
    )


def shown(url: URL) -> str:
    """The address of a database without its password."""
    return url.render_as_string(hide_password=True)

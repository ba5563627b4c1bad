"""The tables of the store of record.

Nothing in ``registry_version`` is ever changed or deleted: what was known of an entry at any moment
is its version with the greatest cursor up to then. ``registry_entry`` only points at the last one.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)

REGISTRY = Table(
    "registry",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("folds_case", Integer, nullable=False, default=0),
    Column("cursor", BigInteger, nullable=False, default=0),
    Column("entries", BigInteger, nullable=False, default=0),
    Column("active", BigInteger, nullable=False, default=0),
    Column("checksum", String(64), nullable=False, default="0" * 64),
    Column("recorded", String(32), nullable=False, default=""),
)

LOAD = Table(
    "registry_load",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("registry", String(64), ForeignKey("registry.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("recorded", String(32), nullable=False),
    Column("day", String(10), nullable=False),
    Column("source", Text, nullable=False, default=""),
    Column("file", Text, nullable=False, default=""),
    Column("sha256", String(64), nullable=False, default=""),
    Column("first_cursor", BigInteger, nullable=False, default=0),
    Column("last_cursor", BigInteger, nullable=False, default=0),
    Column("summary", LargeBinary, nullable=False, default=b"{}"),
    Column("notes", LargeBinary, nullable=False, default=b""),
    Index("ix_registry_load_registry_recorded", "registry", "recorded"),
)
"""``summary`` is the JSON of the load's report, ``notes`` its single rows as compressed NDJSON."""

VERSION = Table(
    "registry_version",
    METADATA,
    Column("registry", String(64), nullable=False),
    Column("cursor", BigInteger, nullable=False),
    Column("key", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("change", String(16), nullable=False),
    Column("load", Integer, ForeignKey("registry_load.number"), nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("registry", "cursor"),
    Index("ix_registry_version_registry_key_cursor", "registry", "key", "cursor"),
    sqlite_with_rowid=True,
)

ENTRY = Table(
    "registry_entry",
    METADATA,
    Column("registry", String(64), nullable=False),
    Column("key", Text, nullable=False),
    Column("cursor", BigInteger, nullable=False),
    Column("closed", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    PrimaryKeyConstraint("registry", "key"),
    Index("ix_registry_entry_registry_cursor", "registry", "cursor"),
    sqlite_with_rowid=False,
)
"""The last version of each entry; the key is its code, in lower case where case has no meaning."""

CLAIM = Table(
    "registry_claim",
    METADATA,
    Column("registry", String(64), nullable=False),
    Column("hash", BigInteger, nullable=False),
    Column("key", Text, nullable=False),
    PrimaryKeyConstraint("registry", "hash", "key"),
    Index("ix_registry_claim_registry_key", "registry", "key"),
    sqlite_with_rowid=False,
)
"""What should belong to one entry alone (a name with a birth year, a GTIN), hashed: two keys may be one twice."""

SNAPSHOT = Table(
    "registry_snapshot",
    METADATA,
    Column("registry", String(64), nullable=False),
    Column("version", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("cursor", BigInteger, nullable=False),
    Column("recorded", String(32), nullable=False),
    PrimaryKeyConstraint("registry", "version"),
)

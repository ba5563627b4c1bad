"""The tables of the store of record.

Nothing in ``registry_version`` is ever changed or deleted: what was known of an entry at any moment
is its version with the greatest cursor up to then. ``registry_entry`` only points at the last one.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
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

PROPOSAL = Table(
    "proposal",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("author", String(64), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("quorum", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    UniqueConstraint("number", "author", name="uq_proposal_author"),
)
"""What a proposal is now; its whole life is in the journal. Author and quorum never change (a trigger)."""

REVISION = Table(
    "proposal_revision",
    METADATA,
    Column("proposal", Integer, ForeignKey("proposal.number"), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("proposal", "digest"),
)
"""Each change set that a proposal ever was, by its digest."""

APPROVAL = Table(
    "proposal_approval",
    METADATA,
    Column("proposal", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("who", String(64), nullable=False),
    Column("author", String(64), nullable=False),
    Column("at", String(32), nullable=False),
    PrimaryKeyConstraint("proposal", "digest", "who"),
    ForeignKeyConstraint(["proposal", "author"], ["proposal.number", "proposal.author"], name="fk_approval_author"),
    ForeignKeyConstraint(
        ["proposal", "digest"], ["proposal_revision.proposal", "proposal_revision.digest"], name="fk_approval_digest"
    ),
    CheckConstraint("who <> author", name="ck_approval_not_own"),
)
"""``author`` is the proposal's own, by the foreign key, so that the check holds for whoever writes here."""

DECIDED = Table(
    "proposal_release",
    METADATA,
    Column("proposal", Integer, ForeignKey("proposal.number"), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("release", String(200), nullable=False),
    Column("at", String(32), nullable=False),
)
"""A release that was decided; a trigger counts the approvals of its digest."""

JOURNAL = Table(
    "journal",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("proposal", Integer, nullable=False),
    Column("at", String(32), nullable=False),
    Column("who", String(64), nullable=False),
    Column("action", String(16), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("said", LargeBinary, nullable=False),
    Column("chain", String(64), nullable=False),
    Index("ix_journal_proposal", "proposal"),
)
"""Every step of every proposal; never changed or deleted (triggers), each line chained to the one before."""

HEAD = Table(
    "journal_head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("chain", String(64), nullable=False),
    Column("proposals", Integer, nullable=False),
)
"""One row: who writes to the journal locks it."""

ACCOUNTS = Table(
    "account_state",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
)
"""One row: who changes an account locks it; ``number`` is the number of the last change."""

CLIENT = Table(
    "account_client",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("organisation", String(200), nullable=False),
    Column("made", String(32), nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("subjects", LargeBinary, nullable=False),
    Column("tokens", LargeBinary, nullable=False),
    Column("public_keys", LargeBinary, nullable=False),
)

GRANT = Table(
    "account_grant",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("client", String(64), ForeignKey("account_client.name"), nullable=False),
    Column("role", String(100), nullable=False),
    Column("owner", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("start", String(10), nullable=False),
    Column("finish", String(10), nullable=False),
    Column("made", String(32), nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("ended", String(32), nullable=False),
    Column("ended_by", String(64), nullable=False),
    Column("ended_why", Text, nullable=False),
    CheckConstraint("client <> made_by", name="ck_grant_not_own"),
    CheckConstraint("reason <> '' AND finish <> ''", name="ck_grant_said"),
    Index("ix_account_grant_client", "client"),
)
"""A role somebody was given; it is ended, never changed or deleted (triggers)."""

API_KEY = Table(
    "account_key",
    METADATA,
    Column("prefix", String(16), primary_key=True),
    Column("client", String(64), ForeignKey("account_client.name"), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("expires", String(10), nullable=False),
    Column("made", String(32), nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("ended", String(32), nullable=False),
    Index("ix_account_key_client", "client"),
)
"""An API key by its prefix: a keyed hash alone; its day of expiry is brought nearer, never put off (triggers)."""

SUGGESTION = Table(
    "suggestion",
    METADATA,
    Column("number", String(12), primary_key=True),
    Column("received", String(32), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", String(16), nullable=False),
    Column("answered_by", String(64), nullable=False),
    Column("answered_at", String(32), nullable=False),
    Column("answer", Text, nullable=False),
    CheckConstraint("state IN ('open', 'taken', 'declined')", name="ck_suggestion_state"),
    CheckConstraint("state = 'open' OR (answered_by <> '' AND answer <> '')", name="ck_suggestion_answered"),
    Index("ix_suggestion_state", "state"),
)
"""What a reader of the codes told the committee; it is answered once, never changed or deleted (triggers)."""

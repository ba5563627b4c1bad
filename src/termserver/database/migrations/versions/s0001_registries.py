"""The registries: loads, versions of entries, what each should have alone, snapshots."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "registry",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("folds_case", sa.Integer, nullable=False),
        sa.Column("cursor", sa.BigInteger, nullable=False),
        sa.Column("entries", sa.BigInteger, nullable=False),
        sa.Column("active", sa.BigInteger, nullable=False),
        sa.Column("checksum", sa.String(64), nullable=False),
        sa.Column("recorded", sa.String(32), nullable=False),
    )
    op.create_table(
        "registry_load",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("registry", sa.String(64), sa.ForeignKey("registry.id"), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("recorded", sa.String(32), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("first_cursor", sa.BigInteger, nullable=False),
        sa.Column("last_cursor", sa.BigInteger, nullable=False),
        sa.Column("summary", sa.LargeBinary, nullable=False),
        sa.Column("notes", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_registry_load_registry_recorded", "registry_load", ["registry", "recorded"])
    op.create_table(
        "registry_version",
        sa.Column("registry", sa.String(64), nullable=False),
        sa.Column("cursor", sa.BigInteger, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("change", sa.String(16), nullable=False),
        sa.Column("load", sa.Integer, sa.ForeignKey("registry_load.number"), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("registry", "cursor"),
    )
    op.create_index("ix_registry_version_registry_key_cursor", "registry_version", ["registry", "key", "cursor"])
    op.create_table(
        "registry_entry",
        sa.Column("registry", sa.String(64), nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("cursor", sa.BigInteger, nullable=False),
        sa.Column("closed", sa.Integer, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("registry", "key"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_registry_entry_registry_cursor", "registry_entry", ["registry", "cursor"])
    op.create_table(
        "registry_claim",
        sa.Column("registry", sa.String(64), nullable=False),
        sa.Column("hash", sa.BigInteger, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("registry", "hash", "key"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_registry_claim_registry_key", "registry_claim", ["registry", "key"])
    op.create_table(
        "registry_snapshot",
        sa.Column("registry", sa.String(64), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("cursor", sa.BigInteger, nullable=False),
        sa.Column("recorded", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("registry", "version"),
    )

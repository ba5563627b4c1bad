"""Clients, the roles they were granted and their API keys; a grant and a key are ended, never changed or deleted."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_GRANT = ("number", "client", "role", "owner", "reason", "start", "finish", "made", "made_by")
_KEY = ("prefix", "client", "hash", "scopes", "made", "made_by")


def _differs(columns: tuple[str, ...]) -> str:
    return " OR ".join(f"NEW.{one} <> OLD.{one}" for one in columns)


# trigger, when, table, condition (empty: always), what is said
_RULES = (
    ("grant_keeps", "UPDATE", "account_grant", _differs(_GRANT), "a grant never changes, it is ended"),
    ("grant_ends_once", "UPDATE", "account_grant", "OLD.ended <> ''", "a grant that was ended stays ended"),
    ("grant_stays", "DELETE", "account_grant", "", "a grant is never deleted"),
    ("key_keeps", "UPDATE", "account_key", _differs(_KEY), "a key never changes, it is ended"),
    ("key_shortens", "UPDATE", "account_key", "NEW.expires > OLD.expires", "a key never lives longer than was said"),
    ("key_stays", "DELETE", "account_key", "", "a key is never deleted"),
    ("client_stays", "DELETE", "account_client", "", "a client is never deleted"),
)


def upgrade() -> None:
    op.create_table(
        "account_state",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "account_client",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("organisation", sa.String(200), nullable=False),
        sa.Column("made", sa.String(32), nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("subjects", sa.LargeBinary, nullable=False),
        sa.Column("tokens", sa.LargeBinary, nullable=False),
        sa.Column("public_keys", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "account_grant",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("client", sa.String(64), sa.ForeignKey("account_client.name"), nullable=False),
        sa.Column("role", sa.String(100), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("start", sa.String(10), nullable=False),
        sa.Column("finish", sa.String(10), nullable=False),
        sa.Column("made", sa.String(32), nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("ended", sa.String(32), nullable=False),
        sa.Column("ended_by", sa.String(64), nullable=False),
        sa.Column("ended_why", sa.Text, nullable=False),
        sa.CheckConstraint("client <> made_by", name="ck_grant_not_own"),
        sa.CheckConstraint("reason <> '' AND finish <> ''", name="ck_grant_said"),
    )
    op.create_index("ix_account_grant_client", "account_grant", ["client"])
    op.create_table(
        "account_key",
        sa.Column("prefix", sa.String(16), primary_key=True),
        sa.Column("client", sa.String(64), sa.ForeignKey("account_client.name"), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("expires", sa.String(10), nullable=False),
        sa.Column("made", sa.String(32), nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("ended", sa.String(32), nullable=False),
    )
    op.create_index("ix_account_key_client", "account_key", ["client"])
    op.execute("INSERT INTO account_state (id, number) VALUES (1, 0)")
    postgres = op.get_bind().dialect.name == "postgresql"
    for rule in _RULES:
        for statement in _postgres(*rule) if postgres else _sqlite(*rule):
            op.execute(statement)


def downgrade() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    for name, _, table, _, _ in _RULES:
        op.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if postgres else ""))
        if postgres:
            op.execute(f"DROP FUNCTION {name}()")
    for table in ("account_key", "account_grant", "account_client", "account_state"):
        op.drop_table(table)


def _sqlite(name: str, event: str, table: str, condition: str, said: str) -> list[str]:
    when = f"WHEN {condition} " if condition else ""
    return [f"CREATE TRIGGER {name} BEFORE {event} ON {table} {when}BEGIN SELECT RAISE(ABORT, '{said}'); END"]


def _postgres(name: str, event: str, table: str, condition: str, said: str) -> list[str]:
    refuse = f"RAISE EXCEPTION '{said}';"
    body = f"IF {condition} THEN {refuse} END IF;" if condition else refuse
    row = "OLD" if event == "DELETE" else "NEW"
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger AS $$ BEGIN {body} RETURN {row}; END $$ LANGUAGE plpgsql",
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]

"""What readers of the codes tell the committee: each answered once, none deleted."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_KEPT = "NEW.body <> OLD.body OR NEW.received <> OLD.received OR NEW.number <> OLD.number OR OLD.state <> 'open'"
# trigger, when, table, condition (empty: always), what is said
_RULES = (
    ("suggestion_keeps", "UPDATE", "suggestion", _KEPT, "a suggestion never changes, and is answered once"),
    ("suggestion_stays", "DELETE", "suggestion", "", "a suggestion is never deleted"),
)


def upgrade() -> None:
    op.create_table(
        "suggestion",
        sa.Column("number", sa.String(12), primary_key=True),
        sa.Column("received", sa.String(32), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("answered_by", sa.String(64), nullable=False),
        sa.Column("answered_at", sa.String(32), nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.CheckConstraint("state IN ('open', 'taken', 'declined')", name="ck_suggestion_state"),
        sa.CheckConstraint("state = 'open' OR (answered_by <> '' AND answer <> '')", name="ck_suggestion_answered"),
    )
    op.create_index("ix_suggestion_state", "suggestion", ["state"])
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
    op.drop_table("suggestion")


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

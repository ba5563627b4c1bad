"""The committee's proposals: revisions, approvals, releases and the journal, with what the database itself refuses.

Not its own author's approval (a check, over a foreign key that keeps the author true), no release below the quorum, no
change of an author or a quorum, no change or removal of a line of the journal or of an approval (triggers).
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_NO_QUORUM = (
    "(SELECT count(*) FROM proposal_approval a WHERE a.proposal = NEW.proposal AND a.digest = NEW.digest) < "
    "(SELECT p.quorum FROM proposal p WHERE p.number = NEW.proposal) "
    "OR NEW.digest <> (SELECT p.digest FROM proposal p WHERE p.number = NEW.proposal)"
)
_OTHER = "NEW.author <> OLD.author OR NEW.quorum <> OLD.quorum OR NEW.kind <> OLD.kind OR NEW.number <> OLD.number"
# trigger, when, table, condition (empty: always), what is said
_RULES = (
    ("proposal_keeps", "UPDATE", "proposal", _OTHER, "author, kind and quorum of a proposal never change"),
    ("proposal_stays", "DELETE", "proposal", "", "a proposal is never deleted"),
    ("release_quorum", "INSERT", "proposal_release", _NO_QUORUM, "the approvals do not reach the quorum"),
    ("release_stays", "DELETE", "proposal_release", "", "a decided release is never deleted"),
    ("release_keeps", "UPDATE", "proposal_release", "", "a decided release never changes"),
    ("approval_keeps", "UPDATE", "proposal_approval", "", "an approval never changes"),
    ("approval_stays", "DELETE", "proposal_approval", "", "an approval is never deleted"),
    ("revision_keeps", "UPDATE", "proposal_revision", "", "a revision never changes"),
    ("journal_keeps", "UPDATE", "journal", "", "the journal never changes"),
    ("journal_stays", "DELETE", "journal", "", "no line of the journal is ever deleted"),
)


def upgrade() -> None:
    op.create_table(
        "proposal",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("quorum", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.UniqueConstraint("number", "author", name="uq_proposal_author"),
    )
    op.create_table(
        "proposal_revision",
        sa.Column("proposal", sa.Integer, sa.ForeignKey("proposal.number"), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("proposal", "digest"),
    )
    op.create_table(
        "proposal_approval",
        sa.Column("proposal", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("proposal", "digest", "who"),
        sa.ForeignKeyConstraint(
            ["proposal", "author"], ["proposal.number", "proposal.author"], name="fk_approval_author"
        ),
        sa.ForeignKeyConstraint(
            ["proposal", "digest"],
            ["proposal_revision.proposal", "proposal_revision.digest"],
            name="fk_approval_digest",
        ),
        sa.CheckConstraint("who <> author", name="ck_approval_not_own"),
    )
    op.create_table(
        "proposal_release",
        sa.Column("proposal", sa.Integer, sa.ForeignKey("proposal.number"), primary_key=True, autoincrement=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("release", sa.String(200), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
    )
    op.create_table(
        "journal",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("proposal", sa.Integer, nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("said", sa.LargeBinary, nullable=False),
        sa.Column("chain", sa.String(64), nullable=False),
    )
    op.create_index("ix_journal_proposal", "journal", ["proposal"])
    op.create_table(
        "journal_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("chain", sa.String(64), nullable=False),
        sa.Column("proposals", sa.Integer, nullable=False),
    )
    op.execute(f"INSERT INTO journal_head (id, number, chain, proposals) VALUES (1, 0, '{'0' * 64}', 0)")
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
    for table in ("journal_head", "journal", "proposal_release", "proposal_approval", "proposal_revision", "proposal"):
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

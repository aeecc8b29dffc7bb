"""Share a run among workers: an evidence file each, one pace a reader, keys that do not run out"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

EVIDENCE_FILE = sa.table(
    "evidence_file",
    sa.column("audit_id", sa.Integer),
    sa.column("name", sa.String),
    sa.column("records", sa.Integer),
    sa.column("size", sa.BigInteger),
    sa.column("sha256", sa.String),
    sa.column("chain", sa.String),
    sa.column("place", sa.Integer),
    sa.column("removed_on", sa.Date),
)


def upgrade() -> None:
    op.create_table(
        "pace",
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("free_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("reader"),
    )
    _let_a_run_have_several_files()
    if op.get_bind().dialect.name == "postgresql":  # SQLite's integers have 64 bits as they are
        for table in ("observation", "finding", "call"):
            op.alter_column(table, "id", type_=sa.BigInteger())
            op.execute(f"ALTER SEQUENCE {table}_id_seq AS bigint")


def _let_a_run_have_several_files() -> None:
    """The name joins the key. SQLite cannot change a key: the few rows are written anew."""
    connection = op.get_bind()
    rows = [dict(row._mapping) for row in connection.execute(sa.select(EVIDENCE_FILE))]
    op.drop_table("evidence_file")
    op.create_table(
        "evidence_file",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("chain", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("removed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"]),
        sa.PrimaryKeyConstraint("audit_id", "name"),
    )
    if rows:
        op.bulk_insert(EVIDENCE_FILE, rows)


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: evidence is never thrown away")

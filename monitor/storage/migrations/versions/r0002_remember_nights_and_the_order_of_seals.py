"""Remember nights and the order of seals"""

import sqlalchemy as sa
from alembic import op

from monitor.storage.tables import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "night",
        sa.Column("due_at", Moment(timezone=True), nullable=False),
        sa.Column("as_of", Moment(timezone=True), nullable=False),
        sa.Column("finished_at", Moment(timezone=True), nullable=True),
        sa.Column("audit_id", sa.Integer(), nullable=True),
        sa.Column("failure", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"]),
        sa.PrimaryKeyConstraint("due_at"),
    )
    with op.batch_alter_table("evidence_file") as batch_op:
        batch_op.add_column(
            sa.Column("place", sa.Integer(), nullable=False, server_default=sa.text("0"))
        )
    # So far audits ran one after another: their numbers are the order of their seals.
    op.execute("UPDATE evidence_file SET place = audit_id")
    op.execute("DELETE FROM lock")  # held by nobody while the schema changes; written otherwise now


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: observations are never thrown away")

"""Keep what comes by mail: each message once, whatever it is"""

import sqlalchemy as sa
from alembic import op

from monitor.storage.tables import Moment

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "received",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("mailbox", sa.String(), nullable=False),
        sa.Column("validity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("arrived_at", Moment(timezone=True), nullable=False),
        sa.Column("read_at", Moment(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", Moment(timezone=True), nullable=True),
        sa.Column("removed_on", sa.Date(), nullable=True),
        sa.Column("files_removed_on", sa.Date(), nullable=True),
    )
    op.create_index("received_place", "received", ["mailbox", "validity", "uid"], unique=True)
    op.create_index("received_slot", "received", ["slot"], unique=True)
    op.create_index("received_kind", "received", ["kind"])


def downgrade() -> None:
    op.drop_table("received")

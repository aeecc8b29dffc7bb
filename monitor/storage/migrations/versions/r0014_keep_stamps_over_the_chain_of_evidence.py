"""Keep the stamps of a time-stamping authority over the chain of evidence"""

import sqlalchemy as sa
from alembic import op

from monitor.storage.tables import Moment

revision = "0014"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evidence_stamp",
        sa.Column("place", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("chain", sa.String(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("received_at", Moment(timezone=True), nullable=False),
        sa.Column("response", sa.LargeBinary(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("evidence_stamp")

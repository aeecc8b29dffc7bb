"""Remember where readers were let in, and how far networks were heard"""

import sqlalchemy as sa
from alembic import op

from monitor.storage.tables import Moment

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "marker",
        sa.Column("network", sa.String(), primary_key=True),
        sa.Column("reader", sa.String(), primary_key=True),
        sa.Column("marker", sa.BigInteger(), nullable=True),
        sa.Column("heard_at", Moment(timezone=True), nullable=False),
        sa.Column("failure", sa.String(), nullable=False),
    )
    op.create_table(
        "admission",
        sa.Column("network", sa.String(), primary_key=True),
        sa.Column("reader", sa.String(), primary_key=True),
        sa.Column("number", sa.String(), primary_key=True),
        sa.Column("is_in", sa.Boolean(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("admission")
    op.drop_table("marker")

"""Remember until when each wall need not be read anew"""

import sqlalchemy as sa
from alembic import op

from monitor.storage.tables import Moment

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wall",
        sa.Column("network", sa.String(), primary_key=True),
        sa.Column("address", sa.String(), primary_key=True),
        sa.Column("institution", sa.String(), primary_key=True),
        sa.Column("judged_at", Moment(timezone=True), nullable=False),
        sa.Column("until", Moment(timezone=True), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("wall")

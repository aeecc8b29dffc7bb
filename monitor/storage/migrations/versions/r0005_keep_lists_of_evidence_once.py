"""Keep once a list of evidence that many findings share"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Findings that are there keep their lists in their bodies."""
    op.create_table(
        "evidence_list",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.add_column("finding", sa.Column("evidence", sa.String(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: evidence is never thrown away")

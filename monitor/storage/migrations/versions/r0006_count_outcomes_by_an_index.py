"""Count an audit's outcomes without reading its findings"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("finding_outcome", "finding", ["audit_id", "outcome"])


def downgrade() -> None:
    op.drop_index("finding_outcome", table_name="finding")

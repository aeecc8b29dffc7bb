"""Keep the facts of a site also without the site: of older nights nothing else is asked"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("site_facts") as table:
        table.add_column(sa.Column("outline", sa.LargeBinary, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("site_facts") as table:
        table.drop_column("outline")

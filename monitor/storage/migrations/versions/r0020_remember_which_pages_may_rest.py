"""Remember until when each page need not be asked for at all"""

import sqlalchemy as sa
from alembic import op

from monitor.storage.tables import Moment

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("wall") as table:
        table.add_column(sa.Column("page_until", Moment(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("wall") as table:
        table.drop_column("page_until")

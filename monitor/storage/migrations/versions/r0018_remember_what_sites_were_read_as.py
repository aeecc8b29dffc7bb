"""Remember what sites were read as, and keep once what is the same every night"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "site_memory",
        sa.Column("site", sa.String(), primary_key=True),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "site_facts",
        sa.Column("digest", sa.String(), primary_key=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
    op.add_column("observation", sa.Column("facts", sa.String(), nullable=True))
    op.add_column("evidence_file", sa.Column("refers_to", sa.JSON(), nullable=True))
    op.create_index("ix_site_memory_used_on", "site_memory", ["used_on"])


def downgrade() -> None:
    """Without what observations of sites showed since: their facts stood apart."""
    op.drop_column("evidence_file", "refers_to")
    op.drop_column("observation", "facts")
    op.drop_table("site_facts")
    op.drop_table("site_memory")

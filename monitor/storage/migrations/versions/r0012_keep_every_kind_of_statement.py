"""Keep every kind of statement, what it refers to, and the files that come with answers"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("statement", sa.Column("since", sa.Date(), nullable=True))
    op.add_column("statement", sa.Column("refers_to", sa.Integer(), nullable=True))
    op.add_column("statement", sa.Column("slot", sa.String(), nullable=True))
    op.create_index("statement_slot", "statement", ["slot"], unique=True)
    op.create_index("statement_refers_to", "statement", ["refers_to"])
    op.create_table(
        "attachment",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: statements are never thrown away")

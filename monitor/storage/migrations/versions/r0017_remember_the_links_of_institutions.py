"""Remember the links of institutions, by digest, and what each was used for by the day"""

import sqlalchemy as sa
from alembic import op

from monitor.storage.tables import Moment

revision = "0017"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "link",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("municipality", sa.String(), nullable=False),
        sa.Column("institution", sa.String(), nullable=False),
        sa.Column("message_id", sa.Integer(), sa.ForeignKey("message.id"), nullable=True),
        sa.Column("made_at", Moment(timezone=True), nullable=False),
        sa.Column("ends_at", Moment(timezone=True), nullable=False),
        sa.Column("ended_at", Moment(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=False),
    )
    op.create_index("link_digest", "link", ["digest"], unique=True)
    op.create_index("link_institution", "link", ["municipality", "institution"])
    op.create_index("link_message", "link", ["message_id"])
    op.create_table(
        "link_day",
        sa.Column("link_id", sa.Integer(), sa.ForeignKey("link.id"), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("openings", sa.Integer(), nullable=False),
        sa.Column("first_at", Moment(timezone=True), nullable=True),
        sa.Column("last_at", Moment(timezone=True), nullable=True),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("sent_bytes", sa.BigInteger(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("link_day")
    op.drop_table("link")

"""Let people in: accounts, sessions, attempts, and the journal of what they do"""

import sqlalchemy as sa
from alembic import op

from monitor.storage.tables import Large, Moment

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("municipalities", sa.JSON(), nullable=False),
        sa.Column("password", sa.String(), nullable=False),
        sa.Column("password_until", Moment(timezone=True), nullable=True),
        sa.Column("secret", sa.String(), nullable=True),
        sa.Column("used_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(timezone=True), nullable=False),
        sa.Column("entered_at", Moment(timezone=True), nullable=True),
        sa.Column("ended_at", Moment(timezone=True), nullable=True),
    )
    op.create_index("account_name", "account", ["name"], unique=True)
    op.create_table(
        "desk_session",
        sa.Column("id", Large, primary_key=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("offered", sa.String(), nullable=True),
        sa.Column("created_at", Moment(timezone=True), nullable=False),
        sa.Column("seen_at", Moment(timezone=True), nullable=False),
        sa.Column("until", Moment(timezone=True), nullable=False),
        sa.Column("ended_at", Moment(timezone=True), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
    )
    op.create_index("desk_session_digest", "desk_session", ["digest"], unique=True)
    op.create_index("desk_session_account", "desk_session", ["account_id"])
    op.create_table(
        "attempt",
        sa.Column("id", Large, primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
    )
    op.create_index("attempt_name", "attempt", ["name", "at"])
    op.create_index("attempt_address", "attempt", ["address", "at"])
    op.create_index("attempt_at", "attempt", ["at"])
    op.create_table(
        "journal",
        sa.Column("id", Large, primary_key=True),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), sa.ForeignKey("account.id"), nullable=True),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("municipality", sa.String(), nullable=True),
        sa.Column("institution", sa.String(), nullable=True),
        sa.Column("statement", sa.Integer(), nullable=True),
        sa.Column("detail", sa.String(), nullable=False),
    )
    op.create_index("journal_at", "journal", ["at"])
    op.create_index("journal_municipality", "journal", ["municipality"])
    op.create_index("journal_statement", "journal", ["statement"])


def downgrade() -> None:
    for table in ("journal", "attempt", "desk_session", "account"):
        op.drop_table(table)

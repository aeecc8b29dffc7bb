"""Open the desk: accounts, their journal, links of institutions, an index of what waits, orders"""

from datetime import date

import sqlalchemy as sa
from alembic import op

from monitor.storage.tables import Large, Moment

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

PEOPLE = ("journal", "attempt", "desk_session", "account")
LINKS = ("link_day", "link")
DERIVED = ("board", "board_case", "board_answer", "board_term", "board_audit", "board_state")


def upgrade() -> None:
    _people()
    _links()
    _board()
    _orders()


def _people() -> None:
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


def _links() -> None:
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


def _board() -> None:
    _index()
    op.create_table(
        "postponed",
        sa.Column("thing", sa.String(), primary_key=True),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
    )
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.UniqueConstraint("account", "name"),
    )
    op.create_index("message_role", "message", ["role", "state"])


def _index() -> None:
    counted = ("waiting", "failed", "below", "review", "unseen", "pending", "passed")
    op.create_table(
        "board",
        sa.Column("municipality", sa.String(), primary_key=True),
        sa.Column("institution", sa.String(), primary_key=True),
        *(_text(name) for name in ("title", "sorting", "search", "kind", "standing", "basis")),
        _text("category", nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        *(_number(name) for name in (*counted, "place", "statement", "letters")),
        _number("audit_id", nullable=True),
        sa.Column("audit_as_of", Moment(timezone=True), nullable=True),
        _day("good_until"),
    )
    op.create_table(
        "board_case",
        sa.Column("id", Large, primary_key=True),
        *_whose("requirement", "outcome", "severity", "reason", "because", "state", "thing"),
        *(_text(name, nullable=True) for name in ("network", "page", "about", "due_clause")),
        *(_text(name, nullable=True) for name in ("assigned", "answer_kind")),
        _number("answer", nullable=True),
        _day("since", nullable=False),
        *(_day(name) for name in ("told_on", "due", "assigned_until", "waived_until")),
    )
    op.create_index("board_case_institution", "board_case", ["municipality", "institution"])
    op.create_index("board_case_state", "board_case", ["state", "outcome"])
    op.create_table(
        "board_answer",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        *_whose("kind", "thing"),
        _text("requirement", nullable=True),
        _day("made_on", nullable=False),
    )
    op.create_index("board_answer_institution", "board_answer", ["municipality", "institution"])
    op.create_table(
        "board_term",
        sa.Column("id", Large, primary_key=True),
        *_whose("kind", "told", "thing"),
        _number("number", nullable=True),
        *(_text(name, nullable=True) for name in ("requirement", "page")),
        _day("until", nullable=False),
    )
    op.create_index("board_term_institution", "board_term", ["municipality", "institution"])
    op.create_index("board_term_until", "board_term", ["until"])
    op.create_table(
        "board_audit",
        sa.Column("audit_id", sa.Integer(), primary_key=True, autoincrement=False),
        _number("place"),
    )
    op.create_index("ix_board_audit_place", "board_audit", ["place"])
    op.create_table(
        "board_state",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("caught_up_at", Moment(timezone=True), nullable=False),
    )


def _orders() -> None:
    op.create_table(
        "desk_order",
        sa.Column("id", sa.Integer(), primary_key=True),
        *(_text(name) for name in ("kind", "subject", "ordered_by", "state", "told")),
        _text("slot", nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("ordered_at", Moment(timezone=True), nullable=False),
        sa.Column("as_of", Moment(timezone=True), nullable=True),
        sa.Column("finished_at", Moment(timezone=True), nullable=True),
        *(_number(name) for name in ("done", "total")),
        sa.Column("audit_id", sa.Integer(), sa.ForeignKey("audit.id"), nullable=True),
    )
    op.create_index("desk_order_slot", "desk_order", ["slot"], unique=True)
    op.create_index("desk_order_subject", "desk_order", ["subject", "id"])


def _whose(*more: str) -> tuple[sa.Column[str], ...]:
    return tuple(_text(name) for name in ("municipality", "institution", *more))


def _text(name: str, *, nullable: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.String(), nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _day(name: str, *, nullable: bool = True) -> "sa.Column[date]":
    return sa.Column(name, sa.Date(), nullable=nullable)


def downgrade() -> None:
    op.drop_index("message_role", "message")
    for name in ("desk_order", *DERIVED, "postponed", "saved_filter", *LINKS, *PEOPLE):
        op.drop_table(name)

"""Read a moment once: a unique key for what an audit reads

Where a moment was read twice before, the newest that came to its end keeps the key (nights and
reports went by it already); the others stay as they are, without one.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from monitor.storage.tables import Moment

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

AUDIT = sa.table(
    "audit",
    sa.column("id", sa.Integer),
    sa.column("kind", sa.String),
    sa.column("as_of", Moment(timezone=True)),
    sa.column("finished_at", Moment(timezone=True)),
    sa.column("scope", sa.JSON),
    sa.column("registries", sa.JSON),
    sa.column("reading", sa.String),
)


def upgrade() -> None:
    op.add_column("audit", sa.Column("reading", sa.String(), nullable=True))
    connection = op.get_bind()
    rows = connection.execute(sa.select(AUDIT).where(AUDIT.c.kind != "evaluate")).all()
    chosen: dict[str, int] = {}
    for row in sorted(rows, key=lambda row: (row.finished_at is not None, row.id)):
        chosen[_key(row.kind, row.as_of, row.scope, row.registries)] = row.id
    for key, number in chosen.items():
        connection.execute(sa.update(AUDIT).where(AUDIT.c.id == number).values(reading=key))
    op.create_index("audit_reading", "audit", ["reading"], unique=True)


def _key(kind: str, as_of: datetime, scope: list[str] | None, registries: dict[str, Any]) -> str:
    """As the code of this revision writes it."""
    names = sorted(registries if scope is None else scope)
    told = [kind, as_of.astimezone(UTC).isoformat(), scope is None, names]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def downgrade() -> None:
    op.drop_index("audit_reading", "audit")
    op.drop_column("audit", "reading")

"""Keep together what an audit found of an institution"""

import json
import zlib
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

COUNTED = {
    "pass": "passed",
    "fail": "failed",
    "review": "review",
    "pending": "pending",
    "unknown": "unknown",
    "not_applicable": "not_applicable",
    "error": "error",
}
AT_ONCE = 100


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    judgement = op.create_table(
        "judgement",
        sa.Column("id", number, nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(), nullable=False),
        sa.Column("institution", sa.String(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTED.values()),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("audit_id", "municipality", "institution"),
    )
    for row in _judgements():
        op.get_bind().execute(sa.insert(judgement), row)
    op.drop_table("finding")
    op.create_index(
        "judgement_institution", "judgement", ["municipality", "institution", "audit_id"]
    )
    op.create_index(
        "judgement_counts", "judgement", ["audit_id", "municipality", *COUNTED.values()]
    )


def _judgements() -> Iterator[dict[str, Any]]:
    """An institution's findings were added together, so they stand together."""
    found = op.get_bind().execute(
        sa.text(
            "SELECT audit_id, municipality, institution, outcome, body, evidence "
            "FROM finding ORDER BY audit_id, id"
        ),
        execution_options={"stream_results": True, "max_row_buffer": AT_ONCE},
    )
    seen: set[tuple[Any, ...]] = set()
    for key, group in groupby(found, key=lambda row: tuple(row[:3])):
        if key not in seen:  # else two workers have judged it
            yield dict(zip(("audit_id", "municipality", "institution"), key, strict=True)) | _told(
                list(group)
            )
        seen = {one for one in seen if one[0] == key[0]} | {key}


def _told(rows: list[Any]) -> dict[str, Any]:
    findings = [json.loads(zlib.decompress(row.body)) for row in rows]
    grounds = {str(at): row.evidence for at, row in enumerate(rows) if row.evidence}
    body = json.dumps({"findings": findings, "grounds": grounds}, ensure_ascii=False)
    outcomes = [row.outcome for row in rows]
    counts = {column: outcomes.count(outcome) for outcome, column in COUNTED.items()}
    return counts | {"body": zlib.compress(body.encode())}


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: findings are never thrown away")

"""Keep together what an audit found of an institution"""

import json
import zlib
from collections.abc import Iterable, Iterator
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
KEY = ("requirement", "network", "page", "about")  # of a finding, within its institution
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
    """Workers wrote side by side, so an institution's rows may stand between another's."""
    found = op.get_bind().execute(
        sa.text(
            "SELECT audit_id, municipality, institution, outcome, body, evidence FROM finding "
            "ORDER BY audit_id, min(id) OVER (PARTITION BY audit_id, municipality, institution), id"
        ),
        execution_options={"stream_results": True, "max_row_buffer": AT_ONCE},
    )
    for key, group in groupby(found, key=lambda row: tuple(row[:3])):
        of_whom = dict(zip(("audit_id", "municipality", "institution"), key, strict=True))
        yield of_whom | _told(_each_once(group))


def _each_once(rows: Iterable[Any]) -> list[tuple[Any, dict[str, Any]]]:
    """Rows and their findings; where two workers judged the institution, the first one's."""
    told: dict[tuple[Any, ...], tuple[Any, dict[str, Any]]] = {}
    for row in rows:
        finding = json.loads(zlib.decompress(row.body))
        told.setdefault(tuple(finding.get(name) for name in KEY), (row, finding))
    return list(told.values())


def _told(found: list[tuple[Any, dict[str, Any]]]) -> dict[str, Any]:
    grounds = {str(at): row.evidence for at, (row, _) in enumerate(found) if row.evidence}
    findings = [finding for _, finding in found]
    body = json.dumps({"findings": findings, "grounds": grounds}, ensure_ascii=False)
    outcomes = [row.outcome for row, _ in found]
    counts = {column: outcomes.count(outcome) for outcome, column in COUNTED.items()}
    return counts | {"body": zlib.compress(body.encode())}


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: findings are never thrown away")

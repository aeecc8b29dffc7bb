"""Keep the parts of letters once, and let evidence and letters lie in a bin before they go"""

import base64
import binascii
import hashlib
import json
import re
import zlib

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BASE64 = re.compile(rb"(?m)^(?:[A-Za-z0-9+/]{76}\r\n){12,}(?:[A-Za-z0-9+/]{1,76}={0,2}\r\n)?")


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.add_column("evidence_file", sa.Column("binned_at", moment, nullable=True))
    op.add_column("message", sa.Column("binned_at", moment, nullable=True))
    op.add_column("message", sa.Column("removed_on", sa.Date(), nullable=True))
    part = op.create_table(
        "letter_part",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    link = op.create_table(
        "message_part",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["digest"], ["letter_part.digest"]),
        sa.PrimaryKeyConstraint("message_id", "digest"),
    )
    op.create_index("message_part_digest", "message_part", ["digest"])
    _take_apart(part, link)


def _take_apart(part: sa.Table, link: sa.Table) -> None:
    """One letter after another: all of them together may be larger than the memory."""
    message = sa.table("message", sa.column("id", sa.Integer), sa.column("body", sa.LargeBinary))
    opened, known = op.get_bind(), set[str]()
    for number in opened.scalars(sa.select(message.c.id).order_by(message.c.id)).all():
        its_own = message.c.id == number
        letter = opened.scalar(sa.select(message.c.body).where(its_own))
        body, parts = _parts(bytes(letter or b""))
        for digest in parts.keys() - known:
            opened.execute(part.insert(), {"digest": digest, "body": zlib.compress(parts[digest])})
        for digest in parts:
            opened.execute(link.insert(), {"message_id": number, "digest": digest})
        known |= parts.keys()
        opened.execute(message.update().where(its_own).values(body=body))


def _parts(letter: bytes) -> tuple[bytes, dict[str, bytes]]:
    told, parts, start = [], {}, 0
    for found in BASE64.finditer(letter):
        if (content := _content(found[0])) is not None:
            digest = hashlib.sha256(content).hexdigest()
            parts[digest] = content
            told += [letter[start : found.start()].decode("latin-1"), {"base64": digest}]
            start = found.end()
    told.append(letter[start:].decode("latin-1"))
    return zlib.compress(json.dumps(told).encode()) if letter else b"", parts


def _content(written: bytes) -> bytes | None:
    try:
        content = base64.b64decode(written)
    except binascii.Error:
        return None
    again = base64.encodebytes(content).replace(b"\n", b"\r\n")
    return content if again == written else None


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: letters are never thrown away")

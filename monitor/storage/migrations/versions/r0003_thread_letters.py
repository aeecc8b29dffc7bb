"""Thread letters: each message's own Message-ID, so that the next report can answer it"""

from email.parser import BytesHeaderParser

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MESSAGE = sa.table(
    "message",
    sa.column("id", sa.Integer),
    sa.column("body", sa.LargeBinary),
    sa.column("message_id", sa.String),
)


def upgrade() -> None:
    with op.batch_alter_table("message") as batch_op:
        batch_op.add_column(
            sa.Column("message_id", sa.String(), nullable=False, server_default=sa.text("''"))
        )
    connection = op.get_bind()
    numbers = connection.scalars(sa.select(MESSAGE.c.id)).all()
    for number in numbers:
        chosen = MESSAGE.c.id == number
        body = connection.scalar(sa.select(MESSAGE.c.body).where(chosen))
        told = BytesHeaderParser().parsebytes(body or b"").get("Message-ID", "")
        connection.execute(sa.update(MESSAGE).where(chosen).values(message_id=told.strip()))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: letters are never thrown away")

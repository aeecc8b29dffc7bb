"""Alembic's entry: runs on the connection that monitor.storage.database hands over."""

from alembic import context
from sqlmodel import SQLModel

from monitor.storage import admission_rows, board_rows, desk_tables, order_rows, tables, walls

TABLES = (
    tables,
    desk_tables,
    board_rows,
    order_rows,
    admission_rows,
    walls,
)  # they register themselves with SQLModel.metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()

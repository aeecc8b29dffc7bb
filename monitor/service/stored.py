"""The database, for those who only look: it is never made for a look."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Engine

from monitor.application import missing_database
from monitor.config import Settings
from monitor.storage.database import StorageError, connect, schema_is_current


@contextmanager
def look_at_stored(settings: Settings) -> Iterator[Engine | None]:
    """None where there is no database yet, one of an older schema, or one out of reach: that is
    told by the sign of the database alone.
    """
    engine = _engine(settings)
    try:
        with suppress(StorageError):
            yield engine
    finally:
        if engine is not None:
            engine.dispose()


def _engine(settings: Settings) -> Engine | None:
    if missing_database(settings):
        return None
    with suppress(StorageError):
        engine = connect(settings.storage.database)
        with suppress(StorageError):
            if schema_is_current(engine):
                return engine
        engine.dispose()
    return None

"""For the doctor: letters to institutions that wait for a person's yes."""

from __future__ import annotations

from collections.abc import Iterator

from collectors.model import Health, Sign
from monitor.application import Context
from monitor.config import Settings
from monitor.mail.consent import awaits_consent, words
from monitor.storage.database import StorageError, connect, schema_is_current


def consent_signs(settings: Settings) -> Iterator[Sign]:
    if not settings.mail.institutions:
        return
    try:
        engine = connect(settings.storage.database)
        try:
            context = Context(settings=settings, engine=engine)
            waits = schema_is_current(engine) and awaits_consent(context)
        finally:
            engine.dispose()
    except StorageError:
        return  # told by the check of the database
    if waits:
        yield Sign(Health.WARNING, words("doctor"), words("doctor_advice"))

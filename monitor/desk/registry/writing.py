"""A registry's file, written from the desk: judged first, then replaced together with its journal.

The journal is written in one unit of work with the file: neither is there without the other, but
for a process that is killed between the rename and the commit, which leaves the file changed.
"""

from __future__ import annotations

import hashlib
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from collectors.errors import UsageError
from collectors.text import normalised
from monitor.desk.ground import Desk
from monitor.desk.model import Ask
from monitor.desk.registry.source import Source
from monitor.desk.registry.words import words
from monitor.errors.system import in_russian
from monitor.registry.amending.judging import faults_of
from monitor.registry.faults import RegistryFault
from monitor.registry.files import latest_day, load_text
from monitor.registry.keeping import ChangedMeanwhileError, replacing
from monitor.storage import journal
from monitor.storage.database import exclusive
from monitor.storage.journal import Entry, What
from rules.model import Municipality


class FaultsError(UsageError):
    """What would be written is no registry. `faults` say why, in the words of the table."""

    def __init__(self, faults: Sequence[RegistryFault]) -> None:
        self.faults = tuple(faults)
        super().__init__([fault_in_words(fault) for fault in faults])


def fault_in_words(fault: RegistryFault) -> str:
    """Without the file, which nobody at the desk has before him."""
    place = f"«{fault.column}»: " if fault.column else ""
    return f"{place}{fault.message}. {fault.advice}".rstrip()


def source_of(desk: Desk, town: Municipality) -> Source:
    """Raises ChangedMeanwhileError where the file is no more what `town` was read from."""
    application = desk.application
    names = [one.id for one in application.municipalities]
    path = desk.settings.registry[names.index(town.id)]
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError([words("refused", "unreadable", why=in_russian(error))]) from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != town.digest:
        raise ChangedMeanwhileError
    return Source(path, content.decode("utf-8-sig"), digest, content.startswith(BOM_UTF8))


def check_text(desk: Desk, town: Municipality, text: str, path: Path) -> Municipality:
    """The registry that the text would be. Raises FaultsError, UsageError."""
    if faults := faults_of(text, path, latest_day(), tuple(desk.application.acts)):
        raise FaultsError(faults)
    new = load_text(normalised(text), path)
    if taken := list(_pages_taken_elsewhere(desk, town, new)):
        raise UsageError(taken)
    return new


def _pages_taken_elsewhere(desk: Desk, town: Municipality, new: Municipality) -> Iterator[str]:
    """A page that two municipalities have would stop every audit."""
    others = [one for one in desk.application.municipalities if one.id != town.id]
    owners = {
        page.key: other.name
        for other in others
        for one in other.institutions
        for page in one.pages
        if page.deleted_on is None
    }
    for one in new.institutions:
        for page in one.pages:
            if page.deleted_on is None and (owner := owners.get(page.key)):
                yield words("refused", "taken_page", page=page.address, owner=owner)


def write(desk: Desk, source: Source, text: str, entries: Sequence[Entry]) -> None:
    """Raises ChangedMeanwhileError, NotWrittenError; nothing was written then."""
    mark = BOM_UTF8.decode() if source.has_mark else ""
    with (
        exclusive(desk.application.engine) as opened,
        replacing(source.path, source.digest, f"{mark}{text}"),
    ):
        for entry in entries:
            journal.put(opened, entry)


def entry(
    ask: Ask,
    town: Municipality,
    detail: str,
    *,
    institution: str | None = None,
    statement: int | None = None,
) -> Entry:
    who = ask.visitor
    return Entry(
        at=ask.now,
        what=What.REGISTRY_CHANGED,
        account=who.account,
        who=who.name,
        role=who.role,
        address=ask.address,
        municipality=town.id,
        institution=institution,
        statement=statement,
        detail=detail,
    )


def in_words(value: object) -> str:
    if value in (None, "", [], ()):
        return words("words", "nothing")
    if isinstance(value, bool):
        return words("words", "yes" if value else "no")
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, list | tuple):
        return ", ".join(map(in_words, value))
    return f"{value}"

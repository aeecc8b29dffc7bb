"""What an institution sends by its form, as an answer; what one link may send in a day."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace

from monitor.application import Application
from monitor.cases.answers import answer
from monitor.cases.book import by_institution
from monitor.cases.recording import check
from monitor.desk.asked_of import Asked
from monitor.desk.ground import Desk
from monitor.desk.linked import Came, day_is_full, told
from monitor.desk.model import Ask, RefusedPageError
from monitor.desk.rendering import desk_word
from monitor.desk.scanning import check_clean, check_room
from monitor.desk.uploads import accept_uploads
from monitor.mail.inbox.sorting import BY_COUNT, BY_WORD, DENIED
from monitor.registry.statements import LEADING, may_state
from monitor.storage import journal, links, statements
from monitor.storage.journal import What
from reports.templating import one_line
from rules.cases.model import AnswerKind, Correction, InstitutionAnswer, Said
from rules.model import Attestation

LONGEST_POST, LONGEST_LINE, LONGEST_TEXT = 100, 300, 4000
ABSENT = ("no_page", "no_site")  # there is none: nothing is to be written in its place
CORRECTABLE = ("phones", "emails", "address", "page", "site", *ABSENT, "name", "person")
YES, NO = "yes", "no"


def send(desk: Desk, came: Came, ask: Ask, said: InstitutionAnswer) -> int | None:
    """The answer's number: the first one where this very form was sent before. Raises
    RefusedPageError, UsageError."""
    application = desk.application
    if known := statements.answered(application.engine, "link", said.source):
        return known
    settings = application.settings
    files = accept_uploads(ask.files, settings.desk.uploads_mb)
    check(application, came.institution, said)
    said = _read_once(application, came, said)
    if not links.take(application.engine, came.link, came.today):
        raise day_is_full()
    check_room(settings, files, desk.limits.least_free)
    check_clean(settings.desk.scan_command, files, desk.limits.scan)
    brought = [(one.name, one.content) for one in files]
    noted = answer(application, came.institution, said, brought, by=said_by(came)).recorded
    if isinstance(noted.said, InstitutionAnswer) and _words(noted.said) != _words(said):
        raise _read_today(noted.number)  # of two at once the other was first
    journal.note_once(application.engine, told(came, ask, What.ANSWERED, noted.number))
    return noted.number


def said_by(came: Came) -> str:
    return desk_word("link", "by", number=came.link.number)


def _read_once(application: Application, came: Came, said: InstitutionAnswer) -> InstitutionAnswer:
    """A reading costs calls of the networks: of each case one a day by links. Its `source` is that
    of the case and the day, so that of many at once one is recorded."""
    if said.kind != "corrected":
        return said
    made = by_institution(application, came.town, [came.institution]).get(came.institution.id, ())
    same = [one for one in made if _is_same_reading(one.said, said)]
    for one in same:
        if not one.withdrawn:
            raise _read_today(one.number)
    whose = (came.institution.key, said.on.isoformat(), *_thing(said), len(same))
    return replace(said, source=f"read:{hashlib.sha256(repr(whose).encode()).hexdigest()}")


def _is_same_reading(before: Said, said: InstitutionAnswer) -> bool:
    return (
        isinstance(before, InstitutionAnswer)
        and (before.kind, before.channel, before.on) == ("corrected", "link", said.on)
        and _thing(before) == _thing(said)
    )


def _read_today(number: int | None) -> RefusedPageError:
    return RefusedPageError([desk_word("link", "read_today", number=number or "")], 429)


def _words(said: InstitutionAnswer) -> tuple[str, ...]:
    return said.by, said.text, said.document


def _thing(said: InstitutionAnswer) -> tuple[str | None, ...]:
    return said.requirement, said.network, said.page, said.about


# --- from the form ------------------------------------------------------------------------------


def said_in(came: Came, ask: Ask, kind: AnswerKind, asked: Asked | None) -> InstitutionAnswer:
    """RefusedPageError with everything that is missing or cannot be meant."""
    faults: list[str] = []
    post = _line(ask, "post", LONGEST_POST)
    if not post:
        faults.append(desk_word("link", "no_post"))
    text = ask.typed("text")[:LONGEST_TEXT]
    if kind == "disagrees" and not text:
        faults.append(desk_word("link", "no_text"))
    attestation = _attestation(came, ask, asked, post, faults) if kind == "confirms" else None
    corrections = _corrections(ask, faults) if kind == "correct_registry" else ()
    if faults:
        raise RefusedPageError(faults)
    key = asked.case.key if asked else None
    return InstitutionAnswer(
        kind=kind,
        channel="link",
        by=post,
        on=came.today,
        requirement=key.requirement if key else None,
        network=key.network if key else None,
        page=asked.page if asked else None,
        about=key.about if key else None,
        document=attestation.document if attestation else "",
        text=text,
        attestation=attestation,
        corrections=corrections,
        source=source_of(came, ask),
    )


def source_of(came: Came, ask: Ask) -> str:
    """By what the answer is known: the same form in the same words is the same answer."""
    if not ask.once:
        raise RefusedPageError([desk_word("failures", "400")])
    return f"{came.link.number}:{ask.once}"


def _line(ask: Ask, name: str, longest: int = LONGEST_LINE) -> str:
    return one_line(ask.typed(name))[:longest]


def fields_of(attestation: str) -> tuple[str, ...]:
    """What a confirmation of this kind is asked for, beside who confirms it."""
    if attestation == BY_COUNT:
        return ("of", "count")
    return ("yes", "document") if attestation in BY_WORD else ("document",)


def _attestation(
    came: Came, ask: Ask, asked: Asked | None, post: str, faults: list[str]
) -> Attestation | None:
    kind = asked.attestation if asked else ""
    if not asked or not kind:
        faults.append(desk_word("link", "not_confirmable"))
        return None
    read = {name: READERS[name](ask, faults) for name in fields_of(kind)}
    count, of = read.get("count"), read.get("of")
    if isinstance(count, int) and isinstance(of, int) and count > of:
        faults.append(desk_word("link", "count_above_of"))
    attestation = Attestation(
        kind=kind,
        value=_value(kind, read.get("yes")),
        stated_by=post,
        stated_on=came.today,
        page=asked.page,
        count=count if isinstance(count, int) else None,
        of=of if isinstance(of, int) else None,
        document=_line(ask, "document"),
        source="database",
    )
    if post and not may_state(attestation, came.institution, came.town):
        faults.append(desk_word("link", "not_entitled", leading=LEADING))
    return attestation


def _value(kind: str, yes: object) -> bool:
    """«Нет» is an admission, but «проверок не было» is confirmed by it."""
    return True if yes is None else (yes == NO if kind in DENIED else yes == YES)


def _number(name: str) -> Callable[[Ask, list[str]], object]:
    def read(ask: Ask, faults: list[str]) -> object:
        typed = ask.typed(name)
        if typed.isascii() and typed.isdigit() and len(typed) <= 4:
            return int(typed)
        faults.append(desk_word("link", f"no_{name}"))
        return None

    return read


def _document(ask: Ask, faults: list[str]) -> object:
    """Needed where nothing else is told."""
    typed = _line(ask, "document")
    if not typed and ask.typed("yes") not in (YES, NO):
        faults.append(desk_word("link", "no_document"))
    return typed


def _yes(ask: Ask, faults: list[str]) -> object:
    typed = ask.typed("yes")
    if typed not in (YES, NO):
        faults.append(desk_word("link", "no_yes"))
    return typed


READERS: Mapping[str, Callable[[Ask, list[str]], object]] = {
    "of": _number("of"),
    "count": _number("count"),
    "document": _document,
    "yes": _yes,
}


def _corrections(ask: Ask, faults: list[str]) -> tuple[Correction, ...]:
    field, new = ask.typed("field"), _line(ask, "new")
    if field not in CORRECTABLE:
        faults.append(desk_word("link", "no_field"))
    if field in ABSENT:
        new = desk_word("link", "absent")
    if not new:
        faults.append(desk_word("link", "no_new"))
    return (Correction(field=field, new=new, old=_line(ask, "old")),)

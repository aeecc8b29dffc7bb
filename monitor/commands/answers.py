"""`dozor answers`, `accept`, `reject`, `answer`: what institutions say, and what comes of it."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from collectors.errors import UsageError
from monitor.application import Application, opened, with_database
from monitor.cases.answers import WaitingAnswer, answers_waiting
from monitor.cases.answers import accept as accepted
from monitor.cases.answers import answer as answered
from monitor.cases.answers import reject as rejected
from monitor.cases.listing import list_statements
from monitor.cases.recording import today_of
from monitor.cases.words import in_words, words
from monitor.commands.moments import clean, day
from monitor.commands.parameters import (
    AboutWhom,
    AsJson,
    AskedOf,
    By,
    Config,
    Document,
    Name,
    Number,
    OnDay,
    PageAddress,
)
from monitor.commands.recorded import (
    case_in_words,
    full_id,
    institution_named,
    opened_for,
    short_day,
    show,
    show_decision,
)
from monitor.commands.records import WHO
from monitor.commands.statements import address_in, check_given
from monitor.config import load_settings
from monitor.errors.system import in_russian
from monitor.mail.inbox.showing import json_of, lines_of
from monitor.registry.declaration import AttestationKind
from monitor.storage.received import Received, unclear
from rules.cases.model import AnswerKind, Correction, InstitutionAnswer
from rules.model import Attestation

HALF = "--field и --new пишут вместе: что поправить в реестре и на что"


def answers(config: Config, as_json: AsJson = False) -> int:
    """Those that wait for a decision, then mail of which it is not clear what it answers."""
    with opened(with_database(load_settings(config))) as application:
        found, mail = answers_waiting(application), unclear(application.engine)
        if as_json:
            told = [*_as_json(application, found), *(_mail_as_json(one) for one in mail)]
            print(json.dumps(told, ensure_ascii=False, indent=2))
        elif not found and not mail:
            print(words("empty", "answers"))
        for waits in () if as_json else found:
            print(*_lines(application, waits), sep="\n")
        for one in () if as_json else mail:
            print(*lines_of(application, one), sep="\n")
    return 0


def _mail_as_json(came: Received) -> dict[str, object]:
    """No statement yet: it has no number that could be accepted."""
    return {"id": None, "channel": "mail", **json_of(came)}


def _as_json(application: Application, found: Sequence[WaitingAnswer]) -> list[dict[str, object]]:
    """As in `statements --json`, with what it asks for and the cases of which it speaks."""
    members = {waits.institution.key: waits.institution for waits in found}
    told = {
        one.recorded.number: one.as_json()
        for one in list_statements(application, [*members.values()])
    }
    return [
        told[waits.recorded.number]
        | {
            "channel": waits.answer.channel,
            "text": waits.answer.text,
            "corrections": [asdict(one) for one in waits.answer.corrections],
            "cases": [
                {
                    "requirement": case.key.requirement,
                    "page": case.key.page,
                    "about": case.key.about,
                    "outcome": str(case.finding.outcome),
                    "because": case.finding.because,
                    "state": str(case.state),
                }
                for case in waits.cases
            ],
        }
        for waits in found
    ]


def _lines(application: Application, waits: WaitingAnswer) -> Iterator[str]:
    acts, said = list(application.acts.values()), waits.answer
    name = waits.institution.short_name or waits.institution.name
    yield f"№ {waits.recorded.number} {name} ({waits.institution.id}): {in_words(said)}"
    yield f"    {said.by}, {short_day(said.on)}" + (f": «{said.text}»" if said.text else "")
    for file in said.attachments:
        yield f"    {file.name}, {file.size} байт, sha256 {file.digest}"
    for case in waits.cases:
        yield f"    {case_in_words(acts, case)}: {case.finding.because}"
    name = "read" if said.kind == "corrected" else "operator"
    number, institution = waits.recorded.number, waits.institution.id
    yield f"    {words('recorded', name, number=number, institution=institution)}"


def accept(
    config: Config, number: Number, by: By, on: OnDay = None, as_json: AsJson = False
) -> int:
    check_given("--by", clean(by), WHO)
    with opened(with_database(load_settings(config))) as application:
        made = accepted(application, number, by=clean(by), on=day(on) if on else None)
        show_decision(application, made, "accepted", as_json=as_json)
    return 0


def reject(
    config: Config,
    number: Number,
    by: By,
    reason: Annotated[
        str, typer.Option("--reason", metavar="ПРИЧИНА", help="Что ответить учреждению.")
    ],
    on: OnDay = None,
    as_json: AsJson = False,
) -> int:
    check_given("--by", clean(by), WHO)
    check_given("--reason", clean(reason), "укажите причину: её прочтёт учреждение")
    with opened(with_database(load_settings(config))) as application:
        made = rejected(
            application, number, by=clean(by), reason=clean(reason), on=day(on) if on else None
        )
        show_decision(application, made, "rejected", as_json=as_json)
    return 0


def answer(
    config: Config,
    institution: Name,
    kind: Annotated[AnswerKind, typer.Option("--kind", metavar="ВИД", help="Что отвечают.")],
    by: Annotated[str, typer.Option("--by", metavar="ДОЛЖНОСТЬ", help="Кто ответил: должность.")],
    requirement: AskedOf = None,
    page: PageAddress = None,
    about: AboutWhom = None,
    text: Annotated[str, typer.Option("--text", metavar="ТЕКСТ", help="Ответ дословно.")] = "",
    attests: Annotated[
        AttestationKind | None,
        typer.Option("--attests", metavar="ВИД", help="Что подтверждают (--kind confirms)."),
    ] = None,
    count: Annotated[
        int | None, typer.Option("--count", metavar="N", help="Сколько подтвердили.")
    ] = None,
    of: Annotated[int | None, typer.Option("--of", metavar="N", help="Из скольких.")] = None,
    document: Document = "",
    field: Annotated[
        str, typer.Option("--field", metavar="ПОЛЕ", help="Что поправить в реестре: телефон.")
    ] = "",
    new: Annotated[str, typer.Option("--new", metavar="ЗНАЧЕНИЕ", help="Как верно.")] = "",
    old: Annotated[str, typer.Option("--old", metavar="ЗНАЧЕНИЕ", help="Как сейчас.")] = "",
    file: Annotated[
        list[Path] | None, typer.Option("--file", metavar="ФАЙЛ", help="Что приложено к ответу.")
    ] = None,
    on: OnDay = None,
    as_json: AsJson = False,
) -> int:
    check_given("--by", clean(by), "укажите должность того, кто ответил")
    if bool(field) != bool(new):
        raise UsageError([HALF])
    with opened_for(config, institution) as application:
        owner = institution_named(application, clean(institution))
        said_on = day(on) if on else today_of(application, owner)
        address = address_in(page)
        confirmed = Attestation(
            kind=attests or "",
            value=True,
            stated_by=clean(by),
            stated_on=said_on,
            page=address,
            count=count,
            of=of,
            document=clean(document),
            source="database",
        )
        said = InstitutionAnswer(
            kind=kind,
            by=clean(by),
            on=said_on,
            requirement=full_id(application, owner, requirement),
            page=address,
            about=clean(about) if about else None,
            document=clean(document),
            text=clean(text),
            attestation=confirmed if attests else None,
            corrections=(Correction(field=clean(field), new=clean(new), old=clean(old)),)
            if field
            else (),
        )
        files = [_read(path) for path in file or ()]
        noted = answered(application, owner, said, files, by=getpass.getuser())
        show(application, noted, as_json=as_json)
    return 0


def _read(path: Path) -> tuple[str, bytes]:
    try:
        return path.name, path.read_bytes()
    except OSError as error:
        raise UsageError([f"--file {path}: {in_russian(error)}"]) from None

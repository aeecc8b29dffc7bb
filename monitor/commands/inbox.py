"""`dozor inbox`: what came by mail to the address that institutions answer, and what is unclear."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from collectors.errors import UsageError
from monitor.application import Application, opened, with_database
from monitor.commands.moments import clean
from monitor.commands.parameters import AsJson, AskedOf, By, Config, Document, Name
from monitor.commands.recorded import full_id, institution_named, opened_for
from monitor.commands.records import WHO
from monitor.commands.statements import check_given
from monitor.config import Settings, load_settings
from monitor.mail.inbox.fetching import Fetched
from monitor.mail.inbox.fetching import fetch as looked
from monitor.mail.inbox.line import InboxError
from monitor.mail.inbox.placing import Understood, requirement_of
from monitor.mail.inbox.placing import dismiss as dismissed
from monitor.mail.inbox.placing import place as placed
from monitor.mail.inbox.said import words
from monitor.mail.inbox.showing import json_of, lines_of
from monitor.storage import received
from monitor.storage.received import ANSWER, BOUNCE, UNCLEAR
from rules.cases.model import AnswerKind
from rules.model import Institution

MailNumber = Annotated[int, typer.Argument(metavar="N", help="Номер письма из dozor inbox list.")]
NOT_READ = 3  # nothing is lost: it waits on the server


def fetch(config: Config, as_json: AsJson = False) -> int:
    settings = _with_inbox(load_settings(config))
    with opened(settings) as application:
        try:
            done = looked(application)
        except InboxError as error:
            typer.echo(str(error), err=True)
            return NOT_READ
        print(json.dumps(_counts(done), ensure_ascii=False) if as_json else _told(done))
    return 0


def _with_inbox(settings: Settings) -> Settings:
    if settings.mail.inbox_at is None:
        raise UsageError([words("list", "no_inbox")])
    return settings


def _counts(done: Fetched) -> dict[str, Any]:
    return {"kinds": dict(done.kinds), "answers": done.answers, "has_more": done.has_more}


def _told(done: Fetched) -> str:
    named = {name: done.kinds[name] for name in (UNCLEAR, BOUNCE)}
    rest = done.kinds.total() - done.kinds[ANSWER] - sum(named.values())
    told = words(
        "list", "fetched", read=done.kinds.total(), answers=done.answers, rest=rest, **named
    )
    return f"{told}\n{words('list', 'more')}" if done.has_more else told


def list_mail(
    config: Config,
    everything: Annotated[
        bool, typer.Option("--all", help="Все письма, новые сверху, а не только неразобранные.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    with opened(with_database(load_settings(config))) as application:
        engine = application.engine
        found = received.listed(engine) if everything else received.unclear(engine)
        if as_json:
            told = [json_of(one) for one in found]
            print(json.dumps(told, ensure_ascii=False, indent=2))
        elif not found:
            print(words("list", "nothing" if everything else "none"))
        for one in () if as_json else found:
            print(*lines_of(application, one), sep="\n")
    return 0


def place(
    config: Config,
    number: MailNumber,
    institution: Name,
    by: By,
    kind: Annotated[
        AnswerKind | None, typer.Option("--kind", metavar="ВИД", help="Что отвечают.")
    ] = None,
    requirement: AskedOf = None,
    post: Annotated[
        str, typer.Option("--post", metavar="ДОЛЖНОСТЬ", help="Кто ответил: должность.")
    ] = "",
    document: Document = "",
    count: Annotated[
        int | None, typer.Option("--count", metavar="N", help="Сколько подтвердили.")
    ] = None,
    of: Annotated[int | None, typer.Option("--of", metavar="N", help="Из скольких.")] = None,
    field: Annotated[
        str, typer.Option("--field", metavar="ПОЛЕ", help="Что поправить в реестре: телефон.")
    ] = "",
    new: Annotated[str, typer.Option("--new", metavar="ЗНАЧЕНИЕ", help="Как верно.")] = "",
) -> int:
    check_given("--by", clean(by), WHO)
    with opened_for(config, institution) as application:
        owner = institution_named(application, clean(institution))
        how = Understood(
            kind=kind or "",
            requirement=_asked(application, owner, number, requirement),
            post=clean(post),
            document=clean(document),
            count=count,
            of=of,
            corrections=((clean(field), clean(new)),) if field and new else (),
        )
        made = placed(application, number, owner, how, by=clean(by))
        name = owner.short_name or owner.name
        print(words("list", "placed", number=number, answer=made, institution=name))
    return 0


def _asked(
    application: Application, owner: Institution, number: int, typed: str | None
) -> str | None:
    """Unsaid, it is the one that the message names."""
    came = None if typed else received.by_number(application.engine, number)
    return requirement_of(came.kept) if came else full_id(application, owner, typed)


def dismiss(
    config: Config,
    number: MailNumber,
    by: By,
    reason: Annotated[str, typer.Option("--reason", metavar="ПРИЧИНА", help="Почему не ответ.")],
) -> int:
    check_given("--by", clean(by), WHO)
    with opened(with_database(load_settings(config))) as application:
        dismissed(application, number, clean(reason), by=clean(by))
        print(words("list", "dismissed_now", number=number))
    return 0

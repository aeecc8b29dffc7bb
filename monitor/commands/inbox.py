"""`dozor inbox`: what came by mail to the address that institutions answer, and what is unclear."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from collectors.errors import UsageError
from monitor.application import Application, opened
from monitor.audit.scope import in_scope
from monitor.commands.moments import clean
from monitor.commands.parameters import Config, Document, Name
from monitor.commands.suggestions import requirements
from monitor.config import Settings, load_settings
from monitor.mail.inbox.fetching import Fetched
from monitor.mail.inbox.fetching import fetch as looked
from monitor.mail.inbox.line import InboxError
from monitor.mail.inbox.placing import Understood, requirement_of
from monitor.mail.inbox.placing import dismiss as dismissed
from monitor.mail.inbox.placing import place as placed
from monitor.mail.inbox.said import words
from monitor.mail.inbox.showing import as_json, lines_of
from monitor.storage import received
from monitor.storage.received import ANSWER, BOUNCE, UNCLEAR
from rules.cases.model import AnswerKind
from rules.model import Institution

AsJson = Annotated[bool, typer.Option("--json", help="Вывести в JSON.")]
MailNumber = Annotated[int, typer.Argument(metavar="N", help="Номер письма из dozor inbox list.")]
By = Annotated[str, typer.Option("--by", metavar="ДОЛЖНОСТЬ", help="Кто решил: должность.")]
NOT_READ = 3  # nothing is lost: it waits on the server


def fetch(config: Config, in_json: AsJson = False) -> int:
    settings = _with_inbox(load_settings(config))
    with opened(settings) as application:
        try:
            done = looked(application)
        except InboxError as error:
            typer.echo(str(error), err=True)
            return NOT_READ
        print(json.dumps(_counts(done), ensure_ascii=False) if in_json else _told(done))
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
    in_json: AsJson = False,
) -> int:
    with opened(load_settings(config)) as application:
        engine = application.engine
        found = received.listed(engine) if everything else received.unclear(engine)
        if in_json:
            told = [as_json(one) for one in found]
            print(json.dumps(told, ensure_ascii=False, indent=2))
        elif not found:
            print(words("list", "nothing" if everything else "none"))
        for one in () if in_json else found:
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
    requirement: Annotated[
        str | None,
        typer.Option(
            "--requirement",
            metavar="ТРЕБОВАНИЕ",
            help="О каком требовании.",
            autocompletion=requirements,
        ),
    ] = None,
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
    _check_by(by)
    with opened(load_settings(config)) as application:
        owner = _institution(application, clean(institution))
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
    """By its number alone as well: «6.5»; unsaid, the one that the message names."""
    if not typed:
        came = received.by_number(application.engine, number)
        return requirement_of(came.kept) if came else None
    town = next(t for t in application.municipalities if t.id == owner.municipality)
    bound = [asked.id for act in town.acts_in(application.acts) for asked in act.requirements]
    same = [one for one in bound if clean(typed) == one.rpartition("/")[2]]
    return same[0] if len(same) == 1 else clean(typed)


def _institution(application: Application, name: str) -> Institution:
    found = in_scope(application.municipalities, [name], application.clock())
    if len(found) > 1:
        keys = ", ".join(one.key for one in found)
        raise UsageError([f"«{name}» есть в нескольких реестрах; уточните: {keys}"])
    return found[0]


def dismiss(
    config: Config,
    number: MailNumber,
    by: By,
    reason: Annotated[str, typer.Option("--reason", metavar="ПРИЧИНА", help="Почему не ответ.")],
) -> int:
    _check_by(by)
    with opened(load_settings(config)) as application:
        dismissed(application, number, clean(reason), by=clean(by))
        print(words("list", "dismissed_now", number=number))
    return 0


def _check_by(by: str) -> None:
    if not clean(by):
        raise UsageError(["--by: укажите должность того, кто решил"])

"""`dozor desk user`: who may come in at the desk."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Annotated, Any

import typer

from collectors.errors import UsageError
from monitor.application import Context, load_acts, open_context, opened, with_database
from monitor.commands.moments import clean
from monitor.commands.parameters import AsJson, Config
from monitor.commands.suggestions import municipalities, users
from monitor.config import Settings, load_settings
from monitor.desk.gate import granting
from monitor.desk.gate.granting import Granted
from monitor.desk.gate.words import words
from monitor.registry import load_all
from monitor.storage import accounts
from monitor.storage.accounts import ROLES, Account

User = Annotated[str, typer.Argument(metavar="ИМЯ", help="Имя для входа.", autocompletion=users)]
NewUser = Annotated[
    str, typer.Argument(metavar="ИМЯ", help="Имя для входа: буквы, цифры, . _ - @.")
]
AskPassword = Annotated[
    bool,
    typer.Option(
        "--ask-password",
        help="Спросить пароль (или взять строку из входного потока), а не придумать одноразовый.",
    ),
]


Towns = Annotated[
    list[str] | None,
    typer.Option(
        "--municipality",
        metavar="ID",
        help="За какой муниципалитет отвечает; можно несколько раз. Область без него видит все.",
        autocompletion=municipalities,
    ),
]
ROLES_HELP = (
    "operator — ведёт дела; deputy — заместитель главы; cur — ЦУР, читает; "
    "region — область, читает."
)


def _roles(incomplete: str) -> list[tuple[str, str]]:
    return [(role, words("roles", role)) for role in ROLES if role.startswith(incomplete)]


def add(
    config: Config,
    name: NewUser,
    role: Annotated[
        str,
        typer.Option(
            "--role",
            metavar="РОЛЬ",
            help=ROLES_HELP,
            autocompletion=_roles,
        ),
    ],
    municipality: Towns = None,
    ask_password: AskPassword = False,
) -> int:
    settings, typed = load_settings(config), granting.name_of(clean(name))
    role = _role(clean(role))
    towns: tuple[str, ...] = ()

    def check(known: Any) -> None:
        nonlocal towns
        named = [clean(town) for town in municipality or ()]
        towns = granting.towns_of(role, named, [town.id for town in known])

    own = _asked(typed) if ask_password else ""
    with opened(settings, check=check) as application:
        granted = granting.add(
            application.engine, typed, role=role, towns=towns, at=application.clock(), own=own
        )
        print(words("granting", "added", **_named(granted.account)))
        _tell_password(settings, granted)
    return 0


def _role(typed: str) -> str:
    if typed not in ROLES:
        raise UsageError([words("granting", "unknown_role", known=", ".join(ROLES))])
    return typed


def _asked(name: str) -> str:
    """Twice at a terminal; a program gives it once, in a line."""
    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = typer.prompt(words("granting", "ask"), hide_input=True)
        if password != typer.prompt(words("granting", "ask_again"), hide_input=True):
            raise UsageError([words("granting", "differ")])
    granting.check_password(password, name)
    return str(password)


def _tell_password(settings: Settings, granted: Granted) -> None:
    account = granted.account
    if granted.password:
        until = _moment(settings, account.password_until)
        print(words("granting", "password", until=until), f"\n\n    {granted.password}\n", sep="")
    else:
        print(words("granting", "own"))
    second = words("granting", "second_owed" if account.decides else "second_may")
    print(words("granting", "where", url=settings.desk.url, second=second))


def reset(config: Config, name: User, ask_password: AskPassword = False) -> int:
    settings, typed = load_settings(config), granting.name_of(clean(name))
    own = _asked(typed) if ask_password else ""
    with _open(settings) as context:
        before = accounts.by_name(context.engine, typed)
        granted = granting.reset(context.engine, typed, at=context.clock(), own=own)
        told = "reopened" if before and before.ended_at else "reset"
        print(words("granting", told, name=typed))
        _tell_password(settings, granted)
    return 0


def role(
    config: Config,
    name: User,
    role: Annotated[str, typer.Argument(metavar="РОЛЬ", help=ROLES_HELP, autocompletion=_roles)],
    municipality: Towns = None,
) -> int:
    settings, typed = load_settings(config), granting.name_of(clean(name))
    role = _role(clean(role))
    towns = _towns(settings, role, municipality) if municipality else ()
    with _open(settings) as context:
        changed = granting.change_role(
            context.engine, typed, role=role, towns=towns, at=context.clock()
        )
        print(words("granting", "role", **_named(changed)))
    return 0


def _towns(settings: Settings, role: str, named: Sequence[str]) -> tuple[str, ...]:
    """As they stand in the registries."""
    known = load_all(settings.registry, packs=tuple(load_acts(settings.rules.packs)))
    return granting.towns_of(role, [clean(town) for town in named], [town.id for town in known])


def end(config: Config, name: User) -> int:
    with _open(load_settings(config)) as context:
        typed = granting.name_of(clean(name))
        granting.end(context.engine, typed, at=context.clock())
        print(words("granting", "ended", name=typed))
    return 0


def list_users(config: Config, as_json: AsJson = False) -> int:
    settings = load_settings(config)
    with _open(settings) as context:
        found = accounts.listed(context.engine)
        if as_json:
            told = [_as_json(account) for account in found]
            print(json.dumps(told, ensure_ascii=False, indent=2))
        elif not found:
            print(words("granting", "none"))
        for account in () if as_json else found:
            print(f"{account.name}: {', '.join(_parts(settings, account, context.clock()))}")
    return 0


def _open(settings: Settings) -> AbstractContextManager[Context]:
    """A fault in a registry keeps nobody from closing an account."""
    return open_context(with_database(settings))


def _named(account: Account) -> dict[str, str]:
    towns = ", ".join(account.municipalities) or words("granting", "all_towns")
    return {"name": account.name, "role": words("roles", account.role), "towns": towns}


def _parts(settings: Settings, account: Account, now: datetime) -> Iterator[str]:
    named = _named(account)
    yield named["role"]
    yield named["towns"]
    if account.ended_at:
        yield words("granting", "closed", on=_moment(settings, account.ended_at))
        return
    yield words("granting", "factor_on" if account.secret else "factor_off")
    if account.password_until:
        is_over = account.password_until < now
        until = _moment(settings, account.password_until)
        yield words("granting", "one_time_over" if is_over else "one_time", until=until)
    entered = _moment(settings, account.entered_at)
    yield words("granting", "seen", at=entered) if entered else words("granting", "never")


def _moment(settings: Settings, at: datetime | None) -> str:
    return f"{at.astimezone(settings.schedule.timezone):%d.%m.%Y %H:%M}" if at else ""


def _as_json(account: Account) -> dict[str, Any]:
    return {
        "name": account.name,
        "role": account.role,
        "municipalities": list(account.municipalities),
        "second_factor": account.secret is not None,
        "one_time_password_until": _iso(account.password_until),
        "created_at": _iso(account.created_at),
        "entered_at": _iso(account.entered_at),
        "ended_at": _iso(account.ended_at),
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None

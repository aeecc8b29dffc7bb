"""Letters that go or stay, in Russian: for a terminal and for the desk alike."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from monitor.application import Application
from monitor.mail.recipients import is_chat
from monitor.storage.roles import DEPUTY, INSTITUTION, REHEARSAL, towns_of
from monitor.storage.unsent import Unsent, unsent_since
from reports.news import News

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
STAYS = ("parked", "stopped")  # states of what waits for a person


def in_line(application: Application) -> Sequence[Unsent]:
    """What was put in line before and goes with any `send`."""
    found = unsent_since(application.engine, LONG_AGO)
    return [one for one in found if one.state not in STAYS and not one.role.startswith(REHEARSAL)]


def role_in_words(application: Application, role: str, name: str) -> str:
    """Whose letter it is; `name`: of the institution."""
    if role.startswith(INSTITUTION):
        return name
    if is_chat(role):
        return table("roles", "chat")
    if not role.startswith(DEPUTY):
        return table("roles", "cur")
    names = {town.id: town.name for town in application.municipalities}
    towns = ", ".join(names.get(one, one) for one in sorted(towns_of(role)))
    return table("roles", "deputy_town").format(towns=towns) if towns else table("roles", DEPUTY)


def news_in_words(news: News) -> str:
    told = [table("news", name).format(count) for name, count in asdict(news).items() if count]
    return ", ".join(told) or table("news", "same")


def words(sentence: str, **values: object) -> str:
    return str(_sentences()[sentence]).format(**values)


def table(name: str, key: str) -> str:
    return str(_sentences()[name][key])


@cache
def _sentences() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))

"""A region that does not exist: its registry, its communities in the sandbox, its application.

An institution has one VK page; fifty institutions are a municipality. Communities are made when
they are asked for, so that a country's worth of them takes no memory in the sandbox either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from collectors.model import Page
from collectors.vk.settings import VkSettings
from monitor.application import Application, load_acts
from monitor.config import Mail, Reports, Rules, Schedule, Settings, Storage
from monitor.sandbox import Community, Limits, Post, Token, World
from monitor.storage.database import open_database
from rules.model import Institution, Municipality

FIRST_ID = 1000
TOWN = 50
PACKS = ("kedrovy-2022-298", "fed-8fz")
TOKENS = ("vk1.a.first", "vk1.a.second")


def address(at: int) -> str:
    return f"https://vk.com/club{FIRST_ID + at}"


def pages(count: int) -> list[Page]:
    return [
        Page(institution="town/school", network="vk", address=address(at)) for at in range(count)
    ]


def municipalities(count: int) -> tuple[Municipality, ...]:
    """Of so many institutions in all."""
    return tuple(_municipality(first, min(TOWN, count - first)) for first in range(0, count, TOWN))


def _municipality(first: int, members: int) -> Municipality:
    town = f"town{first // TOWN}"
    return Municipality(
        id=town,
        name="Город",
        timezone=ZoneInfo("Asia/Tomsk"),
        packs=PACKS,
        authority="i0",
        institutions=tuple(_institution(town, first + at, at) for at in range(members)),
        digest=town,
    )


def _institution(town: str, number: int, at: int) -> Institution:
    return Institution(
        id=f"i{at}",
        municipality=town,
        name=f"Муниципальное бюджетное общеобразовательное учреждение школа № {number}",
        short_name=f"Школа № {number}",
        kind="school" if at else "authority",
        phones=("8 (38250) 3-55-46",),
        pages=(Page(institution=f"{town}/i{at}", network="vk", address=address(number)),),
    )


# --- the sandbox's side -----------------------------------------------------------------------


def world(count: int, posts: Sequence[Post], limits: Limits, now: datetime) -> World:
    return World(
        more_communities=partial(_community, count, posts),
        tokens=tuple(Token(value=token) for token in TOKENS),
        limits=limits,
        clock=now,
    )


def _community(count: int, posts: Sequence[Post], key: int | str) -> Community | None:
    if not isinstance(key, int) or not FIRST_ID <= key < FIRST_ID + count:
        return None
    return Community(
        id=key,
        name=f"Школа № {key - FIRST_ID}",
        description="МБОУ СОШ. Приёмная: 8 (38250) 3-55-46",
        posts=posts,
    )


# --- the application --------------------------------------------------------------------------


@contextmanager
def application(
    folder: Path,
    towns: tuple[Municipality, ...],
    networks: Mapping[str, Any],
    clock: Callable[[], datetime],
    secrets: tuple[str, ...] = TOKENS,
) -> Iterator[Application]:
    """As `monitor.application.opened` puts it together, with towns that no file holds."""
    engine = open_database(f"sqlite:///{folder / 'dozor.db'}")
    try:
        yield Application(
            settings=_settings(folder, networks, secrets),
            engine=engine,
            municipalities=towns,
            acts=load_acts(),
            clock=clock,
        )
    finally:
        engine.dispose()


def _settings(folder: Path, networks: Mapping[str, Any], secrets: tuple[str, ...]) -> Settings:
    return Settings(
        registry=(),
        storage=Storage(evidence=folder / "evidence"),
        reports=Reports(directory=folder),
        rules=Rules(),
        schedule=Schedule(),
        mail=Mail(),
        smtp_user="",
        smtp_password="",
        networks=networks,
        secrets=secrets,
        file=folder / "config.toml",
    )


def vk_settings(url: str, tokens: int = 1, pace: float = 1_000_000) -> VkSettings:
    return VkSettings(
        api_url=url,
        tokens=",".join(TOKENS[:tokens]),
        requests_per_second=pace,
        wall_get_per_day=10_000_000,
    )

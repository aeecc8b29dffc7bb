"""A small world for the sandbox's tests, and a client for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx

from monitor.sandbox import (
    Community,
    Limits,
    MenuItem,
    OkGroup,
    OkKey,
    Post,
    Running,
    Site,
    SitePage,
    Token,
    World,
)
from tests.cast import NOW

SERVICE = "service-token"
FREE = Limits(requests_per_second=None, wall_get_per_day=None)


def posts(count: int) -> tuple[Post, ...]:
    """One a day, the last one a day before NOW; the oldest has the number 1."""
    return tuple(
        Post(
            id=number, published_at=NOW - timedelta(days=count + 1 - number), text=f"Пост {number}"
        )
        for number in range(1, count + 1)
    )


OLD = Post(id=900, published_at=NOW - timedelta(days=400), text="Контакты", pinned=True)
VISITOR = Post(id=901, published_at=NOW - timedelta(days=2, hours=1), text="Спасибо!", author=77)
SHARED = Post(
    id=902,
    published_at=NOW - timedelta(days=2, hours=2),
    repost_of="Новость области",
    advertisement=True,
)
SCHOOL = Community(
    id=101,
    name="Школа № 1",
    screen_name="kedr.school",
    description="Сайт {site:school}",
    city="Кедровый",
    address="1-й мкр., 61",
    address_phone="8 (38299) 5-55-46",
    phones=("8 (38299) 5-55-46",),
    emails=("school@example.org",),
    links=("https://ok.ru/group/1",),
    menu=(MenuItem(title="Обратная связь", url="https://pos.gosuslugi.ru/form/?opaId=1"),),
    government_mark=True,
    posts=(OLD, VISITOR, SHARED, *posts(30)),
)
CLOSED = Community(id=102, name="Музей", kind="group", is_closed=1, posts=posts(3))
BANNED = Community(id=103, name="Клуб", deactivated="banned")
MUTE = Community(id=104, name="Клиника", wall=0)
GROUP = OkGroup(
    id=70000000000101,
    name="Школа № 1",
    shortname="kedrschool",
    phone="8 (38299) 5-55-46",
    homepage_url="{site:school}/",
    government_mark=True,
    posts=posts(25),
)
KEY = OkKey(application_key="APPKEY", secret_key="SECRET", access_token="OKTOKEN")
SITE = Site(name="school", address="127.0.7.1", pages={"/": SitePage(body="<h1>Школа</h1>")})
SMALL = World(
    communities=(SCHOOL, CLOSED, BANNED, MUTE),
    ok_groups=(
        GROUP,
        OkGroup(id=2, name="Закрытая", access="CLOSED", posts=posts(2)),
        OkGroup(id=3, name="Заблокированная", blocked=True),
        OkGroup(id=4, name="За стеной", login_wall=True),
    ),
    persons={"ivan": 55},
    sites=(SITE,),
    tokens=(
        Token(value=SERVICE),
        Token(value="user", kind="user"),
        Token(value="group", kind="group"),
        Token(value="plain", may_execute=False, sees_marks=False),
    ),
    ok_keys=(KEY,),
    limits=FREE,
    clock=NOW,
)


def vk(running: Running, name: str, token: str = SERVICE, **params: Any) -> dict[str, Any]:
    """The whole answer of a VK method."""
    form = {"access_token": token, "v": "5.199", **params}
    answer = httpx.post(f"{running.vk_url}/method/{name}", data=form)
    assert answer.status_code == 200
    whole: dict[str, Any] = answer.json()
    return whole


def error(answer: Mapping[str, Any]) -> int:
    code: int = answer["error"]["error_code"]
    return code


def limited(**limits: Any) -> World:
    return replace(SMALL, limits=replace(FREE, **limits))

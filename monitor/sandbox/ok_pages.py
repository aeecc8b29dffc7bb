"""OK's public pages: the group, its topics page by page, walls of every kind.

No saved page of OK was found in public: the selectors are those that public scrapers read by.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from zoneinfo import ZoneInfo

from monitor.sandbox.replies import Reply, broken, page
from monitor.sandbox.state import Call, State
from monitor.sandbox.world import OkGroup, Post, shown

PAGES = Path(__file__).with_name("pages")
TOPICS_A_PAGE = 20
FIRST_TOPICS = 5  # on the group's own page

SHORT = ["янв", "фев", "мар", "апр", "мая", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"]
LONG = [
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
]  # fmt: skip
ENGLISH = ["Jan", "Feb", "March", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec"]


def answer(state: State, path: str, query: Mapping[str, str], language: str) -> Reply:
    """`path` is what follows the site's address: `/group/1/topics`."""
    fault = state.strike("page", "", {"path": path})
    reply = broken(fault) if fault is not None else None
    if fault is not None and reply is None:
        reply = page(_page("login"))  # an error or a captcha of this surface is its login wall
    if reply is None:
        reply = _answer(state, path, query, language)
    state.note(Call(at=time.time(), surface="ok_page", method=path, outcome=reply.outcome))
    return reply


def find(state: State, parts: list[str]) -> OkGroup | None:
    """The group that `group/1`, `group1`, `1` or a short name leads to."""
    if parts and parts[0] == "group" and len(parts) > 1:
        parts = parts[1:]
    name = parts[0].removeprefix("group") if parts and parts[0][5:].isdigit() else parts[0]
    return state.ok_group(int(name) if name.isdigit() else name)


def _answer(state: State, path: str, query: Mapping[str, str], language: str) -> Reply:
    parts = path.strip("/").split("/")
    group = find(state, parts) if parts[0] and parts[0] != "profile" else None
    if group is None or group.deleted:
        return page(_page("absent"), 404)
    if group.login_wall:
        return page(_page("login"))
    if group.blocked:
        return page(_page("blocked", name=escape(group.name)))
    topics = parts[-1] == "topics"
    number = int(query.get("st.page", "1")) if query.get("st.page", "1").isdigit() else 1
    return page(group_page(state, group, topics, number, russian=language.startswith("ru")))


def group_page(state: State, group: OkGroup, topics: bool, number: int, russian: bool) -> str:
    posts = shown(group.posts, state.now()) if group.access == "OPEN" else []
    start = (number - 1) * TOPICS_A_PAGE if topics else 0
    part = posts[start : start + (TOPICS_A_PAGE if topics else FIRST_TOPICS)]
    zone = ZoneInfo(state.world.ok_timezone)
    feed = "".join(entry(post, group, state.now().astimezone(zone), russian) for post in part)
    closed = "" if group.access == "OPEN" else _page("closed")
    return _page(
        "group",
        id=str(group.id),
        path=group.shortname or f"group/{group.id}",
        name=escape(group.name),
        suffix=" — Темы | OK.RU" if topics else " | OK.RU",
        description=escape(state.fill(group.description)),
        info=information(state, group),
        mark='<span class="group-mark">Госорганизация</span>' if group.government_mark else "",
        category=escape(group.category),
        members=f"{group.members:,}".replace(",", "\N{NO-BREAK SPACE}"),
        topics=str(len(posts)),
        feed=closed or f'<div class="feed-list">{feed}</div>',
    )


def information(state: State, group: OkGroup) -> str:
    """The lines of the info block; an empty one is not shown."""
    address = ", ".join(part for part in (group.city, group.address) if part)
    site = state.fill(group.homepage_url)
    link = f'<a href="{escape(site)}" rel="nofollow">{escape(site)}</a>' if site else ""
    lines = [escape(address), escape(group.phone), link]
    return "".join(f'<div class="group-info_lst_i __value">{line}</div>' for line in lines if line)


def entry(post: Post, group: OkGroup, now: datetime, russian: bool) -> str:
    text = escape(post.text if post.repost_of is None else f"{post.text}\n{post.repost_of}")
    return _page(
        "topic",
        id=str(post.id),
        group=str(group.id),
        date=date_text(post.published_at, now, post.id, russian=russian),
        text=text.strip(),
    )


def date_text(moment: datetime, now: datetime, variety: int, *, russian: bool = True) -> str:
    """A date as OK writes it for a reader at `now` (whose zone counts); one of two forms."""
    moment = moment.astimezone(now.tzinfo)
    clock = f"{moment:%H:%M}"
    if moment.date() == now.date():
        return clock
    if moment.date() == now.date() - timedelta(days=1):
        between = "в " if russian and variety % 2 else ""
        return f"{'вчера' if russian else 'yesterday'} {between}{clock}"
    return _older(moment, now, variety, russian)


def _older(moment: datetime, now: datetime, variety: int, russian: bool) -> str:
    clock, long = f"{moment:%H:%M}", variety % 2 == 1
    months = ENGLISH if not russian else LONG if long else SHORT
    day = f"{moment.day} {months[moment.month - 1]}"
    between = " в " if russian and long else " "
    if moment.year == now.year:
        return f"{day}{between}{clock}"
    return f"{day} {moment.year}{between}{clock}" if long and russian else f"{day} {moment.year}"


@cache
def _template(name: str) -> Template:
    return Template((PAGES / f"ok_{name}.html").read_text(encoding="utf-8"))


def _page(name: str, /, **values: str) -> str:
    return _template(name).substitute(values)

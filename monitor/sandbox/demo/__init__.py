"""A town that does not exist, with every outcome a report can show.

`world.toml` says what its pages hold, `registry.toml` what its office has registered, `sites/`
what stands on its sites, `posts.toml` what it writes about. All dates are days before `now`, so
that the demo reads the same on any date.
"""

from __future__ import annotations

import contextlib
import re
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from monitor.sandbox.world import (
    Change,
    Community,
    Fault,
    MaxChannel,
    MaxMember,
    MenuItem,
    OkGroup,
    Post,
    Site,
    SitePage,
    Token,
    World,
)
from rules.law.workdays import CalendarUncoveredError, is_working_day

if TYPE_CHECKING:
    from monitor.sandbox.server import Running

HERE = Path(__file__).parent
ZONE = ZoneInfo("Asia/Tomsk")
NIGHTS = 5
WEEKS = 20  # of posts: eight calendar weeks back from the earliest night, and some
SHORT_WEEK = 3  # working days, below which a week is not judged
DAY_MARK = re.compile(r"\{day:(-?\d+)\}")
SITE_MARK = re.compile(r"\{site:([\w-]+)\}")
DEMO_TOKEN = "demo-service-token"
DEMO_BOT = "demo-max-bot-token"


def demo_nights(now: datetime | None = None) -> list[datetime]:
    """Weekly moments, the earliest first, the last one `now`: something differs at each."""
    now = now or datetime.now(UTC)
    return [now - timedelta(weeks=weeks) for weeks in range(NIGHTS - 1, -1, -1)]


def demo_world(now: datetime | None = None) -> World:
    """The town as it is at `now`, where its clock stands."""
    now = now or datetime.now(UTC)
    data = tomllib.loads((HERE / "world.toml").read_text(encoding="utf-8"))
    return World(
        communities=tuple(_community(entry, now) for entry in data["vk"]),
        ok_groups=tuple(_ok_group(entry, now) for entry in data["ok"]),
        sites=tuple(_site(entry, at, now) for at, entry in enumerate(data["site"], start=1)),
        persons=data.get("persons", {}),
        tokens=(Token(value=DEMO_TOKEN),),
        faults=tuple(Fault(**entry) for entry in data.get("fault", ())),
        clock=now,
        max_channels=tuple(_max_channel(entry, now) for entry in data["max"]),
        max_bots=(DEMO_BOT,),
        control_pages=tuple(data["control_pages"]),
        ok_control_pages=tuple(data["ok_control_pages"]),
    )


def write_demo_registry(running: Running, folder: Path) -> Path:
    """Write `demo.toml` with the addresses of the running sites; the path of the file."""
    now = running.world.clock or datetime.now(UTC)
    text = (HERE / "registry.toml").read_text(encoding="utf-8")
    text = DAY_MARK.sub(lambda mark: _day(now, int(mark[1])).isoformat(), text)
    text = SITE_MARK.sub(lambda mark: running.site_url(mark[1]).rstrip("/"), text)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "demo.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _day(now: datetime, days: int) -> date:
    return (now.astimezone(ZONE) + timedelta(days=days)).date()


# --- from the data file -----------------------------------------------------------------------


def _community(entry: dict[str, Any], now: datetime) -> Community:
    values = _common(entry, now)
    values["menu"] = tuple(MenuItem(**item) for item in entry.get("menu", ()))
    if "created" in entry:
        values["exists_from"] = now + timedelta(days=values.pop("created"))
    return Community(**values)


def _ok_group(entry: dict[str, Any], now: datetime) -> OkGroup:
    values = _common(entry, now)
    values["created_at"] = now + timedelta(days=values.pop("created", -1500))
    return OkGroup(**values)


def _max_channel(entry: dict[str, Any], now: datetime) -> MaxChannel:
    """`bot`: how our bot stands there; without it nobody has let it in."""
    status = entry.pop("bot", None)
    bots = {DEMO_BOT: MaxMember(status=status)} if status else {}
    return MaxChannel(bots=bots, **_common(entry, now))


def _common(entry: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The fields as they are, lists made tuples, the rhythm made posts, `later` made changes."""
    values = _frozen(entry)
    values["posts"] = tuple(posts(values.pop("rhythm"), now, about=entry["name"]))
    values["later"] = tuple(_change(change, now) for change in entry.get("later", ()))
    return values


def _frozen(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(v) if isinstance(v, list) else v for key, v in entry.items()}


def _change(entry: dict[str, Any], now: datetime) -> Change:
    values = _frozen(entry)
    return Change(at=now + timedelta(days=values.pop("days")), values=values)


def _site(entry: dict[str, Any], number: int, now: datetime) -> Site:
    encoding = entry.get("encoding", "utf-8")
    pages = dict(_files(entry["name"], encoding, now))
    down = SitePage(status=entry["status"], body="") if "status" in entry else None
    return Site(name=entry["name"], address=f"127.0.9.{number}", pages=pages, everywhere=down)


def _files(name: str, encoding: str, now: datetime) -> Iterator[tuple[str, SitePage]]:
    """`sites/NAME/a/b.html` is served as `/a/b`, `index.html` as the folder itself."""
    root = HERE / "sites" / name
    for file in sorted(root.rglob("*.*")):
        path = "/" + file.relative_to(root).as_posix()
        text = file.read_text(encoding="utf-8")
        text = DAY_MARK.sub(lambda mark: f"{_day(now, int(mark[1])):%d.%m.%Y}", text)
        kind = {".txt": "text/plain", ".xml": "application/xml"}.get(file.suffix, "text/html")
        short = path.removesuffix("index.html") if path.endswith("index.html") else path
        yield (
            short.removesuffix(".html"),
            SitePage(body=text, encoding=encoding, content_type=kind),
        )


# --- rhythms ----------------------------------------------------------------------------------

Days = Callable[[int], tuple[int, ...]]
"""Weekdays (0 = Monday) with a post in the week that was so many (ordinary) weeks ago."""

RHYTHMS: dict[str, Days] = {
    "lively": lambda _: (1, 3, 5),
    "sparse": lambda _: (2,),
    "improving": lambda ago: (0, 2, 4) if ago <= 4 else (2,),
    "worsening": lambda ago: () if ago <= 3 else (1, 3, 5),
    "silent": lambda ago: () if ago <= 6 else (1, 4),
    "new": lambda ago: (0, 1, 2, 3, 4, 5, 6) if ago <= 1 else (),
    "none": lambda _: (),
}
SPECIAL = {"reposts": "lively", "personal": "lively"}
PERSON = 55501


def posts(rhythm: str, now: datetime, about: str) -> Iterator[Post]:
    """The wall of a page that keeps this rhythm, with a pinned post from half a year ago."""
    texts = tomllib.loads((HERE / "posts.toml").read_text(encoding="utf-8"))["texts"]
    days = RHYTHMS[SPECIAL.get(rhythm, rhythm)]
    for number, moment in enumerate(_moments(days, now), start=2):
        if rhythm == "new" and moment < now - timedelta(days=3):
            continue
        text = f"{texts[number % len(texts)]} {about}, {moment.astimezone(ZONE):%d.%m}."
        repost = text if rhythm == "reposts" else None
        yield Post(
            id=number,
            published_at=moment,
            text="" if repost else text,
            repost_of=repost,
            author=PERSON if rhythm == "personal" else None,
        )
    if rhythm not in ("none", "new"):
        yield Post(
            id=1, published_at=now - timedelta(days=180), text=f"{about}: мы здесь.", pinned=True
        )


def _moments(days: Days, now: datetime) -> Iterator[datetime]:
    """Half past eleven in Tomsk on the chosen days, the oldest week first."""
    noon = now.astimezone(ZONE).replace(hour=11, minute=30, second=0, microsecond=0)
    for monday, ago in reversed(list(_weeks(noon - timedelta(days=noon.weekday())))):
        for weekday in days(ago):
            yield (monday + timedelta(days=weekday)).astimezone(UTC)


def _weeks(monday: datetime) -> Iterator[tuple[datetime, int]]:
    """The weeks back from this one; those of long holidays, which no rule judges, not counted."""
    ago = 0
    for back in range(WEEKS + 1):
        week = monday - timedelta(weeks=back)
        yield week, ago
        if back == 0 or _is_ordinary(week.date()):
            ago += 1


def _is_ordinary(monday: date) -> bool:
    with contextlib.suppress(CalendarUncoveredError):
        week = (monday + timedelta(days=day) for day in range(7))
        return sum(map(is_working_day, week)) >= SHORT_WEEK
    return True

"""What the OK API answers, as facts. Field names as public clients know them; all optional.

The API leaves out what it does not want to show, and no document tells whether it also leaves out
what is empty. So a missing key counts as empty only when the same key was shown for some other
group in this run; otherwise its place is one that was not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from collectors.contacts import find_contacts, union
from collectors.model import Access, Author, Contacts, Facts, PostalAddress, Presence
from collectors.numbers import count, number_in
from collectors.ok.dates import Moment
from collectors.ok.walls import Entry

Bean = Mapping[str, Any]

FIELDS = (
    "uid,name,description,shortname,homepage_url,homepage_name,phone,address,city,country,"
    "members_count,main_photo,pic_avatar,cover,created_ms,category,access_type,private,premium,"
    "blocked,disable_reason,gos_org"
)
TOPIC_FIELDS = "feed.*,media_topic.*"
CONTACT_KEYS = ("description", "phone", "address", "homepage_url")
_ACCESS = {"OPEN": Access.OPEN, "CLOSED": Access.CLOSED, "SECRET": Access.PRIVATE}


class ShapeError(Exception):
    """The answer is JSON of another shape than any that is known."""


def groups(answer: Any) -> list[Bean]:
    """group.getInfo answers a list, or {"groups": […]}."""
    found = answer.get("groups") if isinstance(answer, dict) else answer
    if not isinstance(found, list):
        raise ShapeError("group.getInfo")
    sound: list[Bean] = [bean for bean in found if isinstance(bean, dict) and uid(bean)]
    if found and not sound:
        raise ShapeError("group.getInfo")
    return sound


def uid(bean: Bean) -> str:
    """Its figures; "" for what is no number: such an entry costs itself."""
    told = bean.get("uid")
    return number_in(told if isinstance(told, str) else str(count(told))) or ""


def shown_keys(beans: Iterable[Bean]) -> frozenset[str]:
    return frozenset(key for bean in beans for key in bean)


def facts(bean: Bean, shown: frozenset[str]) -> Facts:
    """`shown`: the keys that any group of this run carried. The mark is still as OK said it."""
    return Facts(
        presence=Presence.BANNED if bean.get("blocked") is True else Presence.LIVE,
        access=_access(bean),
        page_id=uid(bean),
        screen_name=_text(bean, "shortname", shown),
        kind="group",
        title=_text(bean, "name", shown),
        description=_text(bean, "description", shown),
        created_at=_moment(bean.get("created_ms")),
        government_mark=bean["gos_org"] if isinstance(bean.get("gos_org"), bool) else None,
        has_avatar=True if bean.get("main_photo") or bean.get("pic_avatar") else None,
        has_cover=True if bean.get("cover") else None,
        members_count=_number(bean.get("members_count")),
        contacts=_contacts(bean, shown),
        unread_places=tuple(k for k in CONTACT_KEYS if k not in bean and k not in shown),
    )


def counted_topics(answer: Any) -> int | None:
    """group.getCounters answers {"counters": {"themes": n}}; the inner part alone is taken, too."""
    counters = answer.get("counters", answer) if isinstance(answer, dict) else {}
    return _number(counters.get("themes")) if isinstance(counters, dict) else None


def group_of_url(answer: Any) -> tuple[str, str]:
    """Type and number of the thing that url.getInfo found: ("GROUP", "70000000000101")."""
    if not isinstance(answer, dict):
        raise ShapeError("url.getInfo")
    number = answer.get("objectIdStr") or answer.get("objectId") or ""
    return str(answer.get("type", "")).upper(), str(number)


def entries(answer: Any, group: str) -> tuple[Entry, ...]:
    """Topics of stream.get or mediatopic.getTopics, in the order of the answer.

    An entry of the feed that names no topic is one all the same: with its date, or a hole.
    """
    topics, feeds = _parts(answer)
    dates = {_topic_of(feed): feed.get("date_ms") for feed in feeds}
    by_key = {str(topic.get("id", "")): topic for topic in topics}
    told = [*map(_topic_of, feeds)]
    order = told if by_key.keys() & set(told) or not by_key else by_key
    once = dict.fromkeys(order)
    return tuple(_entry(key, by_key.get(key, {}), dates.get(key), group) for key in once)


def anchor(answer: Any) -> str:
    """Where the next part begins; "" when OK names no next part."""
    return str(answer.get("anchor") or "") if isinstance(answer, dict) else ""


def _parts(answer: Any) -> tuple[Sequence[Bean], Sequence[Bean]]:
    if not isinstance(answer, dict):
        raise ShapeError("list of topics")
    entities = answer.get("entities")
    inner = entities if isinstance(entities, dict) else {}
    topics, feeds = inner.get("media_topics", answer.get("media_topics")), answer.get("feeds")
    if topics is None and feeds is None:
        raise ShapeError("list of topics")
    told = _beans(feeds)
    if told and isinstance(topics, list):  # the feed of a topic that is none tells of it
        topics = [one for one in topics if isinstance(one, dict)]
    return _beans(topics), told


def _beans(values: Any) -> list[Bean]:
    """None stands for an empty list, and an empty bean for what is none; not if all are."""
    found = [] if values is None else values
    if not isinstance(found, list):
        raise ShapeError("list of topics")
    beans: list[Bean] = [one if isinstance(one, dict) else {} for one in found]
    if beans and not any(isinstance(one, dict) for one in found):
        raise ShapeError("list of topics")
    return beans


def _topic_of(feed: Bean) -> str:
    told = feed.get("target_refs")
    references = [str(one) for one in told] if isinstance(told, list) else []
    topics = [one for one in references if one.startswith(("media_topic:", "group_topic:"))]
    return topics[0].partition(":")[2] if topics else f"feed {feed.get('date_ms')}"


def _entry(key: str, topic: Bean, feed_date: Any, group: str) -> Entry:
    at = _moment(topic.get("publication_date_ms") or topic.get("created_ms") or feed_date)
    return Entry(
        key=key,
        moment=Moment(at, 0) if at else None,
        author=_author(topic, group),
        is_pinned=topic.get("is_sticky") is True,
        is_repost=bool(topic.get("reshared_object_ref")) or any(map(_is_reshare, _media(topic))),
        is_advertisement=topic.get("is_ads_post") is True or topic.get("is_promo") is True,
        text=_topic_text(topic) if "media" in topic else None,
    )


def _author(topic: Bean, group: str) -> Author:
    if topic.get("is_on_behalf_of_group") is True or topic.get("author_ref") == f"group:{group}":
        return Author.PAGE
    return Author.OTHER if topic.get("author_ref") else Author.UNTOLD


def _topic_text(topic: Bean) -> str:
    own = [part for part in _media(topic) if not _is_reshare(part)]
    return "\n".join(str(part["text"]) for part in own if part.get("text"))


def _media(topic: Bean) -> list[Bean]:
    parts = topic.get("media")
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def _is_reshare(part: Bean) -> bool:
    return bool(part.get("reshare")) or str(part.get("type", "")).lower() == "topic"


def _access(bean: Bean) -> Access | None:
    told = _ACCESS.get(str(bean.get("access_type", "")).upper())
    if told is None and isinstance(bean.get("private"), bool):
        return Access.CLOSED if bean["private"] else Access.OPEN
    return told


def _contacts(bean: Bean, shown: frozenset[str]) -> Contacts | None:
    if not any(key in bean or key in shown for key in CONTACT_KEYS):
        return None
    found = [find_contacts(str(bean.get(key) or ""), key) for key in CONTACT_KEYS]
    return union(*found, _stated_address(bean))


def _stated_address(bean: Bean) -> Contacts:
    """The field is an address by its name, however it is written."""
    street, city = (" ".join(str(bean.get(key) or "").split()) for key in ("address", "city"))
    if not street:
        return Contacts()
    whole = street if not city or city.lower() in street.lower() else f"{city}, {street}"
    return Contacts(addresses=(PostalAddress(original=whole, place="address"),))


def _text(bean: Bean, key: str, shown: frozenset[str]) -> str | None:
    if key not in bean and key not in shown:
        return None
    return str(bean.get(key) or "")


def _moment(milliseconds: Any) -> datetime | None:
    number = _number(milliseconds)
    try:
        return datetime.fromtimestamp(number / 1000, UTC) if number else None
    except (ValueError, OverflowError, OSError):
        return None


def _number(value: Any) -> int | None:
    """OK writes some of its numbers as text."""
    return count(int(number_in(value) or -1) if isinstance(value, str) else value)

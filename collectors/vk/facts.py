"""A community as `groups.getById` shows it → Facts (pure).

A key that is absent was not shown to us. Of the undocumented ones (`is_government_organization`,
`menu`) an absence counts as "seen, and absent" only if a control page showed them to the same
token in the same run (guard G20).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from collectors.addresses import AddressError
from collectors.contacts import (
    NOTHING,
    find_contacts,
    from_field,
    of_another,
    speaks_of_another,
    union,
)
from collectors.model import (
    Access,
    Contacts,
    Facts,
    Failure,
    FailureCode,
    Link,
    PostalAddress,
    Presence,
    WallAccess,
)
from collectors.numbers import count
from collectors.text import normalised
from collectors.vk.addresses import vk_address
from collectors.vk.reader import Signals

FIELDS = (
    "activity,addresses,city,clips_count,contacts,cover,description,has_photo,"
    "is_government_organization,links,members_count,menu,phone,site,status,verified,wall"
)

Group = Mapping[str, Any]
Gaps = Mapping[str, Failure]

DEACTIVATED = {"deleted": Presence.DELETED, "banned": Presence.BANNED}
ACCESS = {0: Access.OPEN, 1: Access.CLOSED, 2: Access.PRIVATE}
WALL_ACCESS = {
    0: WallAccess.OFF,
    1: WallAccess.OPEN,
    2: WallAccess.LIMITED,
    3: WallAccess.CLOSED,
}
_WIKI = re.compile(r"//(?:\w+\.)?(?:vk\.com|vk\.ru|vkontakte\.ru)/(?:page-|pages\?|@)", re.I)
_SILENT = Failure(FailureCode.CONTROL_SILENT, "no control page showed this signal to the token")


def page_key(address: str) -> str:
    """What `group_ids` takes for a canonical address: the number, or the screen name."""
    name = address.rpartition("/")[2]
    number = re.fullmatch(r"club(\d+)", name)
    return number[1] if number else name


def control_key(written: str) -> str:
    try:
        return page_key(vk_address(written))
    except AddressError:
        return ""


def signals_of(group: Group) -> Signals:
    menu = group.get("menu")
    return Signals(
        mark=_flag(group, "is_government_organization") is True,
        menu=isinstance(menu, dict) and bool(menu.get("items")),
    )


def has_wall(group: Group) -> bool:
    """No call is spent on a wall that is switched off, or on a page that is gone."""
    off = WALL_ACCESS.get(_code(group, "wall")) is WallAccess.OFF
    return _presence(group) is Presence.LIVE and not off


def group_facts(group: Group, signals: Signals) -> tuple[Facts, Gaps]:
    """All but the wall, the pinned post and further addresses."""
    known = _identity(group)
    if (presence := _presence(group)) is not Presence.LIVE:
        gaps = {} if presence else {"presence": _of_unknown_kind(group)}
        return Facts(presence=presence, **known), gaps
    mark, menu = _flag(group, "is_government_organization"), menu_links(group)
    gaps = {}
    if not mark and not signals.mark:
        mark, gaps["government_mark"] = None, _SILENT
    if menu is None and signals.menu and "menu" not in group:
        menu = ()
    if menu is None:
        gaps["menu"] = _SILENT
    contacts = group_contacts(group, menu or ())
    if "description" not in group:  # always served when asked for: we were shown only a part
        gaps["contacts"] = Failure(FailureCode.NOT_OFFERED, "the answer has no description")
    if _has_hole(group):
        gaps["contacts"] = Failure(FailureCode.MALFORMED, "a place of contacts has another shape")
    facts = Facts(
        presence=presence,
        access=ACCESS.get(_code(group, "is_closed")),
        wall_access=WALL_ACCESS.get(_code(group, "wall")),
        **known,
        kind=_text(group, "type"),
        description=_text(group, "description"),
        status=_text(group, "status"),
        topic=_text(group, "activity"),
        government_mark=_mark(mark, signals),
        verified=_flag(group, "verified"),
        has_avatar=_flag(group, "has_photo"),
        has_cover=_flag(group.get("cover"), "enabled"),
        members_count=_number(group, "members_count"),
        clips_count=_number(group, "clips_count"),
        contacts=None if "contacts" in gaps and contacts == Contacts() else contacts,
        menu=menu,
        unread_places=tuple(unread_places((*(menu or ()), *listed_links(group)))),
    )
    return facts, gaps


def _mark(shown: bool | None, signals: Signals) -> bool | None:
    """An absent key is False once a control page has proved that the key is served."""
    return shown if shown or not signals.mark else False


def _identity(group: Group) -> dict[str, Any]:
    return {
        "page_id": str(group["id"]),
        "screen_name": _text(group, "screen_name"),
        "title": _text(group, "name"),
    }


def _presence(group: Group) -> Presence | None:
    """None: VK says something that is no positive statement, as `geo_banned`."""
    if not (state := group.get("deactivated")):
        return Presence.LIVE
    return DEACTIVATED.get(str(state))


def _of_unknown_kind(group: Group) -> Failure:
    return Failure(FailureCode.NOT_VISIBLE, f"deactivated: {group.get('deactivated')}")


def _has_hole(group: Group) -> bool:
    """What is no contact, link or entry of the menu may be one that we cannot read."""
    menu = group.get("menu")
    lists = [group.get("contacts"), group.get("links")]
    lists += [menu.get("items")] if isinstance(menu, dict) else []
    is_odd = any(isinstance(one, list) and not all(map(_is_dict, one)) for one in lists)
    return is_odd or not isinstance(group.get("description", ""), str)


def _is_dict(value: Any) -> bool:
    return isinstance(value, dict)


# --- places where contacts and links stand ---


def group_contacts(group: Group, menu: Sequence[Link]) -> Contacts:
    """The union over all places of the answer; the pinned post is added with the wall."""
    texts = [
        (place, text)
        for place in ("description", "status", "site")
        if (text := _text(group, place))
    ]
    return union(
        *_listed_contacts(group),
        from_field("phone", _text(group, "phone") or "", "phone"),
        address_contacts(main_addresses(group), "addresses.main_address"),
        *(find_contacts(text, place) for place, text in texts),
        find_contacts("", "links", listed_links(group)),
        find_contacts("", "menu", menu),
        *(find_contacts(link.text, link.place) for link in (*listed_links(group), *menu)),
    )


def _listed_contacts(group: Group) -> Iterator[Contacts]:
    """`contacts[]` of {desc?, phone?, email?}; every key may be missing."""
    for one in _dicts(group.get("contacts")):
        phone, email = _text(one, "phone") or "", _text(one, "email") or ""
        desc = _text(one, "desc") or ""
        texts = (phone, email, desc)  # an address in the wrong field, too
        shown = union(
            from_field("phone", phone, "contacts"),
            from_field("email", email, "contacts"),
            *(find_contacts(text, "contacts") for text in texts),
        )
        yield of_another(shown) if speaks_of_another(desc) else shown


def main_addresses(group: Group) -> tuple[Mapping[str, Any], ...]:
    """The address that is shown; () where the block of addresses is switched off."""
    block = group.get("addresses")
    if not isinstance(block, dict) or not block.get("is_enabled", True):
        return ()
    return tuple(_dicts([block.get("main_address")]))


def has_more_addresses(group: Group) -> bool:
    """Whether `groups.getAddresses` can tell more than getById did."""
    block = group.get("addresses")
    if not isinstance(block, dict) or not block.get("is_enabled", True):
        return False
    told = _number(block, "count") or (1 if block.get("main_address_id") else 0)
    return told > len(main_addresses(group))


def address_contacts(addresses: Sequence[Mapping[str, Any]], place: str) -> Contacts:
    """Structured addresses: city, street, what is added, and a telephone."""
    if not addresses:
        return NOTHING
    lines = [line for one in addresses if (line := _address_line(one))]
    shown = Contacts(addresses=tuple(PostalAddress(original=x, place=place) for x in lines))
    phones = [phone for one in addresses if (phone := _text(one, "phone"))]
    named = [text for one in addresses if (text := _text(one, "title"))]
    texts = [f"тел. {phone}" for phone in phones] + lines + named
    return union(shown, *(find_contacts(text, place) for text in texts))


def _address_line(address: Mapping[str, Any]) -> str:
    street = _text(address, "address") or ""
    city = _text(address.get("city"), "title") or ""
    parts = [city if city.lower() not in street.lower() else "", street]
    parts.append(_text(address, "additional_address") or "")
    return ", ".join(part for part in parts if part) if street else ""


def menu_links(group: Group) -> tuple[Link, ...] | None:
    """The community's menu, hidden items left out; None if the key was not served."""
    menu = group.get("menu")
    if not isinstance(menu, dict) or not isinstance(menu.get("items"), list):
        return None
    return tuple(
        Link(url=url, text=_text(item, "title") or "", place="menu")
        for item in _dicts(menu.get("items"))
        if not item.get("is_hidden") and (url := _text(item, "url"))
    )


def listed_links(group: Group) -> tuple[Link, ...]:
    return tuple(
        Link(url=url, text=f"{_text(item, 'name') or ''} {_text(item, 'desc') or ''}".strip(),
             place="links")
        for item in _dicts(group.get("links"))
        if (url := _text(item, "url"))
    )  # fmt: skip


def unread_places(links: Sequence[Link]) -> Iterator[str]:
    """Wiki pages and articles: contacts may stand there, and we do not read them."""
    yield from dict.fromkeys(link.url for link in links if _WIKI.search(link.url))


# --- single values ---


def _text(source: Any, key: str) -> str | None:
    value = source.get(key) if isinstance(source, dict) else None
    return normalised(value.replace("<br>", "\n")).strip() if isinstance(value, str) else None


def _number(source: Mapping[str, Any], key: str) -> int | None:
    return count(source.get(key))


def _code(source: Mapping[str, Any], key: str) -> int:
    number = _number(source, key)
    return -1 if number is None else number


def _flag(source: Any, key: str) -> bool | None:
    value = source.get(key) if isinstance(source, dict) else None
    return bool(value) if value in (0, 1) and isinstance(value, int) else None


def _dicts(values: Any) -> Iterator[Mapping[str, Any]]:
    for value in values if isinstance(values, list) else ():
        if isinstance(value, dict):
            yield value

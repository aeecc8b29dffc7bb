"""groups.* and utils.resolveScreenName: a community's card, its addresses, its number."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from monitor.sandbox.state import State
from monitor.sandbox.vk.errors import VkError
from monitor.sandbox.vk.request import Request
from monitor.sandbox.world import Community, shown


def find(state: State, name: str) -> Community | None:
    """By number, by short name, or by club1, public1, event1."""
    name = name.lower()
    for prefix in ("", "club", "public", "event"):
        if name.startswith(prefix) and name[len(prefix) :].isdigit():
            return state.community(int(name[len(prefix) :]))
    return state.community(name)


def get_by_id(request: Request) -> Any:
    names = request.names("group_ids") or request.names("group_id")
    if not names:
        raise VkError(100, "group_ids is undefined")
    if len(names) > 500:
        raise VkError(100, "group_ids should contain not more than 500 items")
    found = {c.id: c for name in names if (c := find(request.state, name)) is not None}
    # By number, not by the order asked: no client may rest on the order, it is not documented.
    fields = request.names("fields")
    groups = [group(found[key], fields, request) for key in sorted(found)]
    return {"groups": groups, "profiles": []} if request.in_objects else groups


def group(community: Community, fields: Iterable[str], request: Request) -> dict[str, Any]:
    photo = f"https://sandbox.example/ava/{community.id}.jpg"
    whole: dict[str, Any] = {
        "id": community.id,
        "name": community.name,
        "screen_name": community.domain,
        "is_closed": community.is_closed,
        "type": community.kind,
        "photo_50": photo,
        "photo_100": photo,
        "photo_200": photo,
    }
    if request.token.kind == "user":
        whole |= {"is_admin": 0, "is_member": 0, "is_advertiser": 0}
    if community.deactivated:
        return {**whole, "deactivated": community.deactivated}
    for name in fields:
        if (reader := FIELDS.get(name)) and (value := reader(community, request)) is not None:
            whole[name] = value
    return whole


def contacts(community: Community, _: Request) -> Any:
    phones = [{"desc": "Приёмная", "phone": phone} for phone in community.phones]
    return phones + [{"desc": "Почта", "email": email} for email in community.emails] or None


def address_of(community: Community) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "id": community.id * 10,
        "address": community.address,
        "country": {"id": 1, "title": "Россия"},
        "title": community.name,
        "work_info_status": "no_information",
    }
    if community.city:
        whole["city"] = {"id": 1, "title": community.city}
    if community.address_phone:
        whole["phone"] = community.address_phone
    return whole


def addresses(community: Community, _: Request) -> Any:
    if not community.address:
        return {"is_enabled": False}
    return {
        "is_enabled": True,
        "main_address_id": community.id * 10,
        "main_address": address_of(community),
        "count": 1,
    }


def mark(community: Community, request: Request) -> Any:
    """Undocumented: absent for those who do not carry it, and for a token that may not see."""
    return True if request.token.sees_marks and community.government_mark else None


def menu(community: Community, request: Request) -> Any:
    if not (request.token.sees_marks and community.menu):
        return None
    fill = request.state.fill
    return {
        "items": [
            {"id": at, "title": item.title, "url": fill(item.url), "type": "url", "cover": []}
            for at, item in enumerate(community.menu, start=1)
        ]
    }


def links(community: Community, request: Request) -> Any:
    return [
        {"id": at, "name": "Ссылка", "desc": "", "url": request.state.fill(url)}
        for at, url in enumerate(community.links, start=1)
    ] or None


def cover(community: Community, _: Request) -> Any:
    image = {"url": "https://sandbox.example/cover.jpg", "width": 1590, "height": 400}
    return {"enabled": 1, "images": [image]} if community.has_cover else {"enabled": 0}


def pinned(community: Community, request: Request) -> Any:
    posts = shown(community.posts, request.state.now())
    return posts[0].id if posts and posts[0].pinned else None


Reader = Callable[[Community, Request], Any]

FIELDS: dict[str, Reader] = {
    "description": lambda c, r: r.state.fill(c.description),
    "status": lambda c, _: c.status,
    "activity": lambda c, _: c.activity,
    "site": lambda c, r: r.state.fill(c.site),
    "contacts": contacts,
    "addresses": addresses,
    "city": lambda c, _: {"id": 1, "title": c.city} if c.city else None,
    "country": lambda c, _: {"id": 1, "title": "Россия"} if c.city else None,
    "verified": lambda c, _: int(c.verified),
    "is_government_organization": mark,
    "trust_mark": lambda c, r: int(c.verified) if r.token.sees_marks else None,
    "menu": menu,
    "links": links,
    "cover": cover,
    "has_photo": lambda c, _: int(c.has_avatar),
    "members_count": lambda c, _: None if c.is_closed == 2 else c.members,
    "clips_count": lambda c, _: c.clips,
    "counters": lambda c, _: {"addresses": int(bool(c.address)), "albums": 1, "photos": 1},
    "wall": lambda c, _: c.wall,
    "fixed_post": pinned,
}


def get_addresses(request: Request) -> Any:
    community = request.state.community(request.integer("group_id", 0))
    if community is None or community.deactivated:
        raise VkError(125)
    items = [address_of(community)] if community.address else []
    offset = request.integer("offset", 0)
    return {"count": len(items), "items": items[offset : offset + request.integer("count", 10)]}


def resolve(request: Request) -> Any:
    name = request.params.get("screen_name", "").strip().lower()
    if not name:
        raise VkError(100, "screen_name is undefined")
    if (person := request.state.world.persons.get(name)) is not None:
        return {"type": "user", "object_id": person}
    if name.startswith("id") and name[2:].isdigit():
        return {"type": "user", "object_id": int(name[2:])}
    community = None if name.isdigit() else find(request.state, name)
    if community is None:
        return []
    return {"type": community.kind, "object_id": community.id, "group_id": community.id}


def get_settings(_: Request) -> Any:
    raise VkError(15, "you should be group admin")

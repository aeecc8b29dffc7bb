"""VK: methods, the answers' forms by version, errors, `execute`.

Sources: dev.vk.com and VKCOM/vk-api-schema (methods, objects, errors.json), commit 0efe478.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from monitor.sandbox.replies import Reply, broken, dumped, in_json, with_null
from monitor.sandbox.state import Call, State
from monitor.sandbox.vkscript import CompileError, RunError, Scope, run
from monitor.sandbox.world import Community, Fault, Post, Token, shown

Params = Mapping[str, str]

OBJECTS_SINCE = (5, 139)  # the exact version is not established; 5.131 lists, 5.199 wraps
OLDEST_VERSION = (5, 81)

# vk-api-schema errors.json
MESSAGES = {
    1: "Unknown error occurred",
    2: "Application is disabled. Enable your application or use test mode",
    3: "Unknown method passed",
    4: "Incorrect signature",
    5: "User authorization failed",
    6: "Too many requests per second",
    7: "Permission to perform this action is denied",
    8: "Invalid request",
    9: "Flood control",
    10: "Internal server error",
    12: "Unable to compile code",
    13: "Runtime error occurred during code invocation",
    14: "Captcha needed",
    15: "Access denied",
    16: "HTTP authorization failed",
    17: "Validation required",
    18: "User was deleted or banned",
    19: "Content blocked",
    20: "Permission to perform this action is denied for non-standalone applications",
    21: "Permission to perform this action is allowed only for standalone and OpenAPI applications",
    23: "This method was disabled",
    24: "Confirmation required",
    25: "Token confirmation required",
    27: "Group authorization failed",
    28: "Application authorization failed",
    29: "Rate limit reached",
    30: "This profile is private",
    32: "Need wait",
    33: "Not implemented yet",
    34: "Client version deprecated",
    36: "Method execution was interrupted due to timeout",
    38: "Unknown application",
    40: "Unknown group",
    42: "IP is not allowed",
    43: "This section is temporary unavailable",
    100: "One of the parameters specified was missing or invalid",
    101: "Invalid application API ID",
    103: "Out of limits",
    104: "Not found",
    113: "Invalid user id",
    125: "Invalid group id",
    200: "Access denied",
    203: "Access to group denied",
    210: "Access to wall's post denied",
    212: "Access to post comments denied",
    214: "Access to adding post denied",
    260: "Access to the groups list is denied due to the user's privacy settings",
}


class VkError(Exception):
    """One of VK's numbered errors; `detail` follows the message after a colon."""

    def __init__(self, code: int, detail: str = "", subcode: int | None = None) -> None:
        message = MESSAGES.get(code, "Unknown error occurred")
        super().__init__(f"{message}: {detail}" if detail else message)
        self.code = code
        self.subcode = subcode


@dataclass(frozen=True, slots=True)
class Request:
    """One call as a method sees it."""

    state: State
    token: Token
    params: Params
    version: tuple[int, ...]
    execute_errors: list[dict[str, Any]]

    @property
    def in_objects(self) -> bool:
        return self.version >= OBJECTS_SINCE

    def integer(self, name: str, default: int) -> int:
        try:
            return int(self.params.get(name) or default)
        except ValueError:
            raise VkError(100, f"{name} not integer") from None

    def names(self, name: str) -> list[str]:
        return [part.strip() for part in self.params.get(name, "").split(",") if part.strip()]


# --- the way in -------------------------------------------------------------------------------


def answer(state: State, method: str, params: Params, in_header: str = "") -> Reply:
    """Answer one HTTP request. `in_header` is the token of an Authorization header."""
    token = in_header or params.get("access_token", "")
    reply = _answer(state, method, params, token)
    state.note(
        Call(at=time.time(), surface="vk", method=method, token=token, outcome=reply.outcome)
    )
    return reply


def _answer(state: State, method: str, params: Params, token: str) -> Reply:
    fault = state.strike(method, token, params)
    if fault is not None and (reply := broken(fault)) is not None:
        return reply
    try:
        if fault is not None and fault.kind == "error":
            raise VkError(fault.code, fault.text)
        reply = _obeyed(state, method, params, token)
        return reply if fault is None else with_null(reply, fault.about or "")
    except VkError as error:
        return in_json(envelope(error, method, params), f"error {error.code}")


def _obeyed(state: State, method: str, params: Params, token: str) -> Reply:
    known = admitted(state, token)
    version = version_of(params)
    if state.too_fast(token):
        raise VkError(6)
    request = Request(state, known, params, version, [])
    body = dumped(with_errors(called(request, method), request))
    limit = state.world.limits.answer_bytes
    if method == "execute" and limit is not None and len(body) > limit:
        raise VkError(13, "response size is too big")
    return Reply(body=body)


def with_errors(value: Any, request: Request) -> dict[str, Any]:
    whole = {"response": value}
    if request.execute_errors:
        whole["execute_errors"] = request.execute_errors
    return whole


def admitted(state: State, token: str) -> Token:
    if not token:
        raise VkError(5, "no access_token passed.")
    known = state.tokens.get(token)
    if known is None or not known.valid:
        raise VkError(5, "invalid access_token (4).")
    if token in state.revoked:
        raise VkError(5, "invalid session.")
    return known


def version_of(params: Params) -> tuple[int, ...]:
    text = params.get("v", "")
    try:
        version = tuple(int(part) for part in text.split("."))
    except ValueError:
        raise VkError(100, "v (version) is required") from None
    if version < OLDEST_VERSION:
        raise VkError(8, "v (version) should be 5.81 and higher")
    return version


def envelope(error: VkError, method: str, params: Params) -> dict[str, Any]:
    """VK's error: status 200, and the parameters of the request, the key among them."""
    echoed = {"oauth": "1", "method": method, **params}
    inner: dict[str, Any] = {"error_code": error.code}
    if error.subcode is not None:
        inner["error_subcode"] = error.subcode
    inner["error_msg"] = str(error)
    inner["request_params"] = [{"key": key, "value": value} for key, value in echoed.items()]
    if error.code == 14:
        inner |= {"captcha_sid": "548747100691", "captcha_img": "https://api.vk.ru/captcha.php"}
    if error.code == 17:
        inner["redirect_uri"] = "https://m.vk.ru/activation?act=validate"
    return {"error": inner}


def called(request: Request, method: str) -> Any:
    if method not in METHODS:
        raise VkError(3)
    kinds, function = METHODS[method]
    _refuse_kind(request.token, kinds, method)
    return function(request)


def _refuse_kind(token: Token, kinds: str, method: str) -> None:
    allowed = token.may_execute if method == "execute" else token.kind in kinds
    if allowed:
        return
    if token.kind == "group":
        raise VkError(27, "method is unavailable with group auth.")
    if token.kind == "service":
        raise VkError(28, "method is unavailable with service token.")
    raise VkError(15, "method is unavailable.", subcode=1133)


# --- communities ------------------------------------------------------------------------------


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


# --- walls ------------------------------------------------------------------------------------

FILTERS: dict[str, Callable[[Post], bool]] = {
    "all": lambda _: True,
    "owner": lambda post: post.author is None,
    "others": lambda post: post.author is not None,
    "postponed": lambda _: False,
    "suggests": lambda _: False,
    "archived": lambda _: False,
    "donut": lambda _: False,
}


def wall_get(request: Request) -> Any:
    count, offset = request.integer("count", 20), request.integer("offset", 0)
    if not 0 <= count <= 100:
        raise VkError(100, "count should be less or equal to 100")
    if request.state.wall_quota_is_over(request.token.value):
        raise VkError(29)
    community = wall_owner(request)
    wanted = FILTERS.get(request.params.get("filter") or "all")
    if wanted is None:
        raise VkError(100, "filter is invalid")
    posts = [post for post in shown(community.posts, request.state.now()) if wanted(post)]
    part = posts[offset : offset + count]
    whole: dict[str, Any] = {
        "count": len(posts),
        "items": [item(post, community) for post in part],
    }
    if request.params.get("extended") in ("1", "true"):
        whole |= {"profiles": people(part), "groups": [group(community, (), request)]}
    return whole


def wall_owner(request: Request) -> Community:
    """The community whose wall is asked for, if its wall may be read."""
    owner = request.params.get("owner_id")
    if owner is not None:
        number = request.integer("owner_id", 0)
        if number > 0:
            raise VkError(30)
        community = request.state.community(-number)
    else:
        community = find(request.state, request.params.get("domain", ""))
    if community is None:
        raise VkError(100, "owner_id is undefined")
    _refuse_wall(community)
    return community


def _refuse_wall(community: Community) -> None:
    if community.wall_error is not None:
        raise VkError(community.wall_error)
    if community.deactivated:
        raise VkError(18 if community.deactivated == "deleted" else 19)
    if community.is_closed:
        raise VkError(15, "this wall available only for community members")
    if community.wall == 0:
        raise VkError(15, "wall is disabled")


# The same under every post, so that a wall of a hundred is not a thousand little objects.
COUNTERS: dict[str, Any] = {
    "donut": {"is_donut": False},
    "comments": {"count": 0},
    "likes": {"can_like": 0, "count": 1, "user_likes": 0},
    "reposts": {"count": 0},
    "views": {"count": 10},
}
SOURCE: Mapping[str, Any] = {"type": "vk"}


def item(post: Post, community: Community) -> dict[str, Any]:
    """A post in the form of `wall_wallpost_full`."""
    owner, date = -community.id, int(post.published_at.timestamp())
    whole = original(post.id, owner, post.author or owner, date, post.text)
    whole["marked_as_ads"] = int(post.advertisement)
    whole |= COUNTERS
    if post.pinned:
        whole["is_pinned"] = 1
    if post.repost_of is not None:
        whole["copy_history"] = [original(post.id + 1000, -1, -1, date - 3600, post.repost_of)]
    return whole


def original(number: int, owner: int, author: int, date: int, text: str) -> dict[str, Any]:
    return {
        "inner_type": "wall_wallpost",
        "id": number,
        "owner_id": owner,
        "from_id": author,
        "date": date,
        "text": text,
        "post_type": "post",
        "type": "post",
        "attachments": [],
        "post_source": SOURCE,
    }


def people(posts: Iterable[Post]) -> list[dict[str, Any]]:
    numbers = sorted({post.author for post in posts if post.author is not None})
    return [{"id": number, "first_name": "Имя", "last_name": "Фамилия"} for number in numbers]


def wall_get_by_id(request: Request) -> Any:
    found = [entry for name in request.names("posts") for entry in one_post(request, name)]
    return {"items": found} if request.in_objects else found


def one_post(request: Request, name: str) -> list[dict[str, Any]]:
    owner, _, number = name.partition("_")
    community = find(request.state, owner.removeprefix("-"))
    if community is None or community.is_closed or community.deactivated:
        return []
    posts = shown(community.posts, request.state.now())
    return [item(post, community) for post in posts if str(post.id) == number]


# --- execute ----------------------------------------------------------------------------------


def execute(request: Request) -> Any:
    code = request.params.get("code")
    if not code:
        raise VkError(100, "code is undefined")
    limits, world = request.state.world.limits, request.state.world
    scope = Scope(
        call=lambda method, params: inner(request, method, params),
        max_operations=limits.execute_operations,
        max_calls=limits.execute_calls,
        keeps_gaps=world.projection_keeps_gaps,
    )
    try:
        return run(code, scope)
    except CompileError as error:
        raise VkError(12, str(error).removeprefix("Unable to compile code: ")) from None
    except RunError as error:
        raise VkError(13, str(error).partition(": ")[2]) from None
    except RecursionError:
        raise VkError(12, "too deep") from None


def inner(request: Request, method: str, given: Mapping[str, Any]) -> Any:
    """One call inside `execute`: a failure is `false` and a line in `execute_errors`."""
    params = {key: as_param(value) for key, value in given.items() if value is not None}
    try:
        fault = request.state.strike(method, request.token.value, params)
        value = _inner(request, method, params, fault)
        outcome = "ok"
    except VkError as error:
        line = {"method": method, "error_code": error.code, "error_msg": str(error)}
        request.execute_errors.append(line)
        value, outcome = False, f"error {error.code}"
    call = Call(
        at=time.time(),
        surface="vk",
        method=method,
        token=request.token.value,
        inner=True,
        outcome=outcome,
    )
    request.state.note(call)
    return value


def _inner(request: Request, method: str, params: Params, fault: Fault | None) -> Any:
    if fault is not None and fault.kind == "error":
        raise VkError(fault.code, fault.text)
    if method == "execute":
        raise VkError(3)
    return called(
        Request(request.state, request.token, params, request.version, request.execute_errors),
        method,
    )


def as_param(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, list):
        return ",".join(as_param(part) for part in value)
    return str(value)


METHODS: dict[str, tuple[str, Callable[[Request], Any]]] = {
    "groups.getById": ("user group service", get_by_id),
    "groups.getAddresses": ("user service", get_addresses),
    "groups.getSettings": ("user", get_settings),
    "wall.get": ("user service", wall_get),
    "wall.getById": ("user service", wall_get_by_id),
    "utils.resolveScreenName": ("user group service", resolve),
    "execute": ("user group service", execute),
}

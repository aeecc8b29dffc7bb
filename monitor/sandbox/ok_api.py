"""OK's API: signature, rights, groups, topics, errors (https://apiok.ru/dev/methods)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import md5
from typing import Any
from zoneinfo import ZoneInfo

from monitor.sandbox.ok_pages import find
from monitor.sandbox.replies import Reply, broken, in_json, with_null
from monitor.sandbox.state import Call, State
from monitor.sandbox.world import OkGroup, OkKey, Post, shown

Params = Mapping[str, str]

UNSIGNED = ("sig", "session_key", "access_token")
MOST_UIDS = 100

MESSAGES = {
    1: "UNKNOWN",
    2: "SERVICE",
    3: "METHOD",
    4: "REQUEST",
    7: "ACTION_BLOCKED",
    8: "FLOOD_BLOCKED",
    9: "IP_BLOCKED",
    10: "PERMISSION_DENIED",
    11: "LIMIT_REACHED",
    12: "CANCELLED",
    30: "NETWORK",
    31: "NETWORK_TIMEOUT",
    50: "NOT_ADMIN",
    100: "PARAM",
    101: "PARAM_API_KEY",
    102: "PARAM_SESSION_EXPIRED",
    103: "PARAM_SESSION_KEY",
    104: "PARAM_SIGNATURE",
    105: "PARAM_RESIGNATURE",
    106: "PARAM_ENTITY_ID",
    110: "PARAM_USER_ID",
    160: "PARAM_GROUP_ID",
    200: "PARAM_PERMISSION",
    210: "APPLICATION_DISABLED",
    300: "NOT_FOUND",
    401: "AUTH_LOGIN",
    402: "AUTH_LOGIN_CAPTCHA",
    403: "AUTH_LOGIN_WEB_HUMAN_CHECK",
    451: "NOT_SESSION_METHOD",
    453: "SESSION_REQUIRED",
    454: "CENSOR_MATCH",
    456: "GROUP_RESTRICTION",
    457: "UNAUTHORIZED_RESTRICTION",
    458: "PRIVACY_RESTRICTION",
    704: "TIMEOUT_EXCEEDED",
    1200: "BATCH",
    5000: "INVALID_RESPONSE",
    9999: "SYSTEM",
}


class OkError(Exception):
    def __init__(self, code: int, detail: str = "") -> None:
        super().__init__(f"{MESSAGES.get(code, 'UNKNOWN')} : {detail}")
        self.code = code


@dataclass(frozen=True, slots=True)
class OkRequest:
    state: State
    key: OkKey
    params: Params

    def integer(self, name: str, default: int | None = None) -> int:
        text = self.params.get(name, "" if default is None else str(default))
        if not text.isdigit():
            raise OkError(100, f"Missed required parameter: {name}")
        return int(text)


def signature(params: Params, secret: str) -> str:
    """All parameters but the session's, sorted, joined without separators, then the secret."""
    joined = "".join(f"{key}={params[key]}" for key in sorted(params) if key not in UNSIGNED)
    return md5((joined + secret).encode()).hexdigest()


def session_secret(access_token: str, application_secret: str) -> str:
    return md5((access_token + application_secret).encode()).hexdigest()


def method_of(path: str, params: Params) -> str:
    """`fb.do?method=group.getInfo` or `api/group/getInfo`."""
    if path.startswith("api/"):
        return ".".join(path.removeprefix("api/").strip("/").split("/"))
    return params.get("method", "")


def answer(state: State, path: str, params: Params) -> Reply:
    method, token = method_of(path, params), params.get("application_key", "")
    reply = _answer(state, method, params, token)
    call = Call(at=time.time(), surface="ok_api", method=method, token=token, outcome=reply.outcome)
    state.note(call)
    return reply


def _answer(state: State, method: str, params: Params, token: str) -> Reply:
    fault = state.strike(method, token, params)
    if fault is not None and (reply := broken(fault)) is not None:
        return reply
    try:
        if fault is not None and fault.kind == "error":
            raise OkError(fault.code, fault.text)
        key = admit(state, method, params)
        reply = in_json(METHODS[method](OkRequest(state, key, params)))
        return reply if fault is None else with_null(reply, fault.about or "")
    except OkError as error:
        body = {"error_code": error.code, "error_data": None, "error_msg": str(error)}
        return in_json(body, f"error {error.code}", {"Invocation-Error": str(error.code)})


def admit(state: State, method: str, params: Params) -> OkKey:
    """The application, if its key, session, signature and rights are in order."""
    key = state.ok_keys.get(params.get("application_key", ""))
    if key is None:
        raise OkError(101, "Application not exist")
    given = params.get("access_token") or params.get("session_key") or ""
    if given and (given != key.access_token or given in state.revoked):
        raise OkError(102 if given in state.revoked else 103, "Session is invalid")
    if params.get("sig", "").lower() not in signatures(key, given, params):
        raise OkError(104, "Incorrect signature")
    if method not in METHODS:
        raise OkError(3, f"Method {method} does not exist")
    if key.methods is not None and method not in key.methods:
        raise OkError(10, "Application has no rights for the method")
    if key.external and not given:
        raise OkError(453, "Session is required")
    return key


def signatures(key: OkKey, given: str, params: Params) -> set[str]:
    """The signatures that fit; a session's secret may also have been handed out apart."""
    if not given:
        return {signature(params, key.secret_key)}
    secrets = {session_secret(given, key.secret_key), key.session_secret_key} - {""}
    return {signature(params, secret) for secret in secrets}


# --- groups -----------------------------------------------------------------------------------

DEFAULT_FIELDS = "uid,name,description,shortname,picAvatar,members_count"


def get_info(request: OkRequest) -> Any:
    uids = [uid.strip() for uid in request.params.get("uids", "").split(",") if uid.strip()]
    if not uids or len(uids) > MOST_UIDS:
        raise OkError(100, "Invalid parameter uids")
    fields = (request.params.get("fields") or DEFAULT_FIELDS).lower().replace(" ", "").split(",")
    groups = [request.state.ok_group(int(uid)) for uid in uids if uid.isdigit()]
    return [describe(group, fields, request) for group in groups if group and not group.deleted]


def describe(group: OkGroup, fields: list[str], request: OkRequest) -> dict[str, Any]:
    fill, avatar = request.state.fill, "https://sandbox.example/ok-ava.jpg"
    whole: dict[str, Any] = {
        "uid": str(group.id),
        "name": group.name,
        "description": fill(group.description),
        "shortname": group.shortname,
        "phone": group.phone,
        "address": group.address,
        "city": group.city,
        "homepage_url": fill(group.homepage_url),
        "members_count": group.members,
        "picAvatar": avatar if group.has_avatar else None,
        "pic_avatar": avatar if group.has_avatar else None,
        "cover": {"url": "https://sandbox.example/ok-cover.jpg"} if group.has_cover else None,
        "created_ms": int(group.created_at.timestamp() * 1000),
        "category": group.category,
        "access_type": group.access,
        "private": group.access != "OPEN",
        "premium": group.premium,
        "blocked": group.blocked,
        "disable_reason": "BLOCKED_BY_ADMINISTRATION" if group.blocked else None,
        "gos_org": group.government_mark,
    }
    every = "*" in fields or "group.*" in fields
    return {
        key: value
        for key, value in whole.items()
        if value not in (None, "") and (every or key == "uid" or key.lower() in fields)
    }


def wanted_group(request: OkRequest, name: str) -> OkGroup:
    group = request.state.ok_group(request.integer(name))
    if group is None or group.deleted:
        raise OkError(160, "Group not found")
    return group


def get_counters(request: OkRequest) -> Any:
    group = wanted_group(request, "group_id")
    known = {
        "themes": len(shown(group.posts, request.state.now())),
        "members": group.members,
        "photo_albums": 1,
        "videos": 0,
        "links": 0,
    }
    asked = request.params.get("counterTypes", "").lower().split(",")
    return {"counters": {key: value for key, value in known.items() if key in asked}}


def url_info(request: OkRequest) -> Any:
    path = request.params.get("url", "").split("://")[-1].partition("/")[2].partition("?")[0]
    group = find(request.state, path.strip("/").split("/"))
    if group is None or group.deleted:
        raise OkError(300, "Object not found")
    return {"objectId": group.id, "objectIdStr": str(group.id), "type": "GROUP"}


# --- topics -----------------------------------------------------------------------------------


def read_posts(request: OkRequest) -> tuple[OkGroup, list[Post], str | None]:
    """The group, one portion of its posts, and the anchor of the next one."""
    group = wanted_group(request, "gid")
    if group.access != "OPEN" or group.blocked:
        raise OkError(456, "Group is not available")
    posts = shown(group.posts, request.state.now())
    start, count = request.integer("anchor", 0), min(request.integer("count", 20), 100)
    end = start + count
    return group, posts[start:end], str(end) if end < len(posts) else None


def topic(post: Post, group: OkGroup) -> dict[str, Any]:
    owner = f"group:{group.id}"
    media: list[dict[str, Any]] = [{"type": "text", "text": post.text}]
    if post.repost_of is not None:
        media.append({"type": "topic", "reshare": True, "text": post.repost_of})
    return {
        "id": str(post.id),
        "created_ms": int(post.published_at.timestamp() * 1000),
        "author_ref": owner if post.author is None else f"user:{post.author}",
        "owner_ref": owner,
        "is_sticky": post.pinned,
        "is_ads_post": post.advertisement,
        "is_on_behalf_of_group": post.author is None,
        "media": media,
    }


def get_topics(request: OkRequest) -> Any:
    group, posts, anchor = read_posts(request)
    more = {"anchor": anchor, "has_more": True} if anchor else {"has_more": False}
    return {"media_topics": [topic(post, group) for post in posts], **more}


def stream(request: OkRequest) -> Any:
    group, posts, anchor = read_posts(request)
    zone = ZoneInfo(request.state.world.ok_timezone)
    feeds = [
        {
            "pattern": "POST",
            "type": "POST",
            "date": f"{post.published_at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
            "date_ms": int(post.published_at.timestamp() * 1000),
            "target_refs": [f"media_topic:{post.id}"],
            "owner_refs": [f"group:{group.id}"],
        }
        for post in posts
    ]
    topics = [topic(post, group) for post in posts]
    entities = {"media_topics": topics, "groups": [{"uid": str(group.id), "name": group.name}]}
    whole: dict[str, Any] = {"feeds": feeds, "entities": entities, "available": anchor is not None}
    return {**whole, "anchor": anchor} if anchor else whole


METHODS: dict[str, Callable[[OkRequest], Any]] = {
    "group.getInfo": get_info,
    "group.getCounters": get_counters,
    "url.getInfo": url_info,
    "stream.get": stream,
    "mediatopic.getTopics": get_topics,
}

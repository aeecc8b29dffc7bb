"""The Bot API of MAX, as its schema 0.0.33 has it: GET of a channel, its posts and events; POST.

Written from the vendor's schema and the answers of its client's tests: `sender` is left out of what
was posted in the channel's name, and the administrators' names are there, to see who keeps them.
"""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.sandbox.replies import Reply, broken, dumped
from monitor.sandbox.state import Call, State
from monitor.sandbox.world import MaxChannel, MaxEvent, MaxMember, Post, shown

LIVES = timedelta(hours=24)
MOST, USUAL = 100, 50  # messages
LONGEST = 4000  # signs of a message that is sent
MESSAGES = {
    "verify.token": (401, "Invalid access_token"),
    "chat.denied": (403, "access.denied"),
    "chat.not.found": (404, "Chat not found"),
    "method.not.found": (404, "Method not found"),
    "too.many.requests": (429, "Too many requests"),
    "proto.payload": (400, "Invalid request"),
}
PERSON = {
    "user_id": 123456789,
    "first_name": "Иван",
    "last_name": "Незабудкин",
    "is_bot": False,
    "last_activity_time": 1775024330000,
    "name": "Иван Незабудкин",
}
BOT = {"user_id": 229229229, "first_name": "Дозор", "username": "dozor_bot", "is_bot": True}


class MaxError(Exception):
    def __init__(self, code: str, status: int | None = None) -> None:
        known = MESSAGES.get(code, (status or 400, code))
        super().__init__(known[1])
        self.code, self.status = code, status or known[0]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `token`: the header Authorization, bare."""

    verb: str
    path: str
    query: Mapping[str, str]
    token: str

    def integer(self, name: str) -> int | None:
        written = self.query.get(name)
        if written is None:
            return None
        if not re.fullmatch(r"-?\d+", written):
            raise MaxError("proto.payload")
        return int(written)

    @property
    def method(self) -> str:
        """The path with every number left out: `GET chats/{id}/members/me`."""
        return f"{self.verb} {re.sub(r'-?[0-9]+', '{id}', self.path.strip('/'))}"


def answer(state: State, asked: Asked, sent: Mapping[str, Any]) -> Reply:
    reply = _answer(state, asked, sent)
    call = Call(
        at=time.time(),
        surface="max",
        method=asked.method,
        token=asked.token,
        outcome=reply.outcome,
    )
    state.note(call)
    return reply


def _answer(state: State, asked: Asked, sent: Mapping[str, Any]) -> Reply:
    fault = state.strike(asked.method, asked.token, {**asked.query, "path": asked.path})
    if fault is not None and (reply := broken(fault)) is not None:
        return reply
    try:
        if fault is not None and fault.kind == "error":
            raise MaxError(fault.text, fault.code)
        if asked.token not in _tokens(state) or asked.token in state.revoked:
            raise MaxError("verify.token")
        whole = _done(state, asked, sent)
        kept = whole if state.world.max_keeps_nulls else _without_nulls(whole)
        return Reply(body=dumped(kept))
    except MaxError as error:
        body = {"code": error.code, "message": str(error)}
        return Reply(body=dumped(body), status=error.status, outcome=f"error {error.code}")


def _tokens(state: State) -> set[str]:
    return {*state.world.max_bots, state.world.max_teller} - {""}


def _done(state: State, asked: Asked, sent: Mapping[str, Any]) -> Any:
    match asked.verb, asked.path.strip("/").split("/"):
        case "GET", ["me"]:
            return {**BOT, "name": "Дозор", "last_activity_time": 1775024330000}
        case "GET", ["updates"]:
            return _updates(state, asked)
        case "GET", ["messages"]:
            return _messages(state, asked)
        case "POST", ["messages"]:
            return _post(state, asked, sent)
        case "GET", ["chats", number]:
            return _chat(state, *_at(state, asked, number))
        case "GET", ["chats", number, "members", "me"]:
            return _member(_at(state, asked, number)[1])
    raise MaxError("method.not.found")


def _at(state: State, asked: Asked, number: str) -> tuple[MaxChannel, MaxMember]:
    """The channel, and the bot in it; a stranger is refused."""
    if not re.fullmatch(r"-?\d+", number):
        raise MaxError("proto.payload")
    channel = state.max_channel(int(number))
    if channel is None:
        raise MaxError("chat.not.found")
    member = channel.bots.get(asked.token)
    if member is None:
        raise MaxError("chat.denied")
    return channel, member


# --- a channel and its posts ------------------------------------------------------------------


def _chat(state: State, channel: MaxChannel, member: MaxMember) -> Any:
    now = state.now()
    posts = shown(channel.posts, now)
    pinned = next((post for post in posts if post.pinned), None)
    return {
        "chat_id": channel.chat_id,
        "type": channel.kind,
        "status": member.status,
        "title": channel.name,
        "icon": {"url": "https://sandbox.example/max.jpg"} if channel.has_icon else None,
        "last_event_time": _ms(max((post.published_at for post in posts), default=now)),
        "participants_count": channel.members,
        "owner_id": PERSON["user_id"],
        "participants": {str(PERSON["user_id"]): _ms(now), "229229229": _ms(now)},
        "is_public": channel.is_public,
        "link": channel.link,
        "description": state.fill(channel.description) or None,
        "messages_count": len(posts),
        "pinned_message": _message(pinned, channel) if pinned else None,
    }


def _member(member: MaxMember) -> Any:
    return {
        **BOT,
        "last_access_time": 1775626919577,
        "join_time": 1775626919577,
        "is_owner": False,
        "is_admin": bool(member.permissions),
        "permissions": list(member.permissions) or None,
    }


def _messages(state: State, asked: Asked) -> Any:
    channel, member = _at(state, asked, str(asked.integer("chat_id") or ""))
    if member.status != "active" or "read_all_messages" not in member.permissions:
        raise MaxError("chat.denied")
    count = asked.integer("count") or USUAL
    if not 1 <= count <= MOST:
        raise MaxError("proto.payload")
    before = asked.integer("before")
    listed = sorted(shown(channel.posts, state.now()), key=_told_ms, reverse=True)
    older = [post for post in listed if before is None or _told_ms(post) < before]
    return {"messages": [_message(post, channel) for post in older[:count]]}


def _message(post: Post, channel: MaxChannel) -> Any:
    sequence = _ms(post.published_at) << 16 | post.id % 2**16
    link = None
    if post.repost_of is not None:
        original = {"mid": "mid.sha-more", "seq": 116327994376978687, "text": post.repost_of}
        link = {"type": "forward", "message": original, "chat_id": -695695695695}
    return {
        "recipient": {"chat_id": channel.chat_id, "chat_type": channel.kind},
        "timestamp": _told_ms(post),
        "body": {
            "mid": f"mid.{channel.chat_id % 2**64:016x}{sequence:016x}",
            "seq": sequence,
            "text": post.text,
            "attachments": None,
        },
        "sender": None if post.author is None else {**PERSON, "user_id": post.author},
        "link": link,
        "stat": {"views": 7},
        "url": _url(channel, sequence) if channel.is_public else None,
    }


def _url(channel: MaxChannel, sequence: int) -> str:
    item = base64.urlsafe_b64encode(sequence.to_bytes(8, "big")).decode().rstrip("=")
    return f"{channel.link or f'https://max.ru/c/{channel.chat_id}'}/{item}"


def _told_ms(post: Post) -> int:
    return _ms(post.edited_at or post.published_at)


def _ms(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp() * 1000)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(one) for key, one in value.items() if one is not None}
    return [_without_nulls(one) for one in value] if isinstance(value, list) else value


# --- events and what is sent ------------------------------------------------------------------


def _updates(state: State, asked: Asked) -> Any:
    """What was before the marker is gone; without one only the last event comes."""
    marker = asked.integer("marker")
    kinds = {kind for kind in asked.query.get("types", "").split(",") if kind}
    since = state.now() - LIVES
    numbered = [
        (number, event)
        for number, event in enumerate(state.world.max_events, start=1)
        if event.token == asked.token and since <= event.at <= state.now()
    ]
    newer = numbered[-1:] if marker is None else [one for one in numbered if one[0] >= marker]
    told = [_event(event) for _, event in newer if not kinds or event.kind in kinds]
    last = newer[-1][0] if newer else (marker or 1) - 1
    return {"updates": told, "marker": last + 1}


def _event(event: MaxEvent) -> Any:
    return {
        "update_type": event.kind,
        "timestamp": _ms(event.at),
        "chat_id": event.chat_id,
        "is_channel": event.is_channel,
    }


def _post(state: State, asked: Asked, sent: Mapping[str, Any]) -> Any:
    chat_id, text = asked.integer("chat_id"), sent.get("text")
    if chat_id is None or not isinstance(text, str) or not 0 < len(text) <= LONGEST:
        raise MaxError("proto.payload")
    if asked.token != state.world.max_teller:
        raise MaxError("chat.denied")
    state.max_sent.append((chat_id, text))
    return {
        "message": {
            "recipient": {"chat_id": chat_id, "chat_type": "chat"},
            "timestamp": _ms(state.now()),
            "body": {"mid": f"mid.{len(state.max_sent):032x}", "seq": 1, "text": text},
        }
    }

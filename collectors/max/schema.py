"""What the answers of MAX look like: the vendor's schema 0.0.33, in the parts that are read.

Its server leaves out what is null. A required field that is missing, or of another kind, or a word
that the schema does not have, says that the schema has changed: then nothing is concluded from the
answer. Fields that are new are passed over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from collectors.numbers import whole

VERSION = "0.0.33"
CHANNEL = "channel"
ACTIVE = "active"
TYPES = frozenset({"dialog", "chat", CHANNEL})
STATUSES = frozenset({ACTIVE, "removed", "left", "closed", "suspended"})

Answer = Mapping[str, Any]


class SchemaError(Exception):
    """The answer is JSON of another shape than the schema's; the text is English."""


def chat_of(value: Any, chat_id: int) -> Answer:
    """A `Chat`: the one that was asked for."""
    chat = _object(value, "Chat")
    for name in ("chat_id", "last_event_time", "participants_count"):
        _whole(chat, name)
    if chat["chat_id"] != chat_id:
        raise SchemaError("Chat.chat_id: another one was asked for")
    if not isinstance(chat.get("is_public"), bool):
        raise SchemaError("Chat.is_public: missing, or no truth value")
    _word(chat, "type", TYPES)
    _word(chat, "status", STATUSES)
    for name in ("title", "description", "link"):
        if not isinstance(chat.get(name), str | None):
            raise SchemaError(f"Chat.{name}: no text")
    for name in ("pinned_message", "icon"):
        if not isinstance(chat.get(name), dict | None):
            raise SchemaError(f"Chat.{name}: no object")
    return chat


def rights_of(value: Any) -> tuple[str, ...] | None:
    """Of a `ChatMember`, our own: what our bot may do there; nothing, if it is no administrator.

    None: of an administrator whose rights were not told.
    """
    member = _object(value, "ChatMember")
    if not isinstance(member.get("is_admin"), bool):
        raise SchemaError("ChatMember.is_admin: missing, or no truth value")
    given = member.get("permissions")
    if not isinstance(given, list | None):
        raise SchemaError("ChatMember.permissions: no list")
    if given is None:
        return None if member["is_admin"] else ()
    return tuple(one for one in given if isinstance(one, str))


def messages_of(value: Any) -> Sequence[Any]:
    listed = _object(value, "MessageList").get("messages")
    if not isinstance(listed, list):
        raise SchemaError("MessageList.messages: missing, or no list")
    return listed


def error_of(value: Any) -> str | None:
    """The code of an error, also of one that comes with status 200; None: it is no error.

    An error without a code is told as "".
    """
    if not isinstance(value, dict):
        return None
    if value.get("success") is False or {"code", "message"} <= value.keys():
        code = value.get("code")
        return code if isinstance(code, str) else ""
    return None


def _object(value: Any, name: str) -> Answer:
    if not isinstance(value, dict):
        raise SchemaError(f"{name}: no object")
    return value


def _whole(value: Answer, name: str) -> None:
    if whole(value.get(name)) is None:
        raise SchemaError(f"Chat.{name}: missing, or no number")


def _word(value: Answer, name: str, known: frozenset[str]) -> None:
    word = value.get(name)
    if not isinstance(word, str) or word not in known:
        raise SchemaError(f"Chat.{name}: none of {', '.join(sorted(known))}")

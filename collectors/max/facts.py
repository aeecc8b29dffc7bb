"""A channel as `GET /chats/{id}` shows it → Facts (pure).

MAX leaves out what is empty, and few fields are documented to be always there. So a key that is
missing counts as empty only where the same bot was shown that key of another channel; else its
place was not read, and nothing is held against anybody for what might stand there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from collectors.contacts import find_contacts, union
from collectors.max.addresses import HOME, max_page_in_link
from collectors.max.schema import VERSION, Answer
from collectors.model import Access, Contacts, Facts, Failure, FailureCode, Link, Presence
from collectors.numbers import count

SHOWN_KEYS = ("description", "pinned_message", "icon")
PLACES = ("description", "pinned_message")  # where contacts stand
READ = "read_all_messages"
_RIGHTS_THAT_CHANGE = """
    write edit delete post_edit_delete_message edit_message delete_message pin_message
    change_chat_info edit_link add_admins add_remove_members
"""
CHANGES = frozenset(_RIGHTS_THAT_CHANGE.split())
"""Rights to speak or act for the institution, in the words of the newest schemas and of earlier
ones; none of them is needed to read."""
NOT_SHOWN = Failure(FailureCode.NOT_OFFERED, "a place was left out of the answer")
NO_MARK = Failure(FailureCode.NOT_OFFERED, "MAX has no field for the mark")


def shown_keys(chat: Answer) -> frozenset[str]:
    """Those whose absence elsewhere means something from now on."""
    return frozenset(key for key in SHOWN_KEYS if key in chat)


def channel_facts(
    chat: Answer, rights: Collection[str] | None, shown: Collection[str]
) -> tuple[Facts, dict[str, Failure]]:
    """All but the wall. `rights`: None where they were not told."""
    told = {key: chat.get(key) for key in SHOWN_KEYS if key in chat or key in shown}
    description = _text(told["description"]) if "description" in told else None
    pinned = _pinned_text(told["pinned_message"]) if "pinned_message" in told else None
    gaps = {"government_mark": NO_MARK}
    if any(place not in told for place in PLACES) or pinned is None:
        gaps["contacts"] = NOT_SHOWN
    contacts = _contacts(description, pinned, told.get("pinned_message"))
    facts = Facts(
        presence=Presence.LIVE,
        access=Access.OPEN if chat["is_public"] else Access.PRIVATE,
        page_id=str(chat["chat_id"]),
        screen_name=_name(chat.get("link")),
        kind=chat["type"],
        title=chat.get("title"),
        description=description,
        status="",  # channels have none
        pinned_text=pinned,
        has_avatar=bool(told["icon"]) if "icon" in told else None,
        members_count=count(chat["participants_count"]),
        contacts=None if "contacts" in gaps and contacts == Contacts() else contacts,
        reader_may_write=None if rights is None else bool(CHANGES & {*rights}),
        schema=VERSION,
    )
    return facts, gaps


def pinned_id(chat: Answer) -> str | None:
    body = (chat.get("pinned_message") or {}).get("body")
    mid = body.get("mid") if isinstance(body, dict) else None
    return mid if isinstance(mid, str) else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _name(link: str | None) -> str | None:
    """What stands last in its own address: a name, or an invitation."""
    try:
        address = max_page_in_link(link or "")
    except ValueError:
        return None
    return address.removeprefix(f"{HOME}/").rpartition("/")[2] if address else None


def _pinned_text(message: Any) -> str | None:
    """ "" where nothing is pinned; None where the message has another shape."""
    if message is None:
        return ""
    body = message.get("body")
    if body is None and message.get("link"):
        body = _body_of_link(message)
    text = body.get("text") if isinstance(body, dict) else message
    return _text(text) if isinstance(text, str | None) else None


def _body_of_link(message: Mapping[str, Any]) -> Any:
    """A pinned repost shows the original to everybody."""
    link = message.get("link")
    return link.get("message") if isinstance(link, dict) else None


def _contacts(description: str | None, pinned: str | None, message: Any) -> Contacts:
    links = tuple(_links(message)) if isinstance(message, dict) else ()
    return union(
        find_contacts(description or "", "description"),
        find_contacts(pinned or "", "pinned", links),
    )


def _links(message: Mapping[str, Any]) -> Iterator[Link]:
    """Of the pinned message: in its text, in buttons below it, in what it shares."""
    for url, text in _targets(message.get("body")):
        if isinstance(url, str) and url:
            yield Link(url=url, place="pinned", text=text if isinstance(text, str) else "")


def _targets(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, list):
        for one in value:
            yield from _targets(one)
    elif isinstance(value, dict):
        if value.get("type") in ("link", "share"):
            payload = value.get("payload")
            url = payload.get("url") if isinstance(payload, dict) else None
            yield value.get("url") or url, value.get("text") or value.get("title")
        for key in ("markup", "attachments", "payload", "buttons"):
            yield from _targets(value.get(key))

"""Names of people are taken out of an answer before it is kept: none of them is ours to hold.

A post keeps whether it was sent in the channel's own name (`sender` is null) or by somebody.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from collectors.model import Evidence, EvidenceSink, Exchange
from collectors.numbers import parsed

_WORDS_OF_PEOPLE = """
    user users user_id user_ids owner_id participants participant members admins admin_id
    inviter_id dialog_with_user first_name last_name name username avatar_url full_avatar_url
    avatar user_link vcf_info max_info tam_info hash
"""
OF_PEOPLE = frozenset(_WORDS_OF_PEOPLE.split())
SOMEBODY = "sender"
PERSON = "contact"  # an attachment: the card of a person


@dataclass(frozen=True, slots=True)
class WithoutPeople:
    """An evidence sink before another: fulfils `collectors.model.EvidenceSink`."""

    sink: EvidenceSink

    def keep(self, exchange: Exchange) -> Evidence:
        return self.sink.keep(replace(exchange, body=without_people(exchange.body)))


def without_people(body: bytes) -> bytes:
    """As JSON, less what tells of people. Half an answer tells nothing and is not kept."""
    if not body.lstrip().startswith((b"{", b"[")):
        return body
    try:
        told = parsed(body)
    except (ValueError, RecursionError):
        return b""
    return json.dumps(_cleaned(told), ensure_ascii=False).encode("utf-8", "replace")


def _cleaned(value: Any) -> Any:
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("type") == PERSON:
        return {"type": PERSON}
    return {
        key: _of_somebody(inner) if key == SOMEBODY else _cleaned(inner)
        for key, inner in value.items()
        if key not in OF_PEOPLE
    }


def _of_somebody(sender: Any) -> Any:
    """That there is one, and whether it is a bot."""
    if not isinstance(sender, dict):
        return None
    return {"is_bot": sender["is_bot"]} if isinstance(sender.get("is_bot"), bool) else {}

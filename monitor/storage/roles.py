"""The role in which somebody is written to, as it stands in a message's row."""

from __future__ import annotations

DEPUTY = "deputy"  # whose report must be out before letters that are held go
INSTITUTION = "institution:"  # the beginning of an institution's role


CHAT = "chat:"  # of a message to a network's chat, and not a letter


REHEARSAL = "rehearsal:"  # of a letter that somebody sends to himself


LINK = "link:"  # of a letter that brings an institution a new link and nothing else


def deputy_of(*municipalities: str) -> str:
    """The role of a deputy head who answers for these municipalities alone; for all: none."""
    return ":".join((DEPUTY, "+".join(sorted(municipalities)))) if municipalities else DEPUTY


def towns_of(role: str) -> frozenset[str]:
    """The municipalities for which a deputy head of this role answers alone."""
    return frozenset(filter(None, role.removeprefix(DEPUTY).lstrip(":").split("+")))


def institution_of(key: str) -> str:
    """The role of an institution, by `municipality/id`: two of them may share a mailbox."""
    return f"{INSTITUTION}{key}"


def chat_in(network: str) -> str:
    """The role in which a chat of the network is told."""
    return f"{CHAT}{network}"


def network_of_chat(role: str) -> str:
    return role.removeprefix(CHAT)


def link_of(key: str) -> str:
    """The role in which it is sent a new link: no term runs from such a letter."""
    return f"{LINK}{key}"


def linked(role: str) -> str:
    """Whose link stands in a letter of this role, as `municipality/id`; "": nobody's."""
    begins = next((one for one in (INSTITUTION, LINK) if role.startswith(one)), None)
    return role.removeprefix(begins) if begins else ""

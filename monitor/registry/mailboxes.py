"""Addresses as mail servers know them. Whoever reads settings needs these, and no letters.

MailboxError: what somebody wrote is no address that mail can be sent to.
"""

from __future__ import annotations

import re
from email import utils
from email.headerregistry import Address
from ipaddress import ip_address
from typing import Any

import idna

from reports.templating import one_line

EXAMPLE = "пишите один адрес, например deputy@example.org"
MOST_OF_USER = 64  # bytes: RFC 5321, 4.5.3.1.1
_ATOM = r"[^\s()<>\[\]:;@\\,.\"]+"
USER = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)


# When strict, newer Pythons refuse `a@[192.168.1.5]`; older ones do not know the word.
_LENIENT: dict[str, Any] = {"strict": False} if hasattr(utils, "supports_strict_parsing") else {}


class MailboxError(ValueError):
    """The text is Russian and names what was written."""


def address_of(written: str, name: str = "") -> Address:
    """«deputy@example.org», «Заместитель главы <зам@город.рф>»: the domain becomes ASCII.

    One address, and one that a server can take: what no standard allows is refused here, not by
    the server on the night of the letter.
    """
    said, plain = utils.parseaddr(written, **_LENIENT)
    user, _, domain = plain.rpartition("@")
    try:
        if not written.isprintable() or len(utils.getaddresses([written], **_LENIENT)) != 1:
            raise ValueError(written)
        if not USER.fullmatch(user) or len(user.encode()) > MOST_OF_USER:
            raise ValueError(user)
        return Address(one_line(name or said), user, _domain(domain))
    except (ValueError, IndexError) as error:  # idna's and email's errors are ValueErrors
        told = f"«{one_line(written)}» не похоже на адрес почты: {EXAMPLE}"
        raise MailboxError(told) from error


def _domain(written: str) -> str:
    domain = written if written.isascii() else idna.encode(written, uts46=True).decode()
    if not (_is_literal(domain) or domain == "localhost" or _is_whole_name(domain)):
        raise ValueError(f"no domain: {domain}")
    return domain


def _is_literal(domain: str) -> bool:
    """«[192.168.1.5]», as within an office."""
    return domain[:1] == "[" and domain[-1:] == "]" and is_number(domain[1:-1])


def _is_whole_name(domain: str) -> bool:
    """With a domain above it that is no number: `deputy@mail` and `deputy@10.0.0.1` go nowhere."""
    return "." in domain and _has_labels(domain) and not domain.rpartition(".")[2].isdigit()


def _has_labels(domain: str) -> bool:
    return len(domain) < 254 and all(map(LABEL.fullmatch, domain.split(".")))


def is_server(written: str) -> bool:
    """A name or a number that a mail server may have; underscores happen within an office."""
    try:
        plain = written if written.isascii() else idna.encode(written, uts46=True).decode()
    except ValueError:
        return False
    return is_number(written) or _has_labels(plain.replace("_", "-").removesuffix("."))


def is_number(written: str) -> bool:
    try:
        ip_address(written)
    except ValueError:
        return False
    return True


def name_in(written: str) -> str:
    """«Дозор» of «Дозор <dozor@example.org>»."""
    return utils.parseaddr(written, **_LENIENT)[0]


def wire(written: str) -> str:
    """The address alone, as MAIL and RCPT want it."""
    address = address_of(written)
    return f"{address.username}@{address.domain}"


def needs_utf8(*written: str) -> bool:
    """A name before the @ that is not ASCII can go through a server with SMTPUTF8 only."""
    return not all(wire(one).isascii() for one in written)

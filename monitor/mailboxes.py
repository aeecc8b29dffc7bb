"""Addresses as mail servers know them. Whoever reads settings needs these, and no letters.

AddressError: what somebody wrote is no address that mail can be sent to.
"""

from __future__ import annotations

from email.headerregistry import Address
from email.utils import parseaddr

import idna

from reports.templating import one_line


class AddressError(ValueError):
    """The text is Russian and names what was written."""


def address_of(written: str, name: str = "") -> Address:
    """«deputy@example.org», «Заместитель главы <зам@город.рф>»: the domain becomes ASCII."""
    said, plain = parseaddr(written)
    user, _, domain = plain.rpartition("@")
    try:
        if not user or not written.isprintable() or any(map(str.isspace, plain)):
            raise ValueError(written)
        return Address(one_line(name or said), user, _ascii(domain))
    except (ValueError, IndexError) as error:  # idna's and email's errors are ValueErrors
        raise AddressError(f"«{one_line(written)}» не похоже на адрес почты") from error


def _ascii(domain: str) -> str:
    if not domain:
        raise ValueError("no domain")
    return domain if domain.isascii() else idna.encode(domain, uts46=True).decode()


def wire(written: str) -> str:
    """The address alone, as MAIL and RCPT want it."""
    address = address_of(written)
    return f"{address.username}@{address.domain}"


def needs_utf8(*written: str) -> bool:
    """A name before the @ that is not ASCII can go through a server with SMTPUTF8 only."""
    return not all(wire(one).isascii() for one in written)

"""Where answers arrive: `imaps://mail.town.ru/INBOX`, taken apart and checked when it is read."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal
from urllib.parse import unquote, urlsplit

from monitor.registry.mailboxes import is_server

PORTS = {"imaps": 993, "imap": 143}
EXAMPLE = "пишите imaps://mail.town.ru/INBOX"
Encryption = Literal["implicit", "starttls", "none"]


@dataclass(frozen=True, slots=True)
class InboxAddress:
    host: str
    port: int
    folder: str
    encryption: Encryption

    @property
    def where(self) -> str:
        """For people; it holds no secret."""
        return f"{self.host}:{self.port}/{self.folder}"


def inbox_address(written: str) -> InboxAddress:
    """ValueError, in Russian: a name or a password would be kept in a file that others read."""
    try:
        parts = urlsplit(written.strip())
        port = parts.port
    except ValueError:
        raise ValueError(f"адрес ящика не понят: {EXAMPLE}") from None
    if "@" in parts.netloc:
        raise ValueError("имя и пароль — не в адресе ящика, а в IMAP_USER и IMAP_PASSWORD")
    host = parts.hostname or ""
    if parts.scheme not in PORTS or not is_server(host) or parts.query or parts.fragment:
        raise ValueError(f"«{written}» — не адрес ящика: {EXAMPLE}")
    folder = unquote(parts.path.removeprefix("/")) or "INBOX"
    if not folder.isprintable():
        raise ValueError(f"«{written}» — не адрес ящика: {EXAMPLE}")
    return InboxAddress(host, port or PORTS[parts.scheme], folder, _encryption(parts.scheme, host))


def _encryption(scheme: str, host: str) -> Encryption:
    """Only within this computer a password may go in the clear."""
    if scheme == "imaps":
        return "implicit"
    return "none" if _is_here(host) else "starttls"


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

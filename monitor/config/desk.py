"""Where the desk listens, by which name it is reached, and what it lets in."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from monitor.config.sections import Section
from monitor.registry.mailboxes import is_server

EXAMPLE = "пишите, например, https://dozor.town.ru"
IN_THE_CLEAR = (
    "по http:// пароли и ссылки учреждений шли бы по сети открыто: пишите https://, шифрует "
    "обратный прокси (docs/operations.md)"
)
NO_NAME = (
    "address открывает стол другим компьютерам, а по какому адресу он им виден, не сказано: "
    'укажите public_url или оставьте address = "127.0.0.1:8080"'
)


class DeskSettings(Section):
    """The browser's way in; without `public_url` institutions get no links."""

    address: str = "127.0.0.1:8080"
    public_url: str = ""
    trusted_proxies: tuple[str, ...] = ("127.0.0.1",)  # who may say where a request comes from
    link_days: int = Field(default=30, ge=1, le=366)  # of an institution's link
    session_hours: int = Field(default=8, ge=1, le=168)
    uploads_mb: int = Field(default=10, ge=1, le=100)  # of one file
    scan_command: tuple[str, ...] = ()  # looks through an upload, whose path is added to it

    @field_validator("address")
    @classmethod
    def _is_address(cls, written: str) -> str:
        host, port = _host_and_port(written)
        if not (host == "localhost" or _is_number(host)) or not 1 <= port <= 65535:
            raise ValueError(
                f"«{written}» — не адрес, на котором слушают: пишите номер и порт, "
                "например 127.0.0.1:8080"
            )
        return written

    @field_validator("public_url")
    @classmethod
    def _is_public(cls, written: str) -> str:
        return _public(written.strip()) if written.strip() else ""

    @field_validator("trusted_proxies")
    @classmethod
    def _are_proxies(cls, written: tuple[str, ...]) -> tuple[str, ...]:
        for one in written:
            _check_network(one)
        return written

    @field_validator("scan_command")
    @classmethod
    def _is_command(cls, written: tuple[str, ...]) -> tuple[str, ...]:
        if written and not written[0].strip():
            raise ValueError('scan_command: первой стоит программа, например ["clamdscan"]')
        return written

    @model_validator(mode="after")
    def _is_reached_by_a_name(self) -> DeskSettings:
        if not is_loopback(self.host) and not self.public_url:
            raise ValueError(NO_NAME)
        return self

    @property
    def host(self) -> str:
        return _host_and_port(self.address)[0]

    @property
    def port(self) -> int:
        return _host_and_port(self.address)[1]

    @property
    def url(self) -> str:
        """By which people reach it, without a stroke at the end."""
        return self.public_url or f"http://{self.address}"


def is_loopback(host: str) -> bool:
    """Whether it is this computer and no other."""
    return host == "localhost" or (_is_number(host) and ip_address(host).is_loopback)


def _host_and_port(written: str) -> tuple[str, int]:
    """("", 0) where there are no two such parts."""
    host, _, port = written.strip().rpartition(":")
    if not (port.isascii() and port.isdecimal() and len(port) <= 5):
        return "", 0
    is_v6 = host.startswith("[") and host.endswith("]")
    return (host[1:-1], int(port)) if is_v6 else (host if ":" not in host else "", int(port))


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _public(written: str) -> str:
    try:
        parts = urlsplit(written)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError(f"«{written}» — не адрес: {EXAMPLE}") from None
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or not is_server(host):
        raise ValueError(f"«{written}» — не адрес стола: {EXAMPLE}")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(f"«{written}»: у стола своё имя, без пути после него: {EXAMPLE}")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError(IN_THE_CLEAR)
    return f"{parts.scheme}://{parts.netloc}"


def _check_network(written: str) -> None:
    try:
        ip_network(written)
    except ValueError:
        raise ValueError(
            f"«{written}» — не сеть и не адрес прокси: пишите, например, 127.0.0.1 или 10.0.0.0/8"
        ) from None

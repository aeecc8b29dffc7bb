"""What must be neither told nor kept: the values of secrets, and what is known by its name.

One Redactor stands before everything that leaves the program: logs, tracebacks, alerts, signs,
metrics, stored failures and evidence. A text is treated as its bytes, so nothing is known twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from html import escape
from urllib.parse import quote, quote_plus

MASK = "***"
SHORTEST = 6  # signs; a shorter secret would blot out words
SECRET_PARAMETERS = (
    "access_token",
    "session_key",
    "session_secret_key",
    "sig",
    "application_key",
    "application_secret_key",
    "client_secret",
)
_QUOTE = r"\\*[\"']"  # also within JSON that is quoted in JSON
_GIVES = (
    rf"(?:=|%3[Dd])(?:{_QUOTE})?"
    rf"|{_QUOTE}\s*[:,]\s*b?{_QUOTE}(?:value{_QUOTE}\s*:\s*{_QUOTE})?"  # JSON, Python, VK's pairs
)
_PATTERNS = (
    rf"((?:{'|'.join(SECRET_PARAMETERS)})(?:{_GIVES}))[^&\s\"'<>\\]+",
    rf"([Aa]uthorization(?:{_QUOTE})?\s*[:=,]\s*b?(?:{_QUOTE})?(?:(?:Bearer|Basic)\s+)?)[\w.~+/=-]{{8,}}",
    r"(://[^/\s:@\"'<>]{1,99}:)[^/\s@\"'<>]{1,999}(?=@)",  # the password of an address
    r"()vk1\.a\.[\w-]+",
)
# Nearly always none is there, and to see that is ten times quicker than to try the pattern.
_SIGNS: tuple[tuple[bytes, ...], ...] = (
    (
        *(b"access_token", b"session_", b"application_", b"client_secret"),
        *(b"sig=", b'sig"', b"sig'", b"sig\\", b"sig%3"),
    ),
    (b"uthorization",),
    (b"://",),
    (b"vk1.a.",),
)
_KNOWN_BY_NAME = tuple(
    (signs, re.compile(pattern.encode())) for signs, pattern in zip(_SIGNS, _PATTERNS, strict=True)
)
_MASKED = rb"\g<1>" + MASK.encode()


class Redactor:
    """Takes secrets out of texts and bytes, in whatever form a server or a library quotes them."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._forms: tuple[bytes, ...] = ()
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """From now on these are taken out too."""
        forms = {form for secret in secrets if len(secret) >= SHORTEST for form in _forms(secret)}
        self._forms = tuple(sorted({*self._forms, *forms}, key=len, reverse=True))

    def text(self, text: str) -> str:
        clean = self.body(text.encode("utf-8", "surrogatepass"))
        return clean.decode("utf-8", "surrogatepass")

    def body(self, body: bytes) -> bytes:
        for form in self._forms:
            body = body.replace(form, MASK.encode())
        for signs, pattern in _KNOWN_BY_NAME:
            if any(sign in body for sign in signs):
                body = pattern.sub(_MASKED, body)
        return body


def _forms(secret: str) -> Iterator[bytes]:
    """As it may stand in a body or a traceback: plain, in an address, in JSON, in markup, quoted.

    Most tokens are letters and digits, and all these are one.
    """
    in_address = quote(secret, safe="")
    yield repr(secret.encode("utf-8", "surrogatepass"))[2:-1].encode()
    for form in (
        secret,
        in_address,
        quote(in_address),
        quote(secret),
        quote_plus(secret),
        _lower(in_address),
        _lower(quote(secret)),
        _lower(quote_plus(secret)),
        json.dumps(secret)[1:-1],
        json.dumps(secret)[1:-1].replace("/", r"\/"),
        json.dumps(secret, ensure_ascii=False)[1:-1],
        escape(secret),
        repr(secret)[1:-1],
    ):
        yield form.encode("utf-8", "surrogatepass")


def _lower(in_address: str) -> str:
    return re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), in_address)

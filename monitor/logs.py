"""Logging: English lines on standard error, or JSON objects, a line each; never a secret.

What libraries say is kept only when it is trouble; those that print addresses (and with them
tokens) are kept quiet altogether.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

OWN = ("collectors", "rules", "reports", "monitor")
TALKATIVE = ("httpx", "httpcore", "requests", "urllib3", "vk_api", "asyncio")
SECRET = re.compile(
    r"((?:access_token|session_key|session_secret_key|sig|application_key|client_secret)=)[^&\s\"']*"
    r"|vk1\.a\.[\w-]+"
)

SHORTEST = 6  # signs; a shorter secret would blot out words
_known: set[str] = set()


def hide(secrets: Iterable[str]) -> None:
    """From now on nothing that is told holds one of them, whatever it is quoted in."""
    _known.update(one for one in secrets if len(one) >= SHORTEST)


def start_logging(*, verbose: bool, as_json: bool = False) -> None:
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(_Json() if as_json else _Plain())
    logging.basicConfig(handlers=[lines], level=logging.WARNING, force=True)
    for name in OWN:
        logging.getLogger(name).setLevel(logging.DEBUG if verbose else logging.WARNING)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.ERROR)


def without_secrets(text: str) -> str:
    """A traceback or a message may quote an address with its query."""
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, "***")
    return SECRET.sub(lambda found: f"{found[1] or ''}***", text)


class _Plain(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


class _Json(logging.Formatter):
    """`at`, `level`, `logger`, `message`; `error` with the traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
        }
        if record.exc_info:
            line["error"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)

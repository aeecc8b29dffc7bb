"""Logging: English lines on standard error, or JSON objects, a line each; never a secret.

What libraries say is kept only when it is trouble; those that print addresses (and with them
tokens) are kept quiet altogether.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from types import TracebackType

from monitor.redaction import Redactor

log = logging.getLogger(__name__)

OWN = ("collectors", "rules", "reports", "monitor")
TALKATIVE = ("httpx", "httpcore", "requests", "urllib3", "vk_api", "asyncio")

_redactor = Redactor()


def hide(secrets: Iterable[str]) -> None:
    """From now on nothing that is told holds one of them, whatever it is quoted in."""
    _redactor.learn(secrets)


def start_logging(*, verbose: bool, as_json: bool = False) -> None:
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(_Json() if as_json else _Plain())
    logging.basicConfig(handlers=[lines], level=logging.WARNING, force=True)
    for name in OWN:
        logging.getLogger(name).setLevel(logging.DEBUG if verbose else logging.WARNING)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.ERROR)
    logging.captureWarnings(True)
    threading.excepthook = _of_a_thread
    sys.unraisablehook = _of_nobody


def without_secrets(text: str) -> str:
    """A traceback or a message may quote an address with its query."""
    return _redactor.text(text)


def _of_a_thread(failed: threading.ExceptHookArgs) -> None:
    """Threads, destructors and warnings would write to standard error past the log."""
    if failed.exc_type is not SystemExit:
        _tell("a thread ended", failed.exc_type, failed.exc_value, failed.exc_traceback)


def _of_nobody(failed: sys.UnraisableHookArgs) -> None:
    _tell("nobody awaits this error", failed.exc_type, failed.exc_value, failed.exc_traceback)


def _tell(
    what: str,
    kind: type[BaseException],
    error: BaseException | None,
    trace: TracebackType | None,
) -> None:
    log.error(what, exc_info=(kind, error or kind(), trace))


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

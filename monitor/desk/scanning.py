"""Before an upload is kept: is there room on the disk, and does the scanner let it pass?

The scanner is any program of the office's own: it is given the path of a file that nobody else may
read, and ends with 0 where there is nothing in it.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from monitor.config import Settings
from monitor.desk.model import RefusedPageError, Upload
from monitor.desk.rendering import desk_word
from monitor.errors.system import in_russian
from monitor.storage.room import free_bytes

log = logging.getLogger(__name__)

KNOWN = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SystemRoot")  # it learns none of our secrets


def check_room(settings: Settings, files: Sequence[Upload], least: int) -> None:
    """`least` bytes are left free. Raises RefusedPageError: a night needs the disk more than an
    answer does."""
    size = sum(len(one.content) for one in files)
    if size and free_bytes(settings.storage.evidence) - size < least:
        log.warning("uploads are refused: the disk is nearly full")
        raise RefusedPageError([desk_word("uploads", "no_room")], 507)


def check_clean(command: Sequence[str], files: Sequence[Upload], seconds: float) -> None:
    """`seconds` for each. Raises RefusedPageError for the first that does not pass, or where nobody
    can tell."""
    for one in files if command else ():
        if not _is_clean(command, one, seconds):
            raise RefusedPageError([desk_word("uploads", "infected", name=one.name)])


def _is_clean(command: Sequence[str], file: Upload, seconds: float) -> bool:
    with tempfile.TemporaryDirectory(prefix="dozor-scan-") as folder:
        path = Path(folder, f"upload{Path(file.name).suffix}")
        path.write_bytes(file.content)
        status = _status(command, path, seconds)
    if status:
        log.warning("the scanner ended with %s: an upload is refused", status)
    return status == 0


def _status(command: Sequence[str], path: Path, seconds: float) -> int:
    """Raises RefusedPageError where the scanner itself does not work."""
    known = {name: os.environ[name] for name in KNOWN if name in os.environ}
    nothing = subprocess.DEVNULL
    try:
        running = subprocess.Popen(
            [*command, str(path)],
            stdin=nothing,
            stdout=nothing,
            stderr=nothing,
            env=known,
            start_new_session=True,
        )
    except OSError as error:
        log.error("[desk] scan_command cannot be run: %s", in_russian(error))
        raise RefusedPageError([desk_word("uploads", "no_scanner")], 503) from None
    try:
        return running.wait(seconds)
    except subprocess.TimeoutExpired:
        log.error("[desk] scan_command took longer than %d seconds", seconds)
        raise RefusedPageError([desk_word("uploads", "no_scanner")], 503) from None
    finally:
        _end(running)


def _end(running: subprocess.Popen[bytes]) -> None:
    """With whatever it has begun; nobody is left where it ended by itself."""
    if running.poll() is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()

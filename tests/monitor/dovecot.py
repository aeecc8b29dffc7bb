"""A real IMAP server over a socket: Debian's dovecot, with settings and mail of its own."""

from __future__ import annotations

import grp
import imaplib
import os
import pwd
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from shutil import which
from subprocess import Popen
from tempfile import TemporaryDirectory
from typing import Any

from tests.waiting import free_port, until

PROGRAM = which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin:/sbin") or "dovecot"
USER, PASSWORD = "town", "very-secret-word"
NOBODY = "nobody"  # instead of root, as which it would not serve mail

SETTINGS = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = {ssl}
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_location = maildir:{folder}/mail/%u
auth_failure_delay = 0
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {imaps}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
"""
WITH_TLS = """
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
"""


@dataclass
class Dovecot:
    folder: Path
    port: int
    imaps: int
    boxes: int = field(default=0)

    def client(self, user: str = USER) -> imaplib.IMAP4:
        client = imaplib.IMAP4("127.0.0.1", self.port)
        client.login(user, PASSWORD)
        return client

    def new_user(self) -> str:
        """Each test has a mailbox of its own."""
        self.boxes += 1
        return f"{USER}-{self.boxes}"

    def put(self, user: str, *messages: bytes, at: datetime, folder: str = "INBOX") -> None:
        client = self.client(user)
        for message in messages:
            kind, told = client.append(folder, "", imaplib.Time2Internaldate(at), message)
            assert kind == "OK", told
        client.logout()

    def number_anew(self, user: str) -> None:
        """As after a restored copy: other UIDs under another UIDVALIDITY.

        Dovecot takes the second of the clock for it, so that second must be over.
        """
        begun = int(time.time())
        until(lambda: int(time.time()) > begun)
        for known in (self.folder / "mail" / user).glob("dovecot*"):
            known.unlink()

    def flags(self, user: str) -> list[bytes]:
        client = self.client(user)
        client.select("INBOX", readonly=True)
        _, told = client.fetch("1:*", "(FLAGS)")
        client.logout()
        return [one for one in told if isinstance(one, bytes)]


@contextmanager
def dovecot(certificate: tuple[bytes, bytes] | None = None) -> Iterator[Dovecot]:
    """`certificate`: chain and key; with them the server speaks TLS as well."""
    with TemporaryDirectory(prefix="dovecot") as name:
        running = Dovecot(Path(name), free_port(), free_port() if certificate else 0)
        _write(running, certificate)
        command = [PROGRAM, "-F", "-c", str(running.folder / "dovecot.conf")]
        process = Popen(command, **_rights())
        try:
            until(lambda: process.poll() is not None or _answers(running.port))
            assert process.poll() is None, (running.folder / "log").read_text()
            yield running
        finally:
            process.terminate()
            process.wait()


def _write(running: Dovecot, certificate: tuple[bytes, bytes] | None) -> None:
    known = pwd.getpwnam(_user())
    told = {
        "folder": running.folder,
        "port": running.port,
        "imaps": running.imaps,
        "user": known.pw_name,
        "group": _group(known.pw_gid),
        "ssl": "yes" if certificate else "no",
    }
    settings = SETTINGS + (WITH_TLS if certificate else "")
    (running.folder / "dovecot.conf").write_text(settings.format(**told))
    boxes = [USER, *(f"{USER}-{number}" for number in range(1, 100))]
    lines = [f"{box}:{{PLAIN}}{PASSWORD}::::::\n" for box in boxes]
    (running.folder / "users").write_text("".join(lines))
    for name, content in zip(("cert.pem", "key.pem"), certificate or (), strict=False):
        (running.folder / name).write_bytes(content)
    if os.getuid() == 0:
        for path in (running.folder, *running.folder.iterdir()):
            shutil.chown(path, known.pw_uid, known.pw_gid)


def _rights() -> dict[str, Any]:
    """As which the server runs."""
    if os.getuid() != 0:
        return {}
    known = pwd.getpwnam(NOBODY)
    return {"user": known.pw_uid, "group": known.pw_gid, "extra_groups": []}


def _user() -> str:
    return NOBODY if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name


def _group(number: int) -> str:
    return grp.getgrgid(number).gr_name


def _answers(port: int) -> bool:
    try:
        imaplib.IMAP4("127.0.0.1", port, timeout=5).logout()
    except (OSError, imaplib.IMAP4.error):
        return False
    return True

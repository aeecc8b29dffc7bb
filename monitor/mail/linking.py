"""A letter's own link is put in when it is handed over: what lies in the outbox opens nothing.

A rehearsal, and a letter that is only shown, keep the sample, which leads to no institution.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime, timedelta

from sqlalchemy import Engine

from monitor.config import DeskSettings
from monitor.storage.links import SAMPLE, make
from monitor.storage.roles import linked
from monitor.storage.tables import MessageRow

PATH = "/a/"
BASE64 = re.compile(rb"(?m)^(?:[A-Za-z0-9+/]{76}\r\n)*[A-Za-z0-9+/]{2,76}={0,2}(?=\r\n)")


def sample_url(desk: DeskSettings) -> str:
    """What stands in a letter's place for its link; "": institutions get none."""
    return f"{desk.public_url}{PATH}{SAMPLE}" if desk.public_url else ""


def with_link(engine: Engine, desk: DeskSettings, message: MessageRow, at: datetime) -> bytes:
    """The letter with a link that was made for it now; as it is, where it has no place for one."""
    institution = linked(message.role)
    if not institution or not _has_place(message.body):
        return message.body
    until = at + timedelta(days=desk.link_days)
    return filled(message.body, make(engine, message, institution, at, until))


def _has_place(letter: bytes) -> bool:
    return filled(letter, "") != letter


def filled(letter: bytes, token: str) -> bytes:
    """With the token for the sample, in the text and in HTML: both are base64 (mime.py)."""

    def changed(found: re.Match[bytes]) -> bytes:
        content = _content(found[0])
        if SAMPLE.encode() not in content:
            return found[0]
        with_token = content.replace(SAMPLE.encode(), token.encode())
        return base64.encodebytes(with_token).rstrip(b"\n").replace(b"\n", b"\r\n")

    return BASE64.sub(changed, letter)


def _content(written: bytes) -> bytes:
    """b"" for a line that only looks like it, as a word in a head may."""
    try:
        return base64.b64decode(written)
    except binascii.Error:
        return b""

"""What a browser sends back: read once, and only from our own pages.

A form carries a token that is bound to what the browser is known by (the cookie of its session, or
of its first visit). Another site can neither read it nor make one.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from monitor.desk.model import RefusedPageError, Upload

FIELD = "form"
MOST_FIELDS, MOST_FILES, MOST_SIGNS = 1000, 5, 20_000
OWN_PLACES = ("same-origin", "none")  # of Sec-Fetch-Site
FOREIGN = "форма пришла не с этой страницы. Откройте страницу заново и повторите"
UNREADABLE = "форма пришла испорченной. Откройте страницу заново и повторите"
LONG = f"поле длиннее {MOST_SIGNS} знаков: сократите текст или приложите файл"


def token_for(secret: str) -> str:
    return hmac.new(secret.encode(), b"dozor form", hashlib.sha256).hexdigest()


def check_origin(request: Request) -> None:
    """Browsers say from where a form is sent; what they cannot say is left to the token."""
    place = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin", "null")
    foreign_origin = origin != "null" and urlsplit(origin).netloc != request.headers.get("host")
    if (place and place not in OWN_PLACES) or (not place and foreign_origin):
        raise RefusedPageError([FOREIGN], 403)


def check_token(form: Mapping[str, Sequence[str]], secret: str) -> None:
    given = next(iter(form.get(FIELD, ())), "")
    if not secret or not hmac.compare_digest(given.encode(), token_for(secret).encode()):
        raise RefusedPageError([FOREIGN], 403)


async def read_form(request: Request) -> tuple[dict[str, list[str]], list[Upload]]:
    """Fields and files. RefusedPageError where it is no form, or has too much of anything."""
    try:
        sent = await request.form(
            max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=4 * MOST_SIGNS
        )
    except HTTPException as error:
        raise RefusedPageError([UNREADABLE]) from error
    fields: dict[str, list[str]] = {}
    files = []
    for name, value in sent.multi_items():
        if isinstance(value, UploadFile):
            files += [Upload(name=value.filename or "", content=await value.read())]
        else:
            fields.setdefault(name, []).append(_text(value))
    await sent.close()
    return fields, [one for one in files if one.name or one.content]


def _text(value: str) -> str:
    """Line ends as everywhere else; what a database or a mail could not hold is left out."""
    if len(value) > MOST_SIGNS:
        raise RefusedPageError([LONG], 413)
    lines = value.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return lines.encode("utf-8", "replace").decode()

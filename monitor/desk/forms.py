"""What a browser sends back: read once, and only from our own pages.

A form carries a token that is bound to what the browser is known by (the cookie of its session, or
of its first visit). Another site can neither read it nor make one.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request

from monitor.desk.model import RefusedPageError, Upload

FIELD = "form"
MOST_FIELDS, MOST_FILES, MOST_SIGNS = 1000, 5, 20_000
OWN_PLACES = ("same-origin", "none")  # of Sec-Fetch-Site
FOREIGN = "форма пришла не с этой страницы. Откройте страницу заново и повторите"
UNREADABLE = "форма пришла испорченной. Откройте страницу заново и повторите"
Form = tuple[dict[str, list[str]], list[Upload]]  # its fields, and its files
LONG = f"поле длиннее {MOST_SIGNS} знаков: сократите текст или приложите файл"


def token_for(secret: str) -> str:
    return hmac.new(secret.encode(), b"dozor form", hashlib.sha256).hexdigest()


def check_origin(request: Request) -> None:
    """Browsers say from where a form is sent; what they cannot say is left to the token."""
    place = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin", "null")
    foreign_origin = origin != "null" and _host_of(origin) != request.headers.get("host")
    if (place and place not in OWN_PLACES) or (not place and foreign_origin):
        raise RefusedPageError([FOREIGN], 403)


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # no browser's
        return None


def check_token(form: Mapping[str, Sequence[str]], secret: str) -> None:
    given = next(iter(form.get(FIELD, ())), "")
    if not secret or not hmac.compare_digest(given.encode(), token_for(secret).encode()):
        raise RefusedPageError([FOREIGN], 403)


async def read_form(request: Request) -> Form:
    """Fields and files. RefusedPageError where it is no form, or has too much of anything."""
    _check_charset(request.headers.get("content-type", ""))
    try:
        sent = await request.form(
            max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=4 * MOST_SIGNS
        )
    except (MultiPartException, FormParserError) as error:
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


def _check_charset(kind: str) -> None:
    """Browsers send a form in the charset of its page; by others Python would decode anything from
    UTF-7 to Punycode, and raise what Starlette does not expect."""
    _, told = parse_options_header(kind)
    if told.get(b"charset", b"utf-8").strip().lower() not in (b"utf-8", b"utf8"):
        raise RefusedPageError([UNREADABLE])


def _text(value: str) -> str:
    """Line ends as everywhere else; what a database or a mail could not hold is left out."""
    if len(value) > MOST_SIGNS:
        raise RefusedPageError([LONG], 413)
    lines = value.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return lines.encode("utf-8", "replace").decode()

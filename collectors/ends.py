"""Where a document itself says that it is over, and what is believed of one that broke off.

No network. Markup is ASCII in whatever encoding, so bytes are looked at; in UTF-16 without zeros.
"""

from __future__ import annotations

import json
import re

TAIL = 2000  # bytes in which the end of nearly every page stands
MOST_BEHIND = 100_000  # bytes of scripts behind the end of a page
MOST_JSON = 1_000_000  # bytes of JSON that are read to see whether it is whole
PROLOG = re.compile(
    rb"\s+|\xef\xbb\xbf|\xff\xfe|\xfe\xff|<\?.*?\?>|<!--.*?-->|<!doctype[^>]*>",
    re.IGNORECASE | re.DOTALL,
)
ROOT = re.compile(rb"<([a-z_][\w:.-]*)", re.IGNORECASE)
EMPTY_ROOT = re.compile(rb"<[^<>]*/>")
XML = (b"<?xml", b"\xef\xbb\xbf<?xml", b"\xff\xfe<?xml", b"\xfe\xff<?xml")
MAPS = (b"urlset", b"sitemapindex")  # roots that need no declaration to be known
UNSEEN = re.compile(
    rb"\s+|<!--.*?-->|<\?.*?\?>|<(script|noscript|style)\b.*?</\1\s*>",
    re.IGNORECASE | re.DOTALL,
)
IN_A_TAG = re.compile(rb"<[a-z/!?]", re.IGNORECASE)
RAW = (b"script", b"style", b"title", b"textarea")  # what is within them is no markup


def has_end(body: bytes) -> bool:
    """Whether the end came: of the root element, the JSON value, the PDF. Plain text has none."""
    text = body.replace(b"\0", b"").strip()
    if text.startswith((b"{", b"[")):
        return _is_json(body)
    if text.startswith(b"%PDF-"):
        return b"%%EOF" in text[-1024:]
    if _is_closed(text, b"html"):
        return True
    begin = _begin(text)
    root = ROOT.match(text, begin)
    if root is None or not (text.startswith(XML) or root[1].endswith(MAPS)):
        return False  # a fragment of a page ends with an end tag wherever it is cut
    return _is_closed(text, root[1]) or bool(EMPTY_ROOT.fullmatch(text, begin))


def breaks_off(body: bytes) -> bool:
    """A page that stops in the middle of a tag, a comment or a script."""
    if _ends_soon(body):
        return False
    text = body.replace(b"\0", b"").rstrip()
    is_in_a_tag = IN_A_TAG.search(text, text.rfind(b">") + 1) is not None
    return is_in_a_tag or _is_within(text.lower())


def lacks_end(body: bytes) -> bool | None:
    """It begins as a whole page does, and does not end as one: some sites write all theirs so.

    None: it is but a piece of a page.
    """
    if _ends_soon(body):
        return False
    text = body.replace(b"\0", b"").lower()
    if b"</html" in text or b"</body" in text:
        return False
    return True if is_page(text) else None


def is_page(body: bytes) -> bool:
    """It begins as a whole HTML page."""
    text = body.replace(b"\0", b"")
    root = ROOT.match(text, _begin(text))
    return root is not None and root[1].lower() == b"html"


def without_loose_end(body: bytes) -> bytes:
    """Of what broke off, up to its last whole tag: half a number or an address is another one."""
    end = body.rfind(b">") + 1
    return body[: end + 1] if body[end : end + 1] == b"\0" else body[:end]


def _ends_soon(body: bytes) -> bool:
    return b"</html" in body[-TAIL:].replace(b"\0", b"").lower()


def _is_json(body: bytes) -> bool:
    """More than is read at a time proves nothing."""
    if len(body) > MOST_JSON:
        return False
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


def _begin(text: bytes) -> int:
    at = 0
    while found := PROLOG.match(text, at):
        at = found.end()
    return at


def _is_closed(text: bytes, root: bytes) -> bool:
    """By its last end tag, with nothing behind it that is shown."""
    start = max(0, len(text) - MOST_BEHIND - len(root) - TAIL)
    ends = list(re.compile(rb"</%s\s*>" % re.escape(root), re.IGNORECASE).finditer(text, start))
    if not ends or not _shows_nothing(text, ends[-1].end()):
        return False
    return not _is_within(text[: ends[-1].start()].lower())


def _shows_nothing(text: bytes, at: int) -> bool:
    """From `at` to the end blanks, comments and scripts, one behind the other."""
    if len(text) - at >= MOST_BEHIND:
        return False
    while found := UNSEEN.match(text, at):
        at = found.end()
    return at == len(text)


def _is_within(text: bytes) -> bool:
    """At its end a comment, a script or a title is still open."""
    if text.rfind(b"<!--") > text.rfind(b"-->"):
        return True
    return any(text.rfind(b"<" + name) > text.rfind(b"</" + name) for name in RAW)

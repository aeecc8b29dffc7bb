"""The link of a cell beside its text: «Страница школы», «ссылка», or an address of its own."""

from __future__ import annotations

import re
from urllib.parse import unquote

from monitor.registry.addresses import page_address, site_address

_MAIL = "mailto:"
_SITES = frozenset({"site", "site_aliases"})
_WEB = re.compile(r"(?:https?://)?[\w-]+(?:\.[\w-]+)+(?:[:/?#]\S*)?", re.IGNORECASE)
_MAILBOX = re.compile(r"\S+@\S+")


def target(shown: str, link: str, key: str) -> str:
    """What the column wants: the text where it is an address, else where the link leads."""
    if any(_address(part, key) for part in _parts(shown)):
        return shown
    return _link_of_kind(link, key) or shown


def leads_elsewhere(shown: str, link: str, key: str) -> bool:
    """Whether text and link are addresses of two different things: nobody knows which is meant."""
    written = [found for part in _parts(shown) if (found := _address(part, key))]
    meant = _link_of_kind(link, key)
    return bool(written and meant) and _address(meant or "", key) not in written


def _parts(shown: str) -> list[str]:
    return [part.strip() for part in re.split(r"[\n\r;]", shown) if part.strip()]


def _link_of_kind(link: str, key: str) -> str | None:
    """The link, if it is of the kind that the column is for; of a letter the address alone."""
    if key == "emails":
        is_mail = link.lower().startswith(_MAIL)
        return unquote(link[len(_MAIL) :].partition("?")[0]).strip() if is_mail else None
    if re.match(r"https?://|www\.", link, re.IGNORECASE):
        return link
    return link if key not in _SITES and _is_page(link) else None


def _address(written: str, key: str) -> str | None:
    """One spelling of an address; None for a word, though a network might know one so called."""
    if key == "emails":
        return written.lower() if _MAILBOX.fullmatch(written) else None
    if not _WEB.fullmatch(written):
        return None
    try:
        return _site(written) if key in _SITES else page_address(written)[1]
    except ValueError:
        return written


def _is_page(link: str) -> bool:
    """Without a scheme it may be a file beside the table."""
    try:
        return bool(_WEB.fullmatch(link) and page_address(link))
    except ValueError:
        return False


def _site(written: str) -> str:
    """http, https and `www.` lead to one site."""
    return re.sub(r"^https?://(?:www\.)?", "", site_address(written))

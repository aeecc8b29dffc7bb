"""Which addresses belong to a site, and how each is written once. No network."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urljoin

import httpx

from collectors.guard import AddressError, check_url

TRACKING = re.compile(
    r"^(utm_\w+|yclid|gclid|fbclid|_openstat|phpsessid|jsessionid|sid|sessid|back_?url"
    r"|backurl|return_?url|bxajaxid|clear_cache)$",
    re.IGNORECASE,
)
DOCUMENT = re.compile(
    r"\.(pdf|docx?|xlsx?|pptx?|od[tsp]|rtf|csv|txt|zip|rar|7z|djvu|sig|p7s)$", re.IGNORECASE
)
NOT_A_PAGE = re.compile(
    r"\.(jpe?g|png|gif|webp|svg|ico|bmp|tiff?|css|js|mjs|json|xml|rss|atom|mp[34]|avi|mov|wmv|webm"
    r"|ogg|wav|exe|apk|woff2?|ttf|eot|ics|gz)$",
    re.IGNORECASE,
)
FILE = re.compile(r"\.[a-z0-9]{2,5}$", re.IGNORECASE)


def bare_host(url: httpx.URL) -> str:
    """Host (punycode) and unusual port: `www.` is the same site, and so are http and https."""
    host = url.raw_host.decode("ascii").lower().rstrip(".").removeprefix("www.")
    return f"{host}:{url.port}" if url.port else host


@lru_cache(maxsize=8192)
def absolute(base: str, href: str) -> httpx.URL | None:
    """The address that a link leads to; None for `javascript:`, `mailto:` and broken ones."""
    try:
        return check_url(urljoin(base, _as_browsers_read(href))).copy_with(fragment=None)
    except (AddressError, ValueError):
        return None


def _as_browsers_read(href: str) -> str:
    """Browsers take `\\docs\\a.htm` for `/docs/a.htm` and drop line breaks within."""
    return re.sub(r"[\t\r\n]", "", href.strip()).replace("\\", "/").replace(" ", "%20")


def is_document(url: httpx.URL) -> bool:
    return bool(DOCUMENT.search(url.path))


@dataclass(frozen=True, slots=True)
class Territory:
    """One site: its hosts, the way its home page is written, and the section that counts (G22)."""

    home: httpx.URL
    hosts: frozenset[str]
    section: str = "/"

    def owns(self, url: httpx.URL) -> bool:
        """Of these hosts, whatever the section: scripts and robots.txt stand at the root."""
        return bare_host(url) in self.hosts

    def holds(self, url: httpx.URL) -> bool:
        if not self.owns(url):
            return False
        return url.path.startswith(self.section) or url.path == self.section.rstrip("/")

    def page(self, url: httpx.URL) -> str | None:
        """The one spelling of a page of this site; None for what is none of its pages."""
        if not self.holds(url) or is_document(url) or NOT_A_PAGE.search(url.path):
            return None
        kept = [(k, v) for k, v in url.params.multi_items() if not TRACKING.match(k)]
        place = self.home if bare_host(url) == bare_host(self.home) else url
        same = url.copy_with(
            scheme=place.scheme, host=place.host, port=place.port, query=None, fragment=None
        )
        return str(same.copy_with(params=kept) if kept else same)


def territory(registered: str, final: str, *, whole_host: bool) -> Territory:
    """The site of a registered address whose home page was found at `final`.

    An address with a path is a section of a shared portal, and only the section is read; except
    the authority's, of which the whole host is wanted.
    """
    asked, home = httpx.URL(registered), httpx.URL(final)
    section = "/" if whole_host else section_of(asked.path, home.path)
    return Territory(home, frozenset({bare_host(asked), bare_host(home)}), section)


def section_of(asked: str, final: str) -> str:
    """`/schools/1/index.php` → `/schools/1/`; a home page of the root has the whole host."""
    if _folder(asked) == "/" or final.startswith(_folder(asked)):
        return _folder(asked)
    return _folder(final) if _folder(final) != "/" else _folder(asked)


def _folder(path: str) -> str:
    head, _, last = path.rpartition("/")
    if FILE.search(last):
        return f"{head}/"
    return path if path.endswith("/") else f"{path}/"

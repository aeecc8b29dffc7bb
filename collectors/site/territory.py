"""Which addresses belong to a site, and how each is written once. No network."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urljoin

import httpx

from collectors.guard import RefusedAddressError, check_url
from collectors.text import normalised

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
HOST = re.compile(r"^(?:https?:)?//[^/?#]*", re.IGNORECASE)


ORIGIN = re.compile(r"https?://[^/?#]+/")
# Links that mean the same on every page of a host. Blanks and backslashes are yet to be read.
FROM_THE_ORIGIN = re.compile(r"https?://[^/?#\\\s]|/(?![/\\\s])", re.IGNORECASE)

# Every page of a site repeats its menus, and reading an address costs more than all else that is
# done with a link. So what was read of the links of the last sites is kept: some ten megabytes.
MOST_KEPT = 16384


@dataclass(frozen=True, slots=True)
class Target:
    """An address, and what is asked of every link, read once."""

    url: str
    origin: str
    host: str
    bare_host: str  # in punycode; `www.` is the same site, and so are http and https
    path: str

    @property
    def is_document(self) -> bool:
        return bool(DOCUMENT.search(self.path))


@lru_cache(maxsize=1024)  # of a page this is asked for robots.txt, its place and its own links
def target(url: str) -> Target:
    return _target(httpx.URL(url))


def _target(url: httpx.URL) -> Target:
    origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
    return Target(str(url), origin, url.host, _bare_host(url), _path(url))


def _path(url: httpx.URL) -> str:
    """Decoded, and yet no two alike: httpx takes all bytes that are not UTF-8 for one sign."""
    return unquote(url.raw_path.partition(b"?")[0].decode("ascii"), errors="surrogateescape")


def _bare_host(url: httpx.URL) -> str:
    """Host (punycode) and unusual port."""
    host = url.raw_host.decode("ascii").lower().rstrip(".").removeprefix("www.")
    return f"{host}:{url.port}" if url.port else host


def absolute(base: str, href: str) -> Target | None:
    """The address that a link leads to; None for `javascript:`, `mailto:` and broken ones."""
    written = href.strip()
    origin = ORIGIN.match(base) if FROM_THE_ORIGIN.match(written) else None
    return resolved(origin[0] if origin else base, written)


@lru_cache(maxsize=MOST_KEPT)
def resolved(base: str, href: str) -> Target | None:
    """As `absolute`, from exactly this base."""
    try:
        joined = urljoin(base, _as_browsers_read(href))
        url = check_url(joined)
        return _target(url.copy_with(fragment=None) if "#" in joined else url)
    except (RefusedAddressError, ValueError):
        return None


def _as_browsers_read(href: str) -> str:
    """Browsers take `\\docs\\a.htm` for `/docs/a.htm` and drop line breaks within.

    A host is looked up without signs that nobody sees; the path is asked for as it is written.
    """
    written = re.sub(r"[\t\r\n]", "", href).replace("\\", "/").replace(" ", "%20")
    return HOST.sub(lambda host: normalised(host[0]), written, count=1)


@dataclass(frozen=True, slots=True)
class Territory:
    """One site: its hosts, the way its home page is written, and the section that counts (G22)."""

    home: str
    hosts: frozenset[str]
    section: str = "/"

    def owns(self, link: Target) -> bool:
        """Of these hosts, whatever the section: scripts and robots.txt stand at the root."""
        return link.bare_host in self.hosts

    def holds(self, link: Target) -> bool:
        if not self.owns(link):
            return False
        return link.path.startswith(self.section) or link.path == self.section.rstrip("/")

    def page(self, link: Target) -> str | None:
        """The one spelling of a page of this site; None for what is none of its pages."""
        if not self.holds(link):
            return None
        if link.origin == target(self.home).origin:  # as it is written, and no parsing again
            return _own_page(link.path, link.url)
        return _page(self, link.url)

    def beside_home(self, path: str) -> str:
        """At the root of the home page's host."""
        return str(httpx.URL(self.home).copy_with(path=path, query=None))


@lru_cache(maxsize=MOST_KEPT)
def _own_page(path: str, url: str) -> str | None:
    if DOCUMENT.search(path) or NOT_A_PAGE.search(path):
        return None
    written, _, query = url.partition("#")[0].partition("?")
    query = _without_tracking(query) if query else ""
    return f"{written}?{query}" if query else written


@lru_cache(maxsize=MOST_KEPT)
def _page(site: Territory, written: str) -> str | None:
    url = httpx.URL(written)
    if DOCUMENT.search(url.path) or NOT_A_PAGE.search(url.path):
        return None
    place = httpx.URL(site.home) if _bare_host(url) == target(site.home).bare_host else url
    same = url.copy_with(
        scheme=place.scheme, host=place.host, port=place.port, query=None, fragment=None
    )
    query = _without_tracking(url.query.decode("ascii"))
    return f"{same}?{query}" if query else str(same)


def _without_tracking(query: str) -> str:
    """The rest as it is written: nobody but the server knows in which encoding, or what for."""
    parts = query.split("&")
    return "&".join(part for part in parts if not TRACKING.match(unquote(part.partition("=")[0])))


def territory(registered: str, final: str, *, whole_host: bool) -> Territory:
    """The site of a registered address whose home page was found at `final`.

    An address with a path is a section of a shared portal, and only the section is read; except
    the authority's, of which the whole host is wanted.
    """
    asked, home = httpx.URL(registered), httpx.URL(final)
    section = "/" if whole_host else section_of(_path(asked), _path(home))
    return Territory(str(home), frozenset({_bare_host(asked), _bare_host(home)}), section)


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

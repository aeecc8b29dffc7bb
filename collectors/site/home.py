"""Finding the home page of a registered address, in the spellings a registry may have missed."""

from __future__ import annotations

import re
from dataclasses import dataclass

import httpx

from collectors.http.answers import Answer
from collectors.http.errors import CertificateError, CertificateTrouble, NoSuchNameError, ReadError
from collectors.links import page_in_link
from collectors.model import Failure, FailureCode
from collectors.site.page import LITTLE_TEXT, PageReading
from collectors.site.reader import NotAPageError, SiteReader
from collectors.site.territory import Territory, territory

MOST_REFRESHES = 3
GONE = (404, 410)


@dataclass(frozen=True, slots=True)
class Home:
    reading: PageReading
    site: Territory


async def find_home(reader: SiteReader, address: str, *, whole_host: bool) -> Home | None:
    """None: the server says that there is no such page (404, 410).

    Raises ReadError; NoSuchNameError only when the name with and without `www.` is unknown.
    """
    answer = await _close(reader, address, await _first(reader, address))
    for _ in range(MOST_REFRESHES):
        if answer.status in GONE:
            return None
        _check_not_social(answer.url)
        site = territory(address, answer.url, whole_host=whole_host)
        reading = await reader.parse(answer, site)
        if not reading.refresh or reading.page.text_length >= LITTLE_TEXT:
            return Home(reading, site)
        answer = await _page(reader, reading.refresh)
    raise ReadError(Failure(FailureCode.REDIRECTS, f"pages that refresh to another: {answer.url}"))


async def _first(reader: SiteReader, address: str) -> Answer:
    try:
        return await _page(reader, address)
    except ReadError as error:
        other = other_spelling(address, error)
        if other is None:
            raise
        try:
            return await _page(reader, other)
        except ReadError as second:
            raise (second if isinstance(error, NoSuchNameError) else error) from second


async def _close(reader: SiteReader, address: str, answer: Answer) -> Answer:
    """`/school/` where `/school` is not found: addresses are kept without their last slash."""
    url = httpx.URL(address)
    if answer.status not in GONE or url.query or url.path.endswith("/"):
        return answer
    return await _page(reader, str(url.copy_with(raw_path=url.raw_path + b"/")))


async def _page(reader: SiteReader, url: str) -> Answer:
    try:
        return await reader.page(url)
    except NotAPageError as error:
        raise ReadError(Failure(FailureCode.UNRECOGNISED, f"{error} is not a web page")) from error


def other_spelling(address: str, error: ReadError) -> str | None:
    """With or without `www.` where the name was wrong, http or https where nobody answered."""
    if error.failure.code is FailureCode.ADDRESS_REFUSED:
        return None  # perhaps of this very address, which nobody can parse
    url = httpx.URL(address)
    wrong_name = isinstance(error, CertificateError) and error.kind is CertificateTrouble.WRONG_NAME
    if isinstance(error, NoSuchNameError) or wrong_name:
        return None if _is_number(url.host) else str(url.copy_with(host=_www(url.host)))
    silent = error.failure.code in (FailureCode.CONNECTION, FailureCode.TIMEOUT)
    if silent and url.port is None:
        return str(url.copy_with(scheme="http" if url.scheme == "https" else "https"))
    return None


def _www(host: str) -> str:
    return host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"


def _is_number(host: str) -> bool:
    return ":" in host or re.fullmatch(r"[\d.]+", host) is not None


def _check_not_social(url: str) -> None:
    """A site that leads to a page of a network is no site; the network's own pages are not read."""
    if page_in_link(url):
        raise ReadError(Failure(FailureCode.UNRECOGNISED, f"the site leads to {url}"))

"""Cookies: a host's own, and no more of them than a browser keeps."""

from __future__ import annotations

from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import httpx

MOST_COOKIES, MOST_COOKIE_SIGNS = 50, 20_000  # of a host, and in one answer


class CookieStore:
    """The cookies of one client, as the bytes that came."""

    def __init__(self) -> None:
        self._cookies = httpx.Cookies(CookieJar(_OwnCookies()))
        self._names: dict[str, set[str]] = {}  # by host

    def add_to(self, request: httpx.Request) -> None:
        if self._names:  # looking for none takes as long as for some
            self._cookies.set_cookie_header(request)

    def take_from(self, response: httpx.Response) -> None:
        if "set-cookie" in response.headers and self._has_room(response):
            self._cookies.extract_cookies(response)

    def _has_room(self, response: httpx.Response) -> bool:
        """All that are kept are looked through at every request, so a host has as many as in a
        browser; those of an answer that brings more are left.
        """
        headers = response.headers.get_list("set-cookie")
        names = self._names.setdefault(response.request.url.host, set())
        if len(names) <= MOST_COOKIES:
            names.update(header.partition("=")[0].strip() for header in headers)
        return len(names) <= MOST_COOKIES and sum(map(len, headers)) <= MOST_COOKIE_SIGNS


class _OwnCookies(DefaultCookiePolicy):
    """A host's cookies go to the host, with or without its `www`: what one school of a
    `town.example` sets for all of it would come with every request to the others, which may then
    answer otherwise, or that the head is too long.
    """

    def set_ok_domain(self, cookie: Cookie, request: Any) -> bool:
        return _is_own(cookie, request) and super().set_ok_domain(cookie, request)

    def return_ok_domain(self, cookie: Cookie, request: Any) -> bool:
        return _is_own(cookie, request) and super().return_ok_domain(cookie, request)


def _is_own(cookie: Cookie, request: Any) -> bool:
    host = urlsplit(request.get_full_url()).hostname or ""
    domain = cookie.domain.removeprefix(".")
    return not cookie.domain_specified or domain in (host, host.removeprefix("www."))

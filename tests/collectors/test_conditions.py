"""What a server is asked by, and which of its 304s stand for anything. No network."""

from __future__ import annotations

import httpx
import pytest

from collectors.http.conditions import Validators, validators_of

SENT = "Mon, 30 Nov 2026 10:00:00 GMT"
LONG_AGO = "Sun, 01 Nov 2026 10:00:00 GMT"
JUST_NOW = "Mon, 30 Nov 2026 09:59:30 GMT"
ASKED = {"user-agent": "Dozor", "accept-encoding": "gzip"}


def told(asked: dict[str, str] | None = None, **headers: str) -> Validators | None:
    answer = {name.replace("_", "-"): value for name, value in headers.items()}
    return validators_of(asked or ASKED, httpx.Headers({"date": SENT, **answer}))


def request(**headers: str) -> httpx.Request:
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Request("GET", "http://school.example/", headers={**ASKED, **more})


@pytest.mark.parametrize(
    ("headers", "asked"),
    [
        ({"etag": '"1"', "last_modified": LONG_AGO}, {"If-None-Match": '"1"'}),
        ({"etag": '"1-gzip"'}, {"If-None-Match": '"1-gzip", "1"'}),  # Apache
        ({"etag": 'W/"1"'}, {"If-None-Match": 'W/"1", "1"'}),  # nginx
        ({"etag": 'W/"1-gzip"'}, {"If-None-Match": 'W/"1-gzip", "1-gzip", "1"'}),
        ({"etag": "1"}, {}),  # is no tag
        ({"etag": '"1'}, {}),
        ({"etag": '"' + "1" * 300 + '"'}, {}),
        ({"last_modified": LONG_AGO}, {"If-Modified-Since": LONG_AGO}),
        ({"last_modified": JUST_NOW}, {}),  # it may change once more within its second
        ({"last_modified": "gestern"}, {}),
        ({"last_modified": LONG_AGO, "date": "heute"}, {}),
        ({}, {}),
    ],
)
def test_it_is_asked_by_what_was_told(headers: dict[str, str], asked: dict[str, str]) -> None:
    found = told(**headers)
    assert found is not None
    assert found.conditions == asked


@pytest.mark.parametrize(
    ("headers", "answered", "is_confirmed"),
    [
        ({"etag": '"1"'}, {"etag": '"1"'}, True),
        ({"etag": '"1-gzip"'}, {"etag": '"1"'}, True),
        ({"etag": '"1"'}, {"etag": 'W/"1"'}, True),
        ({"etag": '"1"'}, {"etag": '"2"'}, False),
        ({"etag": '"1"'}, {}, False),
        ({"etag": '"1"'}, {"last-modified": LONG_AGO}, False),
        ({"last_modified": LONG_AGO}, {}, True),
        ({"last_modified": LONG_AGO}, {"last-modified": LONG_AGO}, True),
        ({"last_modified": LONG_AGO}, {"last-modified": SENT}, False),
        ({"last_modified": LONG_AGO}, {"etag": '"1"'}, False),
    ],
)
def test_a_304_says_again_what_it_stands_for(
    headers: dict[str, str], answered: dict[str, str], is_confirmed: bool
) -> None:
    found = told(**headers)
    assert found is not None
    assert found.are_confirmed(httpx.Headers(answered)) is is_confirmed


def test_it_is_asked_as_it_was_asked_then() -> None:
    found = told(etag='"1"', vary="User-Agent, Accept-Language")
    assert found is not None
    assert found.fit(request())
    assert found.fit(request(accept="text/html"))  # on which the answer does not depend
    assert not found.fit(request(user_agent="Dozor/2"))
    assert not found.fit(request(accept_language="ru"))
    assert not found.fit(request(cookie="a=b"))


def test_what_depends_on_anything_or_on_who_asks_is_not_asked_for_by_a_condition() -> None:
    assert told(etag='"1"', vary="*") is None
    assert told({**ASKED, "cookie": "a=b"}, etag='"1"') is None
    found = told()
    assert found is not None
    assert not found.fit(request())

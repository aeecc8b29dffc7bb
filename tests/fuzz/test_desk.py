"""Whatever a browser sends to whichever address of the desk, the answer is a page: never a 500."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import count, repeat
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.application import Application
from monitor.desk.entry import FIRST_VISIT
from monitor.desk.forms import FIELD, token_for
from monitor.desk.gate.visiting import SESSION
from monitor.desk.model import Role
from monitor.desk.routes import ROUTES, Route
from tests.fuzz.test_parsers import EXAMPLES, examples
from tests.monitor.desk.people import account, key_of
from tests.monitor.desk.served import Visit, served, visit
from tests.monitor.desk.test_link import token_for as token_for_link

some = examples(max(2, EXAMPLES // 20))  # a thousand a route by `make fuzz`
SENT = (
    *("page", "since", "until", "who", "what", "town", "institution", "entry", "statement", "to"),
    *("thing", "do", "requirement", "aside", "reason", "question", "post", "document", "session"),
    *("name", "password", "code", "old", "new", "again", "next", "letter", "audit", "consent"),
    *("release", "number", "kind", "said", "search", "sort", "state", "filter", "page_address"),
    *("value", "count", "of", "outcome", "about", "on", "field", "phones", "text", "case"),
    *("once", "new", "yes", "mode", "why", "find", "at", "seen", "has", "said"),
    *("mark", "ours", "all", "back", "thing"),
)
PIECES = st.sampled_from(
    [
        *("\x00", "\r\n", "\u2028", "\ud800", "<script>", "'", '"', "\\", "../", "%00", "{{7*7}}"),
        *("0", "1", "-1", "9" * 30, "1e9", "٣", "²", "NaN", "true", "null", "[", "{", "a" * 300),
        *("school-1", "school-9", "town", "next", "kedrovy-2022-298/6.5", "two_factor", "fail"),
        *('["answer", 1]', '["case", "town", "school-1", "6.5", null, null, null]', '["term"'),
        *("2026-11-30", "30.11.2026", "0001-01-01", "9999-12-31", "31.02.2026", "//evil", "[["),
        *("accept", "reject", "met", "postpone", "send", "skip", "stop", "answers", "csv", "yes"),
        *("uphold", "mend", "registry", "program", "disputes"),
    ]
)  # fmt: skip
TEXT = st.lists(PIECES | st.text(max_size=4), max_size=3).map("".join)
FIELDS = st.dictionaries(st.sampled_from(SENT), TEXT, max_size=6)
PARTS = st.fixed_dictionaries(
    {
        name: st.sampled_from(known) | TEXT
        for name, known in {
            "town": ("town", "next"),
            "institution": ("school-1", "school-9"),
            "number": ("1", "2"),
            "at": ("1",),
            "kind": ("csv", "xlsx", "corrected", "confirms", "disagrees", "correct_registry"),
        }.items()
    }
)
HEADS = st.dictionaries(
    st.sampled_from(
        [
            *("Origin", "Sec-Fetch-Site", "Content-Type", "X-Forwarded-For", "X-Forwarded-Proto"),
            *("User-Agent", "Cookie", "Expect", "Accept-Encoding", "If-None-Match", "Range"),
        ]
    ),
    st.sampled_from(
        [
            *("http://[", "null", "http://127.0.0.1:1", "cross-site", "none", "\xff", "[::1]:x"),
            *("multipart/form-data", "multipart/form-data; boundary=x; charset=undefined", ";"),
            *(
                "1.2.3.4",
                "::ffff:1.2.3.4%lo",
                "a, b",
                'dozor_session="\\000"; =; dozor_visit',
                "a" * 300,
            ),
        ]
    )
    | st.text(st.characters(min_codepoint=0x21, max_codepoint=0xFF, exclude_categories=["Cc"])),
    max_size=1,
)


@pytest.fixture(scope="module")
def browser(desk: Application) -> Iterator[Visit]:
    with served(desk) as address, visit(address) as found:
        yield found


@pytest.fixture
def keys(desk: Application, route: Route) -> Iterator[str]:
    """Of sessions of somebody who may come there: the same one, as long as nothing ends it."""
    is_lasting = not route.path.startswith(("/login", "/logout", "/enrol", "/account"))
    return repeat(key(desk, route)) if is_lasting else (key(desk, route) for _ in count())


def key(desk: Application, route: Route) -> str:
    role = next((role for role in Role if role in route.who and role not in NOBODY), None)
    number = account(desk.engine, role or Role.OPERATOR, name=f"fuzz-{role}")
    return key_of(desk.engine, number, is_whole=role is not None)


NOBODY = {Role.GUEST, Role.ENTERING, Role.INSTITUTION}


@pytest.fixture(scope="module")
def case(desk: Application, browser: Visit) -> str:
    """One that the institution is asked about."""
    page = browser.page(f"/a/{link(desk)}")
    return str(page.select('a[href*="/disagrees/"]')[0]["href"]).rpartition("/")[2]


def link(desk: Application) -> str:
    return token_for_link(desk, "town/school-1")


@pytest.mark.parametrize("route", ROUTES, ids=[f"{one.method} {one.path}" for one in ROUTES])
@some
@given(PARTS, FIELDS, HEADS)
def test_whatever_is_sent_to_the_desk(
    desk: Application,
    browser: Visit,
    keys: Iterator[str],
    case: str,
    route: Route,
    parts: Mapping[str, str],
    fields: Mapping[str, str],
    heads: Mapping[str, str],
) -> None:
    own = next(keys)
    browser.client.cookies.clear()
    browser.client.cookies.set(SESSION, own)
    if "{token}" in route.path:
        browser.client.cookies.set(FIRST_VISIT, own)
        parts = {"token": link(desk), "case": case, **parts}
    path = re.sub(r"{(\w+)}", lambda part: escaped(parts.get(part[1], "1")) or "1", route.path)
    told = {name: value.encode("latin-1") for name, value in heads.items()}
    sent = "&".join(f"{name}={escaped(value)}" for name, value in fields.items())
    if route.method == "GET":
        answer = browser.get(f"{path}?{sent}", headers=told)
    else:
        body = f"{FIELD}={token_for(own)}&{sent}"
        told = {"Content-Type": b"application/x-www-form-urlencoded", **told}
        answer = browser.client.post(path, content=body.encode(), headers=told)
    assert answer.status_code < 500, answer.text


def escaped(text: str) -> str:
    """As a browser escapes it; half of a surrogate pair too, as only a hostile one does."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="")

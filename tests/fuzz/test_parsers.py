"""Whatever strangers send: no parser may fail in a way that it does not announce.

A short run stands in the suite; `make fuzz` runs the same for as long as FUZZ_EXAMPLES says.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors.addresses import AddressError, ok_address, page_in_link, site_address, vk_address
from collectors.contacts import find_contacts
from collectors.model import OK, Link, Page
from collectors.ok import page as ok_page
from collectors.site.page import Source, read_page
from collectors.site.robots import robots, sitemap
from collectors.site.territory import Territory
from collectors.vk import facts as vk_facts
from collectors.vk import posts as vk_posts
from monitor.registry import check
from monitor.storage.evidence import mend
from tests.cast import NOW

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "60"))
fuzz = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

# Random letters seldom mean anything: pieces that parsers look for are mixed in.
PIECES = st.sampled_from(
    [
        "<a href='", "'>", "</a>", "<div class='media-text_cnt'>", "<script>", "<!--", "<title>",
        "<meta name='description' content='", "tel:", "mailto:", "http://[::1", "https://vk.com/",
        "data-group-id='1", "group/7000", "topics", "8 (38250) 3-55-46", "доб. 2", "а@б.рф",
        "636615, Томская область, ул. Ленина, д. 1", "\x00", "\ud83d\ude00", "&#x110000;", "22 ноя",
        "<table><tr><td>", "итого", "%FF%FE", "xn--", "\u202e", "[[institution]]\n", "id = ", '"""',
    ]
)  # fmt: skip
TEXT = (
    st.lists(PIECES | st.text(max_size=20), max_size=40)
    .map("".join)
    .map(lambda text: text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
)
BODY = st.binary(max_size=600) | TEXT.map(lambda text: text.encode("utf-8", "replace"))
NAMES = st.sampled_from(
    ["id", "items", "url", "title", "phone", "email", "enabled", "name", "text"]
)
SCALARS = st.none() | st.booleans() | st.integers() | PIECES | st.text(max_size=8)
JSON: st.SearchStrategy[Any] = (
    SCALARS
    | st.lists(SCALARS | st.dictionaries(NAMES, SCALARS, max_size=3), max_size=3)
    | st.dictionaries(NAMES, SCALARS | st.lists(SCALARS, max_size=2), max_size=3)
)
GROUP_KEYS = (
    "id", "name", "screen_name", "type", "deactivated", "is_closed", "wall", "description",
    "status", "activity", "site", "city", "contacts", "links", "menu", "addresses", "cover",
    "has_photo", "members_count", "verified", "is_government_organization", "main_section",
)  # fmt: skip
POST_KEYS = (
    "id", "date", "text", "from_id", "owner_id", "is_pinned", "copy_history", "marked_as_ads",
    "attachments", "signer_id", "post_type",
)  # fmt: skip


def of_keys(keys: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """Any JSON under the names that are looked at."""
    return st.fixed_dictionaries({}, optional=dict.fromkeys(keys, JSON))


@fuzz
@given(TEXT, TEXT)
def test_contacts(text: str, url: str) -> None:
    find_contacts(text, "description", [Link(url=url, place="links", text=text)])


@fuzz
@given(TEXT)
def test_addresses(text: str) -> None:
    for canonical in (vk_address, ok_address, site_address):
        with suppress(AddressError):
            canonical(text)
    page_in_link(text)


@fuzz
@given(BODY, TEXT, st.booleans())
def test_a_page_of_a_site(body: bytes, kind: str, blocks: bool) -> None:
    home = httpx.URL("https://school.example/")
    source = Source(url=str(home), status=200, content_type=kind, body=body)
    site = Territory(home=home, hosts=frozenset({"school.example"}))
    read_page(source, site, NOW.date(), with_blocks=blocks)


@fuzz
@given(BODY)
def test_robots_and_sitemaps(body: bytes) -> None:
    robots(body, "Dozor/0.1").permits("https://school.example/x")
    sitemap(body, 10_000)


@fuzz
@given(TEXT)
def test_a_page_of_odnoklassniki(html: str) -> None:
    page = Page(institution="kedr/school", network=OK, address="https://ok.ru/group/70000")
    shown = ok_page.Shown(page.address, html)
    soup = ok_page.parse(shown)
    ok_page.trouble(soup, shown, page)
    ok_page.group_facts(soup, page)
    ok_page.entries(soup, NOW, page)


@fuzz
@given(of_keys(GROUP_KEYS), of_keys(GROUP_KEYS))
def test_a_group_of_vk(group: dict[str, Any], other: dict[str, Any]) -> None:
    vk_facts.group_facts(group | {"id": 1}, vk_facts.signals_of(other))  # found by its number


@fuzz
@given(st.lists(of_keys(POST_KEYS), max_size=4), st.integers(0, 100))
def test_a_wall_of_vk(items: list[dict[str, Any]], total: int) -> None:
    with suppress(KeyError, TypeError, ValueError):  # the reader takes these for a malformed answer
        sheet = vk_posts.sheet(-1, items, total, 0, 100)
        vk_posts.wall_of([sheet], NOW)
        vk_posts.reaches([sheet], NOW - timedelta(days=70))


@fuzz
@given(BODY)
def test_a_registry(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "any.toml").write_bytes(body)
    assert check([tmp_path / "any.toml"])


@fuzz
@given(BODY)
def test_a_broken_evidence_file(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "audit.warc.gz").write_bytes(body)
    mend(tmp_path / "audit.warc.gz")


@pytest.mark.parametrize("depth", [50, 2_000])
def test_deep_nesting_is_no_way_to_stop_us(tmp_path: Path, depth: int) -> None:
    (tmp_path / "deep.toml").write_text("a = " + "[" * depth + "]" * depth, "utf-8")
    assert check([tmp_path / "deep.toml"])

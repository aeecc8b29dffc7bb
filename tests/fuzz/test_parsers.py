"""Whatever strangers send: no parser may fail in a way that it does not announce.

A short run stands in the suite; `make fuzz` runs the same for as long as FUZZ_EXAMPLES says.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors.addresses import AddressError, site_address
from collectors.contacts import find_contacts
from collectors.contacts.owner import found
from collectors.errors import UsageError
from collectors.links import page_in_link
from collectors.model import OK, Link, Page
from collectors.ok import beans
from collectors.ok import walls as ok_walls
from collectors.ok.addresses import ok_address
from collectors.ok.group import group_facts
from collectors.ok.page import PageText, parse, trouble
from collectors.ok.topics import entries
from collectors.site.markup import Source
from collectors.site.page import read_page
from collectors.site.robots import robots, sitemap
from collectors.site.territory import Territory
from collectors.vk import facts as vk_facts
from collectors.vk import posts as vk_posts
from collectors.vk.addresses import vk_address
from collectors.vk.groups import groups_of
from collectors.vk.script import MisalignedError, items_of, proof
from monitor.commands.contacts import contacts
from monitor.config import ConfigError, load_settings
from monitor.registry import RegistryError, check
from monitor.registry.imports import import_table
from monitor.registry.workbook import template
from monitor.storage.members import mend
from rules.packs import PackError, load_act, shipped
from tests.cast import NOW

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "60"))


def examples(count: int) -> settings:
    return settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize="FUZZ_EXAMPLES" not in os.environ,
        suppress_health_check=list(HealthCheck),
    )


fuzz = examples(EXAMPLES)
seldom = examples(max(8, EXAMPLES // 8))  # for what takes a tenth of a second

# Random letters seldom mean anything: pieces that parsers look for are mixed in.
PIECES = st.sampled_from(
    [
        "<a href='", "'>", "</a>", "<div class='media-text_cnt'>", "<script>", "<!--", "<title>",
        "<meta name='description' content='", "tel:", "mailto:", "http://[::1", "https://vk.com/",
        "data-group-id='1", "group/7000", "topics", "8 (38250) 3-55-46", "доб. 2", "а@б.рф",
        "636615, Томская область, ул. Ленина, д. 1", "\x00", "\ud83d\ude00", "&#x110000;", "22 ноя",
        "<table><tr><td>", "итого", "%FF%FE", "xn--", "\u202e", "<div>\x01",
        "[[institution]]\n", "id = ", '"""',
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
    home = "https://school.example/"
    source = Source(url=home, status=200, content_type=kind, body=body)
    site = Territory(home=home, hosts=frozenset({"school.example"}))
    read_page(source, site, NOW.date(), with_blocks=blocks)


@fuzz
@given(BODY)
def test_robots_and_sitemaps(body: bytes) -> None:
    robots(body, "Dozor/0.1").permits("https://school.example/x")
    sitemap(body, 10_000)


@pytest.mark.filterwarnings("ignore::bs4.MarkupResemblesLocatorWarning")
@fuzz
@given(TEXT)
def test_a_page_of_odnoklassniki(html: str) -> None:
    page = Page(institution="kedr/school", network=OK, address="https://ok.ru/group/70000")
    shown = PageText(page.address, html)
    soup = parse(shown)
    trouble(soup, shown, page)
    group_facts(soup, page)
    entries(soup, NOW, page)


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
@given(JSON)
def test_groups_and_walls_of_vk_in_any_shape(answer: Any) -> None:
    groups_of(answer)
    proof([answer])
    with suppress(MisalignedError, LookupError, TypeError, ValueError):
        items_of(answer)


BEAN_KEYS = (
    "uid", "name", "shortname", "description", "blocked", "access_type", "gos_org", "main_photo",
    "cover", "members_count", "created_ms", "phone", "homepage_url", "address", "city", "category",
)  # fmt: skip
TOPIC_KEYS = (
    "id", "media", "publication_date_ms", "created_ms", "is_sticky", "is_promo", "author_ref",
    "reshared_object_ref", "target_refs", "date_ms", "is_on_behalf_of_group",
)  # fmt: skip
OK_KEYS = ("groups", "counters", "themes", "entities", "media_topics", "feeds", "anchor", "type")


@fuzz
@given(of_keys(BEAN_KEYS))
def test_a_group_of_odnoklassniki(bean: dict[str, Any]) -> None:
    beans.facts(bean, frozenset(bean))


@fuzz
@given(JSON | of_keys(OK_KEYS))
def test_answers_of_odnoklassniki_in_any_shape(answer: Any) -> None:
    for read in (beans.groups, beans.group_of_url, beans.counted_topics, beans.anchor):
        with suppress(beans.ShapeError):
            read(answer)


@fuzz
@given(st.lists(of_keys(TOPIC_KEYS) | SCALARS, max_size=3), st.lists(of_keys(TOPIC_KEYS) | SCALARS))
def test_topics_of_odnoklassniki(topics: list[Any], feeds: list[Any]) -> None:
    for answer in (
        {"media_topics": topics},
        {"entities": {"media_topics": topics}, "feeds": feeds},
    ):
        with suppress(beans.ShapeError):
            reading = ok_walls.TopicsReading(entries=beans.entries(answer, "7000"))
            ok_walls.to_wall(reading, NOW, NOW - timedelta(days=70))


@fuzz
@given(BODY)
def test_a_registry(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "any.toml").write_bytes(body)
    assert check([tmp_path / "any.toml"])


# --- files that people write --------------------------------------------------------------------

REGISTRY = Path(__file__).parents[2] / "registry/kedrovy.toml"
CONFIG = Path(__file__).parents[2] / "config.toml"


@st.composite
def spoilt(draw: st.DrawFn, text: str) -> str:
    """A good file with a few places overwritten."""
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        gone = draw(st.integers(0, 30))
        text = text[:at] + draw(PIECES | st.text(max_size=5)) + text[at + gone :]
    return text.encode("utf-8", "replace").decode()


@seldom
@given(spoilt(REGISTRY.read_text("utf-8")))
def test_a_registry_with_slips_of_the_pen(tmp_path: Path, text: str) -> None:
    (tmp_path / "any.toml").write_text(text, "utf-8")
    check([tmp_path / "any.toml"])


@seldom
@given(st.sampled_from(sorted(shipped().values())).flatmap(lambda p: spoilt(p.read_text("utf-8"))))
def test_a_pack_with_slips_of_the_pen(tmp_path: Path, text: str) -> None:
    (tmp_path / "any.toml").write_text(text, "utf-8")
    with suppress(PackError):
        load_act(tmp_path / "any.toml")


@seldom
@given(spoilt(CONFIG.read_text("utf-8")) | TEXT)
def test_settings_with_slips_of_the_pen(tmp_path: Path, text: str) -> None:
    (tmp_path / "any.toml").write_text(text, "utf-8")
    with suppress(ConfigError):
        load_settings(tmp_path / "any.toml", {})


CELLS = st.lists(st.lists(PIECES | st.text(max_size=10), max_size=8), max_size=8)
TABLE = CELLS.map(lambda rows: "\n".join(";".join(row) for row in rows).encode("utf-8", "replace"))


@fuzz
@given(TABLE | BODY)
def test_a_table_as_text(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "any.csv").write_bytes(body)
    with suppress(RegistryError):
        import_table(tmp_path / "any.csv")


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    path = tmp_path_factory.mktemp("book") / "book.xlsx"
    template(path)
    with zipfile.ZipFile(path) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


@seldom
@given(st.data())
def test_a_workbook_with_a_spoilt_part(
    tmp_path: Path, workbook: Mapping[str, bytes], data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(workbook)))
    part = data.draw(spoilt(workbook[name].decode("utf-8", "replace"))).encode()
    with zipfile.ZipFile(tmp_path / "any.xlsx", "w") as packed:
        for one, content in (workbook | {name: part}).items():
            packed.writestr(one, content)
    with suppress(RegistryError):
        import_table(tmp_path / "any.xlsx")


@fuzz
@given(JSON, st.lists(TEXT | SCALARS, max_size=5))
def test_a_record_of_the_contacts_command(text: Any, links: list[Any]) -> None:
    found({"id": 1, "text": text, "links": links})


@fuzz
@given(BODY)
def test_a_broken_evidence_file(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "audit.warc.gz").write_bytes(body)
    mend(tmp_path / "audit.warc.gz")


@pytest.mark.parametrize("depth", [50, 2_000, 200_000])
def test_deep_nesting_is_no_way_to_stop_us(tmp_path: Path, depth: int) -> None:
    path = tmp_path / "deep.toml"
    path.write_text("a = " + "[" * depth + "]" * depth, "utf-8")
    assert check([path])
    with pytest.raises(ConfigError):
        load_settings(path, {})
    with pytest.raises(PackError):
        load_act(path)


@pytest.mark.parametrize(
    "text",
    ["a" + ".a" * 5_000 + " = 1", "[a" + ".a" * 500 + "]", "a = {b" + ".c" * 900 + " = 1}",
     "id = " + "9" * 5_000, "[[institution]]\nid" + ".x" * 99_000 + " = 1"],
)  # fmt: skip
def test_a_key_of_many_parts_and_an_endless_number_are_faults_of_a_file(
    tmp_path: Path, text: str
) -> None:
    path = tmp_path / "odd.toml"
    path.write_text(text, "utf-8")
    assert check([path])
    with pytest.raises(ConfigError):
        load_settings(path, {})
    with pytest.raises(PackError):
        load_act(path)


def test_deeply_nested_json_is_a_malformed_answer(tmp_path: Path) -> None:
    deep = "[" * 100_000
    html = f"<h1>Школа</h1><script type='application/ld+json'>{deep}</script>" + "<div>" * 5_000
    source = Source(url="https://school.example/", status=200, content_type="", body=html.encode())
    site = Territory(home=source.url, hosts=frozenset({"school.example"}))
    assert read_page(source, site, NOW.date(), with_blocks=True)
    (tmp_path / "texts.jsonl").write_text(deep, "utf-8")
    with pytest.raises(UsageError):
        contacts(tmp_path / "texts.jsonl")

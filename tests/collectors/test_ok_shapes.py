"""The shapes of OK's tags find what CSS selectors of the same meaning find."""

from __future__ import annotations

from bs4 import BeautifulSoup, Tag
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.ok.layout import AUTHORS, DATES, NAMES, PINNED, POSTS, RESHARES, TOPIC_LINKS

CSS = {
    "h1.group-name_h, #hook_Block_AltGroupInfo h1, a.emphased.grp, h1.group-name": NAMES,
    "div.groups_post-w, div.feed-w, div.feed-list > div, div.topic-block, div.feed": POSTS,
    ".feed_date, div.feed-info-date time, .feed-info-date, time.js-time": DATES,
    ".feed_pin, .__pinned, [class*=pinned], [data-pinned=true]": PINNED,
    ".media-reshare, .feed_reshare, .mlr_reshare, [class*=media-block][class*=reshare]": RESHARES,
    ".feed_top a[href], .feed_author a[href], a.feed-author[href], a.author[href]": AUTHORS,
    "nav a[href*=topics], #hook_Block_AltGroupMainMenu a[href*=topics],"
    " a.navMenu_a[href*=topics], a[data-l*=topics][href*=topics]": TOPIC_LINKS,
}
ATTRIBUTES = [
    "id=hook_Block_AltGroupInfo",
    "id=hook_Block_AltGroupMainMenu",
    *(
        f'class="{names}"'
        for css in CSS
        for names in ("emphased grp", *css.replace(">", ".").replace(",", ".").split("."))
        if names.replace("-", "").replace("_", "").replace(" ", "").isalnum()
    ),
    'class="media-block x-reshare"',
    'class="is-pinned"',
    "data-pinned=true",
    "data-l=t,topics",
    "href=/topics",
    "href=",
]
TAGS = st.recursive(
    st.just("текст"),
    lambda within: st.builds(
        "<{0} {1}>{2}</{0}>".format,
        st.sampled_from(["div", "h1", "a", "time", "nav", "span"]),
        st.lists(st.sampled_from(ATTRIBUTES), max_size=3).map(" ".join),
        st.lists(within, max_size=3).map("".join),
    ),
    max_leaves=12,
)


@given(TAGS)
@settings(max_examples=60, deadline=None)
def test_shapes_find_what_selectors_find(markup: str) -> None:
    soup = BeautifulSoup(markup, "lxml")
    for css, shapes in CSS.items():
        assert _ids(shapes.all_in(soup)) == _ids(soup.select(css)), css


def test_the_surest_shape_comes_first() -> None:
    soup = BeautifulSoup("<h1 class=group-name>Б</h1><h1 class=group-name_h>А</h1>", "lxml")
    surest = NAMES.surest_in(soup)
    assert surest is not None
    assert surest.get_text() == "А"


def _ids(tags: list[Tag]) -> list[int]:
    return [id(tag) for tag in tags]

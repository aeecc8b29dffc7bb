"""Where a page of OK shows what: the layouts that different public readers found, surest first."""

from __future__ import annotations

from collectors.ok.shapes import Shape, Shapes


def _of(*classes: str, tag: str = "") -> Shape:
    return Shape(tag=tag, classes=classes)


_INFO_BLOCK = Shape(id="hook_Block_AltGroupInfo")
_LEFT_CARD = Shape(id="hook_Block_LeftColumnTopCardAltGroup")
_NAV = Shape(tag="nav")
_FEED_DATE = _of("feed-info-date")
_TO_TOPICS = ("href", "topics")

NAMES = Shapes(
    _of("group-name_h", tag="h1"),
    Shape(tag="h1", below=_INFO_BLOCK),
    _of("emphased", "grp", tag="a"),
    _of("group-name", tag="h1"),
)
DESCRIPTIONS = Shapes(
    _of("group-info_desc"), Shape(equals=("itemprop", "description")), _of("group-description")
)
META_DESCRIPTIONS = Shapes(
    Shape(tag="meta", equals=("property", "og:description")),
    Shape(tag="meta", equals=("name", "description")),
)
OWN_ADDRESSES = Shapes(
    Shape(tag="meta", equals=("property", "og:url")),
    Shape(tag="link", equals=("rel", "canonical")),
)
HEADERS = Shapes(
    Shape(id="hook_Block_AltGroupHeader"),
    _INFO_BLOCK,
    _LEFT_CARD,
    Shape(id="hook_Block_MainContentHeader"),
    _of("group-header"),
    _of("group-info"),
)
INFORMATION = Shapes(
    _of("group-info_lst_i"),
    _of("group-info_category"),
    _of("group-info"),
    _INFO_BLOCK,
    _LEFT_CARD,
    Shape(equals=("itemprop", "telephone")),
    Shape(equals=("itemprop", "address")),
    Shape(tag="a", begins=("href", "tel:")),
    Shape(tag="a", begins=("href", "mailto:")),
)
MEMBERS = Shapes(Shape(id="groupMembersCntEl"), _of("group-members_count"))
TOPIC_LINKS = Shapes(
    Shape(
        tag="a",
        contains=(_TO_TOPICS,),
        below=Shape(tag="nav", below=Shape(id="hook_Block_MiddleColumnTopCard_MenuAltGroup")),
    ),
    Shape(tag="a", contains=(_TO_TOPICS,), below=Shape(id="hook_Block_AltGroupMainMenu")),
    Shape(tag="a", contains=(_TO_TOPICS,), below=_NAV),
    Shape(tag="a", classes=("navMenu_a",), contains=(_TO_TOPICS,)),
    Shape(tag="a", contains=(("data-l", "topics"), _TO_TOPICS)),
)
POSTS = Shapes(
    _of("groups_post-w", tag="div"),
    _of("feed-w", tag="div"),
    Shape(tag="div", inside=_of("feed-list", tag="div")),
    _of("topic-block", tag="div"),
    _of("feed", tag="div"),
)
DATES = Shapes(
    _of("feed_date"),
    Shape(tag="time", below=_of("feed-info-date", tag="div")),
    _FEED_DATE,
    _of("js-time", tag="time"),
)
TEXTS = Shapes(
    _of("media-text_cnt_tx"),
    _of("media-text", "media-block"),
    _of("topic-text_content", tag="span"),
)
PINNED = Shapes(
    _of("feed_pin"),
    _of("__pinned"),
    Shape(contains=(("class", "pinned"),)),
    Shape(equals=("data-pinned", "true")),
)
RESHARES = Shapes(
    _of("media-reshare"),
    _of("feed_reshare"),
    _of("mlr_reshare"),
    Shape(contains=(("class", "media-block"), ("class", "reshare"))),
)
AUTHORS = Shapes(
    Shape(tag="a", has="href", below=_of("feed_top")),
    Shape(tag="a", has="href", below=_of("feed_author")),
    Shape(tag="a", has="href", classes=("feed-author",)),
    Shape(tag="a", has="href", classes=("author",)),
)
FEET = Shapes(_of("feed_f"), _of("feed_widgets"), _of("mediatopic_comments"), _of("widget-list"))
LOGIN = Shapes(
    Shape(tag="input", equals=("name", "st.password")),
    Shape(id="field_password"),
    _of("anonym_login"),
    Shape(tag="form", contains=(("action", "AnonymLogin"),)),
)
CAPTCHA = Shapes(
    Shape(contains=(("id", "captcha"),)), Shape(tag="img", contains=(("src", "captcha"),))
)
LINKS = Shapes(Shape(tag="a", has="href"))
UNREAD = Shapes(*(Shape(tag=name) for name in ("script", "style", "noscript", "template")))
SIGNS_OF_A_TOPIC = DATES + TEXTS
OTHERS_WORDS = TEXTS + FEET  # of a topic: who is mentioned in it, and who commented
PLACES_OF_THE_MARK = HEADERS + NAMES
WITH_THE_NUMBER = Shapes(Shape(tag="body")) + HEADERS  # of the group itself, in `data-group-id`
PROSE = DESCRIPTIONS + POSTS + UNREAD
SIGNS_OF_A_GROUP = NAMES + HEADERS + TOPIC_LINKS + POSTS
ABOUT_THE_GROUP = DESCRIPTIONS + HEADERS + INFORMATION

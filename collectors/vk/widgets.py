"""Communities that VK's widgets show on a site (dev.vk.com/widgets). No network is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from collectors.vk.addresses import vk_addresses

# `VK.Widgets.Group("place", {mode: 3}, 20003922)`; of messages the number stands second.
_OPTIONS = r"(?:\{[^;]{0,800}?\}|[\w.]{1,60})"
_CALL = re.compile(
    r"VK\.Widgets\.(?:Group|Subscribe|CommunityMessages|ContactUs|AllowMessagesFromCommunity)"
    rf"\s{{0,9}}\(\s{{0,9}}[^,{{}};]{{1,120}},\s{{0,9}}(?:{_OPTIONS}\s{{0,9}},\s{{0,9}})?"
    r"[\"']?-?([1-9]\d{0,14})(?!\d)"
)
_POST = re.compile(r"VK\.Widgets\.Post\s{0,9}\([^,{};]{1,120},\s{0,9}[\"']?-([1-9]\d{0,14})(?!\d)")
_SHOWS_GROUP = re.compile(r"VK\.Widgets\.(?:Group|Subscribe|CommunityMessages|ContactUs)\b")
_ANY_CALL = re.compile(r"VK\.(?!init\b)[A-Z]\w+")  # the library serves advertisement, too
_FRAME = re.compile(
    r"/widget_(?:community|group|community_messages|subscribe|contact_us)\.php\?[^\s\"'<>]{0,400}?"
    r"\b(?:gid|oid|group_id)=-?([1-9]\d{0,14})"
)
# A module of a content management system leaves the number in an attribute, for its own script.
_ATTRIBUTE = re.compile(
    r"\bdata-(?:vk-?(?:group|community|widget)?(?:-?id)?|(?:group|community)-?id)=[\"']"
    r"-?([1-9]\d{4,12})[\"']"
)
_LIBRARY = re.compile(r"vk\.(?:com|ru)/js/api/(?:openapi|xd_connection)\.js")


def vk_widgets(markup: str) -> Iterator[str | None]:
    """None: a widget whose community stands in a variable, or in a script beside the page."""
    plain = markup.replace("\\/", "/").replace("&amp;", "&").replace("&quot;", '"')
    called = [*_CALL.findall(plain), *_POST.findall(plain)]
    numbers = [*called, *_FRAME.findall(plain), *_ATTRIBUTE.findall(plain)]
    for number in dict.fromkeys(numbers):
        yield from vk_addresses(number, None)
    if len(_CALL.findall(plain)) < len(_SHOWS_GROUP.findall(plain)) or (
        _LIBRARY.search(plain) and not _ANY_CALL.search(plain)
    ):
        yield None

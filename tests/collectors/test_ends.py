"""Where a document says itself that it is over."""

from __future__ import annotations

import pytest

from collectors.ends import breaks_off, has_end, lacks_end, without_loose_end

PAGE = "<!DOCTYPE html>\n<html><body><p>Школа</p></body></html>"


@pytest.mark.parametrize(
    "whole",
    [
        PAGE.encode(),
        PAGE.encode("utf-16"),
        PAGE.encode("cp1251"),
        PAGE.upper().encode() + b"\n\n",
        PAGE.replace("</html>", "</html\n>").encode(),
        PAGE.encode() + b"<!-- 0.12 s --><script>count('<p>')</script>\n<noscript><img></noscript>",
        b"<br />Notice: on line 3" + PAGE.encode(),
        b'<?xml version="1.0"?>\n<!-- map --><rss><channel/></rss><!-- end -->',
        b"\xef\xbb\xbf<?xml version='1.0'?><urlset/>",
        b"<sitemapindex></sitemapindex>",
        b"<s:urlset xmlns:s='x'><s:url/></s:urlset >",
        b' {"response": []}\n',
        b"[]",
        b"%PDF-1.4 ... %%EOF\r\n",
    ],
)
def test_an_end_is_seen(whole: bytes) -> None:
    assert has_end(whole)


@pytest.mark.parametrize(
    "part",
    [
        b"",
        PAGE[:-1].encode(),
        PAGE.encode() + b"<p>8 (38250) 3-55-46</p>",
        b"<html><script>print('<html></html>",
        b"<html><!-- </html>",
        b"<p>one</p><p>two</p>",
        b"User-agent: *\nDisallow:\n",
        b"<?xml version='1.0'?><urlset><url></url>",
        b'{"response": [',
        b'{"response": []}{',
        b"%PDF-1.4 ...",
    ],
)
def test_no_end_is_seen(part: bytes) -> None:
    assert not has_end(part)


@pytest.mark.parametrize(
    "part",
    [b'<html><a href="/sved', b"<html><script>var a='<p>';", b"<p>1<!-- <a>", b"<title>a"],
)
def test_a_page_that_stops_within_a_tag_breaks_off(part: bytes) -> None:
    assert breaks_off(part)


@pytest.mark.parametrize("page", [b"<html><p>3 < 5, a<b></p>\n text", b"<p>text <", PAGE.encode()])
def test_a_page_without_end_tags_does_not_break_off(page: bytes) -> None:
    assert not breaks_off(page)


@pytest.mark.parametrize(
    ("page", "lacks"),
    [("<html><p>1", True), (PAGE, False), ("<html><body>1</body>", False), ("<p>1</p>", None)],
)
def test_a_habit_of_pages_is_told(page: str, lacks: bool | None) -> None:
    assert lacks_end(page.encode()) is lacks


def test_of_what_broke_off_whole_tags_are_believed() -> None:
    assert without_loose_end(b'<p>8 (38250) 3-55-46</p><a href="/1">2') == (
        b'<p>8 (38250) 3-55-46</p><a href="/1">'
    )
    assert without_loose_end("<p>1".encode("utf-16-le")).decode("utf-16-le") == "<p>"

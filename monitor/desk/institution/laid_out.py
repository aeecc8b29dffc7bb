"""A letter's HTML as a part of a page: what stands where, without its styles and whatever acts."""

from __future__ import annotations

from bs4 import BeautifulSoup, Comment
from markupsafe import Markup

KEPT = frozenset(
    ("p", "br", "b", "strong", "i", "em", "ul", "ol", "li", "table", "thead", "tbody", "tr", "td")
) | {"th", "a", "div", "span", "blockquote", "hr", "small", "q"}
HEADS = ("h1", "h2", "h3", "h4")  # of the letter: the page has its own
DROPPED = ("head", "style", "script", "title", "template", "iframe", "object", "svg", "img", "form")
SCHEMES = ("https://", "http://", "mailto:", "tel:")


def look_of(html: str) -> Markup:
    """ "" for none. Of attributes only addresses are kept."""
    page = BeautifulSoup(html, "lxml")
    for one in page.find_all(string=lambda text: isinstance(text, Comment)):
        one.extract()
    for tag in page.find_all(DROPPED):
        tag.decompose()
    for tag in page.find_all(True):
        address = str(tag.get("href", ""))
        tag.attrs = {}
        if tag.name in HEADS:
            tag.name = "b"
            tag.wrap(page.new_tag("p"))
        elif tag.name == "a" and address.startswith(SCHEMES):
            tag.attrs = {"href": address, "rel": "noreferrer"}
        elif tag.name not in KEPT:
            tag.unwrap()
    return Markup(str(page).strip())

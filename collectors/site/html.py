"""From bytes to a tree whose text reads line by line. No network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from collectors.site.budget import LETTERS_A_STEP, MOST_DEPTH, WorkBudget
from collectors.text import is_normal_markup, normalised

BREAK = "\u2028"  # stands for "a new line on the screen": white space of the source means nothing
HIDDEN = ("script", "style", "noscript", "template", "svg", "select")
_LINES = """
    address article aside blockquote br caption center dd div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol option p pre section summary details
    table tr ul
"""
LINES = tuple(_LINES.split())
CELLS = ("td", "th")
ADDRESSED = {  # elements, and the attribute that holds an address which is asked for
    **dict.fromkeys(("a", "area", "base"), "href"),
    **dict.fromkeys(("frame", "iframe", "script"), "src"),
    "meta": "content",  # of a refresh
}
# Not lxml.html's own table of classes (forms, inputs…): it is asked in Python, for every element.
ELEMENTS = etree.ElementDefaultClassLookup(element=HtmlElement)
TOO_DEEP = etree.ErrorTypes.ERR_RESOURCE_LIMIT
BEYOND = etree.XPath("/*" * (MOST_DEPTH + 1))
# What no XML tree may hold: the parser lets it in, and the first change of the text would fail.
# It comes as it is or by number: `&#11;` is a line break within a paragraph pasted from Word.
UNHELD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
UNHELD_BY_NUMBER = re.compile(
    r"&#(?:x0*(?:[1-8bcef]|1[\da-f]|fff[ef])(?![\da-f])"
    r"|0*(?:[1-8]|1[124-9]|2\d|3[01]|6553[45])(?!\d));?",
    re.ASCII | re.IGNORECASE,
)
# Names of signs that nobody sees and the parser does not know: it would show the names.
UNSEEN = re.compile(r"&(?:ZeroWidthSpace|NoBreak|Negative(?:VeryThin|Thin|Medium|Thick)Space);")
ASKED = frozenset({"href", "src", "action", "data-cfemail"})


def tree(text: str) -> tuple[HtmlElement | None, bool]:
    """None for a page without an element; and whether all of the page is in it.

    The parser goes so deep and no deeper: tags that an old editor never closed reach its bottom.
    What lies deeper than MOST_DEPTH is left out: each step down is paid for again and again.
    """
    parser = HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(ELEMENTS)
    try:
        clean = UNSEEN.sub("", UNHELD_BY_NUMBER.sub(" ", UNHELD.sub(" ", text)))
        root = document_fromstring(clean.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None, True
    if not is_normal_markup(clean):
        _normalise(root)
    deep = BEYOND(root)
    for element in deep:
        element.getparent().remove(element)
    return root, not deep and not any(one.type == TOO_DEEP for one in parser.error_log)


def _normalise(root: HtmlElement) -> None:
    """Every text; of addresses those of letters and telephones: no server is asked for them."""
    for element in root.iter():
        if element.text:
            element.text = normalised(element.text)
        if element.tail:
            element.tail = normalised(element.tail)
        for name, value in element.items():
            if name not in ASKED or value.lower().startswith(("mailto:", "tel:")):
                element.set(name, normalised(value))


def spell_queries(root: HtmlElement, encoding: str) -> None:
    """What follows the `?` of a link goes out in the page's own encoding; its path in UTF-8."""
    for element in root.iter(*ADDRESSED):
        name = ADDRESSED[str(element.tag)]
        written = element.get(name) or ""
        if "?" in written and not written.isascii() and _holds_address(element):
            element.set(name, _spell(written, encoding))


def _holds_address(element: etree._Element) -> bool:
    return element.tag != "meta" or (element.get("http-equiv") or "").lower() == "refresh"


def _spell(address: str, encoding: str) -> str:
    before, mark, fragment = address.partition("#")
    path, asks, query = before.partition("?")
    spelled = (sign if sign.isascii() else _in_bytes(sign, encoding) for sign in query)
    return f"{path}{asks}{''.join(spelled)}{mark}{fragment}"


def _in_bytes(sign: str, encoding: str) -> str:
    """A sign that the encoding has not is sent as its number, `&#8470;`."""
    return quote(sign.encode(encoding, "xmlcharrefreplace"), safe="")


def lay_out(root: HtmlElement) -> None:
    """Take out what is not shown and mark where lines break, as `shown` wants it."""
    etree.strip_elements(root, *HIDDEN, with_tail=False)
    for element in root.iter(*LINES):
        element.text = BREAK + (element.text or "")
        element.tail = BREAK + (element.tail or "")
    for cell in root.iter(*CELLS):
        cell.tail = " | " + (cell.tail or "")


def shown(element: HtmlElement, budget: WorkBudget | None = None) -> str:
    """The visible text, a line a line; cells of a table row stay on one, divided by bars.

    Raises SpentError where there is a budget.
    """
    text = str(element.text_content())
    lines = text.split(BREAK)
    if budget is not None:
        budget.spend(len(lines) + len(text) // LETTERS_A_STEP)
    tidy = (" ".join(line.split()).strip(" |") for line in lines)
    return "\n".join(line for line in tidy if line)


def on_one_line(element: HtmlElement, most: int, budget: WorkBudget | None = None) -> str:
    return " ".join(shown(element, budget).split())[:most]


def elements(root: HtmlElement, *tags: str) -> Iterator[HtmlElement]:
    for one in root.iter(*tags):
        if isinstance(one, HtmlElement):
            yield one


def href_of(anchor: HtmlElement) -> str:
    """Where a link leads; a drawing writes it as `xlink:href`."""
    return (anchor.get("href") or anchor.get("xlink:href") or "").strip()


def marks(element: HtmlElement) -> str:
    """Class, id and role, by which sites name the parts of a page."""
    names = (element.get(name) or "" for name in ("class", "id", "role", "aria-label", "itemtype"))
    return " ".join(names).lower()

"""What a browser would show of contacts and the markup hides: written into the tree. No network.

E-mail addresses and telephones are hidden from robots in scripts, attributes, custom elements and
pictures, and a visitor sees them all the same. Where the disguise is understood the contact is
written out; where it is not, `OBJECT` stands there: a sign of something that a reader sees and we
do not.
"""

from __future__ import annotations

import re
from base64 import b64decode
from codecs import decode
from collections.abc import Iterator
from itertools import islice
from urllib.parse import unquote

from lxml import etree
from lxml.html import HtmlElement

from collectors.contacts.domains import trimmed_host
from collectors.contacts.emails import find_emails
from collectors.contacts.hints import OBJECT, ends_with_label
from collectors.contacts.phones import find_phones
from collectors.site.budget import LETTERS_A_STEP, MOST_TEXT, SpentError, WorkBudget
from collectors.site.html import elements
from collectors.site.scripts import spoken, told_numbers, written

HIDDEN_MAIL = f"E-mail: {OBJECT}"
LONGEST_VALUE = 300
STEPS_BACK = 6
EVENTS_A_STEP = 20
TITLES = ("title", "alt", "aria-label", "data-original-title")
TYPED = ("text", "email", "tel", "button", "")
TOLD = etree.XPath(
    "//body//*[not(self::script or self::style)]"
    "[@*[contains(., '@') or (starts-with(name(), 'data-') and string-length(.) > 7)]"
    " or @*[contains(name(), 'mail') or contains(name(), 'domain')] or contains(name(), '-')"
    " or self::input[@value]]"
)
CODED = etree.XPath("//body//*[@*[starts-with(name(), 'on')] or starts-with(@href, 'javascript:')]")
TURNED = etree.XPath("//body//*[@dir='rtl' or contains(@style, 'rtl')]")
EMPTY = etree.XPath(
    "//body//*[self::span or self::a or self::b or self::strong or self::em or self::u or self::p"
    " or self::div][not(node())][@id or @class or @*[starts-with(name(), 'data-')]]"
)
FIELDS = ("input", "textarea", "select", "button")
SEEN = etree.XPath("//body//text()[not(parent::script or parent::style)]")
AT_SPANS = etree.XPath("//body//*[self::span or self::i][not(node())][@class='at' or @class='dog']")
AT = re.compile(r"@|at|dog|sobaka|собака", re.IGNORECASE)
DRAWN = ("img", "svg", "canvas", "object", "embed", "picture")
STYLED = re.compile(r"content\s{0,9}:\s{0,9}([\"'])((?:(?!\1)[^\n]){1,100})\1")
NO_VALUE = re.compile(
    r"(?:href|src|srcset|class|style|id|content|placeholder|pattern|action)$|data-[\w-]*src"
)
FILE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|avif|ico|css|js)(?![\w.])", re.IGNORECASE)
BASE64 = re.compile(r"[A-Za-z0-9+/_-]{6,}={0,2}")
HEX = re.compile(r"(?:[0-9a-f]{2}){6,100}", re.IGNORECASE)
LOCAL = re.compile(r"[\w.+-]{1,64}")
HOST = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){0,5}")
OF_LOCAL = re.compile(r"(?:user|name|local|login|first|left|box|account|part-?1|(?:^|-)[una])$")
OF_HOST = re.compile(r"(?:domain|host|last|right|server|part-?2|(?:^|-)[dhb])$")
OF_ZONE = re.compile(r"(?:tld|zone|ext|part-?3)$")
CALLED = re.compile(r"phone|tel(?![a-z])|call|number|contact")  # attributes that hold a telephone
MESSENGER = re.compile(
    r"(?:(?:https?:)?//(?:wa\.me/|(?:api|web)\.whatsapp\.com/send/?\?(?:[^#]*&)?phone=)"
    r"|whatsapp://send/?\?(?:[^#]*&)?phone=|viber://\w+/?\?number=)(?:\+|%2B)?(\d{10,12})(?!\d)",
    re.IGNORECASE,
)
CONTACT = re.compile(r"@|%40|соба|\bat\b|(?:\d\D{0,4}){5}", re.IGNORECASE)
MAIL = re.compile(r"(?<![a-z])(?:e?[-_]?mail|e?-?pochta|почт[аы])(?![a-z])", re.IGNORECASE)


def reveal(root: HtmlElement, budget: WorkBudget, *, with_signs: bool) -> None:
    """Called before scripts and drawings are taken out. Where the budget ends, this ends too.

    `with_signs`: also where an address of e-mail is plain; the rest of the page is searched.
    """
    try:
        _reveal(root, budget)
        if with_signs or not find_emails(" ".join(SEEN(root))[:MOST_TEXT], ""):
            _sign(root, budget)
    except SpentError:
        return


def _reveal(root: HtmlElement, budget: WorkBudget) -> None:
    for element in (*TURNED(root), *elements(root, "bdo")):
        _turn_round(element, budget)
    for element in TOLD(root):
        _show_attributes(element, budget)
    for element in CODED(root):
        _put_beside(element, " ".join(_contacts_of_click(element)))
    for element in elements(root, "script"):
        _put_beside(element, _contacts_of_script(element))
    for element in elements(root, "svg", "noscript"):
        _put_beside(element, _contacts_within(element, budget))
    for element in elements(root, "a", "area"):
        _put_beside(element, _contacts_of_link(element, budget))
    _add_contacts_of_styles(root)


def _sign(root: HtmlElement, budget: WorkBudget) -> None:
    """`OBJECT` where a picture or an empty place stands for a contact."""
    for element in elements(root, *DRAWN):
        _put_beside(element, _contacts_of_picture(element, budget))
    if next(elements(root, "script"), None) is not None:
        for element in EMPTY(root):
            _put_beside(element, OBJECT if _is_labelled(element, budget) else "")
    for element in AT_SPANS(root):
        _put_beside(element, "@")


def _put_beside(element: HtmlElement, text: str) -> None:
    """Behind the element: what it holds itself may be taken out."""
    if text:
        element.tail = f" {text} {element.tail or ''}"


def _put_instead(element: HtmlElement, text: str) -> None:
    for child in list(element):
        element.remove(child)
    element.text = text


# --- attributes -------------------------------------------------------------------------------
def _show_attributes(element: HtmlElement, budget: WorkBudget) -> None:
    values = {
        name: value
        for name, value in element.attrib.items()
        if _is_seen(element, name) and len(value) <= LONGEST_VALUE
    }
    address = next(filter(None, map(mail_in, values.values())), None) or _of_parts(values)
    is_custom = "-" in str(element.tag)
    if address:
        (_put_instead if is_custom or "data-cfemail" in values else _put_beside)(element, address)
    elif number := next(filter(None, map(_number, values.keys(), values.values())), None):
        _put_beside(element, _if_not_shown(number, element, budget))
    elif is_custom and ("mail" in str(element.tag) or _is_labelled(element, budget)):
        _put_beside(element, HIDDEN_MAIL)
    elif any("mail" in name for name in values) and not str(element.text_content()).strip():
        _put_beside(element, HIDDEN_MAIL if element.tag not in ("input", "form", "button") else "")


def _number(name: str, value: str) -> str | None:
    """The telephone that a click shows, or that stands in a field: `data-phone`, `value`."""
    is_told = name == "value" or (name.startswith("data-") and CALLED.search(name))
    return value if is_told and CONTACT.search(value) and find_phones(value, "") else None


def _if_not_shown(number: str, element: HtmlElement, budget: WorkBudget) -> str:
    """ "" where the text of the element says it already."""
    said = re.sub(r"\D", "", _text_around(element, budget))
    return "" if re.sub(r"\D", "", number)[-5:] in said else f"тел. {number}"


def _is_seen(element: HtmlElement, name: str) -> bool:
    if name == "value":
        return element.tag == "input" and (element.get("type") or "").lower() in TYPED
    return not NO_VALUE.match(name)


def mail_in(value: str) -> str | None:
    """The address in an attribute: as it stands, or by one of the usual disguises."""
    if FILE.search(value):
        return None
    read = list(filter(None, map(_mail, _readings(value))))
    known = (one for one in read if trimmed_host(one.rpartition("@")[2]))
    return next(known, read[0] if read else None)


def _readings(value: str) -> Iterator[str]:
    if "@" in value or "%40" in value or "&" in value or "(" in value or "[" in value:
        yield value
        yield value[::-1]
        yield decode(value, "rot13")
    if BASE64.fullmatch(value):
        yield from _unpack(value)
        yield from _unpack(value[::-1])
    if HEX.fullmatch(value):
        yield unhidden(value)
        yield bytes.fromhex(value).decode("utf-8", "ignore")


def _mail(text: str) -> str | None:
    found = find_emails(text, "")
    return found[0].email.value if found else None


def _unpack(value: str) -> Iterator[str]:
    try:
        usual = value.replace("-", "+").replace("_", "/")
        text = b64decode(usual + "=" * (-len(usual) % 4), validate=True).decode("utf-8")
    except ValueError:
        return
    if text.isprintable():
        yield text
        yield text[::-1]


def unhidden(hidden: str) -> str:
    """The e-mail address behind Cloudflare's `data-cfemail`: XOR with its first byte."""
    try:
        key, *rest = bytes.fromhex(hidden)
        return bytes(byte ^ key for byte in rest).decode("utf-8", "ignore")
    except ValueError:
        return ""


def _of_parts(values: dict[str, str]) -> str | None:
    """`data-user` and `data-domain`, or the like, plain or packed."""
    local = _part(values, OF_LOCAL, LOCAL)
    host, zone = _part(values, OF_HOST, HOST), _part(values, OF_ZONE, HOST)
    whole = f"{host}.{zone}" if host and zone else host
    return _mail(f"{local}@{whole}") if local and whole else None


def _part(values: dict[str, str], names: re.Pattern[str], shape: re.Pattern[str]) -> str | None:
    for name, value in values.items():
        if names.search(name):
            read = [*_unpack(value), value] if BASE64.fullmatch(value) else [value]
            return next((one for one in read if shape.fullmatch(one)), None)
    return None


# --- scripts ----------------------------------------------------------------------------------
def _contacts_of_script(element: HtmlElement) -> str:
    code = element.text or ""
    kind = element.get("type") or ""
    if element.get("src") or "ld+json" in kind:
        return ""
    if "json" in kind:  # what a script of the page will draw
        return HIDDEN_MAIL if find_emails(code, "") else ""
    found = written(code)
    mails = [HIDDEN_MAIL] if found is None else found
    return " ".join([*mails, *(f"тел. {one}" for one in told_numbers(code))])


def _contacts_of_click(element: HtmlElement) -> Iterator[str]:
    """What a click would do: `onclick`, `href="javascript:…"`."""
    for name, value in element.attrib.items():
        if name.startswith("on") or (name == "href" and value.startswith("javascript:")):
            code = unquote(value[: LONGEST_VALUE * 10])
            if "mail" in code.lower() or "@" in code:
                yield " ".join(spoken(code)) or HIDDEN_MAIL


# --- pictures ---------------------------------------------------------------------------------
def _contacts_within(element: HtmlElement, budget: WorkBudget) -> str:
    """The contacts that are drawn as letters, or shown to who has no scripts."""
    text = " ".join("".join(islice(_texts(element, budget), 200)).split())[:LONGEST_VALUE]
    is_contact = CONTACT.search(text) and (find_emails(text, "") or find_phones(text, ""))
    return text if is_contact else ""


def _texts(element: HtmlElement, budget: WorkBudget) -> Iterator[str]:
    """As `itertext`, which in the midst of boxes without a text does not tell how far it went."""
    if not len(element):
        yield element.text or ""
        return
    for at, (event, one) in enumerate(etree.iterwalk(element, events=("start", "end"))):
        if not at % EVENTS_A_STEP:
            budget.spend()
        text = one.text if event == "start" else one.tail if one is not element else None
        if text:
            yield text


def _contacts_of_picture(element: HtmlElement, budget: WorkBudget) -> str:
    said = " ".join(filter(None, map(element.get, TITLES)))[:LONGEST_VALUE]
    if CONTACT.search(said) and find_phones(said, ""):
        return said
    name = (element.get("src") or element.get("data") or "").rpartition("/")[2]
    if AT.fullmatch(said.strip()) or AT.fullmatch(name.partition(".")[0]):
        return "@"
    if MAIL.search(f"{name[:LONGEST_VALUE]} {said}"):
        return HIDDEN_MAIL
    return OBJECT if _is_labelled(element, budget) else ""


def _is_labelled(element: HtmlElement, budget: WorkBudget) -> bool:
    """«E-mail:» stands right before it, over the borders of a few others; no label of a field."""
    node = element
    for _ in range(STEPS_BACK):
        before, text = _step_back(node, budget)
        if before is None or before.tag in FIELDS:
            return False
        if text:
            return ends_with_label(text) and next(elements(before, *FIELDS), None) is None
        node = before
    return False


def _step_back(node: HtmlElement, budget: WorkBudget) -> tuple[HtmlElement | None, str]:
    """The element before, or the one around, and the text between."""
    before = node.getprevious()
    if before is None:
        around = node.getparent()
        return around, (around.text or "").strip() if around is not None else ""
    tail = (before.tail or "").strip()
    return before, tail or "".join(islice(_texts(before, budget), 20)).strip()


def _turn_round(element: HtmlElement, budget: WorkBudget) -> None:
    """Letters written from the end, which the style turns round."""
    text = " ".join("".join(islice(_texts(element, budget), 50)).split())[:LONGEST_VALUE]
    turned = text[::-1]
    if find_emails(turned, "") or (find_phones(turned, "") and not find_phones(text, "")):
        _put_instead(element, turned)


# --- links and styles -------------------------------------------------------------------------
def _contacts_of_link(element: HtmlElement, budget: WorkBudget) -> str:
    """Of `mailto:`, `tel:` and messengers, where the text of the link does not say it."""
    href = (element.get("href") or "").strip()[:LONGEST_VALUE]
    kind, _, rest = href.partition(":")
    if "email-protection#" in href:
        return _mail(unhidden(href.rpartition("#")[2])) or HIDDEN_MAIL
    if kind.lower() == "mailto":
        address = _mail(unquote(rest).partition("?")[0])
        return address if address and address not in _text_around(element, budget) else ""
    if kind.lower() in ("tel", "callto"):
        return _if_not_shown(unquote(rest), element, budget)
    if called := MESSENGER.match(href):
        return _if_not_shown(f"+{called[1]}", element, budget)
    return ""


def _text_around(element: HtmlElement, budget: WorkBudget) -> str:
    text = str(element.text_content())
    budget.spend(1 + len(text) // LETTERS_A_STEP)
    return f"{text} {(element.tail or '')[:LONGEST_VALUE]}".lower()


def _add_contacts_of_styles(root: HtmlElement) -> None:
    """`content: "school1@example.org"` of a style sheet in the page."""
    body = root.find("body")
    if body is None:
        return
    for style in elements(root, "style"):
        for found in STYLED.finditer(style.text or ""):
            text = re.sub(r"\\0{0,4}40 ?", "@", found[2])
            number = find_phones(text, "") if CONTACT.search(text) else ()
            if address := _mail(text) or (text if number else None):
                etree.SubElement(body, "p").text = address

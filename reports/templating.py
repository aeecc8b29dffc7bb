"""The Jinja environment that HTML, plain text and letters share."""

from __future__ import annotations

import base64
import hashlib
import textwrap
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any
from unicodedata import category
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.runtime import Context
from markupsafe import Markup, escape

from reports.compiled import BesideTemplates
from reports.words import count, form, phrase, said_amount, word, words_of
from rules.text.sentences import cited

WIDTH = 96
PIECES = 500  # of a template, that are written together
SAFE_SCHEMES = frozenset({"http", "https", "mailto", "tel"})


@cache
def environment() -> Environment:
    env = Environment(
        loader=PackageLoader("reports", "templates"),
        autoescape=select_autoescape(enabled_extensions=("html.j2", "svg.j2"), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=BesideTemplates(),
        auto_reload=False,  # templates do not change while a report is printed
    )
    env.filters |= {"count": count, "form": form, "link": link, "tel": tel, "mailto": mailto}
    env.filters |= {"wrap": wrap, "cell": cell, "one_line": one_line}
    env.filters |= {"capitalize_first": capitalize_first, "cited": cited, "short": short}
    env.globals |= {
        "word": word,
        "phrase": phrase,
        "words_of": words_of,
        "said_amount": said_amount,
        "asset": asset,
        "digest": digest,
    }
    return env


def render(template: str, values: Mapping[str, Any]) -> str:
    return environment().get_template(template).render({"folder": "", "plots": {}, **values})


def rendered_in_parts(template: str, values: Mapping[str, Any]) -> Iterator[bytes]:
    """What loops over something that is read as it goes, is printed as it goes."""
    stream = environment().get_template(template).stream({"folder": "", "plots": {}, **values})
    stream.enable_buffering(PIECES)
    return (text.encode() for text in stream)


def link(url: str, text: str | None = None) -> Markup:
    """An anchor, or only the text where the address is none that may be followed."""
    shown = escape(url if text is None else text)
    if not is_safe(url):
        return shown
    return Markup(f'<a href="{escape(url)}">{shown}</a>')  # `.format` parses it anew, at each link


def is_safe(url: str) -> bool:
    try:
        return urlsplit(url).scheme.lower() in SAFE_SCHEMES
    except ValueError:
        return False


def tel(phone: str) -> Markup:
    """A telephone as a link that a mobile can dial: without the words and the extension."""
    number = phone.lower().split("д")[0]  # «доб. 2» is dialled by hand
    digits = "".join(sign for sign in number if sign in "+0123456789")
    return link(f"tel:{digits}", phone) if digits else escape(phone)


def mailto(address: str) -> Markup:
    return link(f"mailto:{address}", address)


def one_line(text: object) -> str:
    """No line breaks and no control signs: nothing read from a page may bend a line or a header."""
    cleaned = "".join(
        " " if category(sign) in ("Cc", "Cf", "Zl", "Zp") else sign for sign in f"{text}"
    )
    return " ".join(cleaned.split())


def short(text: str, most: int) -> str:
    """A name on paper: one of nine thousand signs would be a dozen sheets of it."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def capitalize_first(text: str) -> str:
    return text[:1].upper() + text[1:]


@pass_context
def wrap(context: Context, text: object, first: int, others: int) -> str:
    """A paragraph of plain text, indented; one line where `breaks_lines` is false, as in a chat,
    whose window wraps by itself."""
    if not context.get("breaks_lines", True):
        return " " * first + one_line(text)
    return textwrap.fill(
        one_line(text), WIDTH, initial_indent=" " * first, subsequent_indent=" " * others
    )


def cell(value: object, width: int) -> str:
    """Of a plain-text table: a negative width aligns to the right; what is too long is cut."""
    text, room = one_line(value), abs(width) - 1
    if len(text) > room:
        text = text[: room - 1] + "…"
    return text.rjust(-width) if width < 0 else text.ljust(width)


@cache
def asset(name: str) -> Markup:
    """A style sheet or script of ours, to be put into the file itself."""
    return Markup(files("reports").joinpath("templates", name).read_text("utf-8"))


def digest(name: str) -> str:
    """The script's hash for Content-Security-Policy: no other script can run in a report."""
    return base64.b64encode(hashlib.sha256(asset(name).encode()).digest()).decode()

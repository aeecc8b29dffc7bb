"""E-mail addresses and telephones that a page's script puts together from pieces: no script is run.

Only what is plain in the text is followed: literals, `+`, `=`, and the usual ways to hide a sign.
"""

from __future__ import annotations

import html
import re
from base64 import b64decode
from collections.abc import Iterator
from urllib.parse import unquote

from collectors.contacts.emails import find_emails
from collectors.contacts.phones import find_phones
from collectors.text import paired

FIGURES = re.compile(r"[\"'`][^\"'`\n]{0,20}\d[\d\s()+-]{1,20}")
A_NUMBER = re.compile(r"[^\d\n]{0,30}(?:\+\s?7|8)[\s(-]{1,3}\d[\d\s()-]{6,20}[^\d\n]{0,30}")
MOST_CODE = 20_000
LONGEST = 500  # characters of one value: doubling it again and again must not grow
SIGN = re.compile(
    r"@|&#0{0,3}64;|&#x0{0,3}40;|%40|\\x40|\\u0{2}40|&commat;|[(\[]at[)\]]", re.IGNORECASE
)
PACKED = re.compile(
    r"fromCharCode|atob\(|unescape\(|reverse\(|decodeURI|rot13|crypt", re.IGNORECASE
)
# Signs that the pieces make an address, where they cannot be put together here.
PIECES = re.compile(
    r"mailto|ilto|[\"']ma[\"']|mail(?=[^\n]{0,300}(?:fromCharCode|atob\(|crypt))"
    r"|[\"'](?:@|&#64;|&commat;|%40|\\x40|\\u0040|\[at\])[\"']|\}@\$\{",
    re.IGNORECASE,
)
STATE = re.compile(r"__[A-Z_]{3,30}__|initialState")
SHOWS = re.compile(
    r"document\s{0,3}\.\s{0,3}write|(?:inner|outer)(?:HTML|Text)|textContent|insertAdjacent|setAttribute"
    r"|\.(?:html|append|prepend|text|attr|before|after|replaceWith|replaceChild|createTextNode)\("
    r"|\.href\s{0,3}=|location|appendChild"
)
LITERAL = r"\"(?:[^\"\\\n]|\\.){0,300}\"|'(?:[^'\\\n]|\\.){0,300}'|`(?:[^`\\]|\\.){0,300}`"
TOKEN = re.compile(
    rf"(?P<literal>{LITERAL})|(?P<name>[A-Za-z_$][\w$]{{0,100}})|(?P<sign>\+=|[+=])|(?P<other>\S)"
)
CODES = re.compile(r"(?:String\.)?fromCharCode\(([\d\s,xXa-fA-F]{1,2000})\)")
CALL = re.compile(
    rf"(?:window\.)?(atob|unescape|decodeURIComponent|decodeURI)\(\s{{0,9}}({LITERAL})\s{{0,9}}\)"
)
TURNED = re.compile(rf"({LITERAL})\.split\([\"']{{2}}\)\.reverse\(\)\.join\([\"']{{2}}\)")
JOINED = re.compile(rf"\[((?:\s{{0,9}}(?:{LITERAL})\s{{0,9}},?){{1,40}})\]\.join\(({LITERAL})?\)")
REPLACED = re.compile(
    r"\.replace\(\s{0,9}[\"'/]([^\"'/\n]{1,20})[\"'/]g?i?\s{0,9},\s{0,9}[\"']([^\"'\n]{0,5})[\"']\s{0,9}\)"
)
ESCAPED = re.compile(r"\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|(.))", re.DOTALL)
IN_TEXT = re.compile(r"\$\{\s{0,9}([\w$]{1,100})\s{0,9}\}")
NUMBERS = re.compile(r"\[((?:\s{0,9}\d{2,3}\s{0,9},?){8,200})\]")
TAG = re.compile(r"<[^<>]{0,500}>")


def written(code: str) -> list[str] | None:
    """The addresses that a script writes into the page; None: one that we cannot read."""
    start = code[:MOST_CODE]
    if not (SIGN.search(start) or PACKED.search(start)):
        return []
    shows = bool(SHOWS.search(start))
    found = spoken(start) if shows else []
    hides = bool(shows and PIECES.search(start)) or bool(
        STATE.search(start) and find_emails(start, "")
    )
    return found or (None if hides else [])


def told_numbers(code: str) -> list[str]:
    """The telephones that a script writes into the page, each once."""
    start = code[:MOST_CODE]
    if not (FIGURES.search(start) and SHOWS.search(start)):
        return []
    plain = (TAG.sub("", html.unescape(text)).strip() for text in _values(_unpack(start)))
    shaped = dict.fromkeys(text for text in plain if A_NUMBER.fullmatch(text))
    return [text for text in shaped if find_phones(text, "")]


def spoken(code: str) -> list[str]:
    """The addresses that the pieces of a script make, each once."""
    found: dict[str, None] = {}
    for text in _values(_unpack(code[:MOST_CODE])):
        plain = unquote(html.unescape(text))
        for way in (plain, TAG.sub("", plain)):
            found.update((spot.email.value, None) for spot in find_emails(way, ""))
    return list(found)


def _values(code: str) -> Iterator[str]:
    """What each chain of literals and known names comes to."""
    known: dict[str, str] = {}
    value, name, target, is_open = "", "", "", False
    for token in TOKEN.finditer(code):
        kind, text = token.lastgroup, token[0]
        if kind == "sign" and text in ("=", "+="):
            target, value, is_open = name, known.get(name, "") if text == "+=" else "", True
        elif kind == "sign":
            is_open = True
        elif kind == "literal" or (kind == "name" and text in known):
            piece = _spelt(text, known) if kind == "literal" else known[text]
            if not is_open:
                yield value
                target, value = "", ""
            value, name, is_open = (value + piece)[:LONGEST], text, False
            if target:
                known[target] = value
        elif kind == "name":
            yield value
            name, value, target, is_open = text, "", "", False
        elif text not in "()":
            yield value
            value, target, is_open = "", "", False
    yield value


def _spelt(literal: str, known: dict[str, str]) -> str:
    plain = _plain(literal)
    return IN_TEXT.sub(lambda name: known.get(name[1], ""), plain) if "${" in plain else plain


def _plain(literal: str) -> str:
    return paired(ESCAPED.sub(_sign, literal[1:-1]))


def _sign(escaped: re.Match[str]) -> str:
    code = escaped[1] or escaped[2]
    return chr(int(code, 16)) if code else escaped[3]


def _unpack(code: str) -> str:
    """Calls whose result stands before the eye, written as their results."""
    if "fromCharCode" in code:
        code = NUMBERS.sub(lambda found: _quote(_from_codes(found[1])), code)
    code = CODES.sub(lambda found: _quote(_from_codes(found[1])), code)
    code = code.replace(".concat(", "+(")
    code = CALL.sub(lambda found: _quote(_call(found[1], _plain(found[2]))), code)
    code = TURNED.sub(lambda found: _quote(_plain(found[1])[::-1]), code)
    code = JOINED.sub(lambda found: _quote(_join(found[1], found[2])), code)
    for wanted, usual in REPLACED.findall(code)[:9]:
        code = code.replace(wanted.replace("\\", ""), usual) if len(wanted) > 1 else code
    return code


def _quote(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", " ") + "'"


def _from_codes(codes: str) -> str:
    numbers = (int(one, 0) for one in re.findall(r"0[xX][\da-fA-F]{1,5}|[1-9]\d{0,5}", codes))
    return paired("".join(chr(number) for number in numbers if number < 0x10000))


def _call(name: str, argument: str) -> str:
    if name != "atob":
        return unquote(argument)
    try:
        return b64decode(argument + "=" * (-len(argument) % 4)).decode("utf-8", "ignore")
    except ValueError:
        return ""


def _join(items: str, by: str | None) -> str:
    return (_plain(by) if by else ",").join(_plain(one) for one in re.findall(LITERAL, items))

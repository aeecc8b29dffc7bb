"""Which encoding a page, a script, a robots.txt or a sitemap is written in. No network.

Browsers go by what the server says, and show garbage where it is wrong; a reader of evidence may
not. So the bytes decide: a byte order mark, then UTF-8 (Russian text in another encoding is hardly
ever valid UTF-8), then whichever of the encodings of Russian sites makes Russian of the bytes.
What the header or the `meta` says tips the scale, and windows-1251 is what browsers take here for
a page that says nothing.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from math import log

MARKS = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
USUAL = "windows-1251"
UNTOLD = (USUAL, "utf-8", "koi8-r", "cp866")  # UTF-8 with cut letters, or a foreign piece in it
# Labels without their case and signs: `cp-1251`, `win_1251` and `Windows1251` are one.
LABELS = {
    "utf8": "utf-8",
    **dict.fromkeys(("windows1251", "win1251", "cp1251", "xcp1251", "ansi1251", "1251"), USUAL),
    **dict.fromkeys(("koi8r", "koi8", "koi", "cskoi8r", "koi8ru"), "koi8-r"),
    "koi8u": "koi8-u",
    **dict.fromkeys(("cp866", "ibm866", "866", "csibm866", "dos866", "alt"), "cp866"),
    **dict.fromkeys(("iso88595", "cyrillic", "csisolatincyrillic"), "iso8859-5"),
    **dict.fromkeys(("xmaccyrillic", "maccyrillic", "xmacukrainian"), "mac-cyrillic"),
}
CHARSET = re.compile(r"charset\s{0,9}[=:]\s{0,9}[\"']?\s{0,9}([\w.:-]{1,40})", re.IGNORECASE)
IN_MARKUP = re.compile(
    rb"<meta\b[^<>]*?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w.:-]{1,40})"
    rb"|<\?xml\b[^<>]*?encoding\s{0,9}=\s{0,9}[\"']([\w.:-]{1,40})",
    re.IGNORECASE,
)
HEAD = 8192  # bytes in which a page says it
SAMPLE = 20_000  # bytes beyond ASCII: more make no difference
ASCII = re.compile(rb"[\x00-\x7f]+")

# How often letters stand in Russian text, in percent.
_PERCENT = """
    о 10.97 е 8.45 а 8.01 и 7.35 н 6.70 т 6.26 с 5.47 р 4.73 в 4.54 л 4.40 к 3.49 м 3.21 д 2.98
    п 2.81 у 2.62 я 2.01 ы 1.90 ь 1.74 г 1.70 з 1.65 б 1.59 ч 1.44 й 1.21 х 0.97 ж 0.94 ш 0.73
    ю 0.64 ц 0.48 щ 0.36 э 0.32 ф 0.26 ъ 0.04 ё 0.04
"""
_WORDS = _PERCENT.split()
WEIGHTS = {
    sign: log(33 * float(percent) / 100)
    for letter, percent in zip(_WORDS[::2], _WORDS[1::2], strict=True)
    for sign in (letter, letter.upper())
}
WEIGHTS.update(dict.fromkeys("«»—–№…“”„’‘•·©®°§\xa0", 0.0))
ODD = -4.0  # any other sign beyond ASCII
NO_RUSSIAN = re.compile(  # small letters before capitals, words that begin with ь, four vowels
    r"[а-яё][А-ЯЁ]|\b[ьъыЬЪЫ]|[аоуыэеи][ьъ]|[аоуыэеи]{4}"
)
DOUBT = 2.0  # what each of these costs
TRUST = {"told": 12.0, "usual": 6.0}  # about so many letters must speak against it


def decoded(body: bytes, content_type: str) -> str:
    return text_of(body, encoding_of(body, content_type))


def text_of(body: bytes, encoding: str) -> str:
    """Without its byte order mark: one file in UTF-8 may have put it before a page in another."""
    return body.removeprefix(codecs.BOM_UTF8).decode(encoding, "replace").lstrip("\ufeff")


def encoding_of(body: bytes, content_type: str) -> str:
    """The name by which Python knows it."""
    marked = next((name for mark, name in MARKS if body.startswith(mark)), None)
    if marked or (wide := _wide(body)):
        return marked or wide
    body = body.removeprefix(codecs.BOM_UTF8)
    if body.isascii():  # what it says matters for the queries of its links
        return next(_declared_names(body, content_type), "utf-8")
    return "utf-8" if _is_utf_8(body) else _likeliest(body, content_type)


def _wide(body: bytes) -> str:
    """UTF-16 without a mark: every second byte is 0 (Latin letters) or 4 (Cyrillic ones)."""
    for start, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        upper = body[start:HEAD:2]
        if 0 in upper and (upper.count(0) + upper.count(4)) * 4 > len(upper) * 3:
            return name
    return ""


def _is_utf_8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _likeliest(body: bytes, content_type: str) -> str:
    told = [
        name for name in _declared_names(body, content_type) if name != "utf-8"
    ]  # its bytes deny that
    sample = ASCII.sub(b" ", body)[:SAMPLE]

    def likelihood(name: str) -> float:
        trust = TRUST["told"] if name in told[:1] else TRUST["usual"] if name == USUAL else 0.0
        return trust + _russian(sample.decode(name, "replace"))

    return max(dict.fromkeys([*told, *UNTOLD]), key=likelihood)


def _declared_names(body: bytes, content_type: str) -> Iterator[str]:
    """As browsers rank them: the header, then the markup."""
    header = CHARSET.search(content_type)
    markup = IN_MARKUP.search(body, 0, HEAD)
    labels = (header[1] if header else "", (markup[1] or markup[2]).decode() if markup else "")
    for label in labels:
        known = LABELS.get(re.sub(r"[\W_]", "", label).lower())
        if known:
            yield known


def _russian(text: str) -> float:
    """How much it looks like Russian: about nought for letters at random, above it for words."""
    told = sum(
        WEIGHTS.get(sign, ODD) * count for sign, count in Counter(text).items() if sign > "\x7f"
    )
    return told - DOUBT * sum(1 for _ in NO_RUSSIAN.finditer(text))

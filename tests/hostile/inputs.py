"""The corpus of hostile inputs: kinds × variants, each for one sick institution.

After reports of what servers and APIs have really sent; all of it is written for this project.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


class Raw(str):
    """JSON as it is spelt, also where it is none."""


def spelled(value: Any) -> str:
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, Mapping):
        inner = (f"{spelled(key)}: {spelled(one)}" for key, one in value.items())
        return "{" + ", ".join(inner) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(spelled, value)) + "]"
    return json.dumps(value)


@dataclass(frozen=True, slots=True)
class Hostile:
    """`place`: where it is sent from, as vk, wall, bean, topic, or the path of a site's page."""

    kind: str
    place: str
    value: Any

    def __str__(self) -> str:
        return f"{self.kind} at {self.place}"


NO_NUMBERS: Mapping[str, Any] = {
    "truth": True,
    "figures": "12",
    "words": "много",
    "other figures": "١٢²",
    "list": [1],
    "object": {"a": 1},
    "null": None,
    "fraction": 1.5,
    "negative": -1,
    "beyond 64 bits": 10**30,
    "not a number": Raw("NaN"),
    "infinity": Raw("-Infinity"),
    "exponent": Raw("1e999"),
    "endless": Raw("9" * 5000),
    "year 9999": 253402300799,
    "year 60000": 1_831_273_200_000,
}
NO_TEXTS: Mapping[str, Any] = {
    "half a sign": Raw('"Школа \\ud800 № 1"'),
    "the other half": Raw('"\\udfff"'),
    "formula of the plot": "Школа $x^$ \\frac{",
    "markup": "</script><svg onload=x>&amp;<![CDATA[ ]]>",
    "formula of a table": "=1+1\t@A1",
    "control signs": "Шк\u0000ол\u001b[2Jа\r\nBcc: all@example.org\u2028",
    "long": "а" * 20_000,
    "number": 5,
    "list": ["Школа"],
    "endless": Raw("1" * 5000),
    "no characters": "\uffff\ufffe\U0010ffff",
    "template": "{{ 7 * 7 }} {0} %s",
}
NO_THINGS: Mapping[str, Any] = {
    "text": "x",
    "number": 7,
    "list of odds": [None, 1, "x", [], {"url": 5, "phone": [], "title": {}, "email": True}],
    "odd object": {"items": 5, "count": "x", "main_address": [], "is_enabled": 3},
    "odd items": {"items": [None, {"url": {}, "title": 4}], "main_address": {"city": 5}},
    "half a sign": [{"url": Raw('"https://\\ud800.ru"'), "name": Raw('"\\ud800"')}],
    "nested": Raw("[" * 5000 + "]" * 5000),
}
GROUP = {
    "id": NO_NUMBERS,
    "members_count": NO_NUMBERS,
    "is_closed": NO_NUMBERS,
    "name": NO_TEXTS,
    "deactivated": NO_TEXTS,
    "contacts": NO_THINGS,
    "menu": NO_THINGS,
    "addresses": NO_THINGS,
}
POST = {
    "id": NO_NUMBERS,
    "date": NO_NUMBERS,
    "text": NO_TEXTS,
    "copy_history": NO_THINGS,
}
BEAN = {
    "uid": NO_NUMBERS,
    "created_ms": NO_NUMBERS,
    "description": NO_TEXTS,
    "address": NO_THINGS,
}
TOPIC = {"created_ms": NO_NUMBERS, "media": NO_THINGS}

ODD_BYTES = (
    b"\xc8\xec\xff", "Имя".encode(), b"\xed\xa0\x80", b"\x00\x0b\x7f", b"\xb2", b"%zz%",
    b"a" * 9000,
    b"=;,=;", b'"\\', b"\x85\xa0",
)  # fmt: skip
COOKIES = tuple(part + rest for part in ODD_BYTES for rest in (b"", b"=1; path=/; Expires=" + part))
LOCATIONS = (
    b"http://a..b/", b"http://" + b"a" * 300 + b".ru/", b"http://h:99999/", b"http://h:0/",
    b"http://[::1", b"http://[v1.x]/", b"//", b"///", b"http:///x", b"http://\xc8\xec.\xff/",
    b"ftp://h/", b"javascript:1", b"data:,x", b"http://user:p@ss@h@/", b"\\\\h\\x", b"?", b"#",
    b"http://xn--a/", b"http://xn--\xff/", b"/" + b"x" * 70_000, b"/%", b"/\xd0", b"/a\x0bb",
    b"http://1.2.3.4.5.6/", b"http://0x7f.1/", b"http://169.254.169.254/", b"mailto:a@b", b"/c d",
    b"http://h:port/", b"http://\xe2\x80\xae/", b"http://%00/", b"//[", b"http://-/", b"http://./",
)  # fmt: skip
WAITS = (
    "²".encode(), b"\xb2", b"-1", b"9" * 400, b"1e9", b"nan", b"inf", b"soon", b"",
    b"Wed, 32 Foo 99999 99:99:99 +9999999", b"Fri, 31 Dec 9999 23:59:59 -2359", b"0x1",
    b"Mon, 01 Jan 0001 00:00:00 +1400", "١".encode(), b"1;2",
)  # fmt: skip
STATUSES = (
    b"200 \xcd\xe0\xe9\xe4\xe5\xed\xee", "200 Найдено".encode(), b"200", b"200 ", b"099 x",
    b"999 x",
    b"600 x", b"2000 x", b"-1 x", b"abc", b"", b"\xb2\xb2\xb2 x", b"200\tOK", b"200 \x00\x0b",
    b"101 x", b"204 x", b"304 x", b"206 x", b"206", b"402 x", b"418 \xff", b"451 x", b"226 x",
)  # fmt: skip
HEADERS = (
    b"Link: <https://x/\xd0\x98>; rel=\"canonical\"; title*=UTF-8''%zz", b"Link: \xc8; \xff=\xfe",
    b"Content-Type: text/html; charset=\xff", b"Content-Type: text/html; charset=utf-7",
    b"Content-Type: text/html; charset=rot13", b"Content-Type: text/html; charset=base64",
    b"Content-Type: text/html; charset=" + b"x" * 9000, b"Content-Type: \xd0\x98/\xd0\x98",
    b"Content-Encoding: gzip", b"Content-Encoding: \xff", b"Content-Encoding: br, zstd",
    b"Content-Disposition: attachment; filename=\xd0\x98", b"Refresh: 0; url=http://[",
    b"Refresh: 9999999999999999999999; url=/", b"Refresh: \xff", b"Date: \xff", b"Age: \xb2",
    b"Last-Modified: Fri, 31 Dec 99999", b"\xd0\x98\xd0\xbc\xd1\x8f: x", b": x", b"x", b" : ",
    b"Transfer-Encoding: \xff", b"Content-Length: -1", b"Content-Length: " + b"9" * 5000,
    b"ETag: \"\xd0\x98\"", b"X: " + b"y" * 60_000,
)  # fmt: skip
BODIES = (
    b"<div>" * 3000, b"<a href='http://[::1'>x</a>" * 50, b"&#xD800;&#x110000;&#99999999999;" * 20,
    b"<script type='application/ld+json'>" + b"[" * 9000 + b"</script>",
    b"<script type='application/ld+json'>{\"name\": \"\\ud800\", \"telephone\": NaN}</script>",
    b"<script type='application/ld+json'>" + b"9" * 6000 + b"</script>",
    b"<script>document.write('\\ud800 school@example.org');</script>",
    b"<script>document.write(String.fromCharCode(55296,64,46));</script>",
    b"<base href='http://[::1'>", b"<meta charset='\xff'>",
    b"<meta http-equiv=refresh content='0;url=//['>",
    b"<table><tr><td>" * 900, b"\x00" * 500, b"\xff\xfe" + b"\x00\xd8" * 200, b"<!--", b"<![CDATA[",
    b"<a href='tel:" + b"8" * 9000 + b"'>x</a>", b"<a href='mailto:\xff@\xd0\x98'>x</a>",
    b"<title>" + b"$x^$ \\ud800 =1+1" * 90,
    b"<p>" + "31.12.9999 29.02.0000 № 0 от 99.99.9999 ".encode(),
    b"<svg><style>@import 'x';</style><a xlink:href='javascript:x'/></svg>", b"<plaintext>",
    b"<template><template><template>" * 200, b"<img src='data:image/svg+xml;base64,//'>",
    b"<?xml version='9' encoding='\xff'?><!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>",
)  # fmt: skip
ROBOTS = (
    b"\xff\xfe\x00", b"User-agent: *\nCrawl-delay: nan",
    b"User-agent: *\nCrawl-delay: -1", b"User-agent: *\nDisallow: /%\xff", b"Sitemap: http://[",
    b"Sitemap: \xff", b"User-agent: *\nDisallow: " + b"*" * 300 + b"$",
    b"User-agent: \xb2\nAllow: /",
    b"User-agent: *\nRequest-rate: x/y",
    b"User-agent: *\nVisit-time: 9999-x", b"\x1f\x8b\x08broken", b"Sitemap:\x00/",
)  # fmt: skip
HOME, CONTACTS = "/", "/contacts"


def inputs() -> list[Hostile]:
    return [*of_networks(), *of_sites()]


def of_networks() -> Iterator[Hostile]:
    yield Hostile("id: of a neighbour", "vk", {"id": 1})
    yield Hostile("name: of a neighbour", "vk", {"screen_name": "1"})
    for place, keys in {"vk": GROUP, "wall": POST, "bean": BEAN, "topic": TOPIC}.items():
        for key, values in keys.items():
            for kind, value in values.items():
                yield Hostile(f"{key}: {kind}", place, {key: value})


def of_sites() -> Iterator[Hostile]:
    for kind, start, values in (
        ("cookie", b"200 OK\r\nSet-Cookie: ", COOKIES),
        ("redirect", b"302 Found\r\nLocation: ", LOCATIONS),
        ("patience", b"503 x\r\nRetry-After: ", WAITS),
        ("status", b"", STATUSES),
        ("header", b"200 OK\r\n", HEADERS),
    ):
        for number, value in enumerate(values):
            yield Hostile(f"{kind} {number}", (HOME, CONTACTS)[number % 2], (start + value, None))
    for number, value in enumerate(BODIES):
        yield Hostile(f"markup {number}", (HOME, CONTACTS)[number % 2], (b"200 OK", value))
    for number, value in enumerate(ROBOTS):
        yield Hostile(f"robots {number}", "/robots.txt", (b"200 OK", value))

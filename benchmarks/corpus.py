"""Harmless answers that cost more than their length: one piece, again and again, some numbered."""

from __future__ import annotations

from collections.abc import Callable, Mapping

Growing = Callable[[int], str]  # so many bytes, or about so many

_PIECES = """
a@|a@b.ru |(собака)|8 (38250) 3-55-46 |8-|(1|12.#|634000# |ул. Мира |г. |А.|Школа № # |учредитель
<b>|<div class=card>|<ul class=menu><li>x|<li>|<dd>|<h1>|<h2>#</h2><p>y</p>|<table><tr><td>
<svg>|<noscript>|<a href=/#>x</a>|<a href=mailto:a#@b.ru>x</a>|<a href=tel:8382503#>x</a>|<img>
<p itemprop=telephone>|<div data-mail="a">|<span id=x></span>|<script>'a'+'@'</script>|<style>|<!--
<form action=/#></form>|<select onchange=location><option value=#>|<bdo>a|<p dir=rtl>a
<meta charset=|vk.com/|https://vk.com/club# |VK.Widgets.Group("a",{|ok.ru/dk?WidgetGroup
OK.CONNECT.insertGroupWidget|&#64;|&#|01.01.2020 |№ |ОГРН |тел. |E-mail: |адрес: Мира |домен
сайт |<|</|<a b
"""
PIECES = tuple(one for line in _PIECES.strip().splitlines() for one in line.split("|"))


def repeated(piece: str) -> Growing:
    def grown(size: int) -> str:
        times = max(1, size // (len(piece.encode()) + 4 * piece.count("#")))
        if "#" not in piece or piece.startswith("&#"):
            return piece * times
        return "".join(piece.replace("#", str(1000 + at)) for at in range(times))

    return grown


def page(piece: str) -> Growing:
    inner = repeated(piece)
    return lambda size: (
        f"<!doctype html><html><head><title>Школа</title></head><body>{inner(size)}</body></html>"
    )


def robots_of(before: str, piece: str) -> Growing:
    inner = repeated(piece)
    return lambda size: before + inner(size)


PAGES: Mapping[str, Growing] = {one: page(one) for one in PIECES}
ROBOTS: Mapping[str, Growing] = {
    "agents": lambda size: (
        repeated("User-agent: bot#\n")(size // 2) + repeated("Disallow: /#\n")(size // 2)
    ),
    "rules": robots_of("User-agent: *\n", "Disallow: /#\n"),
    "one wildcard": robots_of("User-agent: *\nDisallow: /", "*a"),
    "groups": repeated("User-agent: *\nDisallow: /#\n"),
    "sitemaps": repeated("Sitemap: http://127.0.0.1/#.xml\n"),
    "escapes": robots_of("User-agent: *\nDisallow: /", "%ED"),
}
SITEMAPS: Mapping[str, Growing] = {
    "pages": lambda size: (
        f"<urlset>{repeated('<url><loc>http://127.0.0.1/#</loc></url>')(size)}</urlset>"
    ),
    "an index": lambda size: (
        f"<sitemapindex>{repeated('<sitemap><loc>/#.xml</loc></sitemap>')(size)}</sitemapindex>"
    ),
    "depth": lambda size: "<?xml version='1.0'?>" + repeated("<a>")(size),
    "ampersands": lambda size: "<urlset>" + repeated("&a")(size),
}
ENDS: Mapping[str, Growing] = {
    "tags": repeated("<a"),
    "comments": lambda size: "<html></html>" + repeated("<!--")(size),
    "scripts": lambda size: "<html></html>" + repeated("<script>")(size),
    "ends": repeated("</html "),
    "lists": lambda size: "[" + repeated("[],")(size),
}
